"""What a restore tells while it runs."""

import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Final

from wizard.database.restore_errors import Listener
from wizard.model.noun import Noun

INTERVAL: Final = 0.5
"""Seconds between two reports."""


class RestoreProgress(Noun, frozen=True, kw_only=True):
    """How far a restore is. `phase`: schema, data, indexes, analyze, done. `bytes` of the dump handed over so
    far, of `total` (None: not known); `rate` in bytes a second. `entries_done` of `entries` have begun,
    `doing` names the last of them."""

    phase: str
    bytes: int
    total: int | None
    rate: float
    seconds_left: tuple[int, int] | None
    entries_done: int
    entries: int
    doing: str
    errors: int


class Meter:
    """Counts, and tells twice a second while it is open. `bytes` and `phase` are set from outside; an empty
    phase is told by what pg_restore is at."""

    def __init__(
        self, listener: Listener, entries: int, total: int | None, report: Callable[[RestoreProgress], None]
    ) -> None:
        self.bytes = 0
        self.phase = ""
        self._listener = listener
        self._entries = entries
        self._total = total
        self._report = report
        self._seen: deque[tuple[float, int]] = deque(maxlen=20)
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._tell, name="offramp-progress", daemon=True)

    def __enter__(self) -> "Meter":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()
        self._report(self._snapshot())

    def _tell(self) -> None:
        while not self._end.wait(INTERVAL):
            self._report(self._snapshot())

    def _snapshot(self) -> RestoreProgress:
        self._seen.append((time.monotonic(), self.bytes))
        (then, before), (now, after) = self._seen[0], self._seen[-1]
        rate = (after - before) / (now - then) if now - then > 1 else 0.0
        heard = self._listener
        phase = self.phase or ("indexes" if heard.after_data else "data" if heard.in_data else "schema")
        left = None
        if phase == "data" and self._total is not None and rate > 0:
            # Of the rows alone: how long the indexes take nobody knows before they are begun.
            seconds = max(0, self._total - self.bytes) / rate
            left = int(seconds * 0.8), int(seconds * 1.6) + 1
        return RestoreProgress(
            phase=phase,
            bytes=self.bytes,
            total=self._total,
            rate=rate,
            seconds_left=left,
            entries_done=min(heard.done, self._entries),
            entries=self._entries,
            doing=heard.doing,
            errors=heard.errors,
        )
