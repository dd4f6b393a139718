"""Asks a Postgres about processes of its own, and waits for the answer for so many seconds, not longer."""

import contextlib
import threading
from collections.abc import Callable, Sequence

from wizard.database.far_end import Backend, NoAnswer, PostgresPing
from wizard.model.secret import Secret

ANSWER = 12.0
"""Seconds that a login and an answer may take."""

SLICE = 0.5
"""Seconds waited at a time: a process that was stopped for an hour has missed one of them, not all."""


_Look = Callable[[PostgresPing], dict[int, Backend]]


class Silence(NoAnswer):
    """Nothing came in time. Every other NoAnswer is the word of somebody who is there."""


class ServerQuestion:
    """Keeps its connection from question to question. Used by one thread.

    Args:
        url: gives the server's URL.
    """

    def __init__(self, url: Callable[[], Secret]) -> None:
        self._url = url
        self._ping: PostgresPing | None = None

    def ask(self, pids: Sequence[int]) -> dict[int, Backend]:
        """Those of `pids` that are there; by a new connection where the kept one does not answer.

        Raises:
            Silence: a new connection got no answer.
            NoAnswer: the server does not let us ask.
        """
        return self._asked(lambda ping: ping.backends(pids))

    def ask_named(self, application: str) -> dict[int, Backend]:
        """The same of those that call themselves so."""
        return self._asked(lambda ping: ping.named(application))

    def _asked(self, look: "_Look") -> dict[int, Backend]:
        kept, self._ping = self._ping, None
        if kept is not None:
            with contextlib.suppress(NoAnswer):
                return self._answer(_Attempt(lambda: kept, look))
        url = self._url()
        return self._answer(_Attempt(lambda: PostgresPing(url, "offramp/watch"), look))

    def _answer(self, attempt: "_Attempt") -> dict[int, Backend]:
        found, self._ping = attempt.answer(ANSWER)
        return found

    def close(self) -> None:
        """Keep no connection."""
        if self._ping is not None:
            self._ping.close()
            self._ping = None


class _Attempt:
    """One question, in a thread that ends soon after nobody waits for it any more."""

    def __init__(self, open_one: Callable[[], PostgresPing], look: "_Look") -> None:
        self._open = open_one
        self._look = look
        self._lock = threading.Lock()
        self._ping: PostgresPing | None = None
        self._found: dict[int, Backend] | None = None
        self._error = NoAnswer("no answer")
        self._given_up = False
        self._over = threading.Event()

    def answer(self, seconds: float) -> tuple[dict[int, Backend], PostgresPing]:
        """The answer, and the connection that it came by. Raises Silence, NoAnswer."""
        threading.Thread(target=self._run, name="offramp-question", daemon=True).start()
        for _ in range(max(round(seconds / SLICE), 1)):
            if self._over.wait(SLICE):
                break
        with self._lock:
            self._given_up = not self._over.is_set()
            ping = self._ping
        if self._given_up:
            if ping is not None:
                ping.cut()
            raise Silence("no answer in time")
        if self._found is None or ping is None:
            raise self._error
        return self._found, ping

    def _run(self) -> None:
        ping: PostgresPing | None = None
        try:
            ping = self._open()
            with self._lock:
                self._ping = ping
                unwanted = self._given_up
            if not unwanted:
                self._found = self._look(ping)
        except NoAnswer as error:
            self._error = error
        finally:
            with self._lock:
                unwanted = self._given_up or self._found is None
                self._over.set()
            if unwanted and ping is not None:
                ping.close()
