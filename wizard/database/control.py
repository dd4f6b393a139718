"""Pause, resume, stop, retry, how many workers: asked for from one thread, heeded by all the others."""

import threading
import time
from collections.abc import Callable

STOP_AGAIN = 1.0
"""Seconds after which those who work are told again to stop."""


class Stopped(Exception):
    """The person asked to stop. Whatever was committed stays; the same call later goes on from there."""


class Paused(Exception):
    """A pause lasts. Whoever holds what others wait for gives it up, and begins again when it ends."""


class Control:
    """What a person asks of a running copy. All methods may be called from any thread, at any time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False
        self._more_workers = 0
        self._retries = 0
        self._on_stop: list[Callable[[], None]] = []
        self._ending = False

    @property
    def paused(self) -> bool:
        """Whether a pause is asked for and not yet ended."""
        return self._paused

    @property
    def stopped(self) -> bool:
        """Whether a stop was asked for. It is never taken back: make a new Control for a new try."""
        return self._stopped

    def add_workers(self, number: int) -> None:
        """Have so many workers more from here on (fewer when it is negative), as far as the servers' limits
        allow; what a worker has begun it ends first."""
        with self._changed:
            self._more_workers += number

    def take_more_workers(self) -> int:
        """How many more were asked for since the last call."""
        with self._changed:
            number, self._more_workers = self._more_workers, 0
            return number

    def pause(self) -> None:
        """Hold all streams where they are. Connections and the snapshot stay open."""
        with self._changed:
            self._paused = True
            self._changed.notify_all()

    def resume(self) -> None:
        """End a pause."""
        with self._changed:
            self._paused = False
            self._changed.notify_all()

    def retry(self) -> None:
        """Cut short every wait for a next attempt."""
        with self._changed:
            self._retries += 1
            self._changed.notify_all()

    def stop(self) -> None:
        """End the work: queries that run are cancelled, parts that are not committed are given up. Returns
        at once: to cancel a query takes a connection, and the network may be what is broken."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()
            self._see_to_it()

    def on_stop(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called when a stop is asked for, and every second after that until it is taken
        back, which the function does that is returned: a query that began a moment too late must end too."""
        with self._changed:
            self._on_stop.append(callback)
            if self._stopped:
                self._see_to_it()

        def forget() -> None:
            with self._changed:
                if callback in self._on_stop:
                    self._on_stop.remove(callback)

        return forget

    def _see_to_it(self) -> None:
        if self._on_stop and not self._ending:
            self._ending = True
            threading.Thread(target=self._end, name="offramp-stop", daemon=True).start()

    def _end(self) -> None:
        while True:
            with self._changed:
                callbacks = list(self._on_stop)
                if not callbacks:
                    self._ending = False
                    return
            for callback in callbacks:
                callback()
            time.sleep(STOP_AGAIN)

    def check(self, patience: float | None = None) -> None:
        """Return at once, or after a pause has ended.

        Args:
            patience: seconds of a pause after which it is not waited any more.

        Raises:
            Stopped: a stop was asked for, before or during the pause.
            Paused: the pause lasts longer than `patience`.
        """
        if not self._paused and not self._stopped:
            return
        with self._changed:
            over = self._changed.wait_for(lambda: self._stopped or not self._paused, patience)
        if self._stopped:
            raise Stopped
        if not over:
            raise Paused

    def sleep(self, seconds: float) -> None:
        """Wait `seconds`, or until `retry`. Raises Stopped when a stop is asked for."""
        with self._changed:
            seen = self._retries
            self._changed.wait_for(lambda: self._stopped or self._retries != seen, seconds)
        if self._stopped:
            raise Stopped
