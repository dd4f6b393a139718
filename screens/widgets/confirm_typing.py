"""A dangerous thing is confirmed by typing a name, never by y."""

from collections.abc import Sequence

from textual import on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Input, Static

from screens.marks import STRONG
from screens.widgets.dialog import Dialog
from screens.widgets.field import Field


class ConfirmTyping(Dialog[bool]):
    """Result: True once `word` was typed. `lines` say what is true and what will happen."""

    hint = "esc changes nothing"

    def __init__(self, title: str, lines: Sequence[str | Content], *, word: str, verb: str) -> None:
        super().__init__(title)
        self._lines = lines
        self._word = word
        self._verb = verb

    def compose_content(self) -> ComposeResult:
        """What will happen, and the line to type the name in."""
        for line in self._lines:
            yield Static(line, markup=False)
        asked = Content.assemble("Type ", (self._word, STRONG), f" {self._verb}")
        yield Static(asked, classes="asked", markup=False)
        yield Field(compact=True)

    @on(Input.Submitted)
    def _typed(self, message: Input.Submitted) -> None:
        if message.value.strip() == self._word:
            self.dismiss(True)
        else:
            self.complain(f"That is not {self._word}. Nothing was done.")
