"""The long lists of a run over the monitor: tables, steps, events, log; each filters, scrolls and goes on."""

from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, cast

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.command import Provider
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from screens.commands import KeyCommands
from screens.keys import Key
from screens.lean_wire import LeanCompositor
from screens.monitor.board import Board
from screens.monitor.line import Line, Span, line, text, texts
from screens.monitor.scene import Seen
from screens.monitor.whole_lists import EMPTY_WORDS, Kind, follows_end, lines_of, title_of
from screens.styles import sheet
from screens.widgets.field import Field
from screens.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from screens.app import OfframpApp

KEYS = (
    Key("t", "kind('tables')", "tables", "All tables of the copy."),
    Key("o", "kind('steps')", "steps", "All steps with their times and evidence."),
    Key("e", "kind('events')", "events", "What happened, with the time of each."),
    Key("l", "kind('log')", "log", "The log of the target, as it streams."),
    Key("slash", "filter", "filter", "Show only what contains the text you type."),
    Key("c", "copy", "copy", "Copy the lines on the screen."),
    Key("escape", "close", "back", "Back to the monitor."),
)
"""What the palette offers over the lists; `name` is the action with its argument."""

HINT = "t tables  o steps  e events  l log  / filter  c copy  ↑↓ scroll  esc back"


class RunLists(ModalScreen[None]):
    """Covers the monitor. `show` brings it up to date once a second; at its end it follows what comes."""

    CSS_PATH = sheet("run")
    AUTO_FOCUS = "#lines"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {KeyCommands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key.key, key.name, show=False) for key in KEYS),
        Binding("q", "close", show=False),
        Binding("down,j", "move(1)", show=False),
        Binding("up,k", "move(-1)", show=False),
        Binding("pagedown,space", "page(1)", show=False),
        Binding("pageup", "page(-1)", show=False),
        Binding("home", "move(-1000000)", show=False),
        Binding("end", "move(1000000)", show=False),
    ]

    def __init__(self, kind: Kind, seen: Seen) -> None:
        super().__init__()
        self._compositor = LeanCompositor()
        self.kind: Kind = kind
        self._seen = seen
        self._top = 0
        self._at_end = follows_end(kind)
        self._wanted = ""

    def shown_keys(self) -> tuple[Key, ...]:
        """For the palette, as the person has set them."""
        return cast("OfframpApp", self.app).keymap.worn("lists", KEYS)

    async def action_act(self, name: str) -> None:
        """Do what the palette picked."""
        await self.run_action(name)

    def compose(self) -> ComposeResult:
        """A title, the filter (hidden), the lines, the keys."""
        yield Board(id="title")
        yield Field(placeholder="filter", classes="filter", compact=True)
        yield Board(id="lines")
        yield Static(HINT, classes="hint", markup=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """First picture."""
        self.query_one(Field).display = False
        self.query_one("#lines", Board).can_focus = True

    def on_resize(self, event: events.Resize) -> None:
        """Lines are made for the width."""
        self.call_after_refresh(self._draw)

    def show(self, seen: Seen) -> None:
        """Bring the list up to date."""
        self._seen = seen
        self._draw()

    @property
    def _room(self) -> int:
        return self.query_one("#lines", Board).size.height

    def _all(self) -> list[Line]:
        cells = self.query_one("#lines", Board).size.width
        if not cells:
            return []
        lines = lines_of(self.kind, self._seen, cells)
        if self._wanted:
            lines = [one for one in lines if self._wanted in text(one).lower()]
        return lines

    def _draw(self) -> None:
        lines = self._all()
        last = max(0, len(lines) - self._room)
        self._top = last if self._at_end else max(0, min(self._top, last))
        shown = lines[self._top : self._top + self._room]
        if not lines:
            words = "Nothing fits the filter." if self._wanted else EMPTY_WORDS[self.kind]
            shown = [line(Span(words, "muted"))]
        self.query_one("#lines", Board).show(shown)
        where = ""
        if len(lines) > self._room:
            where = f"   {self._top + 1} to {self._top + len(shown)} of {len(lines)}"
        title = title_of(self.kind, self._seen)
        self.query_one("#title", Board).show([line(Span(title, "strong"), Span(where, "muted"))])

    # -- keys ---------------------------------------------------------------------------------------

    def action_close(self) -> None:
        """Close the filter first, then the lists."""
        field = self.query_one(Field)
        if field.display:
            field.value = ""
            field.display = False
            self.query_one("#lines", Board).focus()
            return
        self.dismiss(None)

    def action_kind(self, kind: Kind) -> None:
        """Another list."""
        self.query_one(".hint", Static).update(HINT)
        self.kind = kind
        self._top = 0
        self._at_end = follows_end(kind)
        self._draw()

    def action_move(self, by: int) -> None:
        """Scroll; at the end the list follows again what is added."""
        last = max(0, len(self._all()) - self._room)
        self._top = max(0, min(self._top + by, last))
        self._at_end = follows_end(self.kind) and self._top == last
        self._draw()

    def action_page(self, by: int) -> None:
        """Scroll by what fits the screen."""
        self.action_move(by * max(1, self._room - 1))

    def action_filter(self) -> None:
        """Open the filter."""
        field = self.query_one(Field)
        field.display = True
        field.focus()

    def action_copy(self) -> None:
        """Hand what stands to the terminal's clipboard, and say so."""
        lines = self.query_one("#lines", Board).lines
        copied = cast("OfframpApp", self.app).copy_out(texts(lines), what=f"{len(lines)} lines")
        self.query_one(".hint", Static).update(f"{'✓' if copied.done else '⚠'} {copied.words}")

    @on(Input.Changed)
    def _filtered(self, message: Input.Changed) -> None:
        message.stop()
        self._wanted = message.value.strip().lower()
        self._draw()

    @on(Input.Submitted)
    def _filter_done(self, message: Input.Submitted) -> None:
        message.stop()
        self.query_one("#lines", Board).focus()
