"""Connections that are being opened before somebody asks for them: at 30 ms a round trip each takes a quarter
of a second, and several do so at a time."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from concurrent.futures import Future
from typing import Generic

from wizard.database.connect import C


class OpenedAhead(Generic[C]):
    """By key, what was begun and not yet asked for. Thread-safe."""

    def __init__(self, close: Callable[[C], None]) -> None:
        self._close = close
        self._begun: defaultdict[str, deque[Future[C]]] = defaultdict(deque)
        self._lock = threading.Lock()

    def begin(self, key: str, open_one: Callable[[], C], number: int = 1) -> None:
        """Begin to open `number` of them; returns at once."""
        for _ in range(number):
            promise: Future[C] = Future()
            with self._lock:
                self._begun[key].append(promise)
            threading.Thread(
                target=_keep, args=(promise, open_one), name="offramp-ahead", daemon=True
            ).start()

    def take(self, key: str) -> C | None:
        """One that was begun, as soon as it is open; None where there is none. Raises what opening raised."""
        with self._lock:
            promise = self._begun[key].popleft() if self._begun[key] else None
        return None if promise is None else promise.result()

    def drop(self) -> None:
        """Close those that nobody asked for, each as soon as it is open."""
        with self._lock:
            left = [promise for some in self._begun.values() for promise in some]
            self._begun.clear()
        for promise in left:
            promise.add_done_callback(self._drop_one)

    def _drop_one(self, promise: Future[C]) -> None:
        if promise.exception() is None:
            self._close(promise.result())


def _keep(promise: Future[C], open_one: Callable[[], C]) -> None:
    try:
        promise.set_result(open_one())
    except BaseException as error:  # noqa: BLE001 - handed to whoever asks
        promise.set_exception(error)
