"""The question before Offramp ends."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.widgets import Static

from screens.widgets.dialog import Dialog


class LeaveDialog(Dialog[bool]):
    """Result: True to leave. A second ctrl+c leaves at once (the application sees to that)."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("enter,q", "leave", show=False)]
    hint = "enter leaves   esc stays"

    def __init__(self, sentence: str) -> None:
        super().__init__("Leave Offramp?")
        self._sentence = sentence

    def compose_content(self) -> ComposeResult:
        """What stays when it ends."""
        yield Static(self._sentence, markup=False)

    def action_leave(self) -> None:
        """Leave."""
        self.dismiss(True)
