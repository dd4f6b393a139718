"""Values that a person types elsewhere, to be copied one by one."""

from collections.abc import Sequence
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import OptionList, Static

from screens.marks import MUTED
from screens.styles import sheet
from screens.widgets.dialog import Dialog
from screens.widgets.row_list import Row, RowList


class CopyValues(Dialog[None]):
    """Copies values and stays open. `values` are pairs of what it is ("" for nothing to say) and the value;
    a value of many lines is shown by what it is alone."""

    CSS_PATH = sheet("prepare")
    BINDINGS: ClassVar[list[BindingType]] = [Binding("c,enter", "copy", show=False)]
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
        longest = max((len(what) for what, _ in self._values), default=0)
        rows.show(
            [
                Row(str(number), Content.assemble((f"{what:<{longest}}  " if longest else "", MUTED), shown))
                for number, (what, value) in enumerate(self._values)
                for shown in ["" if "\n" in value else value]
            ]
        )
        rows.focus_rows()

    def action_copy(self) -> None:
        """Hand the value to the terminal's clipboard."""
        current = self.query_one(RowList).current
        if current is not None:
            what, value = self._values[int(current)]
            self.app.copy_to_clipboard(value)
            self.complain(f"Copied {what or value}, if your terminal allows it.", mark="done")

    @on(OptionList.OptionSelected)
    def _clicked(self, message: OptionList.OptionSelected) -> None:
        message.stop()
        self.action_copy()
