"""Boxes in a column, joined by rails: on the left which box reaches which, on the right what hangs on a box
and who else uses it.

```
 ╭▸│ shop-web    ├───── Postgres 16
 │╭┤ web 2       │  ╭──
```

Each box that is reached has one rail, which all that reach it join, so that many connections take few
columns; rails that do not overlap share a column. Lines that cross do so as ┼, a join of four is ●. What
finds no room for a rail stands in the box in words, as all others do, so nothing is left out.
"""

import textwrap
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from wizard.document.drawing.cells import cells, fit

_UP, _DOWN, _LEFT, _RIGHT, _JOIN = 1, 2, 4, 8, 16

_SIGNS: Final = {
    0: " ",
    _UP: "│",
    _DOWN: "│",
    _UP | _DOWN: "│",
    _LEFT: "─",
    _RIGHT: "─",
    _LEFT | _RIGHT: "─",
    _DOWN | _RIGHT: "╭",
    _DOWN | _LEFT: "╮",
    _UP | _RIGHT: "╰",
    _UP | _LEFT: "╯",
    _UP | _DOWN | _RIGHT: "├",
    _UP | _DOWN | _LEFT: "┤",
    _DOWN | _LEFT | _RIGHT: "┬",
    _UP | _LEFT | _RIGHT: "┴",
    _UP | _DOWN | _LEFT | _RIGHT: "┼",
}

_NARROWEST: Final = 40
_LEAST_BOX: Final = 16
_LEAST_TEXT: Final = 12
_BOUND: Final = "\u00a0"


@dataclass(frozen=True)
class Item:
    """Something that hangs on a box: a key that is its own, its name, and what is said of it besides."""

    key: str
    name: str
    text: str = ""

    def words(self) -> str:
        """Name and text in a line."""
        return f"{self.name}  {self.text}" if self.text else self.name

    def lines(self, room: int) -> list[str]:
        """Name and text, in lines of at most `room` cells where they have spaces."""
        if cells(self.words()) <= room:
            return [self.words()]
        # A number stays with its unit: what is said goes on in the next line behind a comma.
        bound = self.text.replace(" ", _BOUND).replace(f",{_BOUND}", ", ")
        said = textwrap.wrap(bound, max(_LEAST_TEXT, room - 2), break_on_hyphens=False)
        return [
            *textwrap.wrap(self.name, max(_LEAST_TEXT, room)),
            *(f"  {part}".replace(_BOUND, " ") for part in said),
        ]


@dataclass(frozen=True)
class Box:
    """A box. `title` and `texts` are its lines, `reaches` keys of other boxes, `uses` keys of items of
    others; `heading` is put above it where it is not that of the box before."""

    key: str
    title: str
    texts: tuple[str, ...] = ()
    heading: str = ""
    items: tuple[Item, ...] = ()
    reaches: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()


class _Placed:
    """A box with the rows of its parts.

    Each connection leaves from a row of its own, beside the words that say where it leads: no two lines are
    joined that are not the same, and one without a rail is still said.
    """

    def __init__(self, box: Box, titles: Mapping[str, str], items: Mapping[str, Item], room: int) -> None:
        self.box = box
        self.top = 0
        self.lines = [box.title, *box.texts]
        self.hanging: list[str] = []
        self.hangs: dict[str, int] = {}
        for item in box.items:
            self.hangs[item.key] = len(self.hanging)
            self.hanging += item.lines(room)
        self.leaving: dict[str, int] = {}
        self.using: dict[str, int] = {}
        for key in box.reaches:
            if key in titles and key != box.key:
                self.leaving[key] = len(self.lines)
                self.lines.append(f"→ {titles[key]}")
        own = {item.key for item in box.items}
        uses = [key for key in box.uses if key in items and key not in own]
        if uses:
            # What hangs on the box has the first rows at the right.
            self.lines += [""] * (len(self.hanging) - len(self.lines))
        for key in uses:
            self.using[key] = len(self.lines)
            self.lines.append(f"uses {items[key].name}")

    @property
    def height(self) -> int:
        """Rows between its borders."""
        return max(len(self.lines), len(self.hanging))

    def row(self, line: int) -> int:
        """The row of a line, counted from 0; the first is where the box is reached."""
        return self.top + 1 + line


