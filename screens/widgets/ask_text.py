"""Asks for one line."""

from collections.abc import Callable

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from screens.widgets.dialog import Dialog
from screens.widgets.field import Field


class AskText(Dialog[str | None]):
    """Result: what was typed, stripped; None when closed. `check` returns why a text is not good."""

    hint = "enter accepts   esc closes"

    def __init__(
        self,
        title: str,
        question: str,
        *,
        value: str = "",
        placeholder: str = "",
        check: Callable[[str], str] = lambda text: "" if text else "Type something, or press esc.",
    ) -> None:
        super().__init__(title)
        self._question = question
        self._value = value
        self._placeholder = placeholder
        self._check = check

    def compose_content(self) -> ComposeResult:
        """The question and the line."""
        yield Static(self._question, markup=False)
        yield Field(value=self._value, placeholder=self._placeholder, compact=True)

    @on(Input.Submitted)
    def _accept(self, message: Input.Submitted) -> None:
        text = message.value.strip()
        wrong = self._check(text)
        self.complain(wrong)
        if not wrong:
            self.dismiss(text)
