"""Scans one logical database after the other and has several threads work on what is found.

Memory is bounded by the queue: the scan waits while `AHEAD` batches per worker lie there.
"""

import queue
import threading
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from wizard.database.control import Control
from wizard.stores.redis import marker
from wizard.stores.redis.ends import Ends, Pair

BATCH = 1000
"""Keys that one SCAN is asked for; it may give more or less."""

AHEAD = 2

WORKERS = 4
"""Pairs of connections: enough to hide the round trips of a far link, and few of the 20 connections that the
smallest plan of Heroku has."""


@dataclass(frozen=True, kw_only=True)
class Batch:
    """Keys of one logical database. `number` counts them, `cursor` is where the scan goes on after it, None
    at the end."""

    number: int
    database: int
    keys: tuple[bytes, ...]
    cursor: int | None


class Crew:
    """Works through databases with `workers` threads."""

    def __init__(self, ends: Ends, control: Control, workers: int = WORKERS) -> None:
        self._ends = ends
        self._control = control
        self._workers = workers
        self._lock = threading.Lock()
        self._failure: BaseException | None = None

    def run(
        self,
        database: int,
        work: Callable[[Pair, Batch], None],
        *,
        of_target: bool = False,
        cursor: int = 0,
        committed: Callable[[int | None], None] = lambda cursor: None,
    ) -> None:
        """Have `work` done on each batch of a database, `cursor` on.

        Args:
            work: may be done again after a connection broke in it; is not called for no keys.
            of_target: whether the target's keys are scanned, instead of the source's.
            committed: hears, in this thread, up to which cursor all is done.

        Raises:
            Trouble, Stopped: like `Ends.insist`; the first one that any thread met.
        """
        jobs: queue.Queue[Batch | None] = queue.Queue(self._workers * AHEAD)
        done: queue.SimpleQueue[Batch] = queue.SimpleQueue()
        self._failure = None
        threads = [
            threading.Thread(
                target=self._labour, args=(jobs, done, work), name=f"offramp-redis-{n}", daemon=True
            )
            for n in range(self._workers)
        ]
        for thread in threads:
            thread.start()
        scout = self._ends.pair()
        tally = _Tally(committed)
        try:
            for batch in self._batches(scout, database, cursor, of_target=of_target):
                tally.expect(batch)
                self._hand_over(jobs, batch)
                tally.settle(done)
        finally:
            scout.drop()
            for _ in threads:
                self._hand_over(jobs, None, must=True)
            for thread in threads:
                thread.join()
        if self._failure is not None:
            raise self._failure
        tally.settle(done)
        self._control.check()

    def _batches(self, scout: Pair, database: int, cursor: int, *, of_target: bool) -> Iterator[Batch]:
        number, at = 0, cursor
        while True:

            def scan(pair: Pair, at: int = at) -> tuple[int, list[bytes]]:
                side = pair.target if of_target else pair.source
                side.select(database)
                further, keys = side.call("SCAN", at, "COUNT", BATCH)
                return int(further), keys

            at, keys = self._ends.insist(scout, scan)
            yield Batch(
                number=number,
                database=database,
                keys=tuple(key for key in dict.fromkeys(keys) if not marker.is_ours(key)),
                cursor=at or None,
            )
            number += 1
            if at == 0:
                return

    def _hand_over(
        self, jobs: "queue.Queue[Batch | None]", batch: Batch | None, *, must: bool = False
    ) -> None:
        while True:
            if self._failure is not None and not must:
                raise self._failure
            if not must:
                self._control.check()
            try:
                jobs.put(batch, timeout=0.2)
                return
            except queue.Full:
                continue

    def _labour(
        self,
        jobs: "queue.Queue[Batch | None]",
        done: "queue.SimpleQueue[Batch]",
        work: Callable[[Pair, Batch], None],
    ) -> None:
        pair = self._ends.pair()
        while (batch := jobs.get()) is not None:
            if self._failure is not None:
                continue
            now = batch
            try:
                if now.keys:
                    self._ends.insist(pair, lambda pair, now=now: work(pair, now))  # type: ignore[misc]
                done.put(batch)
            except Exception as error:  # noqa: BLE001 - the thread that waits must hear of it
                self._fail(error)
        pair.drop()

    def _fail(self, error: BaseException) -> None:
        with self._lock:
            self._failure = self._failure or error


class _Tally:
    """Which batches are done, without a gap from the first on. Of those that wait behind a slow one it keeps
    no keys."""

    def __init__(self, committed: Callable[[int | None], None]) -> None:
        self._committed = committed
        self._waiting: deque[tuple[int, int | None]] = deque()
        self._done: set[int] = set()

    def expect(self, batch: Batch) -> None:
        self._waiting.append((batch.number, batch.cursor))

    def settle(self, done: "queue.SimpleQueue[Batch]") -> None:
        while not done.empty():
            self._done.add(done.get().number)
        settled = []
        while self._waiting and self._waiting[0][0] in self._done:
            settled.append(self._waiting.popleft())
            self._done.discard(settled[-1][0])
        if settled:
            self._committed(settled[-1][1])
