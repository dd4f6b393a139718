"""Values that a person types elsewhere, to be copied one by one."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, cast

from rich.cells import cell_len
from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from screens.marks import MUTED
from screens.monitor.line import pad
from screens.widgets.dialog import Dialog
from screens.widgets.row_list import Row, RowList

if TYPE_CHECKING:
    from screens.app import OfframpApp


class CopyValues(Dialog[bool]):
    """Copies values and stays open. `values` are pairs of what it is ("" for nothing to say) and the value;
    a value of many lines is shown by what it is alone. Result: None here; a class over this one may have
    another."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("c", "copy", show=False, id="copies.copy"),
        Binding("enter", "copy", show=False),
    ]
    scope = "copies"
    hint = "c copies the value   esc closes"

    def __init__(self, title: str, about: str, values: Sequence[tuple[str, str]]) -> None:
        super().__init__(title)
        self._about = about
        self._values = tuple(values)

    def compose_content(self) -> ComposeResult:
        """What it is about, and the values."""
        yield Static(Content.styled(self._about, MUTED), classes="about", markup=False)
        yield RowList()

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        rows = self.query_one(RowList)
        longest = max((cell_len(what) for what, _ in self._values), default=0)
        column = longest + 2 if longest else 0
        rows.show(
            [
                Row(str(number), Content.assemble((pad(what, column), MUTED), "" if "\n" in value else value))
                for number, (what, value) in enumerate(self._values)
            ]
        )
        rows.focus_rows()

    def action_copy(self) -> None:
        """Hand the value to the terminal's clipboard."""
        current = self.query_one(RowList).current
        if current is not None:
            what, value = self._values[int(current)]
            copied = cast("OfframpApp", self.app).copy_out(value, what=what or value)
            self.complain(copied.words, mark="done" if copied.done else "look")

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.action_copy()
