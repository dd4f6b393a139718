"""Run by test_wire_budget.py in a terminal of its own: each screen is opened, then left alone.

Writes to the file named on its command line, by screen, how many bytes its first picture took, and how many
followed in a second without a key. `home` is the first screen, with all that a terminal is told at the start.
"""

import asyncio
import json
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from textual.drivers.linux_driver import LinuxDriver

from screens.app import OfframpApp
from tests.screens.a_run import ARun
from tests.screens.conftest import Begun
from tests.screens.fake_heroku import GOOD_TOKEN
from tests.screens.fakes import TARGET_TOKEN, FakeWorld
from wizard import registry
from wizard.credentials import CredentialRef, Vault
from wizard.model.secret import Secret
from wizard.session.store import Session

STAGES = ("connect", "document", "choose", "map", "prepare")
OF_A_RUN = ("plan", "run at a gate", "run that is done", "report")
IDLE = 1.1
"""Seconds: a timer of a second rings once in it."""


async def meter(app: OfframpApp, sent: Callable[[], int], out: Path) -> None:
    """Open one after the other, and count."""
    found: dict[str, tuple[int, int]] = {}
    session = app.session_for_later  # type: ignore[attr-defined]
    for name in ("home", *STAGES, *OF_A_RUN):
        before = 0 if name == "home" else sent()
        if name == "connect":
            await app.open(session)
        if name == OF_A_RUN[0]:
            await app.go_home()
            run = ARun(Begun().chosen()).start().gate()
            await app.open(Session(run.session.folder))
        if name == "run that is done":
            run.journal.drop_gauge("gate")
            run.journal.set_run("done")
            await app.go_home()
            await app.open(Session(run.session.folder))
        if name != "home":
            await app.show_stage(name.partition(" ")[0])
        await asyncio.sleep(0.3)
        await app.workers.wait_for_complete()
        await asyncio.sleep(0.3)
        drawn = sent()
        await asyncio.sleep(IDLE)
        found[name] = (drawn - before, sent() - drawn)
    out.write_text(json.dumps(found))
    app.exit()


def main() -> None:
    """See the module's own words."""
    registry._load.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "entry_points", FakeWorld().entry_points)
        count = 0
        write = LinuxDriver.write

        def counted(self: LinuxDriver, data: str) -> None:
            nonlocal count
            count += len(data.encode())
            write(self, data)

        patch.setattr(LinuxDriver, "write", counted)
        vault = Vault()
        vault.hold(CredentialRef(vendor="heroku", account="user-1"), Secret(GOOD_TOKEN))
        vault.hold(CredentialRef(vendor="aptible", account="t-1"), Secret(TARGET_TOKEN))
        app = OfframpApp(vault=vault)
        app.session_for_later = Begun().chosen()  # type: ignore[attr-defined]
        app.call_later(lambda: asyncio.create_task(meter(app, lambda: count, Path(sys.argv[1]))))
        app.run()


if __name__ == "__main__":
    main()
