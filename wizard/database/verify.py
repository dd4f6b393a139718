"""The proof: every row of every table on both sides, the sequences, and all other objects by definition."""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

import psycopg
from psycopg import errors, sql

from wizard.database.board import Board
from wizard.database.catalogue import SequenceState, Table, read_sequences, read_tables
from wizard.database.connect import Connection, is_passing, reason
from wizard.database.control import Control
from wizard.database.crew import Crew, Hands, Task
from wizard.database.differing_rows import differing_rows
from wizard.database.digest import Digest, digest
from wizard.database.filled_views import compare_view, read_filled_views
from wizard.database.large_objects import large_object_differences
from wizard.database.objects import compare_objects
from wizard.database.parts import cut
from wizard.database.patience import Patience
from wizard.database.progress import Difference, Proof, RowDifferences, TableProof
from wizard.database.snapshot import Snapshot, SnapshotLost
from wizard.model.text import clean

UNREADABLE = Digest(rows=0, sum=Decimal(-1), second=Decimal(-1))
"""Stands for a table that is not there, or lacks a column; equal to no sum of a table that is."""


class Verifier:
    """Compares two databases under one snapshot of the source. Nothing that it writes stays: on the target
    some things are tried in a transaction that is taken back.

    Args:
        part_bytes: heap bytes that one query digests; smaller means finer progress and less to repeat.
    """

    def __init__(
        self, patience: Patience, *, control: Control, board: Board, crew: Callable[[], Crew], part_bytes: int
    ) -> None:
        self._with_target = patience.with_target
        self._control = control
        self._board = board
        self._crew = crew
        self._part_bytes = part_bytes
        self._lock = threading.Lock()
        self._sums: dict[tuple[str, str], Digest] = {}
        self._open: dict[str, int] = {}
        self._found: list[Difference] = []
        self._rows: dict[str, RowDifferences] = {}
        self._finding = threading.Lock()

    def prove(self, snapshot: Snapshot, left_out: Sequence[str]) -> Proof:
        """Compare everything.

        Args:
            left_out: what is not on the target on purpose, as it was said when the copy began.

        Raises:
            Trouble: a side cannot be read.
            SnapshotLost: begin again with a new snapshot.
            Stopped: the person asked for it.
        """
        began = time.monotonic()
        there = snapshot.connection
        source_tables = read_tables(there)
        views = _on_both(read_filled_views(there), self._with_target(read_filled_views))
        tasks = self._tasks(source_tables, self._with_target(read_tables), _major(there))
        tasks += [self._view_task(view) for view in views]
        tasks.append(Task("Large objects cannot be compared", self._large_objects))
        # For hours maybe: no connection that idles meanwhile must have lived through it.
        self._crew().run(tasks)
        sequences = read_sequences(there)
        self._found += self._with_target(lambda here: _sequence_differences(sequences, here))

        def compare(here: Connection) -> tuple[list[Difference], tuple[str, ...]]:
            try:
                return compare_objects(there, here, left_out)
            except psycopg.Error as error:
                if there.closed:
                    raise SnapshotLost from error
                raise

        differences, still_out = self._with_target(compare)
        self._found += differences
        return Proof(
            database=self._board.database,
            tables=tuple(self._proof(table) for table in source_tables),
            sequences_checked=len(sequences),
            views_checked=len(views),
            differences=tuple(sorted(self._found, key=lambda one: (one.judgement != "lost", one.words))),
            left_out=tuple(still_out),
            seconds=time.monotonic() - began,
        )

    def _tasks(self, source: list[Table], target: list[Table], source_major: int) -> list[Task]:
        major = self._with_target(_major)
        pages = {table.key: table for table in target}
        tasks: list[Task] = []
        for table in sorted(source, key=lambda table: -table.bytes):
            pieces = [("source", part.first, part.end) for part in cut(table, self._part_bytes, source_major)]
            if table.key in pages:
                twin = pages[table.key]
                pieces += [("target", part.first, part.end) for part in cut(twin, self._part_bytes, major)]
            else:
                self._sums[(table.key, "target")] = UNREADABLE
                self._rows[table.key] = RowDifferences(words=("it is not here",), missing=0, more=0)
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
        except psycopg.ProgrammingError as error:
            if side == "source":
                raise
            # A column is gone on the target or has another type, or its rows are hidden from us.
            found = UNREADABLE
            self._rows[table.key] = RowDifferences(
                words=(f"it cannot be read here: {reason(error)}",), missing=0, more=0
            )
        with self._lock:
            before = self._sums.get((table.key, side), Digest())
            self._sums[(table.key, side)] = UNREADABLE if UNREADABLE in (before, found) else before + found
            self._open[table.key] -= 1
            complete = not self._open[table.key]
        self._board.committed(table.key, 0, found.rows if side == "source" else 0, 0)
        return self._compared(table) if complete else []

    def _compared(self, table: Table) -> list[Task]:
        there, here = (self._sums.get((table.key, side), Digest()) for side in ("source", "target"))
        self._board.state(table.key, "proven" if there == here else "differs")
        if UNREADABLE in (there, here) or there == here:
            return []
        what = f"The differing rows of table {table.label} cannot be found"
        return [Task(what, lambda hands: self._find(hands, table, max(there.rows, here.rows)))]

    def _find(self, hands: Hands, table: Table, rows: int) -> list[Task]:
        source, target = hands.source, hands.target
        # One at a time: each may hold some megabytes of hashes.
        try:
            with self._finding:
                self._rows[table.key] = differing_rows(source, target, table, rows)
        except psycopg.Error as error:
            if is_passing(error) or self._control.stopped:
                raise
            # That the table differs is known.
            self._rows[table.key] = RowDifferences(
                words=(f"the rows that differ cannot be found: {reason(error)}",), missing=0, more=0
            )
            self._begin_anew(hands)
        return []

    @staticmethod
    def _begin_anew(hands: Hands) -> None:
        """End the source's transaction, which may have failed."""
        hands.rest()
        hands.let_go(at_once=True)

    def _view_task(self, view: Table) -> Task:
        def look(hands: Hands) -> list[Task]:
            found = compare_view(hands.source, hands.target, view)
            if found is not None:
                with self._lock:
                    self._found.append(found)
            return []

        return Task(f"Materialised view {view.label} cannot be compared", look)

    def _large_objects(self, hands: Hands) -> list[Task]:
        try:
            said = large_object_differences(hands.source, hands.target)
        except errors.InsufficientPrivilege as error:
            said = [f"large objects cannot be compared: {reason(error)}"]
            self._begin_anew(hands)
        found = [
            Difference(kind="large object", name=_number(words), words=words, judgement="lost")
            for words in said
        ]
        with self._lock:
            self._found += found
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
            rows=self._rows.get(table.key),
        )


