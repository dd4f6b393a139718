"""The frame of every dialog: a title, what it says, and the keys that end it."""

from typing import ClassVar, TypeVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from screens.keymap import Keymap
from screens.marks import GLYPHS, Mark
from screens.widgets.too_small import TooSmall

T = TypeVar("T")


class DialogContent(VerticalScroll):
    """What scrolls in a dialog. What is said below it takes room: the line typed in stays in sight."""

    def on_resize(self) -> None:
        """See `_show_line`."""
        self.call_after_refresh(self._show_line)

    def on_descendant_focus(self) -> None:
        """See `_show_line`."""
        self.call_after_refresh(self._show_line)

    def _show_line(self) -> None:
        focused = self.screen.focused
        if isinstance(focused, Input):
            focused.scroll_visible(animate=False)


class Dialog(ModalScreen[T]):
    """A box over the screen. Escape closes it without a result and changes nothing.

    Subclasses give `compose_content` and may set `hint` (the keys, in words, as they come), and `scope`, the
    name by which the settings know their keys.
    """

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", show=False),
        # No key of the application reaches it through a dialog. A line that is typed in has its own ctrl+z.
        Binding("ctrl+z", "app.suspend_process", show=False),
    ]
    AUTO_FOCUS = "Field, TextArea, Rows"
    hint = "esc closes"
    scope: ClassVar[str] = ""

    def __init__(self, title: str) -> None:
        super().__init__()
        self.box_title = title

    def compose(self) -> ComposeResult:
        """The box."""
        with Vertical(classes="box") as box:
            # As content: a string would be read for markup, and names come from outside.
            box.border_title = Content(self.box_title)
            with DialogContent(classes="content", can_focus=False):
                yield from self.compose_content()
            # However long the content is, both stay in sight.
            with Vertical(classes="foot"):
                yield Static("", classes="complaint", markup=False)
                yield Static(self.words(self.hint), classes="hint", markup=False)
        yield TooSmall()

    def words(self, sentence: str) -> str:
        """`sentence` with the keys of this dialog as the person has set them."""
        keymap = getattr(self.app, "keymap", None)
        return keymap.words(self.scope)(sentence) if isinstance(keymap, Keymap) else sentence

    def compose_content(self) -> ComposeResult:
        """What stands in the box."""
        yield from ()

    def complain(self, sentence: str, *, mark: Mark = "look") -> None:
        """Say in the box why it does not go on, or (with the mark `now`) what it waits for."""
        complaint = self.query_one(".complaint", Static)
        complaint.display = bool(sentence)
        complaint.update(f"{GLYPHS[mark]} {sentence}" if sentence else "")

    def on_mount(self) -> None:
        """No complaint at first."""
        self.complain("")

    def dismiss(self, result: T | None = None) -> AwaitComplete:
        """Close with `result`, once: a second Enter may be on its way, and would close the screen below."""
        return super().dismiss(result) if self in self.app.screen_stack else AwaitComplete()

    def action_close(self) -> None:
        """Close without a result."""
        self.dismiss(None)
