"""Where one table of a copy stands, as its workers know it; the marker on the target is what counts."""

import math
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from psycopg import sql

from wizard.database import builds
from wizard.database.board import Board
from wizard.database.catalogue import Table
from wizard.database.control import Control
from wizard.database.digest import Digest
from wizard.database.marker import Build
from wizard.database.parts import Part

SMALL = 1024 * 1024
"""Bytes up to which a table is copied together with others, in one transaction with its indexes."""

TOGETHER = 50
"""Tables copied together, at most."""

TOGETHER_BYTES = 8 * 1024 * 1024
"""Bytes of them, at most: what a break costs."""

FEWEST = 10
"""Tables together below which it is not worth while to give more workers something to do."""


@dataclass(frozen=True)
class Job:
    """What all tasks of a copy have in common.

    `search_path` is the source's own: functions in defaults, checks and indexes may rely on it. `part_bytes`
    are of heap, `work_memory` tells the megabytes in which a worker may now sort an index: fewer when there
    are more workers. `workers` is how many there are at first. `prove` says whether tables are digested on
    both sides, or rows only counted.
    """

    search_path: str
    part_bytes: int
    source_major: int
    target_major: int
    work_memory: Callable[[], int]
    workers: int
    prove: bool
    control: Control
    board: Board
    event: Callable[[str], None]
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def settings(self) -> sql.Composed:
        """The query with which a transaction on the target begins."""
        return builds.settings(self.search_path, self.work_memory())


@dataclass
class State:
    """One table on its way. `to_copy`, `to_build`, `to_prove` and `to_check` count tasks that are not over;
    `found` sums up what its proof has read on the target."""

    table: Table
    parts: dict[int, Part]
    builds: list[Build]
    to_copy: int = 0
    to_build: int = 0
    to_prove: int = 0
    to_check: int = 0
    found: Digest = field(default_factory=Digest)
    changed: list[Part] = field(default_factory=list)
    target_differs: bool = False
    target_read: bool = False

    @property
    def done(self) -> list[Part]:
        """Parts that are on the target."""
        return [part for part in self.parts.values() if part.done]

    @property
    def missing(self) -> list[Part]:
        """Parts that are not, in order."""
        return sorted((part for part in self.parts.values() if not part.done), key=lambda part: part.first)

    @property
    def small(self) -> bool:
        """Whether it is copied together with others."""
        return len(self.parts) == 1 and self.table.bytes <= SMALL

    @property
    def recorded(self) -> Digest:
        """What was copied of it."""
        return sum((part.digest for part in self.done), Digest())


def together(states: Sequence[State], workers: int) -> list[list[State]]:
    """Bundles of small tables: few enough to save round trips, enough to give each worker one."""
    most = max(FEWEST, min(TOGETHER, math.ceil(len(states) / max(workers, 1))))
    bundles: list[list[State]] = []
    size = 0
    for state in sorted(states, key=lambda state: -state.table.bytes):
        if not bundles or len(bundles[-1]) >= most or size + state.table.bytes > TOGETHER_BYTES:
            bundles.append([])
            size = 0
        bundles[-1].append(state)
        size += state.table.bytes
    return bundles


def last_of(state: State, counter: str, lock: threading.Lock) -> bool:
    """Count a task of `state` off; whether it was the last of its kind."""
    with lock:
        left = int(getattr(state, counter)) - 1
        setattr(state, counter, left)
        return left == 0


def show(state: State, board: Board) -> None:
    """Set a table's line on the board to where the table stands."""
    table = state.table
    board.add(
        table.key,
        table.label,
        rows=table.rows,
        size=table.bytes,
        parts=len(state.parts),
        indexes=len(state.builds),
    )
    for part in state.done:
        board.committed(table.key, part.number, part.rows, part.bytes)
    for build in state.builds:
        if build.done:
            board.index_built(table.key)
