"""How many connections a tunnel carries at a time, shared by all who go through it.

A vendor's own program may carry one only, and refuse the second or leave it without an answer. Then whoever
works holds the lane, and the tunnel looks for signs of life when nobody does.
"""

import contextlib
import threading
import time
from collections.abc import Iterator
from typing import Protocol

CLOSING = 1.0
"""Seconds for which the far side of a narrow tunnel may take a connection that is over for one that lives."""

REST = 0.1
"""Seconds between the end of a connection and the next one, where there is a limit: one that comes before the
end was noticed may never be answered."""


class Held(Protocol):
    """One that has a lane, and lets itself be seen by whoever watches the tunnel."""

    @property
    def owing(self) -> float | None:
        """Seconds for which the far side has owed something while no byte came or went; None where it owes
        nothing, or where that cannot be told."""
        ...

    @property
    def streams(self) -> bool:
        """Whether rows are on their way, so that a long silence is no query's thinking."""
        ...

    @property
    def instant(self) -> bool:
        """Whether what is owed takes no time at a server, so that a long silence is no query's thinking
        either."""
        ...

    @property
    def backend(self) -> int | None:
        """The server's process for it, 0 for whichever of this user's it is; None where there is none yet."""
        ...

    def cut(self) -> None:
        """Break the connection off; never fails."""
        ...


class Lanes:
    """`most` connections at a time; None sets no limit. Thread-safe.

    Whoever has entered leaves once; to enter waits until there is room. A limit that comes later holds for
    those who enter after it.
    """

    def __init__(self, most: int | None = None) -> None:
        self._change = threading.Condition()
        self._most = most
        self._taken = 0
        self._left_at = -CLOSING
        self._holders: list[Held] = []

    @property
    def most(self) -> int | None:
        """Connections at a time, None without a limit."""
        return self._most

    def limit(self, most: int | None) -> None:
        """Set or lift the limit."""
        with self._change:
            self._most = most
            self._change.notify_all()

    def enter(self, seconds: float | None = None) -> bool:
        """Take a place, waiting for one; False when there was none within `seconds`."""
        with self._change:
            free = self._change.wait_for(lambda: self._most is None or self._taken < self._most, seconds)
            self._taken += free
            rest = 0.0 if self._most is None else self._left_at + REST - time.monotonic()
        if free and rest > 0:
            time.sleep(rest)
        return free

    def leave(self) -> None:
        """Give the place back."""
        with self._change:
            self._taken -= 1
            self._left_at = time.monotonic()
            self._change.notify_all()

    @contextlib.contextmanager
    def entered(self) -> Iterator[None]:
        """A place for the length of the block."""
        self.enter()
        try:
            yield
        finally:
            self.leave()

    @contextlib.contextmanager
    def held_by(self, holder: Held) -> Iterator[None]:
        """Let the watch see who has the lane, for the length of the block."""
        self.hold(holder)
        try:
            yield
        finally:
            self.let_go(holder)

    def hold(self, holder: Held) -> None:
        """Let the watch see who has a lane."""
        with self._change:
            self._holders.append(holder)

    def let_go(self, holder: Held) -> None:
        """It has it no more. Let go already is no error."""
        with self._change:
            self._holders = [one for one in self._holders if one is not holder]

    def holders(self) -> list[Held]:
        """Those that have a lane and let themselves be seen."""
        with self._change:
            return list(self._holders)

    def rest(self) -> None:
        """Where there is a limit, wait until the connection before is over for everybody: before a program
        that tries only once."""
        if self._most is not None:
            time.sleep(CLOSING)

    @property
    def just_left(self) -> bool:
        """Whether a refusal may be about a connection that is over by now: there is a limit, and a place was
        given back a moment ago."""
        with self._change:
            return self._most is not None and time.monotonic() - self._left_at < CLOSING
