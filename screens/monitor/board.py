"""A field of lines that sends to the terminal only the words that changed.

Textual repaints a whole widget when a part of it has changed. Over a slow line that is most of the traffic of
a monitor. So the lines here are compared cell by cell with what stands, and only the differing stretches are
declared dirty (screens/lean_wire.py sees to it that no more than these is sent).
"""

from collections.abc import Sequence
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from screens.monitor.line import EMPTY, Line, Span, Tone, fit

_JOIN = 7
"""Cells. Stretches nearer to each other than this are sent as one: moving the cursor costs as much."""


class Board(Widget):
    """Shows lines; `show` replaces them. Too long lines are cropped, lines too many are not drawn."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "board--plain",
        "board--strong",
        "board--muted",
        "board--accent",
        "board--good",
        "board--attention",
        "board--bad",
    }

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002  Textual's
        super().__init__(id=id, classes=classes)
        self._lines: list[Line] = []

    @property
    def lines(self) -> tuple[Line, ...]:
        """What stands."""
        return tuple(self._lines)

    def show(self, lines: Sequence[Line]) -> None:
        """Let `lines` stand from the top; the rest is empty."""
        before, self._lines = self._lines, list(lines)
        regions = [
            Region(start, y, end - start, 1)
            for y in range(max(len(before), len(self._lines)))
            for start, end in changed(
                before[y] if y < len(before) else EMPTY, self._lines[y] if y < len(self._lines) else EMPTY
            )
        ]
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        """One line."""
        cells = self.size.width
        plain = self._style("plain")
        if y >= len(self._lines):
            return Strip.blank(cells, plain)
        segments = [Segment(span.text, self._style(span.tone)) for span in fit(self._lines[y], cells)]
        return Strip(segments).adjust_cell_length(cells, plain)

    def _style(self, tone: Tone) -> Style:
        # Textual keeps those of components; the widget's own it puts together anew for each line.
        return self.get_component_rich_style(f"board--{tone}")


def changed(before: Line, after: Line) -> list[tuple[int, int]]:
    """The stretches of cells, first and one past last, in which two lines differ."""
    if before == after:
        return []
    old, new = _cells(before), _cells(after)
    length = max(len(old), len(new))
    old += [(" ", "plain")] * (length - len(old))
    new += [(" ", "plain")] * (length - len(new))
    stretches: list[tuple[int, int]] = []
    for x in range(length):
        if old[x] == new[x]:
            continue
        if stretches and x - stretches[-1][1] < _JOIN:
            stretches[-1] = (stretches[-1][0], x + 1)
        else:
            stretches.append((x, x + 1))
    return stretches


def _cells(of: Line) -> list[tuple[str, Tone]]:
    cells: list[tuple[str, Tone]] = []
    for span in of:
        if span.text.isascii():
            cells += [(character, _tone(character, span)) for character in span.text]
            continue
        for character in span.text:
            # A wide character is its own second cell, so both differ together.
            cells.extend([(character, _tone(character, span))] * cell_len(character))
    return cells


def _tone(character: str, span: Span) -> Tone:
    # A space looks the same in every tone: no tone has a background.
    return "plain" if character == " " else span.tone
