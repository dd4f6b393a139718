"""Asks for the folder with an app's code, or whether it is to be cloned."""

from typing import ClassVar

from textual.binding import Binding, BindingType

from screens.widgets.ask_text import AskText

CLONE = "\0clone"
"""The result that asks for a clone: no path has such a sign."""


class AskCode(AskText):
    """Result: a path, `CLONE`, or None when closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+g", "clone", show=False, priority=True, id="folder.clone")
    ]
    scope = "folder"
    hint = "enter accepts   ctrl+g clones it from Heroku   esc closes"

    def action_clone(self) -> None:
        """Ask for a clone instead."""
        self.dismiss(CLONE)
