"""Signs of life of a tunnel that is open: a query every few seconds, without being in anybody's way."""

import threading
import time
from collections.abc import Callable, Sequence
from typing import Protocol

from wizard.database.breadth import breadth, in_time
from wizard.database.far_end import FarEnd, NoAnswer, Ping, at_work
from wizard.database.lanes import Lanes
from wizard.database.stalls import Look, Stalls, words
from wizard.database.tunnel_way import Way
from wizard.model.secret import Secret

PING = 5.0
"""Seconds between two measurements of the round trip."""

PING_IDLE = 30.0
"""The same where each takes the one connection that there is: whoever wants to work would wait for it."""

PATIENT = 30.0
"""Seconds for an answer through a program that may be frozen."""

STARTING = 0.25
"""Seconds between two questions while it is being started."""

MISSES = 3
"""Questions without an answer, after which it is opened anew."""


class Listener(Protocol):
    """Hears how it is."""

    def up(self, round_trip_ms: float | None) -> None:
        """It works; None: others work through it, so it was not asked."""
        ...

    def measured(self, most: int | None) -> None:
        """How many connections it carries at a time; told before it is first said to be up."""
        ...

    def waits(self, why: str) -> None:
        """It has not answered yet, and need not have."""
        ...

    def broken(self, why: str) -> None:
        """It does not answer now."""
        ...


class _StandsStill(Exception):
    """It is to be opened anew; the text says why."""


class Watch:
    """Watches one connection of a tunnel.

    Args:
        measure: whether it is to be found out how many connections it carries.
        look: tells whether the server is at work, where the work has all connections that there are.
    """

    def __init__(
        self,
        way: Way,
        end: FarEnd,
        url: Secret,
        *,
        lanes: Lanes,
        listener: Listener,
        over: Callable[[], bool],
        measure: bool,
        stalls: Stalls,
        look: Look,
    ) -> None:
        self._way = way
        self._end = end
        self._url = url
        self._lanes = lanes
        self._listener = listener
        self._over = over
        self._measure = measure
        self._stalls = stalls
        self._look_elsewhere = look
        self._ping: Ping | None = None
        self.answered = False

    def run(self) -> str:
        """Stay while it is good. Returns why it is not, empty when it ended by itself or it is over."""
        try:
            return self._run()
        finally:
            self._drop()

    def _run(self) -> str:
        misses, began = 0, time.monotonic()
        while not self._over():
            pause = PING
            try:
                pause = self._look()
                misses = 0
            except _StandsStill as why_not:
                return str(why_not)
            except NoAnswer as error:
                self._drop()
                why = f"the database behind the tunnel: {error}"
                pause = 1.0
                if self.answered or time.monotonic() - began >= self._way.slow_start:
                    # ssh says READY also when it may not forward, or the store behind it is down.
                    misses += 1
                    if not self._way.ended(0):
                        self._listener.broken(why)
                    if misses >= MISSES and not self._way.ended(0):
                        if not self._works_behind():
                            return why
                        misses = 0
                else:
                    pause = STARTING
                    self._listener.waits(str(error))
            if self._way.ended(pause):
                return ""
        return ""

    def _look(self) -> float:
        """Ask once; seconds to the next time."""
        if self._lanes.most is not None:
            return self._look_between()
        ms = self._ask()
        if self._measure and not self.answered and self._ping is not None:
            most = breadth(self._end, self._url, self._ping)
            self._listener.measured(most)
            if most is not None:
                self._drop()
        self.answered = True
        self._listener.up(ms)
        self._free_the_stuck()
        return PING

    def _look_between(self) -> float:
        """The same where connections are few: when nobody else has one, and without keeping one."""
        if not self._lanes.enter(0.0 if self.answered else 1.0):
            if not self.answered:
                raise NoAnswer("the connection that it carries is taken")
            if stuck := self._stalls.stuck(self._look_elsewhere, apart=True):
                why = words(stuck, self._way.name)
                for one in stuck:
                    one.cut()
                if not any(one.owing is not None for one in self._lanes.holders() if one not in stuck):
                    raise _StandsStill(why)
                # Others are at something: they are overdue in their turn where nothing gets through at all.
            self._listener.up(None)
            return PING
        try:
            ms = self._ask()
            self._free_the_stuck()
        finally:
            self._drop()
            self._lanes.leave()
        self.answered = True
        self._listener.up(ms)
        return PING_IDLE

    def _ask(self) -> float:
        patient = PATIENT if self._way.unknown else None
        if self._ping is None:
            self._ping = self._end.open(self._url) if patient is None else self._opened_in_time(patient)
        began = time.monotonic()
        if patient is None:
            self._ping.ask()
        else:
            in_time(self._ping.ask, patient)
        return (time.monotonic() - began) * 1000

    def _opened_in_time(self, seconds: float) -> Ping:
        opened: list[Ping] = []
        unwanted = threading.Event()

        def open_it() -> None:
            opened.append(self._end.open(self._url))
            if unwanted.is_set():
                opened[0].close()

        try:
            in_time(open_it, seconds)
        except NoAnswer:
            unwanted.set()
            for one in opened:
                one.close()
            raise
        return opened[0]

    def _works_behind(self) -> bool:
        """Whether the server is at work for those who go through it all the same: a program may hold back
        many of their bytes, and our question stands behind these."""
        holders = [one for one in self._lanes.holders() if one.owing is not None]
        known = [one.backend for one in holders if one.backend is not None]
        return self._way.unknown and bool(known) and self._look_elsewhere(known) is True

    def _free_the_stuck(self) -> None:
        """It carries our question, and may have lost the bytes of another connection: whoever works with that
        one is to hear of it."""
        if not self._way.unknown or (ping := self._ping) is None:
            return

        def look(backends: Sequence[int]) -> bool | None:
            found: list[bool | None] = []
            in_time(lambda: found.append(at_work(ping, backends)), PATIENT)
            return found[0] if found else None

        for one in self._stalls.stuck(look):
            one.cut()

    def _drop(self) -> None:
        if self._ping is not None:
            self._ping.close()
            self._ping = None
