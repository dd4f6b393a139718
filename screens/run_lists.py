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
from screens.monitor.search import Search
from screens.monitor.whole_lists import EMPTY_WORDS, Kind, follows_end, lines_of, title_of
from screens.styles import sheet
from screens.widgets.field import Field
from screens.widgets.too_small import TooSmall

if TYPE_CHECKING:
    from screens.app import OfframpApp

KEYS = (
    Key("t", "tables", "tables", "All tables of the copy."),
    Key("o", "steps", "steps", "All steps with their times and evidence."),
    Key("e", "events", "events", "What happened, with the time of each."),
    Key("l", "log", "log", "The log of the target, as it streams."),
    Key("slash", "filter", "filter", "Show only what contains the text you type."),
    Key("s", "search", "search", "Search: go to the next line with the text you type."),
    Key("n", "next_hit", "next", "The next line with the text that was searched.", footer=False),
    Key("N", "hit_before", "before", "The line before with the text that was searched.", footer=False),
    Key("c", "copy", "copy", "Copy the lines on the screen."),
    Key("escape", "close", "back", "Back to the monitor."),
)
"""What can be done over the lists."""

SCOPE = "lists"
"""The name of the lists in the settings of keys."""


class RunLists(ModalScreen[None]):
    """Covers the monitor. `show` brings it up to date once a second; at its end it follows what comes."""

    CSS_PATH = sheet("run")
    AUTO_FOCUS = "#lines"
    COMMANDS: ClassVar[set[type[Provider] | Callable[[], type[Provider]]]] = {KeyCommands}
    BINDINGS: ClassVar[list[BindingType]] = [
        *(Binding(key.key, key.name, show=False, id=f"{SCOPE}.{key.name}") for key in KEYS),
        Binding("q", "close", show=False),
        Binding("ctrl+z", "app.suspend_process", show=False),
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
        self._made: tuple[tuple[Seen, Kind, int, str], list[Line]] | None = None
        self._top = 0
        self._at_end = follows_end(kind)
        self._wanted = ""
        self._search = Search()
        self._asks_search = False

    def shown_keys(self) -> tuple[Key, ...]:
        """For the palette, as the person has set them."""
        return cast("OfframpApp", self.app).keymap.worn(SCOPE, KEYS)

    async def action_act(self, name: str) -> None:
        """Do what the palette picked."""
        await self.run_action(name)

    def compose(self) -> ComposeResult:
        """A title, the filter (hidden), the lines, the keys."""
        yield Board(id="title")
        yield Field(placeholder="filter", classes="filter", compact=True)
        yield Board(id="lines")
        yield Static("", classes="hint", markup=False)
        yield TooSmall()

    def on_mount(self) -> None:
        """First picture."""
        self.query_one(Field).display = False
        self.query_one("#lines", Board).can_focus = True
        self._say("")

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
        """Made once of what was seen last: a key only moves them, and a log has hundreds."""
        cells = self.query_one("#lines", Board).size.width
        if not cells:
            return []
        of = (self._seen, self.kind, cells, self._wanted)
        if self._made is None or self._made[0][0] is not self._seen or self._made[0][1:] != of[1:]:
            lines = lines_of(self.kind, self._seen, cells)
            if self._wanted:
                lines = [one for one in lines if self._wanted in text(one).lower()]
            self._made = (of, lines)
        return self._made[1]

    def _draw(self) -> None:
        lines = self._all()
        last = max(0, len(lines) - self._room)
        self._top = last if self._at_end else max(0, min(self._top, last))
        shown = lines[self._top : self._top + self._room]
        shown = self._search.marked(shown, self._top)
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
        if field.display or self._search.text:
            field.value = ""
            field.display = False
            self._search = Search()
            self.query_one("#lines", Board).focus()
            self._say("")
            self._draw()
            return
        self.dismiss(None)

    def _say(self, words: str) -> None:
        """Say `words` where the keys stand; "" for the keys."""
        keys = "  ".join(f"{key.label} {key.word}" for key in self.shown_keys() if key.footer)
        worn = cast("OfframpApp", self.app).keymap.words(SCOPE)
        self.query_one(".hint", Static).update(worn(words) or keys)

    def action_tables(self) -> None:
        """All tables."""
        self._other("tables")

    def action_steps(self) -> None:
        """All steps."""
        self._other("steps")

    def action_events(self) -> None:
        """What happened."""
        self._other("events")

    def action_log(self) -> None:
        """The log."""
        self._other("log")

    def _other(self, kind: Kind) -> None:
        self._say("")
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
        self._ask(search=False)

    def action_search(self) -> None:
        """Open the search."""
        self._ask(search=True)

    def _ask(self, *, search: bool) -> None:
        field = self.query_one(Field)
        self._asks_search = search
        if search:
            self._wanted = ""  # whoever searches wants to see what stands around
        field.placeholder = "search" if search else "filter"
        field.value = self._search.text if search else self._wanted
        field.display = True
        field.focus()
        self._say("enter goes to the next one   esc closes" if search else "enter keeps it   esc shows all")

    def action_next_hit(self) -> None:
        """Downwards, and from the end on from the beginning."""
        self._go(1)

    def action_hit_before(self) -> None:
        """Upwards, and from the beginning on from the end."""
        self._go(-1)

    def _go(self, by: int) -> None:
        if not self._search.text:
            self._say("s searches first; then n goes on, and N back.")
            return
        lines = [text(one) for one in self._all()]
        found = self._search.go(lines, by, self._top)
        if found is not None:
            self._at_end = False
            # Not at the edge: what stands around it is read, too.
            self._top = max(0, min(found - self._room // 3, len(lines) - self._room))
        self._draw()
        self._say(self._search.words())

    def action_copy(self) -> None:
        """Hand what stands to the terminal's clipboard, and say so."""
        lines = self.query_one("#lines", Board).lines
        copied = cast("OfframpApp", self.app).copy_out(texts(lines), what=f"{len(lines)} lines")
        self._say(f"{'✓' if copied.done else '⚠'} {copied.words}")

    @on(Input.Changed)
    def _filtered(self, message: Input.Changed) -> None:
        message.stop()
        if self._asks_search:
            self._search = Search(message.value.strip())
        else:
            self._wanted = message.value.strip().lower()
        self._draw()

    @on(Input.Submitted)
    def _filter_done(self, message: Input.Submitted) -> None:
        message.stop()
        self.query_one("#lines", Board).focus()
        if self._asks_search:
            self.query_one(Field).display = False
            self._go(1)
