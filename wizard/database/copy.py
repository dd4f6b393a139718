"""Copies tables: part by part, each with its record in one transaction; then indexes; then the proof."""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import psycopg
from psycopg import errors, sql

from wizard.database import marker
from wizard.database.board import Board
from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.database.control import Control
from wizard.database.crew import Hands, Task
from wizard.database.digest import Digest, digest, page_range
from wizard.database.line import Line
from wizard.database.marker import Build, Known
from wizard.database.parts import Part, cut
from wizard.database.splice import splice


@dataclass
class _State:
    """One table on its way. `to_copy` counts parts that are not on the target yet."""

    table: Table
    parts: dict[int, Part]
    builds: list[Build]
    to_copy: int = 0
    to_check: int = 0
    changed: list[Part] | None = None
    target_differs: bool = False


class Copier:
    """Makes the tasks that bring tables over. All of it can be done again at any point.

    Args:
        search_path: the source's own; functions in defaults, checks and indexes may rely on it.
        part_bytes: heap bytes of a part.
    """

    def __init__(
        self,
        *,
        tables: Iterable[Table],
        parts: Mapping[str, list[Part]],
        builds: list[Build],
        search_path: str,
        part_bytes: int,
        server_major: int,
        control: Control,
        board: Board,
        event: Callable[[str], None],
    ) -> None:
        self._search_path = search_path
        self._part_bytes = part_bytes
        self._server_major = server_major
        self._control = control
        self._board = board
        self._event = event
        self._lock = threading.Lock()
        self._states = {
            table.key: _State(
                table,
                {part.number: part for part in parts.get(table.key, [])},
                [build for build in builds if build.table == table.key and build.stage == "index"],
            )
            for table in tables
        }
        self._again_labels: set[str] = set()
        for state in self._states.values():
            self._show(state)

    @property
    def copied_again(self) -> tuple[str, ...]:
        """Names of the tables that differed from the source and were copied again."""
        return tuple(sorted(self._again_labels))

    def _show(self, state: _State) -> None:
        table = state.table
        self._board.add(
            table.key,
            table.label,
            rows=table.rows,
            size=table.bytes,
            parts=len(state.parts),
            indexes=len(state.builds),
        )
        for part in state.parts.values():
            if part.done:
                self._board.committed(table.key, part.number, part.rows, part.bytes)
        for build in state.builds:
            if build.done:
                self._board.index_built(table.key)

    # The first copy.

    def first_tasks(self, known: Mapping[str, Known]) -> list[Task]:
        """The tasks that bring over what is missing, the largest tables first. Tables of which a part is
        there from an earlier moment are compared with the source first, part by part."""
        tasks: list[Task] = []
        for state in sorted(self._states.values(), key=lambda state: -state.table.bytes):
            done = [part for part in state.parts.values() if part.done]
            if len(done) < len(state.parts) and done:
                tasks += self._check_tasks(state, target_too=False)
            elif not done:
                tasks += self._copy_tasks(state)
            elif known[state.table.key].proven and all(build.done for build in state.builds):
                self._board.state(state.table.key, "proven")
            else:
                tasks.append(self._build_task(state))
        return tasks

    def _copy_tasks(self, state: _State) -> list[Task]:
        missing = [part for part in state.parts.values() if not part.done]
        state.to_copy = len(missing)
        if not missing:
            return [self._build_task(state)]
        return [
            Task(
                f"Table {state.table.label} cannot be copied",
                lambda hands, part=part: self._copy(state, part, hands),  # type: ignore[misc]
            )
            for part in sorted(missing, key=lambda part: part.first)
        ]

    def _copy(self, state: _State, part: Part, hands: Hands) -> list[Task]:
        table, board = state.table, self._board
        board.state(table.key, "copying")
        source = hands.source
        # The digest is of the same snapshot as the copy, and its pages are warm for the copy after it.
        expected = digest(source, table, part.first, part.end)
        target = hands.target
        try:
            target.execute("BEGIN")
            if marker.take_part(target, part):
                self._use_search_path(target)
                size = self._carry(state, part, expected, source, target)
                marker.part_done(target, part, expected, size)
                target.execute("COMMIT")
                board.committed(table.key, part.number, expected.rows, size)
            else:
                # An attempt whose COMMIT arrived though its answer did not.
                target.execute("ROLLBACK")
                board.committed(table.key, part.number, expected.rows, 0)
        except BaseException:
            board.give_up(table.key, part.number)
            raise
        with self._lock:
            state.to_copy -= 1
            last = state.to_copy == 0
        return [self._build_task(state)] if last else []

    def _carry(self, state: _State, part: Part, expected: Digest, source: Line, target: Line) -> int:
        table = state.table
        columns = sql.SQL(", ").join(sql.Identifier(name) for name in table.copied)
        out = sql.SQL("COPY (SELECT {} FROM ONLY {}{}) TO STDOUT").format(
            columns, table.ident, page_range(part.first, part.end)
        )
        # Without a list COPY takes all but generated columns: for a table that has no other it is the
        # only way, because an empty list is no SQL.
        names = sql.SQL(" ({})").format(columns) if table.copied else sql.SQL("")
        into = sql.SQL("COPY {}{} FROM STDIN").format(table.ident, names)
        ((rows, size),) = splice(
            source,
            target,
            [(out.as_bytes(source), into.as_bytes(target))],
            control=self._control,
            moved=lambda _, moved: self._board.flow(table.key, part.number, moved),
        )
        if rows != expected.rows:
            raise psycopg.DataError(f"{rows} rows came over where {expected.rows} were counted")
        return size

    def _use_search_path(self, target: Connection) -> None:
        target.execute("SELECT pg_catalog.set_config('search_path', %s, true)", (self._search_path,))

    # Indexes and the proof.

    def _build_task(self, state: _State) -> Task:
        return Task(
            f"The indexes of {state.table.label} cannot be built", lambda hands: self._build(state, hands)
        )

    def _build(self, state: _State, hands: Hands) -> list[Task]:
        self._board.state(state.table.key, "indexing")
        for build in state.builds:
            if not build.done and make_build(hands.target, build, self._search_path, self._event):
                self._board.index_built(state.table.key)
        return [Task(f"Table {state.table.label} cannot be proven", lambda hands: self._prove(state, hands))]

    def _prove(self, state: _State, hands: Hands) -> list[Task]:
        table = state.table
        self._board.state(table.key, "proving")
        target = hands.target
        target.execute(sql.SQL("ANALYZE {}").format(table.ident))
        found = digest(target, table)
        row = target.execute(
            "SELECT coalesce(sum(rows), 0)::bigint, coalesce(sum(sum), 0), coalesce(sum(second), 0)"
            " FROM _offramp.part WHERE tab = %s",
            (table.key,),
        ).fetchone()
        assert row is not None
        expected = Digest(rows=row[0], sum=row[1], second=row[2])
        marker.record_proof(target, table.key, expected, found)
        self._board.state(table.key, "proven" if expected == found else "differs")
        if expected != found:
            self._event(
                f"Table {table.label} is not as on the source: {expected.rows} rows there, {found.rows} here."
            )
        return []

    # The second pass: what has changed since.

    def refresh_tasks(self) -> list[Task]:
        """Tasks that compare every table on both sides and bring over again what differs."""
        tasks: list[Task] = []
        for state in sorted(self._states.values(), key=lambda state: -state.table.bytes):
            tasks += self._check_tasks(state, target_too=True)
        return tasks

    def _check_tasks(self, state: _State, *, target_too: bool) -> list[Task]:
        done = [part for part in state.parts.values() if part.done]
        state.changed = []
        state.to_check = len(done) + target_too
        what = f"Table {state.table.label} cannot be compared"
        tasks = [
            Task(what, lambda hands, part=part: self._check_source(state, part, hands))  # type: ignore[misc]
            for part in done
        ]
        if target_too:
            tasks.append(Task(what, lambda hands: self._check_target(state, hands)))
        return tasks

    def _check_source(self, state: _State, part: Part, hands: Hands) -> list[Task]:
        self._board.state(state.table.key, "proving")
        now = digest(hands.source, state.table, part.first, part.end)
        if now != part.digest and state.changed is not None:
            state.changed.append(part)
        return self._checked(state)

    def _check_target(self, state: _State, hands: Hands) -> list[Task]:
        found = digest(hands.target, state.table)
        recorded = sum((part.digest for part in state.parts.values() if part.done), Digest())
        state.target_differs = found != recorded
        return self._checked(state)

    def _checked(self, state: _State) -> list[Task]:
        with self._lock:
            state.to_check -= 1
            if state.to_check:
                return []
        missing = [part for part in state.parts.values() if not part.done]
        if state.changed or state.target_differs or missing:
            what = f"Table {state.table.label} cannot be copied again"
            return [Task(what, lambda hands: self._redo(state, hands))]
        return [self._build_task(state)]

    def _redo(self, state: _State, hands: Hands) -> list[Task]:
        """Take out of the target what is no longer as on the source, in one transaction with its records."""
        table, target = state.table, hands.target
        changed = state.changed or []
        done = [part for part in state.parts.values() if part.done]
        whole = state.target_differs or len(changed) * 2 >= len(done)
        target.execute("BEGIN")
        target.execute("SELECT FROM _offramp.part WHERE tab = %s FOR UPDATE", (table.key,))
        if not whole and changed:
            # Should other rows have got the same transaction's number, the count tells.
            whole = marker.delete_rows(target, table, changed) != sum(part.rows for part in changed)
        if whole:
            target.execute(sql.SQL("TRUNCATE ONLY {}").format(table.ident))
            old, plan = list(state.parts.values()), cut(table, self._part_bytes, self._server_major)
        else:
            old, plan = self._again(state, changed)
        marker.replan(target, table.key, None if whole else old, plan)
        target.execute("COMMIT")
        for part in old:
            state.parts.pop(part.number, None)
        state.parts.update({part.number: part for part in plan})
        state.changed, state.target_differs = None, False
        if changed:
            amount = "whole" if whole else f"{len(changed)} of {len(done)} parts"
            self._event(f"Table {table.label} has changed on the source; copied again: {amount}.")
        self._again_labels.add(table.label)
        self._show(state)
        return self._copy_tasks(state)

    def _again(self, state: _State, changed: list[Part]) -> tuple[list[Part], list[Part]]:
        """The parts to plan anew: the changed ones as they were, but the open-ended last one cut again,
        because that is where a table grows."""
        old = changed + [part for part in state.parts.values() if not part.done]
        plan: list[Part] = []
        for part in old:
            if part.end is None:
                number = max(state.parts) + 1
                plan += cut(
                    state.table, self._part_bytes, self._server_major, first=part.first, number=number
                )
            else:
                plan.append(Part(table=part.table, number=part.number, first=part.first, end=part.end))
        return old, plan


def make_build(target: Connection, build: Build, search_path: str, event: Callable[[str], None]) -> bool:
    """Make one object and its record in one transaction; False: it was there already.

    What stands there half done, without its record, is removed and made again.

    Raises:
        psycopg.Error: the target refuses it.
    """
    for again in (False, True):
        target.execute("BEGIN")
        if not marker.take_build(target, build):
            target.execute("ROLLBACK")
            return False
        target.execute(
            "SELECT pg_catalog.set_config('search_path', %s, true),"
            " pg_catalog.set_config('maintenance_work_mem', '128MB', true)",
            (search_path,),
        )
        try:
            if again and build.drop:
                target.execute(build.drop.encode("utf-8", "surrogateescape"))
            target.execute(build.create.encode("utf-8", "surrogateescape"))
            marker.build_done(target, build)
            target.execute("COMMIT")
            return True
        except (errors.DuplicateTable, errors.DuplicateObject, errors.InvalidTableDefinition):
            target.execute("ROLLBACK")
            if again or not build.drop:
                raise
            event(f"{build.name} was half done; it is removed and made again.")
    return False
