"""A list of what is said of objects: one line each, all of the highlighted one below, enter goes there."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from screens.marks import MUTED
from screens.widgets.dialog import Dialog
from screens.widgets.row_list import Row, RowList


@dataclass(frozen=True)
class Said:
    """What is said of the object `key`; `mark` is a sign before it and its style, `more` what to do of it."""

    key: str
    mark: tuple[str, str]
    text: str
    more: str = ""


class GoTo(Dialog[str]):
    """Result: the key of the picked object; None when closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "pick", show=False),
        Binding("slash", "filter", show=False, id="places.filter"),
    ]
    scope = "places"
    hint = "enter goes there   / filter   esc closes"

    def __init__(self, title: str, said: Sequence[Said]) -> None:
        super().__init__(title)
        self._said = said

    def compose_content(self) -> ComposeResult:
        """The list, and all of one below it."""
        yield RowList()
        yield Static("", id="whole", markup=False)

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        listing = self.query_one(RowList)
        listing.show(
            [
                Row(str(number), Content.assemble(one.mark, one.text), found_by=f"{one.text} {one.more}")
                for number, one in enumerate(self._said)
            ]
        )
        listing.focus_rows()
        self.watch(listing.rows, "highlighted", self._show)

    @property
    def _current(self) -> Said | None:
        number = self.query_one(RowList).current
        return None if number is None else self._said[int(number)]

    def _show(self) -> None:
        one = self._current
        text = Content("") if one is None else Content.assemble(one.text, (f"\n{one.more}", MUTED))
        self.query_one("#whole", Static).update(text)

    @on(OptionList.OptionHighlighted)
    def _highlighted(self, message: OptionList.OptionHighlighted) -> None:
        message.stop()

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.action_pick()

    def action_pick(self) -> None:
        """End with the highlighted one."""
        one = self._current
        if one is not None:
            self.dismiss(one.key)

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(RowList).ask_filter()

    def action_close(self) -> None:
        """The filter first, then the dialog."""
        if not self.query_one(RowList).clear_filter():
            super().action_close()
