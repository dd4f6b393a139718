"""What comes after a table's rows: its indexes, its statistics and its proof."""

from collections.abc import Callable

from msgspec.structs import replace
from psycopg import sql

from wizard.database import marker
from wizard.database.builds import make_build
from wizard.database.catalogue import Table
from wizard.database.connect import Connection
from wizard.database.crew import Hands, Task
from wizard.database.digest import Digest, digest
from wizard.database.marker import Build
from wizard.database.parts import PAGE, Part, cut
from wizard.database.table_state import Job, State

PIECE_BYTES = 64 * 1024 * 1024
"""Heap bytes of a table that are digested in one go on the target."""


class Completion:
    """Makes the tasks that complete a table whose rows are there."""

    def __init__(self, job: Job) -> None:
        self._job = job

    def task(self, state: State) -> Task:
        """The first of them; the others follow from it."""
        return self._task(state, "The indexes of {} cannot be built", self._keys)

    def _task(self, state: State, what: str, do: Callable[[State, Hands], list[Task]]) -> Task:
        return Task(what.format(state.table.label), lambda hands: do(state, hands))

    def _keys(self, state: State, hands: Hands) -> list[Task]:
        """Keys lock the table and come one after the other; other indexes are built beside each other, and
        the rows are proven beside them."""
        job, missing = self._job, [build for build in state.builds if not build.done]
        if missing:
            job.board.state(state.table.key, "indexing")
        keys = [build for build in missing if build.name.startswith("constraint ")]
        others = [build for build in missing if build not in keys]
        for build in keys:
            self._make(state, build, hands)
        pieces = self._pieces(state.table, hands.target) if job.prove else []
        state.found, state.to_build, state.to_prove = Digest(), len(others), len(pieces)
        if not others and not pieces:
            return [self._end_task(state)]
        if not others:
            job.board.state(state.table.key, "proving")
        return [
            Task(
                f"The {build.name} of {state.table.label} cannot be built",
                lambda hands, build=build: self._index(state, build, hands),  # type: ignore[misc]
            )
            for build in others
        ] + [
            Task(
                f"Table {state.table.label} cannot be proven",
                lambda hands, piece=piece: self._prove_piece(state, piece, hands),  # type: ignore[misc]
            )
            for piece in pieces
        ]

    def _index(self, state: State, build: Build, hands: Hands) -> list[Task]:
        self._make(state, build, hands)
        return self._counted_off(state, "to_build")

    def _make(self, state: State, build: Build, hands: Hands) -> None:
        job = self._job
        if make_build(hands.target, build, job.search_path, job.work_memory(), job.event):
            job.board.index_built(state.table.key)

    def _counted_off(self, state: State, counter: str) -> list[Task]:
        """What follows when a task of this kind is over."""
        with self._job.lock:
            setattr(state, counter, int(getattr(state, counter)) - 1)
            building, proving = state.to_build, state.to_prove
        if building or proving:
            if not building and counter == "to_build":
                self._job.board.state(state.table.key, "proving")
            return []
        return [self._end_task(state)]

    # The proof.

    def _pieces(self, table: Table, target: Connection) -> list[Part]:
        """What is digested in one go each of a table as it is on the target."""
        row = target.execute(
            sql.SQL("SELECT pg_catalog.pg_relation_size({}::regclass) / {}").format(
                sql.Literal(table.key), sql.Literal(PAGE)
            )
        ).fetchone()
        assert row is not None
        here = replace(table, pages=int(row[0]))
        return cut(here, max(PIECE_BYTES, self._job.part_bytes), self._job.target_major)

    def _prove_piece(self, state: State, piece: Part, hands: Hands) -> list[Task]:
        found = digest(hands.target, state.table, piece.first, piece.end)
        with self._job.lock:
            state.found += found
        return self._counted_off(state, "to_prove")

    def _end_task(self, state: State) -> Task:
        return self._task(state, "Table {} cannot be analysed", self._end)

    def _end(self, state: State, hands: Hands) -> list[Task]:
        """Statistics come last, for they are also of the indexes' expressions."""
        # Functions in indexes are called for them, and may rely on the search path.
        hands.target.execute(
            self._job.settings.as_bytes(None) + sql.SQL("ANALYZE {}").format(state.table.ident).as_bytes(None)
        )
        if self._job.prove:
            return [self.recording(state)]
        self._job.board.state(state.table.key, "copied")
        return []

    def recording(self, state: State) -> Task:
        """The task that records the comparison of a table, of which the target has been read whole, with what
        was copied of it. A task of its own: whatever has counted itself off must not be done again."""
        return self._task(state, "The proof of table {} cannot be recorded", self._record)

    def _record(self, state: State, hands: Hands) -> list[Task]:
        target, found = hands.target, state.found
        recorded = marker.recorded(target, state.table.key)
        target.execute(marker.record_proofs([(state.table.key, recorded, found)]))
        self.tell(state, recorded, found)
        return []

    def tell(self, state: State, recorded: Digest, found: Digest) -> None:
        """Show the outcome of a comparison."""
        self._job.board.state(state.table.key, "proven" if recorded == found else "differs")
        if recorded != found:
            self._job.event(
                f"Table {state.table.label} is not as on the source: {recorded.rows} rows there,"
                f" {found.rows} here."
            )
