"""Pause, resume, stop, retry, how many workers: asked for from one thread, heeded by all the others."""

import threading
from collections.abc import Callable


class Stopped(Exception):
    """The person asked to stop. Whatever was committed stays; the same call later goes on from there."""


class Control:
    """What a person asks of a running copy. All methods may be called from any thread, at any time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._paused = False
        self._stopped = False
        self._more_workers = 0
        self._retries = 0
        self._on_stop: list[Callable[[], None]] = []

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
            callbacks = list(self._on_stop)

        def tell() -> None:
            for callback in callbacks:
                callback()

        if callbacks:
            threading.Thread(target=tell, name="offramp-stop", daemon=True).start()

    def on_stop(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Have `callback` called once when a stop is asked for; returns a function that takes it back."""
        with self._changed:
            self._on_stop.append(callback)

        def forget() -> None:
            with self._changed:
                if callback in self._on_stop:
                    self._on_stop.remove(callback)

        return forget

    def check(self) -> None:
        """Return at once, or after a pause has ended.

        Raises:
            Stopped: a stop was asked for, before or during the pause.
        """
        if not self._paused and not self._stopped:
            return
        with self._changed:
            self._changed.wait_for(lambda: self._stopped or not self._paused)
        if self._stopped:
            raise Stopped

    def sleep(self, seconds: float) -> None:
        """Wait `seconds`, or until `retry`. Raises Stopped when a stop is asked for."""
        with self._changed:
            seen = self._retries
            self._changed.wait_for(lambda: self._stopped or self._retries != seen, seconds)
        if self._stopped:
            raise Stopped
