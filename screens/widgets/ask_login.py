"""Asks who may pull from a registry: a name, and a password that is shown as dots."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from screens.widgets.dialog import Dialog
from screens.widgets.field import Field
from wizard.model.secret import Secret
from wizard.ports import RegistryLogin


class AskLogin(Dialog[RegistryLogin]):
    """Result: both; None when closed. What is typed is gone with the dialog."""

    hint = "enter goes on   tab next line   esc closes"

    def __init__(self, registry: str) -> None:
        super().__init__(f"Who may pull from {registry}")
        self._registry = registry

    def compose_content(self) -> ComposeResult:
        """Two lines."""
        words = (
            "A name and a token or password that may read the image, and nothing else. Kept with your other "
            "credentials, and handed to the target with each deploy."
        )
        yield Static(words, markup=False)
        yield Static("Name", classes="label", markup=False)
        yield Field(id="name", compact=True)
        yield Static("Password or token", classes="label", markup=False)
        yield Field(password=True, id="password", compact=True)

    @on(Input.Submitted)
    def _enter(self) -> None:
        name, password = self.query_one("#name", Field), self.query_one("#password", Field)
        if not name.value.strip():
            name.focus()
            self.complain("Type the name first." if password.value else "")
        elif not password.value:
            password.focus()
            self.complain("")
        else:
            secret = Secret(password.value.strip(), "registry password")
            password.value = ""
            self.dismiss(RegistryLogin(name.value.strip(), secret))
