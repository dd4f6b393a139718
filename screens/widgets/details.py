"""A text to read and scroll."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.widgets.dialog import Dialog


class DetailsDialog(Dialog[bool]):
    """Shows `content`. With `accept`, Enter ends it with True: the words say what that means."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "accept", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown,space", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
    ]
    hint = "↑↓ scroll   esc closes"

    def __init__(self, title: str, content: Content, *, accept: str = "") -> None:
        super().__init__(title)
        self._content = content
        self._accept = accept
        if accept:
            self.hint = f"↑↓ scroll   enter {accept}   esc closes"

    def compose_content(self) -> ComposeResult:
        """The text."""
        yield Static(self._content, markup=False)

    def action_accept(self) -> None:
        """Close; accepted when there was something to accept."""
        self.dismiss(bool(self._accept))

    def action_move(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(".content", VerticalScroll).scroll_relative(y=lines, animate=False)