@dataclass(frozen=True)
class _Rail:
    """`root` is the row that everything leads to; `rows` are those that join it."""

    root: int
    rows: tuple[int, ...]

    @property
    def first(self) -> int:
        return min(self.root, *self.rows)

    @property
    def last(self) -> int:
        return max(self.root, *self.rows)


class _Gutter:
    """A strip of columns with rails, drawn as bits. Column 0 is the outermost on both sides."""

    def __init__(self, rows: int, width: int) -> None:
        self._bits = [[0] * width for _ in range(rows)]

    def vertical(self, x: int, rail: _Rail) -> None:
        for row in range(rail.first, rail.last + 1):
            if row > rail.first:
                self._bits[row][x] |= _UP
            if row < rail.last:
                self._bits[row][x] |= _DOWN

    def horizontal(self, row: int, start: int, end: int) -> None:
        """A line from column `start` to `end`, both included; `start` is the left one."""
        for x in range(start, end + 1):
            if x > start:
                self._bits[row][x] |= _LEFT
            if x < end:
                self._bits[row][x] |= _RIGHT

    def join(self, row: int, x: int, side: int) -> None:
        self._bits[row][x] |= _JOIN | side

    def text(self, row: int) -> str:
        return "".join(_sign(bits) for bits in self._bits[row])


def _sign(bits: int) -> str:
    if bits == _JOIN | _UP | _DOWN | _LEFT | _RIGHT:
        return "●"
    return _SIGNS[bits & ~_JOIN]


def drawn(boxes: Sequence[Box], width: int) -> tuple[str, ...]:
    """The lines of the drawing, none wider than `width` columns. Below 40 it is cut at the right."""
    if width < _NARROWEST:
        return tuple(fit(line, width).rstrip() for line in drawn(boxes, _NARROWEST))
    drawing = _laid_out(boxes, width, width)
    # What hangs there takes more lines where it has less room; more lines may take a rail more of it.
    room = width
    while drawing.text_width < room:
        room = drawing.text_width
        drawing = _laid_out(boxes, width, room)
    return drawing.lines()


