"""Progress of a `db` command: a few lines rewritten in place on a terminal, plain lines or JSON elsewhere."""

import contextlib
import threading
import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final, Generic, TypeVar

from rich.console import Console
from rich.live import Live
from rich.text import Text

from screens.headless.db_voice import Voice
from screens.marks import ascii_twins, terminal_speaks_utf8
from screens.monitor.line import Line, Tone, fit

T = TypeVar("T")

EVERY: Final = 5.0
"""Seconds between two plain lines about what goes on."""

_STYLES: Final[dict[Tone, str]] = {
    "plain": "",
    "strong": "bold",
    "muted": "dim",
    "accent": "cyan",
    "good": "green",
    "attention": "yellow",
    "bad": "red",
}


class Watch(Generic[T]):
    """Shows what is reported, from any thread. Use it as a context manager; what is said goes above the
    picture.

    Args:
        picture: the lines of a snapshot, given the width; a person at a terminal sees them.
        words: a snapshot in one line, for a pipe.
        fields: a snapshot for JSON.
    """

    def __init__(
        self,
        voice: Voice,
        *,
        picture: Callable[[T, int], Sequence[Line]],
        words: Callable[[T], str],
        fields: Callable[[T], dict[str, object]],
    ) -> None:
        self._voice = voice
        self._picture, self._words, self._fields = picture, words, fields
        self._lock = threading.Lock()
        self._last: T | None = None
        self._said = ""
        self._said_at = 0.0
        console = Console(file=voice.words, highlight=False, markup=False, emoji=False, soft_wrap=False)
        self.in_place = console.is_terminal and not console.is_dumb_terminal and not voice.json
        self._utf8 = terminal_speaks_utf8()
        self._live = Live(
            console=console, auto_refresh=False, transient=True, redirect_stdout=False, redirect_stderr=False
        )

    def __enter__(self) -> "Watch[T]":
        if self.in_place:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.in_place:
            with contextlib.suppress(OSError):
                self._live.stop()

    @property
    def last(self) -> T | None:
        """The newest snapshot."""
        return self._last

    def report(self, snapshot: T) -> None:
        """Show a snapshot."""
        with self._lock, contextlib.suppress(OSError):
            # A terminal that is gone stops nothing.
            self._last = snapshot
            if self._voice.json:
                self._voice.event("progress", **self._fields(snapshot))
            elif self.in_place:
                self._draw(snapshot)
            else:
                self._plain(self._words(snapshot))

    def again(self) -> None:
        """Draw the newest snapshot anew: what it depends on has changed."""
        with self._lock, contextlib.suppress(OSError):
            if self.in_place and self._last is not None:
                self._draw(self._last)

    def say(self, text: str, kind: str = "note") -> None:
        """A sentence that stays."""
        with self._lock, contextlib.suppress(OSError):
            if self.in_place:
                self._live.console.print(Text(self._shown(text)))
            else:
                self._voice.line(text)
            self._voice.event(kind, text=text)

    def _draw(self, snapshot: T) -> None:
        width = self._live.console.width
        lines = [fit(one, width) for one in self._picture(snapshot, width)]
        text = Text("\n").join(
            Text.assemble(*((self._shown(span.text), _STYLES[span.tone]) for span in one)) for one in lines
        )
        text.no_wrap = True
        self._live.update(text, refresh=True)

    def _plain(self, words: str) -> None:
        # A phase that changes is told at once, figures every few seconds.
        begins = words.partition(" · ")[0]
        now = time.monotonic()
        if words and (begins != self._said or now - self._said_at >= EVERY):
            self._said, self._said_at = begins, now
            self._voice.line(words)

    def _shown(self, text: str) -> str:
        return text if self._utf8 else ascii_twins(text)
