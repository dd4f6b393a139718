"""A long text over the whole screen, to read and scroll: one object, the picture, the bill."""

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType

from screens.widgets.dialog import Dialog
from screens.widgets.wrapping import Make, Wrapping


class TextDialog(Dialog[str]):
    """Shows what `make` makes for its width. Result: None."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "page(-10000)", show=False),
        Binding("end", "page(10000)", show=False),
    ]
    hint = "↑↓ scroll   space a page   esc closes"

    def __init__(self, title: str, make: Make) -> None:
        super().__init__(title)
        self._make = make

    @staticmethod
    def width_in(columns: int) -> int:
        """Cells of a line in a terminal of so many columns, beside a scroll bar; see the style sheet."""
        return columns - 6

    def compose_content(self) -> ComposeResult:
        """The text."""
        yield Wrapping(self._make, can_focus=False)

    def action_move(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(Wrapping).scroll_relative(y=lines, animate=False)

    def action_page(self, pages: int) -> None:
        """Scroll by what is visible, but for two lines."""
        content = self.query_one(Wrapping)
        content.scroll_relative(y=pages * max(1, content.size.height - 2), animate=False)


class ObjectDialog(TextDialog):
    """One object. Result: the name of an action that the person wants next on it ("note", "copy_it", of an
    app "vars", "code", "deploy" too), None when closed."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("o", "wish('note')", show=False, id="object.note"),
        Binding("y", "wish('copy_it')", show=False, id="object.copy_it"),
        Binding("v", "wish('vars')", show=False, id="object.vars"),
        Binding("c", "wish('code')", show=False, id="object.code"),
        Binding("h", "wish('deploy')", show=False, id="object.deploy"),
    ]
    scope = "object"

    def __init__(self, title: str, make: Make, *, of_app: bool) -> None:
        super().__init__(title, make)
        self._of_app = of_app
        # What is cut in a narrow terminal is at the end: the way out is not.
        more = "  v vars  c code  h how deployed" if of_app else ""
        self.hint = f"esc closes  ↑↓ scroll  o note  y copy{more}"

    def action_wish(self, name: str) -> None:
        """Close, and let the screen do `name`."""
        if name in ("note", "copy_it") or self._of_app:
            self.dismiss(name)