def _number(words: str) -> str:
    """That of the large object that `words` are about; none where they sum several up."""
    return words.split(" ")[2] if words.startswith("large object ") else ""


def _major(connection: Connection) -> int:
    return connection.info.server_version // 10000


def _on_both(there: Sequence[Table], here: Sequence[Table]) -> list[Table]:
    """Views of the source that hold rows here too; one that does not differs by its definition."""
    known = {view.key: view.columns for view in here}
    return [view for view in there if known.get(view.key) == view.columns]


def _sequence_differences(
    source: dict[tuple[str, str], SequenceState], target: Connection
) -> list[Difference]:
    """Those of the states; a sequence that is missing is found by its definition."""
    states, refused = _states_here(target, source)
    found = []
    for (schema, name), (last, called) in source.items():
        here = states.get((schema, name), (last, called))
        label = clean(f"{schema}.{name}")
        if (schema, name) in refused:
            words = f"sequence {label} cannot be read here: {refused[schema, name]}"
        elif here != (last, called):
            words = (
                f"sequence {label} differs: {last}{'' if called else ' not used yet'} on the source,"
                f" {here[0]}{'' if here[1] else ' not used yet'} here"
            )
        else:
            continue
        found.append(Difference(kind="sequence", name=label, words=words, judgement="lost"))
    return found


def _states_here(
    target: Connection, wanted: Iterable[tuple[str, str]]
) -> tuple[dict[tuple[str, str], SequenceState], dict[tuple[str, str], str]]:
    """The states of the target's sequences, and why some of those `wanted` cannot be read."""
    try:
        return read_sequences(target), {}
    except psycopg.ProgrammingError:
        # One of them is somebody else's, or went away meanwhile.
        states: dict[tuple[str, str], SequenceState] = {}
        refused: dict[tuple[str, str], str] = {}
        for name in wanted:
            query = sql.SQL("SELECT last_value, is_called FROM {}").format(sql.Identifier(*name))
            try:
                states.update((name, (last, called)) for last, called in target.execute(query).fetchall())
            except (errors.UndefinedTable, errors.InvalidSchemaName):
                continue
            except psycopg.ProgrammingError as error:
                refused[name] = reason(error)
        return states, refused
