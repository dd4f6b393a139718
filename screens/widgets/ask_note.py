"""What a team says of a component: who answers for it, and a note."""

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from screens.widgets.dialog import Dialog
from screens.widgets.field import Field
from wizard.session.parts import Note


class AskNote(Dialog[Note]):
    """Result: the note as it is to be kept, both lines empty to take it away; None when closed."""

    hint = "enter goes on, then keeps   esc changes nothing"

    def __init__(self, title: str, note: Note) -> None:
        super().__init__(f"Note on {title}")
        self._note = note

    def compose_content(self) -> ComposeResult:
        """Two lines."""
        yield Static(
            "For your team: it stands in this document and in its exports, and stays when Heroku is read "
            "again. Nothing of it goes to Heroku. Both lines empty takes the note away.",
            classes="muted",
            markup=False,
        )
        yield Static("Owner: who answers for it", classes="label", markup=False)
        yield Field(value=self._note.owner, id="owner", compact=True)
        yield Static("Note", classes="label", markup=False)
        yield Field(value=self._note.text, id="text", compact=True)

    @on(Input.Submitted)
    def _enter(self, message: Input.Submitted) -> None:
        if message.input.id == "owner":
            self.query_one("#text", Field).focus()
            return
        owner, text = (self.query_one(f"#{name}", Field).value for name in ("owner", "text"))
        self.dismiss(Note(text=text, owner=owner))
