"""Boxes in a column, joined by rails: on the left which box reaches which, on the right what hangs on a box
and who else uses it.

```
 ╭▶│ shop-web    ├───── Postgres 16
 │╭┤ web 2       │  ╭──
```

Each box that is reached has one rail, which all that reach it join, so that many connections take few
columns; rails that do not overlap share a column. Where lines meet without a join they cross as ┼, a join
among crossings is ●. What finds no room is said in words in the box, so nothing is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from wizard.document.cells import cells, fit

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

_LEAST_BOX: Final = 16
_LEAST_TEXT: Final = 12


@dataclass(frozen=True)
class Item:
    """Something that hangs on a box: a key that is its own, and what is said of it."""

    key: str
    text: str


@dataclass(frozen=True)
class Box:
    """A box. `title` and `text` are its lines, `reaches` keys of other boxes, `uses` keys of items of others;
    `heading` is put above it where it is not that of the box before."""

    key: str
    title: str
    text: str = ""
    heading: str = ""
    items: tuple[Item, ...] = ()
    reaches: tuple[str, ...] = ()
    uses: tuple[str, ...] = ()


@dataclass
class _Placed:
    """A box with the rows of its parts; `more` are lines for what found no rail."""

    box: Box
    top: int = 0
    more: list[str] = field(default_factory=list)
    shares: bool = False

    @property
    def height(self) -> int:
        """Rows between its borders."""
        left = 1 + bool(self.box.text or self.box.reaches) + len(self.more)
        return max(left, len(self.box.items) + self.shares)

    @property
    def into(self) -> int:
        """The row at which it is reached."""
        return self.top + 1

    @property
    def out(self) -> int:
        """The row from which it reaches others."""
        return self.top + 2

    def item(self, index: int) -> int:
        """The row of an item."""
        return self.top + 1 + index

    @property
    def shared(self) -> int:
        """The row from which it uses items of others."""
        return self.top + 1 + len(self.box.items)


@dataclass(frozen=True)
class _Rail:
    """`root` is the row that everything leads to; `rows` are those that join it."""

    key: str
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
    """The lines of the drawing, none wider than `width` columns (of at least 40)."""
    width = max(width, 40)
    placed = {box.key: _Placed(box) for box in boxes}
    owner = {item.key: (box.key, index) for box in boxes for index, item in enumerate(box.items)}
    left_room = max(2, (width - 40) // 8)
    right_room = max(1, (width - 40) // 10)
    reached = _by_target((box.key, [key for key in box.reaches if key in placed]) for box in boxes)
    used = _by_target((box.key, [key for key in box.uses if key in owner]) for box in boxes)
    for one in placed.values():
        one.shares = bool(one.box.uses)
    _place(placed.values())
    left, over = _columns(_left_rails(reached, placed), left_room)
    right, over_right = _columns(_right_rails(used, placed, owner), right_room)
    if over or over_right:
        _say_the_rest(placed, (reached, over), (used, over_right), owner)
        _place(placed.values())
        left, _ = _columns(_left_rails(_without(reached, over), placed), left_room)
        right, _ = _columns(_right_rails(_without(used, over_right), placed, owner), right_room)
    return _Drawing(placed, left, right, width).lines(owner)


def _by_target(pairs: Iterable[tuple[str, list[str]]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for source, targets in pairs:
        for target in targets:
            if target != source:
                found.setdefault(target, []).append(source)
    return found


def _without(found: Mapping[str, list[str]], keys: set[str]) -> dict[str, list[str]]:
    return {key: sources for key, sources in found.items() if key not in keys}


def _place(boxes: Iterable[_Placed]) -> None:
    row, heading = 0, ""
    for one in boxes:
        if one.box.heading != heading:
            heading = one.box.heading
            row += 1 if row == 0 else 2
        one.top = row
        row += one.height + 2


def _left_rails(reached: Mapping[str, list[str]], placed: Mapping[str, _Placed]) -> list[_Rail]:
    return [
        _Rail(target, placed[target].into, tuple(placed[source].out for source in sources))
        for target, sources in reached.items()
    ]


def _right_rails(
    used: Mapping[str, list[str]], placed: Mapping[str, _Placed], owner: Mapping[str, tuple[str, int]]
) -> list[_Rail]:
    rails = []
    for key, sources in used.items():
        box, index = owner[key]
        rows = tuple(placed[source].shared for source in sources if source != box)
        if rows:
            rails.append(_Rail(key, placed[box].item(index), rows))
    return rails


def _columns(rails: list[_Rail], room: int) -> tuple[dict[int, list[_Rail]], set[str]]:
    """Put each rail into a column where it overlaps with no other, short ones first and innermost; those that
    find none are returned by their keys."""
    columns: dict[int, list[_Rail]] = {}
    over: set[str] = set()
    for rail in sorted(rails, key=lambda rail: (rail.last - rail.first, rail.first)):
        for column in range(room):
            if all(rail.last < other.first or rail.first > other.last for other in columns.get(column, ())):
                columns.setdefault(column, []).append(rail)
                break
        else:
            over.add(rail.key)
    return columns, over


def _say_the_rest(
    placed: Mapping[str, _Placed],
    reached: tuple[Mapping[str, list[str]], set[str]],
    used: tuple[Mapping[str, list[str]], set[str]],
    owner: Mapping[str, tuple[str, int]],
) -> None:
    """Words in the boxes for what found no rail."""
    words: dict[str, list[str]] = {}
    for key in sorted(reached[1], key=list(placed).index):
        for source in reached[0][key]:
            words.setdefault(source, []).append(placed[key].box.title)
    stores: dict[str, list[str]] = {}
    for key in sorted(used[1]):
        box, index = owner[key]
        for source in used[0][key]:
            stores.setdefault(source, []).append(placed[box].box.items[index].text.split("  ")[0])
    for source, names in words.items():
        placed[source].more += [f"→ {name}" for name in names]
    for source, names in stores.items():
        placed[source].more += [f"uses {name}" for name in names]


class _Drawing:
    def __init__(
        self,
        placed: Mapping[str, _Placed],
        left: Mapping[int, list[_Rail]],
        right: Mapping[int, list[_Rail]],
        width: int,
    ) -> None:
        self._placed = list(placed.values())
        self._left, self._right, self._width = left, right, width
        self._rows = max((one.top + one.height + 2 for one in self._placed), default=0)
        self._left_width = 2 * len(left) + 2 if left else 1
        hangs = any(one.box.items or one.box.uses for one in self._placed)
        self._middle_width = 2 * len(right) + 3 if hangs else 0
        inside = max((cells(text) for one in self._placed for text in _inside(one)), default=0) + 4
        says = max((cells(item.text) for one in self._placed for item in one.box.items), default=0) + 1
        room = width - self._left_width - self._middle_width
        # Both get what they want where there is room for both, else the box a little less than half.
        if inside + says > room:
            inside = min(inside, max(_LEAST_BOX, room - says, room * 45 // 100))
        self._box_width = max(_LEAST_BOX, min(inside, room - (_LEAST_TEXT if hangs else 0)))
        self._text_width = max(0, room - self._box_width)

    def lines(self, owner: Mapping[str, tuple[str, int]]) -> tuple[str, ...]:
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
                    left = left[:-1] + "▶"
                line = left + self._box_row(one, row, row in leaving, row in using)
                index = row - one.top - 1
                said = one.box.items[index].text if 0 <= index < len(one.box.items) else ""
                if self._middle_width:
                    line += middle.text(row) + fit(f" {said}" if said else "", self._text_width)
                rows[row] = line.rstrip()
        for row, line in enumerate(rows):
            if not line:
                between = " " * self._box_width
                rows[row] = (gutter.text(row) + between + middle.text(row)).rstrip()
        return tuple(rows)

    def _heading(self, words: str, gutter: _Gutter, middle: _Gutter, row: int) -> str:
        return (gutter.text(row) + fit(words, self._box_width) + middle.text(row)).rstrip()

    def _box_row(self, one: _Placed, row: int, leaving: bool, using: bool) -> str:
        inner = self._box_width - 2
        if row == one.top:
            return f"┌{'─' * inner}┐"
        if row == one.top + one.height + 1:
            return f"└{'─' * inner}┘"
        index = row - one.top - 1
        texts = _inside(one)
        text = texts[index] if index < len(texts) else ""
        right = "├" if using or index < len(one.box.items) else "│"
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
            for index in range(len(one.box.items)):
                gutter.horizontal(one.item(index), 0, edge)
        for column, rails in self._right.items():
            x = 1 + 2 * column
            for rail in rails:
                gutter.vertical(x, rail)
                gutter.join(rail.root, x, 0)
                for row in rail.rows:
                    gutter.horizontal(row, 0, x)
                    gutter.join(row, x, _LEFT)
        return gutter


def _inside(one: _Placed) -> list[str]:
    return [one.box.title, one.box.text, *one.more]
