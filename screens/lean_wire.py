"""Less for the terminal to receive: only the cells that are dirty, a colour only when it changes, and nothing
that stands there already.

Textual 8 sends, for a dirty stretch of a line, everything from the left edge of its widget, and all colours
with every piece. Over a slow line that is ten times what a monitor needs. And while a screen comes up it is
drawn up to five times, most of them the same. This borrows from Textual's private parts, here and
nowhere else; tests/screens/test_lean_wire.py compares the result with what a full redraw gives, cell by cell,
and so notices when an upgrade changes them.
"""

import re
import time
from functools import lru_cache
from typing import Any

from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor, LayoutUpdate
from textual.app import App
from textual.geometry import Size
from textual.screen import Screen
from textual.strip import Strip

FRESH = 5.0
"""Seconds for which what was sent is trusted to stand there: something else may have written over it."""

_PROBE = "x"


_UNKNOWN = "\ue000"
"""Stands where it is not known what does; no text has it (private use)."""

_WORDS = re.compile(r" +|[^ ]+")


@lru_cache(maxsize=1024)
def _bare(style: Style) -> Style:
    """Without what is no colour: a link, and what Textual keeps for the mouse."""
    return style.update_link(None).clear_meta_and_links()


@lru_cache(maxsize=512)
def _colours(style: Style, system: ColorSystem) -> str:
    """What turns a style on, after everything was turned off; "" for no style at all."""
    return style.update_link(None).render(_PROBE, color_system=system).partition(_PROBE)[0]


@lru_cache(maxsize=1024)
def _of_blank(style: Style) -> Style:
    """What is seen of a style where nothing is written."""
    if style.reverse or style.underline or style.strike or style.overline:
        return style
    return Style(bgcolor=style.bgcolor)


def _looks(strip: Strip) -> list[tuple[Style | None, str]]:
    """What a person sees of `strip`, however it is cut into segments: words and gaps with their colours."""
    found: list[tuple[Style | None, str]] = []
    for text, style, control in strip:
        if control:
            continue
        seen = None if style is None else _bare(style)
        for part in _WORDS.findall(text):
            look = seen if seen is None or part[0] != " " else _of_blank(seen)
            if found and found[-1][0] == look:
                found[-1] = (look, found[-1][1] + part)
            else:
                found.append((look, part))
    return found


class Shown:
    """What was sent to the terminal in the last seconds, row by row."""

    def __init__(self) -> None:
        self._rows: dict[int, Strip] = {}
        self._until = 0.0
        self._size = Size(0, 0)

    def forget(self) -> None:
        """The terminal may show something else: the next picture is sent whole."""
        self._rows.clear()

    def begin(self, size: Size) -> None:
        """A picture of that size is to be sent."""
        if time.monotonic() > self._until or size != self._size:
            self.forget()
            self._until, self._size = time.monotonic() + FRESH, size

    def stands(self, x: int, y: int, piece: Strip) -> bool:
        """Whether `piece` stands there already; from now on it does."""
        row = self._rows.get(y) or Strip([Segment(_UNKNOWN * self._size.width)])
        end = x + piece.cell_length
        there = row.crop(x, end)
        # The words first: they are compared fast, and most that is sent has others.
        if there.text == piece.text and _looks(there) == _looks(piece):
            return True
        self._rows[y] = Strip.join([row.crop(0, x), piece, row.crop(end)])
        return False

    def lean(self, update: Any) -> Any:
        """`update` of Textual's compositor as one that sends only what does not stand there."""
        found: LeanPicture | LeanUpdate
        if isinstance(update, LayoutUpdate):
            found = LeanPicture(update.strips, update.region)
        elif isinstance(update, ChopsUpdate):
            found = LeanUpdate(update.chops, update.spans, update.chop_ends)
        else:
            return update
        found.shown = self
        return found


class _Pen:
    """Puts together the bytes of one picture."""

    def __init__(self, console: Console, shown: Shown | None) -> None:
        self._out: list[str] = []
        self._current = ""
        self._system = console._color_system
        self._shown = shown

    def put(self, x: int, y: int, piece: Strip) -> None:
        """Draw `piece`, unless it stands there."""
        if self._shown is not None and self._shown.stands(x, y, piece):
            return
        self._out.append(Control.move_to(x, y).segment.text)
        for segment in piece:
            self._current = _append(self._out, segment, self._current, self._system)

    def bytes(self) -> str:
        """All of it, colours off at the end."""
        return "".join([*self._out, "\x1b[0m"]) if self._out else ""


class LeanUpdate(ChopsUpdate):
    """The dirty stretches of lines, cropped on both sides."""

    shown: Shown | None = None

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal."""
        pen = _Pen(console, self.shown)
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                left, right = max(x, x1), min(end, x2)
                whole = (left, right) == (x, end)
                pen.put(left, y, strip if whole else strip.crop(left - x, right - x))
        return pen.bytes()


class LeanPicture(LayoutUpdate):
    """All lines."""

    shown: Shown | None = None

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal."""
        pen = _Pen(console, self.shown)
        for y, pieces in enumerate(self.strips, self.region.y):
            pen.put(self.region.x, y, Strip.join(list(pieces)))
        return pen.bytes()


def _append(out: list[str], segment: Segment, current: str, system: ColorSystem | None) -> str:
    if segment.control or not segment.text:
        return current
    wanted = "" if segment.style is None or system is None else _colours(segment.style, system)
    if wanted != current:
        # All off and on anew in one sequence: "ESC [ 0 ; 1 ; 38 ; ... m".
        out.append("\x1b[0;" + wanted[2:] if wanted else "\x1b[0m")
    out.append(segment.text)
    return wanted


class LeanCompositor(Compositor):
    """Textual's compositor, whose partial updates are lean."""

    def render_partial_update(self) -> ChopsUpdate | None:
        """See `LeanUpdate`."""
        update = super().render_partial_update()
        return None if update is None else LeanUpdate(update.chops, update.spans, update.chop_ends)


class LeanApp(App[str]):
    """Sends nothing twice of what stands on the terminal."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.shown = Shown()

    def on_resize(self) -> None:
        """Terminals move and cut what stands when their size changes."""
        self.shown.forget()

    def draw_anew(self) -> None:
        """Send the whole picture: what stood on the terminal may be gone."""
        self.shown.forget()
        self.screen.refresh(layout=True)

    def _display(self, screen: Screen[Any], renderable: Any) -> None:
        self.shown.begin(self.size)
        super()._display(screen, self.shown.lean(renderable))
