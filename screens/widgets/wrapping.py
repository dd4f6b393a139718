"""Lines that are made for the width they are shown in, so that columns hang and nothing is cut."""

from collections.abc import Callable, Sequence
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.geometry import Size
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.visual import Visual

Make = Callable[[int], Sequence[Content]]
"""Makes lines for a width in cells, each no wider."""


class Wrapping(ScrollView):
    """Scrolls lines, made anew when the width changes. Only those that are seen are drawn: the bill of
    hundreds of apps has more than a thousand. Arrows, pages and space scroll while it has the keyboard."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("space", "page_down", show=False)]

    def __init__(self, make: Make | None = None, *, id: str | None = None, can_focus: bool = True) -> None:  # noqa: A002  Textual's word
        super().__init__(id=id, can_focus=can_focus)
        self._make = make
        self._made_for = 0
        self._lines: list[Content] = []

    @property
    def text(self) -> str:
        """All lines, seen or not."""
        return "\n".join(line.plain for line in self._lines)

    def show(self, make: Make | None) -> None:
        """Show other lines from their beginning; None shows nothing."""
        self._make = make
        self._made_for = 0
        self._fit()
        self.scroll_to(y=0, animate=False)

    def on_resize(self, event: events.Resize) -> None:
        """See the class."""
        self._fit()

    def _fit(self) -> None:
        # The scroll bar takes its column from the beginning, so that nothing moves when it comes.
        width = self.size.width + self.scrollbar_size_vertical * self.show_vertical_scrollbar
        width -= self.styles.scrollbar_size_vertical + 1
        if width <= 0 or width == self._made_for:
            return
        self._made_for = width
        made = self._make(width) if self._make is not None else ()
        self._lines = [part for line in made for part in _folded(line, width)]
        self.virtual_size = Size(width, len(self._lines))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """One visible line."""
        number, width = self.scroll_offset.y + y, self.size.width
        style = self.visual_style
        if number >= len(self._lines):
            return Strip.blank(width, style.rich_style)
        strips = Visual.to_strips(self, self._lines[number], width, 1, style, pad=True)
        return strips[0] if strips else Strip.blank(width, style.rich_style)


def _folded(line: Content, width: int) -> list[Content]:
    """A line that is too wide after all (signs that take two cells), in parts."""
    if line.cell_length <= width:
        return [line]
    parts, rest = [], line
    while rest.cell_length > width:
        cut = width
        while cut > 1 and rest[:cut].cell_length > width:
            cut -= 1
        parts.append(rest[:cut])
        rest = rest[cut:]
    return [*parts, rest]
