"""Counts what a store's move does, from several threads, and tells it at most twice a second."""

import threading
import time
from collections.abc import Callable

from wizard.stores.progress import PartProgress, StoreProgress

EVERY = 0.5
"""Seconds between two reports."""


class Gauge:
    """One per move. `report` is called from whichever thread counted."""

    def __init__(self, store: str, unit: str, report: Callable[[StoreProgress], None]) -> None:
        self._store = store
        self._unit = unit
        self._report = report
        self._lock = threading.Lock()
        self._told = 0.0
        self._phase = "look"
        self._began = time.monotonic()
        self._bytes = 0
        self._waiting = ""
        self._parts: dict[str, tuple[int, int]] = {}

    def phase(self, name: str, estimated: dict[str, int] | None = None) -> None:
        """Begin a phase. `estimated`: what each part is thought to have."""
        with self._lock:
            self._phase, self._began, self._bytes, self._waiting = name, time.monotonic(), 0, ""
            self._parts = {part: (0, count) for part, count in (estimated or {}).items()}
        self._tell(now=True)

    def add(self, part: str, done: int, size: int = 0) -> None:
        """So much more of `part` is done."""
        with self._lock:
            before, estimated = self._parts.get(part, (0, 0))
            self._parts[part] = (before + done, estimated)
            self._bytes += size
            self._waiting = ""
        self._tell()

    def wait(self, why: str) -> None:
        """Nothing moves, because of `why`."""
        with self._lock:
            self._waiting = why
        self._tell(now=True)

    def snapshot(self) -> StoreProgress:
        """How it is now."""
        with self._lock:
            done = sum(count for count, _ in self._parts.values())
            seconds = time.monotonic() - self._began
            return StoreProgress(
                store=self._store,
                phase=self._phase,
                unit=self._unit,
                done=done,
                estimated=sum(estimated for _, estimated in self._parts.values()),
                bytes=self._bytes,
                rate=done / seconds if seconds > 0.2 else 0.0,
                parts=tuple(
                    PartProgress(name=name, done=count, estimated=estimated)
                    for name, (count, estimated) in self._parts.items()
                ),
                waiting_for=self._waiting,
            )

    def _tell(self, *, now: bool = False) -> None:
        with self._lock:
            if not now and time.monotonic() - self._told < EVERY:
                return
            self._told = time.monotonic()
        self._report(self.snapshot())
