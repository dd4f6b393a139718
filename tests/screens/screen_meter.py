"""Run by test_wire_budget.py in a terminal of its own: each screen is opened, left alone, then walked about.

Writes to the file named on its command line, by screen, how many bytes its first picture took, how many
followed in a second without a key, and what stood on the terminal otherwise than a redraw would show it, at
once and after each of some keys. `home` is the first screen, with all that a terminal is told at the start.
"""

import asyncio
import json
import sys
from pathlib import Path

import pyte
import pytest
from textual.drivers.linux_driver import LinuxDriver

from screens.app import OfframpApp
from screens.lean_wire import LeanPicture
from tests.journeys.terminal import NOT_FOR_PYTE
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


KEYS = ("down", "question_mark", "escape", "end", "ctrl+p", "escape")
"""Pressed at each screen: lists move, dialogs come and go."""


class Stands:
    """What stands on a terminal that gets these bytes."""

    def __init__(self) -> None:
        self.bytes = 0
        self._screen = pyte.Screen(80, 24)
        self._stream = pyte.ByteStream(self._screen)

    def feed(self, sent: str) -> None:
        """More bytes come."""
        data = sent.encode()
        self.bytes += len(data)
        self._stream.feed(NOT_FOR_PYTE.sub(b"", data))

    def rows(self) -> list[list[tuple[object, ...]]]:
        """Each cell with its colours."""
        return [[_looks(self._screen.buffer[y][x]) for x in range(80)] for y in range(24)]


def _looks(cell: pyte.screens.Char) -> tuple[object, ...]:
    colour = cell.fg if cell.data != " " or cell.reverse else ""
    return cell.data, colour, cell.bg, cell.bold and cell.data != " ", cell.reverse


async def otherwise(app: OfframpApp, terminal: Stands) -> list[str]:
    """What stood there otherwise than a redraw of everything would show it, at once and after each key."""
    found = []
    for key in ("", *KEYS):
        if key:
            await app._press_keys([key])
            await asyncio.sleep(0.02)
        anew = Stands()
        update = app.screen._compositor.render_full_update()
        anew.feed(LeanPicture(update.strips, update.region).render_segments(app.console))
        found += [
            f"after {key}, row {y}: {''.join(str(cell[0]) for cell in there)!r}"
            for y, (there, should) in enumerate(zip(terminal.rows(), anew.rows(), strict=True))
            if there != should
        ]
    return found


async def meter(app: OfframpApp, terminal: Stands, out: Path) -> None:
    """Open one after the other, and count."""
    found: dict[str, tuple[int, int, list[str]]] = {}
    session = app.session_for_later  # type: ignore[attr-defined]
    for name in ("home", *STAGES, *OF_A_RUN):
        before = 0 if name == "home" else terminal.bytes
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
        drawn = terminal.bytes
        await asyncio.sleep(IDLE)
        found[name] = (drawn - before, terminal.bytes - drawn, await otherwise(app, terminal))
    out.write_text(json.dumps(found))
    app.exit()


def main() -> None:
    """See the module's own words."""
    registry._load.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "entry_points", FakeWorld().entry_points)
        terminal = Stands()
        write = LinuxDriver.write

        def counted(self: LinuxDriver, data: str) -> None:
            terminal.feed(data)
            write(self, data)

        patch.setattr(LinuxDriver, "write", counted)
        vault = Vault()
        vault.hold(CredentialRef(vendor="heroku", account="user-1"), Secret(GOOD_TOKEN))
        vault.hold(CredentialRef(vendor="aptible", account="t-1"), Secret(TARGET_TOKEN))
        app = OfframpApp(vault=vault)
        app.session_for_later = Begun().chosen()  # type: ignore[attr-defined]
        app.call_later(lambda: asyncio.create_task(meter(app, terminal, Path(sys.argv[1]))))
        app.run()


if __name__ == "__main__":
    main()
