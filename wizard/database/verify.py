"""The proof: every row of every table on both sides, the sequences, and all other objects by definition."""

import threading
import time
from collections.abc import Callable, Sequence
from decimal import Decimal

from psycopg import errors

from wizard.database.board import Board
from wizard.database.catalogue import SequenceState, Table, read_sequences, read_tables
from wizard.database.connect import Connection, Ends
from wizard.database.control import Control
from wizard.database.crew import Crew, Hands, Task
from wizard.database.digest import Digest, digest
from wizard.database.fingerprint import compare, fingerprint
from wizard.database.large_objects import large_object_differences
from wizard.database.parts import cut
from wizard.database.progress import Proof, TableProof
from wizard.database.snapshot import Snapshot
from wizard.model.text import clean

UNREADABLE = Digest(rows=0, sum=Decimal(-1), second=Decimal(-1))
"""Stands for a table that is not there, or lacks a column; equal to no sum of a table that is."""


class Verifier:
    """Compares two databases under one snapshot of the source. Reads only, on both sides.

    Args:
        part_bytes: heap bytes that one query digests; smaller means finer progress and less to repeat.
    """

    def __init__(
        self, ends: Ends, *, control: Control, board: Board, crew: Callable[[], Crew], part_bytes: int
    ) -> None:
        self._ends = ends
        self._control = control
        self._board = board
        self._crew = crew
        self._part_bytes = part_bytes
        self._lock = threading.Lock()
        self._sums: dict[tuple[str, str], Digest] = {}
        self._open: dict[str, int] = {}
        self._labels: dict[str, str] = {}

    def prove(self, snapshot: Snapshot, left_out: Sequence[str]) -> Proof:
        """Compare everything.

        Raises:
            Trouble: a side cannot be read.
            SnapshotLost: begin again with a new snapshot.
            Stopped: the person asked for it.
        """
        began = time.monotonic()
        there = snapshot.connection
        here = self._ends.open_target("proof")
        try:
            source_tables, target_tables = read_tables(there), read_tables(here)
            tasks = self._tasks(source_tables, target_tables, there.info.server_version // 10000, here)
            self._crew().run(tasks)
            sequences = read_sequences(there)
            differences = _sequence_differences(sequences, read_sequences(here))
            differences += large_object_differences(there, here)
            differences += compare(
                fingerprint(there),
                fingerprint(here),
                same_major=there.info.server_version // 10000 == here.info.server_version // 10000,
                left_out_extensions=_extensions_out(left_out),
            )
        finally:
            here.close()
        return Proof(
            database=self._board.database,
            tables=tuple(self._proof(table) for table in source_tables),
            sequences_checked=len(sequences),
            differences=tuple(differences),
            left_out=tuple(left_out),
            seconds=time.monotonic() - began,
        )

    def _tasks(
        self, source: list[Table], target: list[Table], source_major: int, here: Connection
    ) -> list[Task]:
        pages = {table.key: table for table in target}
        tasks: list[Task] = []
        for table in sorted(source, key=lambda table: -table.bytes):
            self._labels[table.key] = table.label
            pieces = [("source", part.first, part.end) for part in cut(table, self._part_bytes, source_major)]
            if table.key in pages:
                twin = pages[table.key]
                major = here.info.server_version // 10000
                pieces += [("target", part.first, part.end) for part in cut(twin, self._part_bytes, major)]
            else:
                self._sums[(table.key, "target")] = UNREADABLE
            self._open[table.key] = len(pieces)
            self._board.add(
                table.key, table.label, rows=table.rows, size=table.bytes, parts=len(pieces), indexes=0
            )
            tasks += [
                Task(
                    f"Table {table.label} cannot be read on the {side}",
                    lambda hands, table=table, side=side, first=first, end=end: self._sum(  # type: ignore[misc]
                        hands, table, side, first, end
                    ),
                )
                for side, first, end in pieces
            ]
        return tasks

    def _sum(self, hands: Hands, table: Table, side: str, first: int, end: int | None) -> list[Task]:
        self._board.state(table.key, "proving")
        connection = hands.source if side == "source" else hands.target
        try:
            found = digest(connection, table, first, end)
        except (errors.UndefinedColumn, errors.UndefinedTable):
            if side == "source":
                raise
            # A column is gone on the target. It is named among the differences; here the table just differs.
            found = UNREADABLE
        with self._lock:
            before = self._sums.get((table.key, side), Digest())
            self._sums[(table.key, side)] = UNREADABLE if UNREADABLE in (before, found) else before + found
            self._open[table.key] -= 1
            complete = not self._open[table.key]
        self._board.committed(table.key, 0, found.rows if side == "source" else 0, 0)
        if complete:
            equal = self._sums.get((table.key, "source")) == self._sums.get((table.key, "target"))
            self._board.state(table.key, "proven" if equal else "differs")
        return []

    def _proof(self, table: Table) -> TableProof:
        there = self._sums.get((table.key, "source"), Digest())
        here = self._sums.get((table.key, "target"), Digest())
        return TableProof(
            name=table.label,
            source_rows=there.rows,
            target_rows=here.rows,
            source_digest=there.text,
            target_digest=here.text,
        )


def _extensions_out(left_out: Sequence[str]) -> set[str]:
    return {words.split(" ")[1].rstrip(":") for words in left_out if words.startswith("extension ")}


def _sequence_differences(
    source: dict[tuple[str, str], SequenceState], target: dict[tuple[str, str], SequenceState]
) -> list[str]:
    words = []
    for (schema, name), (last, called) in source.items():
        label = clean(f"{schema}.{name}")
        here = target.get((schema, name))
        if here is None:
            words.append(f"sequence {label} is missing")
        elif here != (last, called):
            words.append(
                f"sequence {label} differs: {last}{'' if called else ' not used yet'} on the source,"
                f" {here[0]}{'' if here[1] else ' not used yet'} here"
            )
    return words
