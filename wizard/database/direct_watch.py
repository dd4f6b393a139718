"""Notices that a direct connection to a Postgres carries nothing any more, whatever TCP says of it.

A box in between may acknowledge every packet and pass none on: then neither keep-alive nor TCP's user timeout
tell. And a query may rightly be silent for an hour: an index, a digest, a wait for a lock. So the server is
asked, over a connection of its own, what it does for whoever waits without a byte. Who is cut has waited, and
the server did nothing for them, look after look; or the server gives no answer to a new connection either,
and TCP's own signs of life would have given up on it by then, were they not answered by the box.
"""

import contextlib
import threading
import weakref
from collections.abc import Callable, Sequence

from wizard.database.far_end import Backend, NoAnswer
from wizard.database.lane_holder import Working
from wizard.database.server_question import ServerQuestion, Silence
from wizard.database.stalls import words
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

QUIET = 15.0
"""Seconds without a byte, while an answer is due, after which the server is asked."""

EVERY = 5.0
"""Seconds between two looks at those that wait."""

LOOKS = 3
"""Looks in a row that find a server at nothing for one that waits, after which it is cut. An answer may be on
its way at the first, and a slow line may bring the server some rows between two."""

TICK = 1.0
"""Seconds between two looks at our own ends."""

_AT_NOTHING = "and the server has nothing under way for it"
_SILENT = "and a new connection gets no answer either"


class DirectWatch:
    """Watches our connections to one server, in a thread that runs while there are any.

    Args:
        side: "source" or "target", for a person.
        url: gives the server's URL, once there is a connection.
        told: gets a sentence when some were cut, from the watch's thread.
    """

    def __init__(self, side: str, url: Callable[[], Secret], told: Callable[[str], None]) -> None:
        self._side = side
        self._url = url
        self._told = told
        self._change = threading.Condition()
        # Not to keep alive what everybody else has forgotten.
        self._held: weakref.WeakSet[Working] = weakref.WeakSet()
        self._runs = False

    def hold(self, one: Working) -> None:
        """Watch it."""
        with self._change:
            self._held.add(one)
            if not self._runs:
                self._runs = True
                threading.Thread(target=self._run, name="offramp-watch", daemon=True).start()

    def let_go(self, one: Working) -> None:
        """Watch it no more. Let go already is no error."""
        with self._change:
            self._held.discard(one)
            self._change.notify_all()

    # The watch's thread.

    def _run(self) -> None:
        looks, pause = _Looks(self._url), TICK
        try:
            while self._goes_on(pause):
                pause = self._look(looks)
        except BaseException:
            with self._change:
                self._runs = False
            raise
        finally:
            looks.end()

    def _goes_on(self, pause: float) -> bool:
        """Wait; whether there is anybody to watch still."""
        with self._change:
            self._runs = not self._change.wait_for(lambda: not self._held, pause)
            return self._runs

    def _look(self, looks: "_Looks") -> float:
        """Look once, and cut who is stuck; seconds to the next look."""
        overdue = self._overdue()
        if not overdue:
            looks.end()
            return TICK
        found, why = looks.stuck(overdue)
        # It took its time, and a byte may have come.
        still = self._overdue()
        if stuck := [one for one in found if one in still]:
            # On a full disk the copy goes on; the work's own next entry tells of it.
            with contextlib.suppress(Trouble):
                self._told(self._said(stuck, why))
            for one in stuck:
                one.cut()
        return EVERY

    def _overdue(self) -> list[Working]:
        with self._change:
            held = list(self._held)
        return [one for one in held if (one.owing or 0.0) >= QUIET]

    def _said(self, stuck: Sequence[Working], why: str) -> str:
        cut = "The connection was cut" if len(stuck) == 1 else f"{len(stuck)} connections were cut"
        return f"{words(stuck, f'The {self._side}')}, {why}. {cut}; what was under way is done again."


class _Looks:
    """What is known of those that wait, from look to look."""

    def __init__(self, url: Callable[[], Secret]) -> None:
        self._question = ServerQuestion(url)
        self._idle: dict[Working, tuple[int, Backend | None]] = {}

    def stuck(self, overdue: Sequence[Working]) -> tuple[list[Working], str]:
        """Ask the server once about those that wait; who of them is stuck, and why that is said."""
        try:
            there = self._question.ask([one.backend for one in overdue])
        except Silence:
            return list(overdue), _SILENT
        except NoAnswer:
            # Somebody is there, and does not tell.
            self._idle = {}
            return [], ""
        before, self._idle = self._idle, {}
        for one in overdue:
            now = there.get(one.backend)
            looks, last = before.get(one, (0, None))
            if at_nothing(now, last):
                self._idle[one] = (looks + 1, now)
        return [one for one, (looks, _) in self._idle.items() if looks >= LOOKS], _AT_NOTHING

    def end(self) -> None:
        """Nobody waits any more."""
        self._question.close()
        self._idle = {}


def at_nothing(now: Backend | None, last: Backend | None) -> bool:
    """Whether a server does nothing for who waits: its process is gone, runs nothing, or waits for us."""
    if now is None:
        return True
    if not now.told or now.works:
        return False
    if now.active and now.wait_event == "ClientRead":
        # It waits for rows of a COPY, which a slow line may bring now and then.
        return now.taken is not None and (last is None or now.taken == last.taken)
    return True
