"""The whole journey as a person makes it: by keys in a real terminal, from the first screen to the report."""

import asyncio
import os
import signal
import sqlite3
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.tmux_terminal import TmuxTerminal, ended
from wizard.session.lock import Lock

OFFRAMP = str(Path(sys.executable).with_name("offramp"))


class Demo:
    """The guided demo in a terminal that can be closed and opened again."""

    def __init__(self, home: Path, folder: Path, size: str) -> None:
        self.home = home
        self._folder = folder
        self._size = size
        self.terminal = TmuxTerminal(folder)

    def open(self) -> TmuxTerminal:
        """Start `offramp demo` in a new terminal."""
        self.terminal = TmuxTerminal(self._folder)
        self.terminal.start([OFFRAMP, "demo", "--size", self._size], {"OFFRAMP_HOME": str(self.home)})
        return self.terminal

    def facts(self) -> dict[str, Any]:
        """What stands in the example's world now."""

        async def ask() -> dict[str, Any]:
            from providers.sandbox.client import find

            example = await find(self.home / "example" / "world")
            assert example is not None
            return await example.facts()

        return asyncio.run(ask())

    def journal(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of the newest session's file."""
        file = max((self.home / "sessions").glob("*/session.sqlite3"), key=lambda path: path.stat().st_mtime)
        with sqlite3.connect(f"file:{file}?mode=ro", uri=True) as connection:
            return connection.execute(query).fetchall()

    def stop(self) -> None:
        """End everything, a worker that still runs included."""
        self.terminal.close()
        for holder in (self.home / "sessions").glob("*/worker.lock"):
            lock = Lock(holder).holder()
            if lock is not None:
                os.kill(lock.pid, signal.SIGTERM)

        async def end() -> None:
            from providers.sandbox.client import find

            example = await find(self.home / "example" / "world")
            if example is not None:
                await example.stop()

        asyncio.run(end())


@pytest.fixture
def demo(
    needs_program: Callable[[str], str], tmp_path: Path, short_folder: Path
) -> Iterator[Callable[[str], Demo]]:
    for program in ("tmux", "ssh", "git"):
        needs_program(program)
    made: list[Demo] = []

    def make(size: str) -> Demo:
        made.append(Demo(tmp_path / "home", short_folder, size))
        return made[-1]

    yield make
    for one in made:
        one.stop()


def to_the_plan(terminal: TmuxTerminal) -> None:
    """From the first screen of a new demo to a plan that nothing blocks."""
    terminal.wait_for("Use the example's token")
    terminal.press("Enter")
    terminal.wait_for("Go on: document")
    terminal.press("Enter")
    terminal.wait_for("migrate-frontend")
    terminal.press("n")
    terminal.wait_for("For this system")
    terminal.press("Enter")
    terminal.wait_for("Sign in with e-mail and password")
    terminal.press("Enter")
    terminal.wait_for("E-mail")
    terminal.press("Enter")
    terminal.wait_for("One-time code")
    terminal.press("Enter")
    terminal.wait_for("Go on: map")
    terminal.press("Enter")
    terminal.wait_for("26 of 28 decided")
    terminal.press("n")
    terminal.wait_for("First decide")
    terminal.press("u")
    terminal.wait_for("Why are these 2 left behind?")
    terminal.type("not needed any more")
    terminal.press("Enter")
    terminal.wait_for("28 of 28 decided")
    terminal.press("n")
    terminal.wait_for("10 files for 3 apps")
    terminal.press("w")
    terminal.wait_for("3 of 3 apps ready")
    terminal.press("n")
    plan = terminal.wait_for("Nothing stops the run")
    assert "mistake" not in plan and "Create the environment" in plan


def start(terminal: TmuxTerminal) -> None:
    """Start the run from the plan."""
    terminal.press("s")
    terminal.wait_for("Now it begins on Aptible")
    terminal.press("Enter")
    terminal.wait_for("of 45")


def pass_gate(terminal: TmuxTerminal, title: str) -> None:
    """Wait for a gate, get it wrong once, then type the name."""
    terminal.wait_for(f"Gate: {title}", patience=180)
    terminal.wait_for("at a gate")
    terminal.press("Enter")
    terminal.wait_for("Type example to go on")
    terminal.type("exemple")
    terminal.press("Enter")
    terminal.wait_for("That is not example")
    terminal.press(*["BSpace"] * 7)
    terminal.type("example")
    terminal.press("Enter")


def page_of(facts: dict[str, Any], app: str) -> str:
    """What an app answers on its new web address."""
    endpoint = facts["aptible"]["apps"][app]["endpoints"][0]
    url = endpoint if isinstance(endpoint, str) else endpoint["url"]
    return httpx.get(url, timeout=20, trust_env=False).text


@pytest.mark.timeout(400)
def test_the_whole_way_by_keys(demo: Callable[[str], Demo]) -> None:
    one = demo("tiny")
    terminal = one.open()
    to_the_plan(terminal)
    start(terminal)
    pass_gate(terminal, "cut-over")
    pass_gate(terminal, "the move is final")
    terminal.wait_for("every step is done and checked", patience=60)
    terminal.press("Enter")
    terminal.wait_for("The system runs on Aptible")
    read_on_to(terminal, "Keep the Heroku apps a while, then delete")
    assert "Point www.acme.example at Aptible" not in terminal.screen(), "the run saw that it points there"
    read_on_to(terminal, "36 of 36 tables equal")

    facts = one.facts()
    assert "Ada" in page_of(facts, "migrate-backend") or "users" in page_of(facts, "migrate-backend").lower()
    assert facts["heroku"]["apps"]["migrate-backend"]["maintenance"] is True
    assert facts["heroku"]["apps"]["migrate-backend"]["running"] == []
    assert sorted(facts["aptible"]["apps"]) == ["migrate-backend", "migrate-emailer", "migrate-frontend"]
    assert len(facts["aptible"]["databases"]) == 1

    terminal.press("q")
    terminal.wait_for("Leave")
    pid = terminal.pid()
    terminal.press("Enter")
    end = time.monotonic() + 20
    while not ended(pid) and time.monotonic() < end:
        time.sleep(0.1)
    assert ended(pid)


def read_on_to(terminal: TmuxTerminal, text: str) -> None:
    """Go down the report until `text` stands on the screen: how long it is depends on what happened."""
    for _ in range(80):
        if text in terminal.screen():
            return
        terminal.press("Down")
        time.sleep(0.1)
    terminal.wait_for(text, patience=1)


@pytest.mark.timeout(400)
@pytest.mark.slow  # a worker that outlives its screen: test_stuck_terminal, test_run_kills
def test_a_hang_up_in_mid_copy_stops_nothing(demo: Callable[[str], Demo]) -> None:
    one = demo("small")
    terminal = one.open()
    to_the_plan(terminal)
    start(terminal)
    terminal.wait_for("Copy postgresql")
    screen = terminal.pid()
    terminal.close()
    end = time.monotonic() + 20
    while not ended(screen) and time.monotonic() < end:
        time.sleep(0.05)
    assert ended(screen), "the screen outlives its terminal"

    (worker,) = one.journal("SELECT pid FROM run ORDER BY id DESC LIMIT 1")[0]
    assert not ended(worker), "the worker died with the terminal"

    again = one.open()
    again.wait_for("of 45")
    pass_gate(again, "cut-over")
    again.wait_for("Gate: the move is final", patience=180)
    assert one.journal("SELECT pid FROM run ORDER BY id DESC LIMIT 1") == [(worker,)], "another worker"
    assert one.journal("SELECT count(*) FROM step WHERE attempts > 1") == [(0,)], "nothing was begun twice"

    # One key takes everything back.
    again.wait_for("at a gate")
    again.press("b")
    again.wait_for("Type example")
    again.type("example")
    again.press("Enter")
    again.wait_for("✓ taken back", patience=120)
    heroku = one.facts()["heroku"]["apps"]
    assert heroku["migrate-backend"]["maintenance"] is False
    assert heroku["migrate-backend"]["quantities"] == {"web": 1, "worker": 1, "release": 0}
    assert len(heroku["migrate-emailer"]["jobs"]) == 1
