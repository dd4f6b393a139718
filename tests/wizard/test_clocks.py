"""Clocks that jump, a machine started anew: nothing is waited for by the wall clock, and no run is lost."""

import ast
import asyncio
import contextlib
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

import wizard
from screens.home_entries import read_entries
from tests.screens.example_system import example_system
from tests.wizard.run_world import PLAN_OF_FOUR, Running, World, world
from wizard.credentials import Vault
from wizard.mapping.rules import propose
from wizard.model.mapping import TargetChoice
from wizard.model.noun import encode
from wizard.model.trouble import Trouble
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.registry import target_provider
from wizard.run.control import ask, socket_path
from wizard.run.journal import Journal
from wizard.run.launch import running, start_worker
from wizard.run.view import view
from wizard.session.lock import Holder, Lock
from wizard.session.parts import MAPPING, PLAN, SYSTEM, TARGET
from wizard.session.store import Session, create

__all__ = ["world"]

SHOWN = {
    "run/journal.py": "the times of events, and the age of a heartbeat, which the lock overrules",
    "run/kinds/watch.py": "since when a record stands as it does",
}
"""Modules that read the wall clock, with what for."""


def _reads_wall_clock(file: Path) -> bool:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            called = ast.unparse(node.func)
            if called in ("time.time", "time.time_ns") or called.endswith((".now", ".utcnow", ".today")):
                return True
    return False


def test_only_what_is_shown_comes_from_the_wall_clock() -> None:
    root = Path(wizard.__file__).parent
    files = [file for part in ("run", "database", "stores") for file in (root / part).rglob("*.py")]
    assert len(files) > 60
    assert {str(file.relative_to(root)) for file in files if _reads_wall_clock(file)} == set(SHOWN)


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


YEAR = 366 * 86400.0


@pytest.mark.parametrize("jump", [3600.0, -3600.0, YEAR, 2 * YEAR, -2 * YEAR])
async def test_a_clock_that_jumps_at_every_look_changes_nothing(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch, jump: float
) -> None:
    real, moved = time.time, [0.0]

    def jumping() -> float:
        moved[0] += jump
        return real() + moved[0]

    monkeypatch.setattr(time, "time", jumping)
    world.doing["copy"] = [Trouble("Away.", remedy="Wait.", code="away", retry=True)]
    begun = time.monotonic()
    run = Running(session)
    run.journal.beat(os.getpid())
    await run.pass_gate(CUT_OVER)
    await run.pass_gate(FINISH)
    assert await run.end() == "done"
    assert world.done.count("copy") == 2 and len(set(world.done)) == 7
    took = time.monotonic() - begun
    assert all(0 <= (record.seconds or 0) <= took for record in run.journal.steps().values())


async def test_an_hour_that_comes_twice_is_no_hour_of_a_step(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of summer time falls into the run."""
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    real, begun = time.time, time.time()
    # 2026-10-25 03:00 CEST, when clocks go back to 02:00; half a second into the run.
    monkeypatch.setattr(time, "time", lambda: 1_792_890_000 - 0.5 + real() - begun)
    held = world.holding["copy"] = asyncio.Event()
    run = Running(session)
    await run.wait(lambda seen: "copy" in world.done)
    await asyncio.sleep(0.6)
    held.set()
    await run.pass_gate(CUT_OVER)
    await run.pass_gate(FINISH)
    assert await run.end() == "done"
    seconds = run.journal.steps()["copy"].seconds
    assert seconds is not None and 0.5 < seconds < 60
    events = run.journal.events()
    assert [event.seq for event in events] == sorted(event.seq for event in events)
    assert [event.at for event in events] == sorted(event.at for event in events), "told in UTC"


def test_a_clock_that_was_set_back_hides_no_silence(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal(session)
    journal.start_run(PLAN_OF_FOUR)
    journal.beat(1)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now - 600)
    run = journal.run()
    assert run is not None and run.beat_age is not None and run.beat_age > 500


PLAN_OF_ONE = msgspec.structs.replace(
    PLAN_OF_FOUR, steps=(msgspec.structs.replace(PLAN_OF_FOUR.steps[0], kind="environment"),)
)


def _interrupted(session: Session) -> None:
    """As a machine that lost its power leaves a run: the lock names a process and a socket of before."""
    system = example_system()
    session.save(SYSTEM, system)
    session.save(TARGET, TargetChoice(provider="aptible"))
    session.save(MAPPING, propose(system, target_provider("aptible").profile()))
    session.save(PLAN, PLAN_OF_ONE)
    journal = Journal(session)
    journal.start_run(PLAN_OF_ONE)
    journal.intend(PLAN_OF_ONE.steps[0])
    # Process ids start anew with the machine: this one lives, and is no worker.
    journal.beat(os.getpid())
    before = Holder(pid=os.getpid(), terminal="pts/3", since="2026-11-01T10:00:00", socket="/gone/acme.sock")
    session.worker_lock_file.write_text(encode(before))


def answers(session: Session) -> bool:
    try:
        return bool(ask(session, {"do": "ping"}, timeout=1.0)["ok"])
    except Trouble:
        return False


def wait_for(true: object) -> None:
    end = time.monotonic() + 30
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)


def _take_away(folder: Path) -> None:
    while not folder.is_file():
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(IsADirectoryError):
            folder.touch()


def test_after_a_reboot_the_run_is_found_and_goes_on(
    session: Session, monkeypatch: pytest.MonkeyPatch, short_folder: Path
) -> None:
    _interrupted(session)
    runtime = short_folder / "r"
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    (short_folder / "t").mkdir(mode=0o700)
    monkeypatch.setenv("TMPDIR", str(short_folder / "t"))
    seen = view(session)
    assert seen is not None and seen.worker == "dead", "no process id is believed"
    (entry,) = read_entries()
    assert entry.state == "worker gone" and not entry.alive
    start_worker(session, Vault(None))
    try:
        assert running(session) and socket_path(session).parent.parent == runtime
        # Nobody signed in since: it asks, which it does before the world.
        wait_for(lambda: Journal(session).run().state == "waiting")  # type: ignore[union-attr]
        assert Journal(session).run_id == 1, "it is the same run"

        # The end of a login takes its folder for sockets away and lets nobody make it again (a file stands
        # in for that). The worker stays, listens elsewhere, and is found there by another login.
        _take_away(runtime)
        monkeypatch.delenv("XDG_RUNTIME_DIR")
        wait_for(lambda: answers(session))
        holder = Lock(session.worker_lock_file).holder()
        assert holder is not None and Path(holder.socket).is_relative_to(short_folder / "t")
    finally:
        ask(session, {"do": "stop", "who": "ada"})
        wait_for(lambda: not running(session))
    assert Lock(session.worker_lock_file).holder() is None
