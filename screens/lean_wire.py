"""Less for the terminal to receive: only the cells that are dirty, and a colour only when it changes.

Textual 8 sends, for a dirty stretch of a line, everything from the left edge of its widget, and all colours
with every piece. Over a slow line that is ten times what a monitor needs. This borrows from Textual's private
parts, here and nowhere else in the monitor; tests/screens/test_lean_wire.py compares the result with what a
full redraw gives, cell by cell, and so notices when an upgrade changes them.
"""

from functools import lru_cache

from rich.color import ColorSystem
from rich.console import Console
from rich.control import Control
from rich.segment import Segment
from rich.style import Style
from textual._compositor import ChopsUpdate, Compositor

_PROBE = "x"


@lru_cache(maxsize=512)
def _colours(style: Style, system: ColorSystem) -> str:
    """What turns a style on, after everything was turned off; "" for no style at all."""
    return style.update_link(None).render(_PROBE, color_system=system).partition(_PROBE)[0]


class LeanUpdate(ChopsUpdate):
    """The dirty stretches of lines, cropped on both sides."""

    def render_segments(self, console: Console) -> str:
        """The bytes for the terminal."""
        out: list[str] = []
        current = ""
        system = console._color_system
        for y, x1, x2 in self.spans:
            for end, (x, strip) in zip(self.chop_ends[y], self.chops[y].items(), strict=False):
                if strip is None or x >= x2 or end <= x1:
                    continue
                left, right = max(x, x1), min(end, x2)
                piece = strip if (left, right) == (x, end) else strip.crop(left - x, right - x)
                out.append(Control.move_to(left, y).segment.text)
                for segment in piece:
                    current = _append(out, segment, current, system)
        out.append("\x1b[0m")
        return "".join(out)


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
