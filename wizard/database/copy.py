"""Copies the rows of tables: parts, each with its record in one transaction.

Small tables go together: their rows, indexes, records and proof in one transaction, in a handful of round
trips. At 30 ms a round trip that is what a copy of many tables is made of.
"""

import contextlib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import psycopg
from msgspec.structs import replace
from psycopg import sql

from wizard.database import builds, marker
from wizard.database.catalogue import Table
from wizard.database.complete import Completion
from wizard.database.connect import Connection, is_passing
from wizard.database.crew import Hands, Task
from wizard.database.digest import Digest, digest, digests, page_range
from wizard.database.marker import Build
from wizard.database.parts import Part
from wizard.database.splice import splice
from wizard.database.table_state import Job, State, last_of, together

Unit = tuple[State, Part, Digest | None]
"""What is copied in one transaction with others: of which table, which part, and its digest on the source."""


def states_of(
    tables: Iterable[Table], parts: Mapping[str, list[Part]], made: Iterable[Build]
) -> dict[str, State]:
    """Where every table stands, by key, from what the marker knows."""
    own: dict[str, list[Build]] = {}
    for build in made:
        if build.stage == "index":
            own.setdefault(build.table, []).append(build)
    return {
        table.key: State(
            table, {part.number: part for part in parts.get(table.key, [])}, own.get(table.key, [])
        )
        for table in tables
    }


