"""Run by test_every_screen.py in a terminal of its own: keys while a run writes 1,000 lines of log a second.

    python -m tests.faults.keys_under_load OUT

Writes to OUT, as JSON, how many milliseconds of processor each key took up to its picture, what the monitor
takes in as long a time without one, and how many lines a second were written.
"""

import asyncio
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from screens.app import OfframpApp
from tests.screens.a_run import COPY, ARun
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen
from wizard import registry
from wizard.credentials import Vault

WRITER = """
import sys, time
from pathlib import Path
from wizard.run.journal import Journal
from wizard.session.store import Session
journal = Journal(Session(Path(sys.argv[1])))
number, began = 0, time.monotonic()
while True:
    lines = [f"a line of {number + n}: " + "words " * 12 for n in range(100)]
    journal.log(sys.argv[2], lines)
    number += 100
    Path(sys.argv[3]).write_text(f"{number} {time.monotonic() - began}")
    time.sleep(max(0, began + number / 1000 - time.monotonic()))
"""
PICTURE = 0.1
"""Seconds in which a key's picture is drawn."""

KEYS = (
    "down",
    "down",
    "up",
    "pagedown",
    "home",
    "end",
    "escape",
    "l",
    "t",
    "escape",
    "e",
    "down",
    "escape",
    "l",
)


async def meter(app: OfframpApp, run: ARun, out: Path) -> None:
    """Open the log, and press keys in it and around it."""
    await asyncio.sleep(1.5)
    count = out.with_suffix(".count")
    command = [sys.executable, "-c", WRITER, str(run.session.folder), COPY, str(count)]
    with subprocess.Popen(command) as writer:
        await app._press_keys(["l"])
        await asyncio.sleep(2.5)
        picture = seen(app)
        took, idle = [], []
        for key in KEYS * 3:
            began = time.process_time()
            await asyncio.sleep(PICTURE)
            idle.append((time.process_time() - began) * 1000)
            began = time.process_time()
            await app._press_keys([key])
            await asyncio.sleep(PICTURE)
            took.append((time.process_time() - began) * 1000)
        writer.kill()
    lines, seconds = map(float, count.read_text().split())
    out.write_text(json.dumps({"seen": picture, "took": took, "idle": idle, "lines": lines / seconds}))
    app.exit()


def main() -> None:
    """See the module's own words."""
    registry._load.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "entry_points", FakeWorld().entry_points)
        run = ARun(Begun().chosen()).start().copying(0.3, all_at_work=True)
        app = OfframpApp(session=run.session, vault=Vault())
        tasks: list[asyncio.Task[None]] = []
        # Not as the result of the call: the application would wait for it, and hear no key meanwhile.
        app.call_later(lambda: tasks.append(asyncio.create_task(meter(app, run, Path(sys.argv[1])))))
        app.run()
        run.close()


if __name__ == "__main__":
    main()
