"""A list of one-line rows that keeps its place when its rows change, and filters with `/`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.geometry import Offset, Region
from textual.message import Message
from textual.strip import Strip
from textual.widgets import Input, OptionList
from textual.widgets.option_list import Option

from screens.marks import MUTED
from screens.widgets.field import Field


@dataclass(frozen=True)
class Row:
    """A row. `found_by` is what the filter looks at, the shown text when empty. A `heading` cannot be
    highlighted, and goes when the filter is on."""

    id: str
    content: Content
    found_by: str = ""
    heading: bool = False

    def same_as(self, other: "Row") -> bool:
        """Whether nothing visible differs (Content compares by its plain text alone)."""
        return (
            self.id == other.id
            and self.content.plain == other.content.plain
            and self.content.spans == other.content.spans
            and self.heading == other.heading
        )


def nothing_with(text: str) -> Row:
    """The row that stands alone where nothing has `text` in it."""
    return Row("+nothing", Content.styled(f"Nothing has '{text}' in it.", MUTED), heading=True)


class Rows(OptionList, inherit_bindings=False):
    """The list itself. Enter is left to the screen, which knows what the obvious next thing is."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "cursor_down", show=False),
        Binding("up", "cursor_up", show=False),
        Binding("pagedown", "page_down", show=False),
        Binding("pageup", "page_up", show=False),
        Binding("home", "first", show=False),
        Binding("end", "last", show=False),
    ]

    def watch_highlighted(self, highlighted: int | None) -> None:
        """See `_show_in_dialog`."""
        super().watch_highlighted(highlighted)
        self._point()

    def render_line(self, y: int) -> Strip:
        """One line. In sixteen colours the highlighted one has one colour: red on blue cannot be read."""
        strip = super().render_line(y)
        if not (self.has_focus and self.app.native_ansi_color):
            return strip
        chosen = self.get_component_styles("option-list--option-highlighted")
        ground, plain = chosen.background.rich_color, Style(color=chosen.color.rich_color)
        parts = (
            (text, style + plain if style is not None and style.bgcolor == ground else style, control)
            for text, style, control in strip
        )
        return Strip([Segment(*part) for part in parts], strip.cell_length)

    def on_focus(self) -> None:
        """See `watch_highlighted`."""
        self._point()

    def _point(self) -> None:
        if self.highlighted is not None and self.has_focus:
            self.call_after_refresh(self._show_in_dialog)

    @property
    def chosen_offset(self) -> Offset:
        """Where the highlighted row is on the screen; the first one, when none is."""
        row = (self.highlighted or 0) - round(self.scroll_offset.y)
        return self.content_region.offset + Offset(0, max(0, row))

    def on_resize(self) -> None:
        """See `_show_in_dialog`."""
        self.call_after_refresh(self._show_in_dialog)

    def _show_in_dialog(self) -> None:
        """A dialog scrolls where a terminal is low; the highlighted row stays in sight all the same."""
        box = next((one for one in self.ancestors if isinstance(one, VerticalScroll)), None)
        if box is None or self.highlighted is None or not self.has_focus:
            return
        row = self.highlighted - round(self.scroll_offset.y)
        top = self.region.y - box.region.y + round(box.scroll_offset.y) + row
        if top < box.size.height:
            box.scroll_home(animate=False, immediate=True)
        else:
            box.scroll_to_region(Region(0, top, 1, 1), animate=False, immediate=True)


class RowList(Vertical):
    """Rows with a filter. `current` is the id of the highlighted row."""

    class Emptied(Message):
        """The filter lets nothing through: no row is highlighted any more, and the list says nothing."""

    def __init__(self) -> None:
        super().__init__()
        self._all: tuple[Row, ...] = ()
        self._shown: tuple[Row, ...] = ()
        self._filter = ""

    def compose(self) -> ComposeResult:
        """The filter line, hidden until asked for, above the rows."""
        field = Field(placeholder="filter", classes="filter", compact=True)
        field.display = False
        yield field
        yield Rows(markup=False, compact=True)

    @property
    def rows(self) -> Rows:
        """The list."""
        return self.query_one(Rows)

    @property
    def current(self) -> str | None:
        """The id of the highlighted row, None when there is none."""
        index = self.rows.highlighted
        return None if index is None or index >= len(self._shown) else self._shown[index].id

    @property
    def shown(self) -> tuple[Row, ...]:
        """The rows that the filter lets through."""
        return self._shown

    def show(self, rows: Sequence[Row], *, current: str | None = None) -> None:
        """Show `rows`; the highlight stays where it was, or goes to the row `current`."""
        self._all = tuple(rows)
        self._draw(current)

    def go_to(self, row_id: str) -> None:
        """Highlight a row, when it is shown."""
        self._highlight(row_id)

    def keep_in_sight(self) -> None:
        """Scroll to the highlighted row, once the list has the size that it is about to get."""
        self.call_after_refresh(self.rows.scroll_to_highlight)

    def focus_rows(self) -> None:
        """Give the list the keyboard."""
        self.rows.focus(scroll_visible=False)

    def ask_filter(self) -> None:
        """Open the filter line."""
        field = self.query_one(Field)
        field.display = True
        field.focus()

    def clear_filter(self, *, redraw: bool = True) -> bool:
        """Close the filter line; whether there was one. Without `redraw` the caller shows rows next."""
        field = self.query_one(Field)
        if not field.display:
            return False
        field.value = ""
        field.display = False
        self._filter = ""
        if redraw:
            self._draw(None)
        self.rows.focus()
        return True

    @on(Input.Changed)
    def _filter_changed(self, message: Input.Changed) -> None:
        message.stop()
        text = message.value.strip().lower()
        if text != self._filter:
            self._filter = text
            self._draw(None)
            if self.current is None:
                self.post_message(self.Emptied())

    @on(Input.Submitted)
    def _filter_done(self, message: Input.Submitted) -> None:
        message.stop()
        self.rows.focus()

    def _draw(self, current: str | None) -> None:
        wanted = self.wanted()
        keep = current or self.current
        old, self._shown = self._shown, wanted
        if [row.id for row in old] == [row.id for row in wanted]:
            for before, after in zip(old, wanted, strict=True):
                if not before.same_as(after):
                    self.rows.replace_option_prompt(after.id, after.content)
        else:
            self.rows.clear_options()
            self.rows.add_options(Option(row.content, id=row.id, disabled=row.heading) for row in wanted)
            keep = keep if any(row.id == keep for row in wanted) else None
        self._highlight(keep or next((row.id for row in wanted if not row.heading), None))

    def wanted(self) -> tuple[Row, ...]:
        """The rows to show now: those that the filter lets through, or that it lets none through."""
        let_through = tuple(row for row in self._all if self._passes(row))
        return (nothing_with(self._filter),) if self._filter and not let_through else let_through

    def _passes(self, row: Row) -> bool:
        if not self._filter:
            return True
        return not row.heading and self._filter in (row.found_by or row.content.plain).lower()

    def _highlight(self, row_id: str | None) -> None:
        for index, row in enumerate(self._shown):
            if row.id == row_id:
                self.rows.highlighted = index
                return
