"""Run by test_wire_budget.py in a terminal of its own: an Offramp before a copy in which every figure moves.

Writes to the file named on its command line how many bytes each look at the journal sent to the terminal. The
second word of the command line is how many seconds lie between two looks.
"""

import asyncio
import json
import sys
from pathlib import Path

import pytest

from screens.app import OfframpApp
from screens.run import RunScreen
from tests.screens.a_run import COPY, ARun, progress
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from wizard import registry
from wizard.credentials import Vault

LOOKS = 12


async def meter(app: OfframpApp, run: ARun, out: Path, seconds: int) -> None:
    """Let the figures move some seconds a look, and count what is written for each."""
    while not isinstance(app.screen, RunScreen):
        await asyncio.sleep(0.05)
    screen = app.screen
    await asyncio.sleep(1.0)
    driver = app._driver
    assert driver is not None
    write = driver.write
    sent = 0

    def counted(data: str) -> None:
        nonlocal sent
        sent += len(data.encode())
        write(data)

    driver.write = counted  # type: ignore[method-assign]
    counts: list[int] = []
    for tick in range(seconds, (LOOKS + 1) * seconds, seconds):
        before = sent
        run.beat()
        run.journal.gauge(COPY, progress(0.3, tick=tick, all_at_work=True))
        run.tunnel(up_seconds=2460.0 + tick, round_trip_ms=31.2 + tick % 3)
        screen._tick()
        await app.workers.wait_for_complete()
        await asyncio.sleep(0.1)
        counts.append(sent - before)
    out.write_text(json.dumps(counts))
    app.exit()


def main() -> None:
    """See the module's own words."""
    registry._load.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "entry_points", FakeWorld().entry_points)
        run = ARun(Begun().chosen()).start()
        run.copying(0.3, all_at_work=True)
        app = OfframpApp(session=run.session, vault=Vault())
        # Looks are made by the meter alone, one for each count.
        patch.setattr("screens.run.EVERY", 3600.0)
        app.call_later(lambda: asyncio.create_task(meter(app, run, Path(sys.argv[1]), int(sys.argv[2]))))
        app.run()
        run.close()


if __name__ == "__main__":
    main()
