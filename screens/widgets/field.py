"""A line to type in."""

from typing import Any

from textual import events
from textual.binding import Binding
from textual.widgets import Input

from wizard.model.text import clean

_ACTIONS = {
    key.strip(): binding.action
    for binding in Input.BINDINGS
    if isinstance(binding, Binding)
    for key in binding.key.split(",")
}
"""What the keys do that are no letters: Backspace, Enter, arrows and the like."""


class Field(Input):
    """Textual's input without the blinking cursor, which costs 1.7 kB a second over a slow line, and
    without suggestions taken from what was typed."""

    def __init__(self, **arguments: Any) -> None:
        super().__init__(**arguments)
        self.cursor_blink = False

    async def _on_key(self, event: events.Key) -> None:
        """Do at once what the key does. Textual sends such a key around by way of the application, and the
        letters behind it come first: over a line that delivers several keys together, Backspace would
        delete the letter typed after it."""
        action = None if event.is_printable else _ACTIONS.get(event.key)
        if action is not None:
            event.stop()
            event.prevent_default()
            await self.run_action(action)

    def action_copy(self) -> None:
        """What is shown as dots is copied by nobody."""
        if not self.password:
            super().action_copy()

    def action_cut(self) -> None:
        """Dots are deleted, and not copied."""
        if self.password:
            self.delete_selection()
        else:
            super().action_cut()

    def _on_paste(self, event: events.Paste) -> None:
        """Take all that was pasted, as one line. Textual takes the first line, which is none when the
        text begins with a line break, and a part when a token was wrapped on its way."""
        event.prevent_default()
        event.stop()
        line = " ".join(event.text.strip().splitlines())
        # A secret is shown as dots, and must not be made look like one by cleaning it.
        self.replace(line if self.password else clean(line), *self.selection)
