"""The help of a screen: what it is for, what it asks, what happens next, every key."""

import textwrap
from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.widgets import Static

from screens.keys import About, Key
from screens.marks import ACCENT, ATTENTION, STRONG
from screens.widgets.dialog import Dialog

COLUMN = 9
"""Cells for a key, before what it does."""

AROUND = 7
"""Cells of the box, its padding and its scroll bar; see the style sheet."""


class HelpDialog(Dialog[None]):
    """Explains one screen. `refused` are reasons by action name, for keys that do nothing now."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("question_mark,q,enter", "close", show=False),
        Binding("down", "move(1)", show=False),
        Binding("up", "move(-1)", show=False),
        Binding("pagedown,space", "move(10)", show=False),
        Binding("pageup", "move(-10)", show=False),
    ]
    hint = "↑↓ scroll   esc closes"

    def __init__(self, about: About, keys: Sequence[Key], refused: dict[str, str]) -> None:
        super().__init__(f"Help: {about.title}")
        self._about = about
        self._keys = keys
        self._refused = refused

    def compose_content(self) -> ComposeResult:
        """Three paragraphs and the keys."""
        for title, text in (
            ("What this is for", self._about.purpose),
            ("What is asked", self._about.asks),
            ("What happens next", self._about.next),
        ):
            yield Static(Content.assemble((f"{title}\n", STRONG), (f"{text}\n", "")), markup=False)
        yield Static(Content.styled("Keys", STRONG), markup=False)
        room = max(20, min(76, self.app.size.width) - AROUND - COLUMN)
        for key in self._keys:
            why = self._refused.get(key.name, "")
            words = textwrap.wrap(key.explain, room) or [""]
            explained = f"\n{'':<{COLUMN}}".join(words)
            line = Content.assemble((f"{key.label:<{COLUMN}}", f"bold {ACCENT}"), (explained, ""))
            yield Static(line, classes="key", markup=False)
            if why:
                yield Static(Content.styled(f"now: {why}", ATTENTION), classes="why", markup=False)

    def action_move(self, lines: int) -> None:
        """Scroll by lines."""
        self.query_one(".content", VerticalScroll).scroll_relative(y=lines, animate=False)
