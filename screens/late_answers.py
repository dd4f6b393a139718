"""An answer of the terminal that comes when nobody waits for it any more is no typing, and what was typed
while somebody waited for it is.

Textual takes a sequence that it does not know for keys, one by one. What this borrows of its private parts is
here, and tests/screens/test_terminal_background.py notices when an upgrade takes it away.
"""

import re
import time
from collections.abc import Iterable
from typing import ClassVar

from textual._xterm_parser import XTermParser
from textual.drivers import linux_driver
from textual.message import Message

from screens.link import ANSWER

_ANSWER = re.compile(ANSWER)
_BEGUN = re.compile(r"\x1b(?:\](?:1(?:1(?:;[^\x07\x1b]{0,64}\x1b?)?)?)?|\[0?)?\Z")

HELD = 0.05
"""Seconds for which what could be the beginning of an answer is held back: escape may have been pressed."""

CERTAIN, HELD_LONGER = "\x1b]1", 1.0
"""What nobody types, and the seconds for which that is held: a slow link brings an answer in pieces."""

LATEST = 10.0
"""Seconds from the start on in which an answer is still noticed in pieces; a whole one is at any time."""


class AnswersApart(XTermParser):
    """Textual's parser of what comes from the terminal, without answers to what was asked at the start, and
    with what was typed ahead of it."""

    ahead: ClassVar[str] = ""
    """What came before there was a parser. The first one takes it."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._ahead, AnswersApart.ahead = AnswersApart.ahead, ""
        self._held = ""
        self._since = 0.0
        self._until = time.monotonic() + LATEST

    def feed(self, data: str) -> Iterable[Message]:
        """The messages of `data`, but of no answer; the end of `data` may be held back."""
        came, self._ahead, self._held = self._ahead + self._held + data, "", ""
        if not data:
            # The end of the input.
            yield from super().feed(came) if came else ()
            yield from super().feed("")
            return
        yield from self._sifted(came)

    def tick(self) -> Iterable[Message]:
        """Called some times a second, and after each piece: what was held back for long is what it is."""
        if self._ahead:
            came, self._ahead = self._ahead, ""
            yield from self._sifted(came)
        patience = HELD_LONGER if self._held.startswith(CERTAIN) else HELD
        if self._held and time.monotonic() - self._since > patience:
            data, self._held = self._held, ""
            yield from super().feed(data)
        yield from super().tick()

    def _sifted(self, came: str) -> Iterable[Message]:
        came = _ANSWER.sub("", came)
        if time.monotonic() < self._until and (begun := _BEGUN.search(came)) is not None:
            came, self._held = came[: begun.start()], begun[0]
            self._since = time.monotonic()
        if came:
            yield from super().feed(came)


def keep_answers_apart(typed: bytes = b"") -> None:
    """For the rest of this process. Before the application runs, whose first keys are those that were
    `typed`."""
    AnswersApart.ahead = typed.decode(errors="replace")
    # Textual has no hook for it.
    vars(linux_driver)["XTermParser"] = AnswersApart