def _laid_out(boxes: Sequence[Box], width: int, room: int) -> "_Drawing":
    """The boxes where they stand when what hangs on them has `room` cells."""
    titles = {box.key: box.title for box in boxes}
    items = {item.key: item for box in boxes for item in box.items}
    placed = {box.key: _Placed(box, titles, items, room - 1) for box in boxes}
    row, heading = 0, ""
    for one in placed.values():
        if one.box.heading != heading:
            heading = one.box.heading
            row += 2 if row else 1
        one.top = row
        row += one.height + 2
    left = _columns(_left_rails(placed), max(2, (width - 40) // 8))
    right = _columns(_right_rails(placed), max(1, (width - 40) // 10))
    return _Drawing(list(placed.values()), left, right, width)


def _left_rails(placed: Mapping[str, _Placed]) -> list[_Rail]:
    """For each box that is reached, what leads to it."""
    rows: dict[str, list[int]] = {}
    for one in placed.values():
        for key, line in one.leaving.items():
            rows.setdefault(key, []).append(one.row(line))
    return [_Rail(placed[key].row(0), tuple(found)) for key, found in rows.items()]


def _right_rails(placed: Mapping[str, _Placed]) -> list[_Rail]:
    """For each item that others use, what leads to it."""
    rows: dict[str, list[int]] = {}
    for one in placed.values():
        for key, line in one.using.items():
            rows.setdefault(key, []).append(one.row(line))
    at = {key: one.row(line) for one in placed.values() for key, line in one.hangs.items()}
    return [_Rail(at[key], tuple(found)) for key, found in rows.items()]


def _columns(rails: list[_Rail], room: int) -> dict[int, list[_Rail]]:
    """Put each rail into a column where it overlaps with no other, short ones first and innermost. Those that
    find none of `room` columns are left out: the boxes say what they would show."""
    columns: dict[int, list[_Rail]] = {}
    for rail in sorted(rails, key=lambda rail: (rail.last - rail.first, rail.first)):
        for column in range(room):
            if all(rail.last < other.first or rail.first > other.last for other in columns.get(column, ())):
                columns.setdefault(column, []).append(rail)
                break
    return columns


class _Drawing:
    def __init__(
        self,
        placed: list[_Placed],
        left: Mapping[int, list[_Rail]],
        right: Mapping[int, list[_Rail]],
        width: int,
    ) -> None:
        self._placed = placed
        self._left, self._right, self._width = left, right, width
        self._rows = max((one.top + one.height + 2 for one in self._placed), default=0)
        self._left_width = 2 * len(left) + 2 if left else 1
        hangs = any(one.box.items or one.using for one in self._placed)
        self._middle_width = 2 * len(right) + 3 if hangs else 0
        inside = max((cells(text) for one in self._placed for text in one.lines), default=0) + 4
        says = max((cells(item.words()) for one in self._placed for item in one.box.items), default=0) + 1
        room = width - self._left_width - self._middle_width
        # Both get what they want where there is room for both, else the box a little more than half.
        if inside + says > room:
            inside = min(inside, max(_LEAST_BOX, room - says, room * 56 // 100))
        self._box_width = max(_LEAST_BOX, min(inside, room - (_LEAST_TEXT if hangs else 0)))
        self.text_width = max(0, room - self._box_width)

    def lines(self) -> tuple[str, ...]:
        gutter, middle = self._draw_left(), self._draw_right()
        arrows = {rail.root for rails in self._left.values() for rail in rails}
        leaving = {row for rails in self._left.values() for rail in rails for row in rail.rows}
        using = {row for rails in self._right.values() for rail in rails for row in rail.rows}
        rows: list[str] = [""] * self._rows
        heading = ""
        for one in self._placed:
            if one.box.heading != heading:
                heading = one.box.heading
                rows[one.top - 1] = self._heading(heading, gutter, middle, one.top - 1)
            for row in range(one.top, one.top + one.height + 2):
                left = gutter.text(row)
                if row in arrows:
                    left = left[:-1] + "▸"
                line = left + self._box_row(one, row, row in leaving, row in using)
                index = row - one.top - 1
                said = one.hanging[index] if 0 <= index < len(one.hanging) else ""
                if self._middle_width:
                    line += middle.text(row) + fit(f" {said}" if said else "", self.text_width)
                rows[row] = line.rstrip()
        for row, line in enumerate(rows):
            if not line:
                between = " " * self._box_width
                rows[row] = (gutter.text(row) + between + middle.text(row)).rstrip()
        return tuple(rows)

    def _heading(self, words: str, gutter: _Gutter, middle: _Gutter, row: int) -> str:
        """Over its box, and on to the right as far as no rail stands there."""
        right = middle.text(row) + " " * self.text_width
        free = len(right) - len(right.lstrip())
        if free < len(right):
            free = max(0, free - 1)
        return (gutter.text(row) + fit(words, self._box_width + free) + right[free:]).rstrip()

    def _box_row(self, one: _Placed, row: int, leaving: bool, using: bool) -> str:
        inner = self._box_width - 2
        if row == one.top:
            return f"┌{'─' * inner}┐"
        if row == one.top + one.height + 1:
            return f"└{'─' * inner}┘"
        index = row - one.top - 1
        text = one.lines[index] if index < len(one.lines) else ""
        right = "├" if using or index in one.hangs.values() else "│"
        return f"{'┤' if leaving else '│'} {fit(text, inner - 2)} {right}"

    def _draw_left(self) -> _Gutter:
        gutter = _Gutter(self._rows, self._left_width)
        edge = self._left_width - 1
        for column, rails in self._left.items():
            # The innermost column is the one next to the boxes.
            x = edge - 2 - 2 * column if edge > 2 * column + 1 else 0
            for rail in rails:
                gutter.vertical(x, rail)
                for row in (rail.root, *rail.rows):
                    gutter.horizontal(row, x, edge)
                    gutter.join(row, x, _RIGHT)
        return gutter

    def _draw_right(self) -> _Gutter:
        gutter = _Gutter(self._rows, max(1, self._middle_width))
        edge = self._middle_width - 1
        for one in self._placed:
            for line in one.hangs.values():
                gutter.horizontal(one.row(line), 0, edge)
        for column, rails in self._right.items():
            x = 1 + 2 * column
            for rail in rails:
                gutter.vertical(x, rail)
                gutter.join(rail.root, x, 0)
                for row in rail.rows:
                    gutter.horizontal(row, 0, x)
                    gutter.join(row, x, _LEFT)
        return gutter
