"""What a copy has done so far: written to by its workers, told to the outside at most twice a second."""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from wizard.database.progress import CopyProgress, TableProgress, TableState

INTERVAL = 0.5
"""Seconds between two reports, at least."""

SILENCE = 3.0
"""Seconds without a byte, while rows should flow, after which the silence itself is reported."""


@dataclass
class _Line:
    label: str
    estimated_rows: int
    estimated_bytes: int
    parts: int = 1
    indexes: int = 0
    state: TableState = "waiting"
    rows: int = 0
    bytes: int = 0
    part: int = 0
    indexes_done: int = 0
    flowing: dict[int, int] = field(default_factory=dict)
    rates: deque[tuple[float, int]] = field(default_factory=lambda: deque(maxlen=400))

    def total(self) -> int:
        return self.bytes + sum(self.flowing.values())

    def expected(self) -> int:
        """Bytes of the whole table: from its parts that are over, before that from the catalogue, which
        knows what the table takes on the source's disk, compressed values and all."""
        if 0 < self.part < self.parts:
            return max(self.total(), self.bytes * self.parts // self.part)
        return self.estimated_bytes

    def past_expectation(self) -> bool:
        """Whether more has come over already than the whole was expected to be."""
        return self.state == "copying" and self.total() > self.expected()


class Board:
    """Thread-safe. Bytes of a part that is given up are taken back, so nothing is counted twice."""

    def __init__(
        self, database: str, report: Callable[[CopyProgress], None], paused: Callable[[], bool]
    ) -> None:
        self.database = database
        self.workers = 0
        self._report = report
        self._paused = paused
        self._lock = threading.RLock()
        self._lines: dict[str, _Line] = {}
        self._phase = "schema"
        self._waits: dict[int, tuple[str, float]] = {}
        self._moved = 0
        self._moved_at = time.monotonic()
        self._seconds: deque[float] = deque(maxlen=60)
        self._live = 0

    @property
    def moved(self) -> int:
        """Bytes carried so far, those that were given up included."""
        return self._moved

    def add(self, key: str, label: str, *, rows: int, size: int, parts: int, indexes: int) -> None:
        """Add a table, or set it back to its beginning. `rows` and `size` (bytes) are estimates."""
        with self._lock:
            self._lines[key] = _Line(label, rows, size, parts, indexes)

    def phase(self, name: str) -> None:
        """Enter a phase (see CopyProgress)."""
        with self._lock:
            self._phase = name
            self._moved_at = time.monotonic()

    def state(self, key: str, state: TableState) -> None:
        """A table is in another state now."""
        with self._lock:
            self._lines[key].state = state

    def flow(self, key: str, part: int, size: int) -> None:
        """`size` more bytes of a part have been carried over; they count once the part is committed."""
        with self._lock:
            line = self._lines[key]
            line.flowing[part] = line.flowing.get(part, 0) + size
            self._moved += size
            self._moved_at = time.monotonic()

    def give_up(self, key: str, part: int) -> None:
        """A part broke off; what came over of it does not count."""
        with self._lock:
            self._lines[key].flowing.pop(part, None)

    def committed(self, key: str, part: int, rows: int, size: int) -> None:
        """A part is on the target."""
        with self._lock:
            line = self._lines[key]
            line.flowing.pop(part, None)
            line.rows += rows
            line.bytes += size
            line.part += 1

    def index_built(self, key: str) -> None:
        """One more index or key of a table is there."""
        with self._lock:
            self._lines[key].indexes_done += 1

    def wait(self, worker: int, why: str, seconds: float) -> None:
        """A worker waits `seconds` because of `why`; an empty `why` ends it."""
        with self._lock:
            if why:
                self._waits[worker] = (why, time.monotonic() + seconds)
            else:
                self._waits.pop(worker, None)

    @contextmanager
    def live(self) -> Iterator[None]:
        """Report for as long as the block runs, and once more at its end."""
        with self._lock:
            self._live += 1
            first = self._live == 1
        if not first:
            try:
                yield
            finally:
                with self._lock:
                    self._live -= 1
            return
        end = threading.Event()
        thread = threading.Thread(target=self._tell, args=(end,), name="offramp-progress", daemon=True)
        thread.start()
        try:
            yield
        finally:
            end.set()
            thread.join()
            with self._lock:
                self._live -= 1
            self._report(self.snapshot())

    def _tell(self, end: threading.Event) -> None:
        before, at, second = self._moved, time.monotonic(), time.monotonic()
        self._report(self.snapshot())
        while not end.wait(INTERVAL):
            now = time.monotonic()
            if now - second >= 1.0:
                with self._lock:
                    self._seconds.append((self._moved - before) / (now - at))
                    before, at, second = self._moved, now, second + 1.0
            self._report(self.snapshot())

    def snapshot(self) -> CopyProgress:
        """The state at this moment."""
        with self._lock:
            now = time.monotonic()
            tables = tuple(_table(line, now) for line in self._lines.values())
            done = sum(table.bytes for table in tables)
            # A finished table weighs what it weighed, one under way at least what came over already.
            whole = sum(
                table.bytes if table.part >= table.parts else max(table.bytes, table.estimated_bytes)
                for table in tables
            )
            recent = list(self._seconds)[-5:]
            return CopyProgress(
                database=self.database,
                phase=self._phase,
                bytes=done,
                estimated_bytes=whole,
                rows=sum(table.rows for table in tables),
                rate=sum(recent) / len(recent) if recent else 0.0,
                seconds_left=None if self._past_expectation() else self._left(whole - done),
                workers=self.workers,
                tables=tables,
                tables_proven=sum(table.state == "proven" for table in tables),
                waiting_for=self._why(now),
                history=tuple(self._seconds),
            )

    def _past_expectation(self) -> bool:
        return any(line.past_expectation() for line in self._lines.values())

    def _left(self, size: int) -> tuple[int, int] | None:
        """From the quickest and the slowest stretch of 5 s in which rows moved; nothing before there are two
        of them. A break takes no part: nobody knows when the next one comes."""
        seconds = list(self._seconds)
        if self._phase != "data" or len(seconds) < 10:
            return None
        stretches = [sum(seconds[start : start + 5]) / 5 for start in range(0, len(seconds) - 4)]
        stretches = [stretch for stretch in stretches if stretch > 0]
        if len(stretches) < 2:
            return None
        return int(size / max(stretches)), int(size / min(stretches)) + 1

    def _why(self, now: float) -> str:
        if self._paused():
            return "paused"
        if self._waits:
            why, until = max(self._waits.values(), key=lambda wait: wait[1])
            return f"{why}, trying again in {max(round(until - now), 0)} s"
        copying = any(line.state == "copying" for line in self._lines.values())
        silence = now - self._moved_at
        if self._phase == "data" and self.workers and copying and silence > SILENCE:
            return f"rows from the source: none for {int(silence)} s"
        return ""


def _table(line: _Line, now: float) -> TableProgress:
    size = line.total()
    line.rates.append((now, size))
    while line.rates and now - line.rates[0][0] > 5:
        line.rates.popleft()
    rate = 0.0
    if line.state == "copying" and len(line.rates) > 1:
        (first, before), (last, after) = line.rates[0], line.rates[-1]
        rate = max((after - before) / (last - first), 0.0) if last > first else 0.0
    return TableProgress(
        name=line.label,
        state=line.state,
        rows=line.rows,
        estimated_rows=line.estimated_rows,
        bytes=size,
        estimated_bytes=line.expected(),
        rate=rate,
        part=line.part,
        parts=line.parts,
        indexes_done=line.indexes_done,
        indexes=line.indexes,
    )
