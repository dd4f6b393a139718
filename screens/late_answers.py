"""An answer of the terminal that comes when nobody waits for it any more is no typing.

Textual takes a sequence that it does not know for keys, one by one. What this borrows of its private parts is
here, and tests/screens/test_terminal_background.py notices when an upgrade takes it away.
"""

import re
import time
from collections.abc import Iterable

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

_ANSWER = re.compile(r"\x1b\]11;[^\x07\x1b]{0,64}(?:\x07|\x1b\\)|\x1b\[0n")
_BEGUN = re.compile(r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,64}\x1b?)?)?)?|\[0?)?\Z")

HELD = 0.05
"""Seconds for which what could be the beginning of an answer is held back: escape may have been pressed."""

CERTAIN, HELD_LONGER = "\x1b]1", 1.0
"""What nobody types, and the seconds for which that is held: a slow link brings an answer in pieces."""

LATEST = 10.0
"""Seconds from the start on in which an answer is still noticed in pieces; a whole one is at any time."""


class AnswersApart(XTermParser):
    """Textual's parser of what comes from the terminal, without answers to what was asked at the start."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._held = ""
        self._since = 0.0
        self._until = time.monotonic() + LATEST

    def feed(self, data: str) -> Iterable[Message]:
        """The messages of `data`, but of no answer; the end of `data` may be held back."""
        if not data:
            # The end of the input.
            data, self._held = self._held, ""
            yield from super().feed(data) if data else ()
            yield from super().feed("")
            return
        data, self._held = _ANSWER.sub("", self._held + data), ""
        if time.monotonic() < self._until and (begun := _BEGUN.search(data)) is not None:
            data, self._held = data[: begun.start()], begun[0]
            self._since = time.monotonic()
        if data:
            yield from super().feed(data)

    def tick(self) -> Iterable[Message]:
        """Called some times a second, and after each piece: what was held back for long is what it is."""
        patience = HELD_LONGER if self._held.startswith(CERTAIN) else HELD
        if self._held and time.monotonic() - self._since > patience:
            data, self._held = self._held, ""
            yield from super().feed(data)
        yield from super().tick()


def keep_answers_apart() -> None:
    """For the rest of this process. Before the application runs."""
    # Textual has no hook for it.
    vars(linux_driver)["XTermParser"] = AnswersApart
