"""A table of wrapped cells: labels on the left, one column a target."""

import textwrap
from collections.abc import Sequence

from textual.content import Content

from screens.marks import ACCENT, ATTENTION, BAD, GLYPHS, GOOD, MUTED, STRONG
from wizard.choose.compare import Cell, Comparison

LABEL = 19
GAP = 2
NARROWEST = 24
"""Characters below which a column of a target is not readable."""

SHORT = 2
"""Lines of a cell that are shown before a person asks for all."""

STYLES = {"good": GOOD, "look": ATTENTION, "blocks": BAD, "plain": ""}
GLYPH = {"good": GLYPHS["done"], "look": GLYPHS["look"], "blocks": GLYPHS["failed"], "plain": " "}


def window(count: int, chosen: int, width: int) -> range:
    """Which of `count` columns are shown, so that `chosen` is among them."""
    room = max(1, (width - LABEL) // (NARROWEST + GAP))
    if room >= count:
        return range(count)
    first = min(max(0, chosen - room + 1), count - room)
    return range(first, first + room)


def table(
    comparison: Comparison, chosen: int, kept: str, width: int, *, full: bool, key: str = "d"
) -> Content:
    """The table, `width` characters wide. `chosen` is the column that Enter chooses, `kept` the target that
    the session has now. Unless `full`, a cell shows its first two points, one line each, and the `key`
    that shows more."""
    shown = window(len(comparison.columns), chosen, width)
    column = (width - LABEL - GAP * len(shown)) // len(shown)
    lines = [_heads(comparison, shown, chosen, kept, column), Content.styled("─" * width, "$line")]
    for row in comparison.rows:
        cells = [_cell(row.cells[index], column, full, key) for index in shown]
        lines += _row(row.label, cells, column)
    return Content("\n").join(lines)


def _heads(comparison: Comparison, shown: range, chosen: int, kept: str, column: int) -> Content:
    parts: list[tuple[str, str]] = [("For this system".ljust(LABEL), STRONG)]
    for index in shown:
        about = comparison.columns[index]
        mark = GLYPHS["chosen"] if index == chosen else " "
        title = f"{mark} {about.title}" + ("  (chosen)" if about.target == kept else "")
        parts += [(" " * GAP, ""), (title.ljust(column), f"bold {ACCENT}" if index == chosen else STRONG)]
    return Content.assemble(*parts)


def _cell(cell: Cell, width: int, full: bool, key: str) -> list[tuple[str, str]]:
    style = STYLES[cell.mark]
    lead = GLYPH[cell.mark] if cell.mark != "plain" or len(cell.lines) == 1 else "·"
    points = cell.lines if full or len(cell.lines) <= SHORT else cell.lines[: SHORT - 1]
    room = max(8, width - 2)
    lines: list[tuple[str, str]] = []
    for text in points:
        wrapped = textwrap.wrap(text, room, break_on_hyphens=False) or [""]
        # What stops a move is never cut short.
        most = len(wrapped) if full or cell.mark == "blocks" else SHORT if len(cell.lines) == 1 else 1
        if len(wrapped) > most:
            wrapped = [*wrapped[: most - 1], " ".join(wrapped[most - 1 :])[: room - 1] + "…"]
        lines += [(f"{lead if first else ' '} {part}", style) for first, part in _first(wrapped)]
    if len(points) < len(cell.lines):
        lines.append((f"  … {len(cell.lines) - len(points)} more: {key}", MUTED))
    return lines


def _first(parts: Sequence[str]) -> list[tuple[bool, str]]:
    return [(number == 0, part) for number, part in enumerate(parts)]


def _row(label: str, cells: Sequence[list[tuple[str, str]]], column: int) -> list[Content]:
    labels = textwrap.wrap(label, LABEL) or [""]
    height = max(len(labels), *(len(cell) for cell in cells))
    lines = []
    for index in range(height):
        text = labels[index] if index < len(labels) else ""
        parts: list[tuple[str, str]] = [(text.ljust(LABEL), MUTED)]
        for cell in cells:
            said, style = cell[index] if index < len(cell) else ("", "")
            parts += [(" " * GAP, ""), (said.ljust(column), style)]
        lines.append(Content.assemble(*parts))
    return lines
