"""A gate: what is true now, what will happen, the way back; passed by typing its word, never by y."""

from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Input, Static

from screens.marks import STRONG
from screens.monitor.content import block
from screens.monitor.scene import gate_lines
from screens.styles import sheet
from screens.widgets.dialog import Dialog
from screens.widgets.field import Field
from screens.widgets.too_small import TooSmall
from wizard.run.guide import COPIED
from wizard.run.view import GateView

if TYPE_CHECKING:
    from screens.app import OfframpApp

AROUND_THE_FACTS = 8
"""Rows of the box that are not facts: its border, what is asked, the line, a complaint, the hint."""


def commands(gate: GateView) -> list[str]:
    """What of a gate's lines is to be typed elsewhere, in the order in which it is."""
    said = [*gate.will_happen, *(words for _, words in gate.true_now)]
    return [words.removeprefix(COPIED) for words in said if words.startswith(COPIED)]


class GateDialog(Dialog[str]):
    """Result: the word as it was typed; None when closed. The line to type in is always in sight. With
    `read_only`, the reason why it is another's to pass, there is none: it can be read."""

    CSS_PATH = sheet("run")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "move(1)", show=False, priority=True),
        Binding("up", "move(-1)", show=False, priority=True),
        Binding("pagedown", "move(8)", show=False, priority=True),
        Binding("pageup", "move(-8)", show=False, priority=True),
        Binding("ctrl+y", "copy", show=False, priority=True, id="gate.copy"),
    ]
    scope = "gate"

    def __init__(self, gate: GateView, *, read_only: str = "") -> None:
        super().__init__(gate.title.removeprefix("Gate: ").capitalize())
        self.gate, self.read_only = gate, read_only

    def compose(self) -> ComposeResult:
        """The facts, which scroll when they are many, and below them the line to type in."""
        with Vertical(classes="box gate") as box:
            box.border_title = Content(self.box_title)
            with VerticalScroll(classes="content", can_focus=False):
                yield Static("", id="facts", markup=False)
            asked = Content.assemble("Type ", (self.gate.word, STRONG), " to go on")
            yield Static(self.read_only or asked, classes="asked", markup=False)
            if not self.read_only:
                yield Field(compact=True)
            yield Static("", classes="complaint", markup=False)
            yield Static("", classes="hint", markup=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """Facts for the width there is."""
        super().on_mount()
        self.call_after_refresh(self._draw)

    def on_resize(self, event: events.Resize) -> None:
        """The lines are made for the width."""
        self.call_after_refresh(self._draw)

    def renew(self, gate: GateView) -> None:
        """Newer facts of the same gate."""
        if gate != self.gate:
            self.gate = gate
            self._draw()

    def _draw(self) -> None:
        scroll = self.query_one(".content", VerticalScroll)
        keys = cast("OfframpApp", self.app).keymap.words("run")
        lines = gate_lines(self.gate, scroll.size.width - 1, keys)
        # In a box that grows with its text, a share of the height is no limit: the limit is a number.
        room = max(3, self.size.height - AROUND_THE_FACTS)
        scroll.styles.max_height = room
        self.query_one("#facts", Static).update(block(lines))
        more = "↑↓ scroll   " if len(lines) >= room else ""
        more += self.words("ctrl+y copies the commands   ") if commands(self.gate) else ""
        leave = "esc closes" if self.read_only else "esc later, nothing happens until then"
        self.query_one(".hint", Static).update(f"{more}{leave}")

    def action_copy(self) -> None:
        """Hand the commands among the facts to the terminal's clipboard, and say so."""
        if found := commands(self.gate):
            many = f"{len(found)} lines" if len(found) > 1 else "one line"
            copied = cast("OfframpApp", self.app).copy_out("\n".join(found), what=many)
            self.query_one(".hint", Static).update(f"{'✓' if copied.done else '⚠'} {copied.words}")

    def action_move(self, lines: int) -> None:
        """Scroll the facts."""
        self.query_one(".content", VerticalScroll).scroll_relative(y=lines, animate=False)

    @on(Input.Submitted)
    def _typed(self, message: Input.Submitted) -> None:
        if message.value.strip() == self.gate.word:
            self.dismiss(self.gate.word)
        else:
            self.complain(f"That is not {self.gate.word}. Nothing was done.")
