"""Where pictures are taken: an application in front of a session, seen in each mode, compared or kept."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from textual._context import visible_screen_stack
from textual.app import App
from textual.pilot import Pilot
from textual.widgets import Input

from screens.app import OfframpApp
from screens.demo_help import DemoHelp
from screens.run import RunScreen
from screens.widgets.row_list import RowList
from tests.screens.pictures.compare import differences
from tests.screens.pictures.modes import MODES, Mode, cells
from tests.screens.pictures.picture import Picture, read, write
from tests.screens.seen import settled
from wizard.credentials import Vault
from wizard.session.store import Session

KEPT = Path(__file__).parent / "kept"
ACCEPT = "PICTURES_ACCEPT"
"""The variable that has pictures kept instead of compared; `python -m tests.screens.pictures` sets it."""


def kept_file(name: str, size: tuple[int, int]) -> Path:
    """Where a picture of that size is kept."""
    return KEPT / f"{size[0]}x{size[1]}" / f"{name}.txt"


def picture_now(app: App[str], mode: Mode) -> Picture:
    """The screen as it is, in the mode it is in."""
    width, height = app.size
    names = mode.names()
    visible_screen_stack.set(app._background_screens)  # what shines through below a dialog
    rows = [cells(strip, names) for strip in app.screen._compositor.render_strips()[:height]]
    return Picture(
        {mode.name: tuple(text[:width].ljust(width) for text, _ in rows)},
        {mode.name: tuple((styles + ("-",) * width)[:width] for _, styles in rows)},
    )


@dataclass
class Studio:
    """Takes pictures of one size in some modes. `failures` are pictures that are not as they are kept."""

    size: tuple[int, int]
    modes: tuple[Mode, ...]
    vault: Vault
    failures: list[str] = field(default_factory=list)
    known_as: dict[str, str] = field(default_factory=dict)
    """Places that have another name on each machine, by one of the same length that stands in the picture."""

    @asynccontextmanager
    async def at(
        self, session: Session | None = None, stage: str = "", *, demo: DemoHelp | None = None
    ) -> AsyncIterator[Pilot[str]]:
        """The application in front of `session`, at `stage` or where it stands."""
        app = OfframpApp(session=session, vault=self.vault, demo=demo)
        async with app.run_test(size=self.size) as pilot:
            await settled(pilot)
            if stage:
                await app.show_stage(stage)
                await settled(pilot)
            yield pilot

    @asynccontextmanager
    async def held(self, session: Session, stage: str) -> AsyncIterator[Pilot[str]]:
        """The same while something is waited for that does not come."""
        app = OfframpApp(session=session, vault=self.vault)
        async with app.run_test(size=self.size) as pilot:
            if type(app.screen).__name__ != f"{stage.capitalize()}Screen":
                await app.show_stage(stage)
            await pilot.pause(0.2)
            yield pilot

    async def press(self, pilot: Pilot[str], *keys: str) -> None:
        """Press keys, and wait for what comes of them."""
        await pilot.press(*keys)
        await settled(pilot)

    async def later(self, pilot: Pilot[str]) -> None:
        """A second later: the monitor has looked again."""
        screen = next(one for one in pilot.app.screen_stack if isinstance(one, RunScreen))
        screen._tick()
        await settled(pilot)

    async def type(self, pilot: Pilot[str], *lines: str) -> None:
        """Type each line into the field that has the keyboard, and press enter."""
        for line in lines:
            field = pilot.app.focused
            assert isinstance(field, Input)
            field.value = line
            await self.press(pilot, "enter")

    async def enter(self, pilot: Pilot[str], row: str) -> None:
        """Press enter on a row of the list."""
        pilot.app.screen.query_one(RowList).go_to(row)
        await self.press(pilot, "enter")

    async def take(self, pilot: Pilot[str], name: str, *, size: tuple[int, int] | None = None) -> None:
        """Take the picture `name`, and compare it with the one that is kept, or keep it. A picture of another
        `size` is one of a terminal that is resized for it."""
        if size is not None:
            await pilot.resize_terminal(*size)
        await settled(pilot)
        if isinstance(pilot.app.screen, RunScreen):
            await self.later(pilot)  # what was said takes room, which the monitor sees when it looks again
        await self.take_held(pilot, name, size=size)
        if size is not None:
            await pilot.resize_terminal(*self.size)
            await settled(pilot)

    async def take_each(self, pilot: Pilot[str], name: str, *keys: str) -> None:
        """The picture of what `keys` open and escape closes, opened anew in each mode: Textual's own screens
        do not follow a change of the theme."""
        taken: dict[str, Picture] = {}
        for mode in self.modes:
            await mode.put_on(pilot)
            await self.press(pilot, *keys)
            await pilot.pause(0.3)
            taken[mode.name] = picture_now(pilot.app, mode)
            await self.press(pilot, "escape")
        self._finish(name, self.size, taken)

    async def take_held(self, pilot: Pilot[str], name: str, *, size: tuple[int, int] | None = None) -> None:
        """The same of a screen that waits, and is not waited for."""
        taken: dict[str, Picture] = {}
        for mode in self.modes:
            await mode.put_on(pilot)
            taken[mode.name] = self._renamed(picture_now(pilot.app, mode))
        self._finish(name, size or self.size, taken)

    def _finish(self, name: str, size: tuple[int, int], taken: dict[str, Picture]) -> None:
        self.modes = tuple(reversed(self.modes))  # the last mode is the first of the next picture
        known = [mode.name for mode in MODES if mode.name in taken]
        now = Picture(
            {mode: taken[mode].lines[mode] for mode in known},
            {mode: taken[mode].styles[mode] for mode in known},
        )
        self._compare(name, size, now)

    def _renamed(self, picture: Picture) -> Picture:
        lines = {mode: tuple(self._name(line) for line in one) for mode, one in picture.lines.items()}
        return Picture(lines, picture.styles)

    def _name(self, line: str) -> str:
        for place, name in self.known_as.items():
            assert len(place) == len(name), "what stands behind it stays where it is"
            line = line.replace(place, name)
        return line

    def _compare(self, name: str, size: tuple[int, int], now: Picture) -> None:
        file = kept_file(name, size)
        if os.environ.get(ACCEPT):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(write(now), encoding="utf-8")
            return
        if not file.exists():
            self.failures.append(f"{name}: no picture is kept")
            return
        told = differences(read(file.read_text(encoding="utf-8"), size), now)
        if told:
            self.failures.append("\n".join([f"{name} at {size[0]}x{size[1]} (- kept, + now):", *told]))
