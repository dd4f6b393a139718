"""A text that is made for the width it is shown in, so that columns hang and nothing is cut."""

from collections.abc import Callable

from textual import events
from textual.content import Content
from textual.widgets import Static

Make = Callable[[int], Content]
"""Makes the text for a width in cells."""


class Wrapping(Static):
    """Made anew when its width changes."""

    def __init__(self, make: Make | None = None, *, id: str | None = None) -> None:  # noqa: A002  Textual's word
        super().__init__("", markup=False, id=id)
        self._make = make
        self._made_for = 0

    def show(self, make: Make | None) -> None:
        """Show another text; None shows nothing."""
        self._make = make
        self._draw(self.size.width or self._made_for)

    def on_resize(self, event: events.Resize) -> None:
        """See the class."""
        if event.size.width != self._made_for:
            self._draw(event.size.width)

    def _draw(self, width: int) -> None:
        self._made_for = width
        self.update(self._make(width) if self._make and width else "")
