"""A disk that fills up under a run: it says so, waits, and goes on; a cut-over goes back instead."""

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wizard.run_world import Running, World, world
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.run import worker
from wizard.run.drive import Drive
from wizard.run.reserve import BYTES, Reserve
from wizard.session.store import Session, create

__all__ = ["world"]


SIZES = [3, *(pytest.param(size, marks=pytest.mark.slow) for size in (1, 8, 64))]


@pytest.fixture(params=SIZES, ids=lambda size: f"{size} MiB")
def session(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Session]:
    """On a file system of so many MiB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={request.param}m,mode=700", "none", str(disk)]
    if sys.platform != "linux" or os.getuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    made = create("acme-shop", parent=disk)
    yield made
    made.close()
    subprocess.run(["umount", "-l", str(disk)], check=True)


def fill(session: Session) -> Path:
    """Take all that is free, to the last byte."""
    filler = session.folder.parent / "filler"
    with filler.open("ab", buffering=0) as file:
        for block in (65536, 4096, 1):
            while True:
                try:
                    file.write(b"x" * block)
                except OSError:
                    break
    return filler


def start(session: Session) -> Running:
    async def through(drive: Drive) -> None:
        await worker._drive(drive, Reserve(session.folder))

    return Running(session, through=through)


def use_up_the_journal(run: Running) -> None:
    """SQLite writes into what its log holds already; until it is at the log's end, nothing is missing."""
    for _ in range(8000):
        try:
            run.journal.event("look", "x" * 900)
        except Exception:
            return
    raise AssertionError("the disk is not full")


async def test_it_waits_for_room_and_goes_on(session: Session, world: World) -> None:
    held = world.holding["environment"] = asyncio.Event()
    run = start(session)
    await run.wait(lambda seen: "environment" in world.done)
    assert (session.folder / "reserve").stat().st_size == BYTES
    filler = fill(session)
    use_up_the_journal(run)
    held.set()
    seen = await run.wait(lambda seen: "room on the disk" in seen.run.waiting_for)
    assert seen.run.state == "running" and "is full" in seen.run.waiting_for
    filler.unlink()
    await run.pass_gate(CUT_OVER)
    await run.pass_gate(FINISH)
    assert await run.end() == "done"
    assert world.done.count("environment") == 1
    assert not (session.folder / "reserve").exists()


async def test_a_cut_over_goes_back(session: Session, world: World) -> None:
    held = world.holding["refresh"] = asyncio.Event()
    run = start(session)
    await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: "refresh" in world.done)
    fill(session)
    use_up_the_journal(run)
    held.set()
    assert await run.end() == "taken-back"
    assert world.undone == ["refresh", "scale-down", "maintenance"]


async def test_stop_is_heeded_while_it_waits(session: Session, world: World) -> None:
    held = world.holding["environment"] = asyncio.Event()
    run = start(session)
    await run.wait(lambda seen: "environment" in world.done)
    fill(session)
    use_up_the_journal(run)
    held.set()
    await run.wait(lambda seen: "room on the disk" in seen.run.waiting_for)
    assert await run.say("stop") == {"ok": True}
    assert await run.end() == "stopped"