class Copier:
    """Makes the tasks that bring rows over, and all that follows. Each can be done again at any point."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._completion = Completion(job)

    def tasks(self, states: Iterable[State]) -> list[Task]:
        """The tasks that bring over what is missing of `states`, the largest tables first."""
        tasks: list[Task] = []
        small: list[State] = []
        for state in sorted(states, key=lambda state: -state.table.bytes):
            if state.small and state.missing:
                small.append(state)
            else:
                tasks += self._part_tasks(state)
        return tasks + [self._bundle_task(bundle) for bundle in together(small, self._job.workers)]

    def _part_tasks(self, state: State) -> list[Task]:
        missing = state.missing
        state.to_copy = len(missing)
        if not missing:
            return [self._completion.task(state)]
        return [
            Task(
                f"Table {state.table.label} cannot be copied",
                lambda hands, part=part: self._copy_part(state, part, hands),  # type: ignore[misc]
            )
            for part in missing
        ]

    def _copy_part(self, state: State, part: Part, hands: Hands) -> list[Task]:
        self._job.board.state(state.table.key, "copying")
        expected = None
        if self._job.prove:
            # Of the same snapshot as the copy; and its pages are warm for the copy after it.
            expected = digest(hands.source, state.table, part.first, part.end)
        units: list[Unit] = [(state, part, expected)]
        with self._given_up(units):
            copied = self._carry(hands, units)
            hands.rest()
            if copied is None:
                # An attempt whose COMMIT arrived though its answer did not.
                hands.target.execute("ROLLBACK")
                self._job.board.committed(state.table.key, part.number, expected.rows if expected else 0, 0)
            else:
                hands.target.execute(marker.parts_done(copied).as_bytes(None) + b"COMMIT")
                self._committed(state, copied[0])
        return [self._completion.task(state)] if last_of(state, "to_copy", self._job.lock) else []

    # Small tables, together.

    def _bundle_task(self, bundle: list[State]) -> Task:
        names = f"Table {bundle[0].table.label}" + (f" and {len(bundle) - 1} more" if bundle[1:] else "")
        return Task(f"{names} cannot be copied", lambda hands: self._copy_bundle(bundle, hands))

    def _copy_bundle(self, bundle: list[State], hands: Hands) -> list[Task]:
        expected: Sequence[Digest | None] = [None] * len(bundle)
        for state in bundle:
            self._job.board.state(state.table.key, "copying")
        if self._job.prove:
            expected = digests(hands.source, [state.table for state in bundle])
        units = [(state, state.missing[0], what) for state, what in zip(bundle, expected, strict=True)]
        try:
            with self._given_up(units):
                copied = self._carry(hands, units)
                hands.rest()
                if copied is None:
                    hands.target.execute("ROLLBACK")
                    return [task for state in bundle for task in self._part_tasks(state)]
                self._end_bundle(bundle, copied, hands.target)
                for state, one in zip(bundle, copied, strict=True):
                    self._committed(state, one)
                    for build in state.builds:
                        if not build.done:
                            self._job.board.index_built(state.table.key)
        except psycopg.Error as error:
            if is_passing(error) or (not bundle[1:] and not bundle[0].builds):
                raise
            # One of them is refused: each for itself, which names it.
            hands.drop(broken=True)
            return [task for state in bundle for task in self._part_tasks(state)]
        return []

    def _end_bundle(
        self, bundle: list[State], copied: list[tuple[Part, Digest, int]], target: Connection
    ) -> None:
        """Records, indexes, statistics and proof of tables whose rows are written, and the COMMIT."""
        tables = [state.table for state in bundle]
        todo = [build for state in bundle for build in state.builds if not build.done]
        analyze = sql.SQL("; ANALYZE {};").format(sql.SQL(", ").join(table.ident for table in tables))
        target.execute(
            marker.parts_done(copied).as_bytes(None) + builds.script(todo) + analyze.as_bytes(None)
        )
        if not self._job.prove:
            target.execute("COMMIT")
            for state in bundle:
                self._job.board.state(state.table.key, "copied")
            return
        found = digests(target, tables)
        proofs = [
            (state.table.key, there, here)
            for state, (_, there, _), here in zip(bundle, copied, found, strict=True)
        ]
        target.execute(marker.record_proofs(proofs).as_bytes(None) + b"; COMMIT")
        for state, (_, there, here) in zip(bundle, proofs, strict=True):
            self._completion.tell(state, there, here)

    # One transaction.

    def _carry(self, hands: Hands, units: Sequence[Unit]) -> list[tuple[Part, Digest, int]] | None:
        """Open a transaction on the target and bring the rows of `units` over: each part with its digest and
        its bytes. None when one of them is there already; the transaction is open then too."""
        parts = [part for _, part, _ in units]
        source, target = hands.source, hands.target
        if len(marker.begin_parts(target, parts, self._job.settings)) < len(parts):
            return None
        results = splice(
            source,
            target,
            [_copy_out_and_in(state.table, part, source) for state, part, _ in units],
            control=self._job.control,
            moved=lambda at, size: self._job.board.flow(units[at][0].table.key, units[at][1].number, size),
        )
        copied = []
        for (_, part, expected), (rows, size) in zip(units, results, strict=True):
            if expected is not None and rows != expected.rows:
                raise psycopg.DataError(f"{rows} rows came over where {expected.rows} were counted")
            copied.append((part, expected or Digest(rows=rows), size))
        return copied

    @contextlib.contextmanager
    def _given_up(self, units: Sequence[Unit]) -> Iterator[None]:
        """What came over of `units` does not count when the block fails."""
        try:
            yield
        except BaseException:
            for state, part, _ in units:
                self._job.board.give_up(state.table.key, part.number)
            raise

    def _committed(self, state: State, copied: tuple[Part, Digest, int]) -> None:
        part, what, size = copied
        with self._job.lock:
            state.parts[part.number] = replace(
                part, done=True, rows=what.rows, bytes=size, sum=what.sum, second=what.second
            )
        self._job.board.committed(state.table.key, part.number, what.rows, size)


def _copy_out_and_in(table: Table, part: Part, source: Connection) -> tuple[bytes, bytes]:
    values = sql.SQL(", ").join(table.value(name) for name in table.copied)
    # Both servers have the same encoding: nothing is converted, and SQL_ASCII's bytes are not looked at.
    encoding = sql.Literal(source.info.parameter_status("server_encoding") or "UTF8")
    out = sql.SQL("COPY (SELECT {} FROM {}{}) TO STDOUT (ENCODING {})").format(
        values, table.rows_of, page_range(part.first, part.end), encoding
    )
    # Without a list COPY takes all but generated columns: for a table that has no other it is the
    # only way, because an empty list is no SQL.
    columns = sql.SQL(", ").join(sql.Identifier(name) for name in table.copied)
    names = sql.SQL(" ({})").format(columns) if table.copied else sql.SQL("")
    into = sql.SQL("COPY {}{} FROM STDIN (ENCODING {})").format(table.ident, names, encoding)
    return out.as_bytes(source), into.as_bytes(source)
