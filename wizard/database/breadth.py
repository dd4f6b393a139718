"""How many connections a tunnel really carries at a time, found out by opening them."""

import contextlib
import threading
from collections.abc import Callable

from wizard.database.far_end import FarEnd, NoAnswer, Ping
from wizard.model.secret import Secret

ENOUGH = 10
"""Connections beyond which nobody asks: the most workers that a copy has, and two that look on."""

SHORT = 5.0
"""Seconds for one connection to answer, where the one before it has."""

LEAVING = 2.0
"""Seconds to wait for one that was taken and not answered: it may be let in when the others have left."""


def in_time(ask: Callable[[], None], seconds: float) -> None:
    """Ask, for at most `seconds`: a frozen program keeps its local side open for ever.

    Raises:
        NoAnswer: it was refused, or did not come in time.
    """
    met: list[NoAnswer] = []
    over = threading.Event()

    def run() -> None:
        try:
            ask()
        except NoAnswer as error:
            met.append(error)
        finally:
            over.set()

    threading.Thread(target=run, name="offramp-ping", daemon=True).start()
    if not over.wait(seconds):
        raise NoAnswer("no answer in time")
    if met:
        raise met[0]


class _Late:
    """A connection that is being opened in a thread, and closed there if nobody waits for it any more."""

    def __init__(self, end: FarEnd, url: Secret) -> None:
        self._lock = threading.Lock()
        self._unwanted = False
        self._ping: Ping | None = None
        self.over = threading.Event()
        self._thread = threading.Thread(
            target=self._run, args=(end, url), name="offramp-breadth", daemon=True
        )
        self._thread.start()

    def _run(self, end: FarEnd, url: Secret) -> None:
        ping: Ping | None = None
        try:
            ping = end.open(url)
            ping.ask()
        except NoAnswer:
            if ping is not None:
                ping.close()
            ping = None
        with self._lock:
            self._ping = ping
            late = self._unwanted
        if late and ping is not None:
            ping.close()
        self.over.set()

    def answered(self, seconds: float) -> Ping | None:
        """The connection when it has answered within `seconds`."""
        self.over.wait(seconds)
        with self._lock:
            self._unwanted = self._ping is None
            return self._ping


def breadth(end: FarEnd, url: Secret, first: Ping) -> int | None:
    """How many connections answer while all of them are open; None where they are enough.

    Args:
        first: one that has answered just now. It stays open unless it is the only one: then it is closed, so
            that the tunnel is free.
    """
    more: list[Ping] = []
    left: _Late | None = None
    while len(more) + 1 < ENOUGH:
        late = _Late(end, url)
        ping = late.answered(SHORT)
        if ping is None:
            left = late
            break
        more.append(ping)
    good = 0
    for ping in (first, *more):
        # All at once: a newer one may have taken the place of one before.
        with contextlib.suppress(NoAnswer):
            in_time(ping.ask, SHORT)
            good += 1
    for ping in more:
        ping.close()
    if good >= ENOUGH:
        return None
    if good <= 1:
        first.close()
    if left is not None:
        left.over.wait(LEAVING)
    return max(good, 1)
