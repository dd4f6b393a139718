"""The config vars of one app: names and origins; a value is shown one at a time, for ten seconds."""

from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content

from screens.mistake import as_trouble
from screens.patience import Patience
from screens.widgets.dialog import Dialog
from screens.widgets.masked_value import MaskedValue
from screens.widgets.row_list import Row, RowList
from wizard.model.secret import Secret

if TYPE_CHECKING:
    from screens.app import OfframpApp

ReadValue = Callable[[str], Coroutine[Any, Any, Secret]]
"""Reads the value of one config var from Heroku, now."""
MakeRows = Callable[[int], Sequence[Row]]
"""Makes the rows for a width in cells."""


class ConfigVarsDialog(Dialog[None]):
    """Nothing is written anywhere; what is shown goes by itself."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "reveal", show=False, id="vars.reveal"),
        Binding("enter", "reveal", show=False),
        Binding("slash", "filter", show=False, id="vars.filter"),
        Binding("c", "copy", show=False, id="vars.copy"),
    ]
    scope = "vars"
    hint = "v shows one value for 10 s, c copies it then   / filter   esc closes"

    def __init__(self, app_name: str, rows: MakeRows, read: ReadValue, *, begin: str = "") -> None:
        super().__init__(f"Config vars of {app_name}")
        self._begin = begin
        self._rows = rows
        self._read = read
        self._wait: Patience | None = None

    def compose_content(self) -> ComposeResult:
        """The list, and one value below it."""
        yield RowList()
        yield MaskedValue()

    def on_mount(self) -> None:
        """Fill the list."""
        super().on_mount()
        self._draw(self._begin)
        self.query_one(RowList).focus_rows()
        self.set_interval(1.0, self._tell_wait)

    def on_resize(self, event: events.Resize) -> None:
        """Columns follow the width."""
        self._draw(None)

    def _draw(self, current: str | None) -> None:
        # Two cells of the border, two beside the text; see the style sheet.
        self.query_one(RowList).show(self._rows(self.app.size.width - 4), current=current)

    def on_option_list_option_highlighted(self) -> None:
        """Another row: what was shown of the last is hidden."""
        self.query_one(MaskedValue).hide()
        self.query_one(MaskedValue).border_title = Content(self.query_one(RowList).current or "")

    def action_reveal(self) -> None:
        """Read the value of the highlighted var and show it."""
        name = self.query_one(RowList).current
        if name is None:
            return
        self._wait = Patience(f"Reading {name} from Heroku")
        self._tell_wait()
        self.run_worker(self._reveal(name, self._wait), exclusive=True, exit_on_error=False)

    def _tell_wait(self) -> None:
        if self._wait is not None:
            self.complain(self._wait.words(), mark="now")

    async def _reveal(self, name: str, wait: Patience) -> None:
        try:
            value = await self._read(name)
        except Exception as error:  # noqa: BLE001  said in the dialog, logged when it is our mistake
            self._wait = None
            self.complain(as_trouble(error).sentence())
            return
        if self._wait is wait:
            self._wait = None
            self.complain("")
        if self.query_one(RowList).current == name:
            self.query_one(MaskedValue).reveal(value)

    def action_copy(self) -> None:
        """Copy the value that is shown: nothing that the person has not asked to see."""
        shown, name = self.query_one(MaskedValue).shown, self.query_one(RowList).current
        if shown is None:
            self.complain("v shows a value first; what is shown can be copied.")
            return
        copied = cast("OfframpApp", self.app).copy_out(
            shown.reveal(),
            what=f"the value of {name}",
            elsewhere="It stays in the clipboard until something else is copied.",
            secret=True,
        )
        self.complain(copied.words, mark="done" if copied.done else "look")

    def action_filter(self) -> None:
        """Open the filter."""
        self.query_one(RowList).ask_filter()

    def action_close(self) -> None:
        """The filter first, then the dialog."""
        if not self.query_one(RowList).clear_filter():
            super().action_close()
