"""Asks for a token; what is typed or pasted is shown as dots."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from screens.widgets.dialog import Dialog
from screens.widgets.field import Field
from wizard.model.secret import Secret

LONGEST = 8_192
"""Characters. A signed token of Aptible has about 1,500."""


class AskSecret(Dialog[Secret]):
    """Result: the secret, without the blanks around it that pasting brings along."""

    hint = "enter accepts   esc closes"

    def __init__(self, title: str, question: str, *, label: str) -> None:
        super().__init__(title)
        self._question = question
        self._label = label

    def compose_content(self) -> ComposeResult:
        """The question and the line."""
        yield Static(self._question, markup=False)
        yield Field(password=True, compact=True)

    @on(Input.Submitted)
    def _accept(self, message: Input.Submitted) -> None:
        text = message.value.strip()
        if not text:
            self.complain("Paste the token, or press esc.")
        elif not text.isascii() or any(c.isspace() for c in text) or len(text) > LONGEST:
            self.complain(
                "This is no token: it has blanks, line breaks or signs that none has, or is far too long. "
                "It was not sent anywhere. Paste it again."
            )
            message.input.value = ""
        else:
            message.input.value = ""
            self.dismiss(Secret(text, label=self._label))
