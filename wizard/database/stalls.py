"""Whether a tunnel stands still under the work: an answer is overdue, no byte moves, the server is not at it.

A query may rightly be silent for an hour (an index, a digest). So whoever is overdue is looked up on the
server by another way, where there is one: a second connection of the tunnel, or a second start of the same
program. The server says that it is at work: then it is waited for. It says that it waits for us, while we
wait for it: then the bytes are stuck in between. Where nobody can tell, there is a longest wait, and a longer
one after each.
"""

import time
from collections.abc import Callable, Sequence

from wizard.database.lanes import Held, Lanes

STALL = 30.0
"""Seconds without a byte after which an answer is overdue: of a database that is at work, a look tells so."""

BLIND = 600.0
"""The same for a query, where nobody can look."""

BLIND_ROWS = 120.0
"""The same for rows on their way: one statement of MySQL's has many of them, and a small server takes its
time."""

AGAIN = (60.0, 120.0, 300.0, 600.0)
"""Seconds to the next look at one that was at work."""

STRIKES = 2
"""Looks by a second start of the program, in a row, after which what was looked for was gone. Then none is
made any more: the vendor may let in the newest one only, and each look would end what works."""

MOST = 5
"""Times that the longest wait is doubled, where nobody can look."""

Look = Callable[[Sequence[int]], bool | None]
"""Whether the server is at work for these processes of its own; None where that cannot be told."""


class Stalls:
    """Judges for one tunnel. Used by its thread only."""

    def __init__(self, lanes: Lanes) -> None:
        self._lanes = lanes
        self._doublings = 0
        self._looks = 0
        self._next = 0.0
        self._suspects: list[Held] = []
        self._looked_for: list[Held] = []
        self._strikes = 0

    def stuck(self, look: Look, *, apart: bool = False) -> list[Held]:
        """Those whose bytes are stuck; empty where nobody is overdue, or the server is at work for them.

        Found so two times in a row: an answer may be on its way at the first, or this process has slept.

        Args:
            look: asked at most once, and seldom.
            apart: whether it goes by a second start of the program.
        """
        if self._looked_for:
            there = self._lanes.holders()
            harmed = any(one not in there for one in self._looked_for)
            self._strikes = self._strikes + 1 if harmed else 0
            self._looked_for = []
        overdue = self._overdue(STALL)
        if not overdue:
            self._looks = 0
            self._next = 0.0
            self._suspects = []
            return []
        if time.monotonic() < self._next:
            return []
        known = [one.backend for one in overdue if one.backend is not None and not one.instant]
        if apart and self._strikes >= STRIKES:
            known = []
        at_work = look(known) if known else None
        if apart and known:
            self._looked_for = overdue
        # It took its time, and a byte may have come.
        overdue = [one for one in self._overdue(STALL) if one in overdue]
        pause = AGAIN[min(self._looks, len(AGAIN) - 1)]
        if at_work is None:
            pause = min([pause, *(self._blind(one) - (one.owing or 0.0) for one in overdue)])
            overdue = [one for one in overdue if _beyond(one, self._blind(one))]
        elif at_work:
            overdue = [one for one in overdue if one.instant]
        if not overdue:
            self._looks += 1
            self._next = time.monotonic() + pause
        stuck = [one for one in overdue if one in self._suspects]
        if stuck:
            self._looked_for = []
        self._suspects = overdue
        if at_work is None and any(not one.instant for one in stuck):
            self._doublings = min(self._doublings + 1, MOST)
        return stuck

    def _overdue(self, seconds: float) -> list[Held]:
        return [one for one in self._lanes.holders() if _beyond(one, seconds)]

    def _blind(self, one: Held) -> float:
        if one.instant:
            return STALL
        longest: float = BLIND_ROWS if one.streams else BLIND
        return longest * (1 << self._doublings)


def _beyond(one: Held, seconds: float) -> bool:
    owing = one.owing
    return owing is not None and owing >= seconds


def words(stuck: Sequence[Held], name: str) -> str:
    """What is said of a tunnel that stands still."""
    longest = max((one.owing or 0.0 for one in stuck), default=0.0)
    return f"{name} stands still: no byte for {round(longest)} s while an answer is due"
