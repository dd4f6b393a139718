"""One of a few, picked from a list."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from screens.widgets.dialog import Dialog
from screens.widgets.row_list import Row, RowList


class PickOne(Dialog[str]):
    """Result: the id of the picked row; None when closed. `about` is what to know before picking."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter", "pick", show=False)]
    hint = "enter picks   esc changes nothing"

    def __init__(self, title: str, about: Content, rows: Sequence[tuple[str, str] | Row]) -> None:
        super().__init__(title)
        self._about = about
        self._rows = rows

    def compose_content(self) -> ComposeResult:
        """What it is about, and the list."""
        yield Static(self._about, classes="about", markup=False)
        yield RowList()

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        rows = self.query_one(RowList)
        rows.show([row if isinstance(row, Row) else Row(row[0], Content(row[1])) for row in self._rows])
        rows.focus_rows()

    def action_pick(self) -> None:
        """End with the highlighted row."""
        current = self.query_one(RowList).current
        if current is not None:
            self.dismiss(current)

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.action_pick()
