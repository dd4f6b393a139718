"""What a restore tells while it runs."""

import contextlib
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from typing import Final

from wizard.database.restore_errors import Listener
from wizard.model.noun import Noun

INTERVAL: Final = 0.5
"""Seconds between two reports."""

PATIENCE: Final = 2.0
"""Seconds of standing still after which the reason is told."""


class RestoreProgress(Noun, frozen=True, kw_only=True):
    """How far a restore is. `phase`: schema, data, indexes, analyze, done. `bytes` of the dump handed over so
    far, of `total` (None: not known), `ended` when that was all; `rate` in bytes a second. `entries_done` of
    `entries` have begun, `doing` names the last of them. `waiting_for` says why nothing moves, empty while
    something does; `waits_for_dump`: because nothing more of the dump comes."""

    phase: str
    bytes: int
    total: int | None
    ended: bool
    rate: float
    seconds_left: tuple[int, int] | None
    entries_done: int
    entries: int
    doing: str
    errors: int
    paused: bool
    waiting_for: str
    waits_for_dump: bool = False


class Meter:
    """Counts, and tells twice a second while it is open. `phase` is set from outside; an empty one is told by
    what pg_restore is at. So is `stands_still`: why it does, while that is known.

    Args:
        paused: whether a person holds it up.
    """

    def __init__(
        self,
        listener: Listener,
        entries: int,
        total: int | None,
        report: Callable[[RestoreProgress], None],
        *,
        paused: Callable[[], bool],
    ) -> None:
        self.bytes = 0
        self.phase = ""
        self.stands_still = ""
        self._listener = listener
        self._entries = entries
        self._total = total
        self._report = report
        self._paused = paused
        self._ended = False
        self._reads = False
        self._moved = time.monotonic()
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

    @contextlib.contextmanager
    def reading(self) -> Iterator[None]:
        """The next piece of the dump is waited for, while the block runs."""
        self._reads, self._moved = True, time.monotonic()
        try:
            yield
        finally:
            self._reads, self._moved = False, time.monotonic()

    @property
    def still(self) -> float:
        """Seconds for which pg_restore has moved nothing; 0 while it waits for the dump."""
        return 0.0 if self._reads else time.monotonic() - max(self._moved, self._listener.heard)

    @property
    def paused(self) -> bool:
        """Whether a person holds it up."""
        return self._paused()

    def had(self, piece: bytes) -> None:
        """The next piece of the dump is there; an empty one is its end."""
        self.bytes += len(piece)
        self._ended = not piece

    def _tell(self) -> None:
        while not self._end.wait(INTERVAL):
            self._report(self._snapshot())

    def _waits(self, phase: str) -> str:
        if self.stands_still:
            return f"the target, for {int(self.still)} s: {self.stands_still}"
        still = time.monotonic() - self._moved
        if self._ended or still < PATIENCE or phase not in ("schema", "data"):
            return ""
        whom = "more of the dump" if self._reads else "the target to take more"
        return f"{whom}, for {int(still)} s"

    def _snapshot(self) -> RestoreProgress:
        self._seen.append((time.monotonic(), self.bytes))
        (then, before), (now, after) = self._seen[0], self._seen[-1]
        rate = (after - before) / (now - then) if now - then > 1 else 0.0
        heard = self._listener
        phase = self.phase or ("indexes" if heard.after_data else "data" if heard.in_data else "schema")
        paused = self._paused()
        waits = "" if paused else self._waits(phase)
        if paused or waits:
            # Of a rate that was nothing is left, and of a time that it promised.
            rate = 0.0
            self._seen.clear()
        left = None
        if phase == "data" and self._total is not None and rate > 0:
            # Of the rows alone: how long the indexes take nobody knows before they are begun.
            seconds = max(0, self._total - self.bytes) / rate
            left = int(seconds * 0.8), int(seconds * 1.6) + 1
        return RestoreProgress(
            phase=phase,
            bytes=self.bytes,
            total=self._total,
            ended=self._ended,
            rate=rate,
            seconds_left=left,
            entries_done=min(heard.done, self._entries),
            entries=self._entries,
            doing=heard.doing,
            errors=heard.errors,
            paused=paused,
            waiting_for=waits,
            waits_for_dump=bool(waits) and self._reads,
        )
