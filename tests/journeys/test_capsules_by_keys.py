"""The whole journey to Code Capsules as a person makes it: by keys in a real terminal."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.journeys.tmux_terminal import TmuxTerminal
from wizard.session.lock import Lock

OFFRAMP = str(Path(sys.executable).with_name("offramp"))

pytestmark = pytest.mark.slow


class Demo:
    """`offramp demo --target code-capsules` in a terminal."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home = home
        self.terminal = TmuxTerminal(folder)

    def open(self) -> TmuxTerminal:
        """Start it."""
        words = [OFFRAMP, "demo", "--target", "code-capsules", "--size", "tiny"]
        self.terminal.start(words, {"OFFRAMP_HOME": str(self.home)})
        return self.terminal

    async def _found(self) -> Any:
        from providers.sandbox.client import find

        return await find(self.home / "example" / "world-code-capsules")

    def facts(self) -> dict[str, Any]:
        """What stands in the example's world now."""

        async def ask() -> dict[str, Any]:
            return dict(await (await self._found()).facts())

        return asyncio.run(ask())

    def stop(self) -> None:
        """End everything, a worker that still runs included."""
        self.terminal.close()
        for file in (self.home / "sessions").glob("*/worker.lock"):
            holder = Lock(file).holder()
            if holder is not None:
                os.kill(holder.pid, signal.SIGTERM)

        async def end() -> None:
            if (example := await self._found()) is not None:
                await example.stop()

        asyncio.run(end())


@pytest.fixture
def demo(needs_program: Callable[[str], str], tmp_path: Path, short_folder: Path) -> Iterator[Demo]:
    for program in ("tmux", "git", "node", "npm"):
        needs_program(program)
    made = Demo(tmp_path / "home", short_folder)
    yield made
    made.stop()


def to_the_plan(terminal: TmuxTerminal) -> None:
    """From the first screen to a plan that nothing blocks."""
    terminal.wait_for("Use the example's token")
    terminal.press("Enter")
    terminal.wait_for("Go on: document")
    terminal.press("Enter")
    terminal.wait_for("migrate-frontend")
    terminal.press("n")
    terminal.wait_for("▸ Code Capsules")
    terminal.press("Enter")
    terminal.wait_for("Sign in with e-mail and password")
    terminal.press("Enter")
    terminal.wait_for("tab next line")
    terminal.press("Enter")
    terminal.wait_for("Go on: map")
    terminal.press("Enter")
    terminal.wait_for("? decide")
    terminal.press("n")
    terminal.wait_for("First decide: team")
    terminal.press("j", "Enter")
    terminal.wait_for("Acme (acme)")
    terminal.press("Down", "Enter")
    terminal.wait_until_gone("Acme (acme)")
    terminal.press("n")
    terminal.wait_for("6 files for 3 apps")
    terminal.press("w")
    terminal.wait_for("3 of 3 apps ready")
    terminal.press("n")
    terminal.wait_for("Nothing stops the run")


def says_done(terminal: TmuxTerminal, waits: str) -> None:
    """The person does what a guided step asks for, and says so."""
    terminal.wait_for(f"Waiting for you: {waits}", patience=120)
    terminal.press("Enter")
    terminal.wait_for("What you do")
    terminal.press("End", "Enter")
    terminal.wait_until_gone("What you do")


def pass_gate(terminal: TmuxTerminal, title: str) -> None:
    """Wait for a gate and type the name."""
    terminal.wait_for(f"Gate: {title}", patience=180)
    terminal.wait_for("at a gate")
    terminal.press("Enter")
    terminal.wait_for("Type example to go on")
    terminal.type("example")
    terminal.press("Enter")


@pytest.mark.timeout(500)
def test_the_guides_system_by_keys(demo: Demo) -> None:
    terminal = demo.open()
    to_the_plan(terminal)
    terminal.press("s")
    terminal.wait_for("Now it begins on Code Capsules")
    terminal.press("Enter")
    # The colleague links and pushes, and both are seen without a key.
    screen = terminal.wait_for("Waiting for you: link acme/migrate", patience=120)
    assert "It goes on by itself." in screen
    screen = terminal.wait_for("Waiting for you: push offramp/", patience=60)
    assert "git -C" in screen
    for app in ("backend", "emailer", "frontend"):
        says_done(terminal, f"set Project path of migrate-{app}")
    pass_gate(terminal, "cut-over")
    says_done(terminal, "turn on the backups")
    pass_gate(terminal, "the move is final")
    terminal.wait_for("every step is done and checked", patience=60)
    terminal.press("Enter")
    report = terminal.wait_for("The system runs on Code Capsules")
    assert "4 of them by a person's word" in " ".join(report.split())

    facts = demo.facts()
    there = {one["name"]: one for one in facts["code-capsules"]["capsules"]}
    names = ["migrate-backend", "migrate-backend-db", "migrate-emailer", "migrate-frontend"]
    assert sorted(there) == names
    page = httpx.get(there["migrate-backend"]["url"], timeout=20, trust_env=False).text
    assert "4 users" in page and "ada" in page
    assert facts["heroku"]["apps"]["migrate-backend"]["maintenance"] is True
    assert facts["heroku"]["apps"]["migrate-backend"]["running"] == []
