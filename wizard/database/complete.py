"""What comes after a table's rows: its indexes, its statistics and its proof."""

from collections.abc import Callable

from msgspec.structs import replace
from psycopg import sql

from wizard.database import marker
from wizard.database.builds import make_build
from wizard.database.crew import Hands, Task
from wizard.database.digest import Digest, digest
from wizard.database.marker import Build
from wizard.database.parts import PAGE, Part, cut
from wizard.database.table_state import Job, State, last_of

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
        """Keys lock the table and come one after the other; other indexes are built beside each other."""
        missing = [build for build in state.builds if not build.done]
        if missing:
            self._job.board.state(state.table.key, "indexing")
        keys = [build for build in missing if build.name.startswith("constraint ")]
        others = [build for build in missing if build not in keys]
        for build in keys:
            self._make(state, build, hands)
        state.to_build = len(others)
        if not others:
            return [self._proof(state)]
        return [
            Task(
                f"The {build.name} of {state.table.label} cannot be built",
                lambda hands, build=build: self._index(state, build, hands),  # type: ignore[misc]
            )
            for build in others
        ]

    def _index(self, state: State, build: Build, hands: Hands) -> list[Task]:
        self._make(state, build, hands)
        return [self._proof(state)] if last_of(state, "to_build", self._job.lock) else []

    def _make(self, state: State, build: Build, hands: Hands) -> None:
        job = self._job
        if make_build(hands.target, build, job.search_path, job.work_memory(), job.event):
            job.board.index_built(state.table.key)

    # The proof.

    def _proof(self, state: State) -> Task:
        return self._task(state, "Table {} cannot be proven", self._prove)

    def _prove(self, state: State, hands: Hands) -> list[Task]:
        table = state.table
        size = sql.SQL("ANALYZE {}; SELECT pg_catalog.pg_relation_size({}::regclass) / {}").format(
            table.ident, sql.Literal(table.key), sql.Literal(PAGE)
        )
        # Functions in indexes are called for the statistics, and may rely on the search path.
        ((pages,),) = marker.last_rows(hands.target, self._job.settings.as_bytes(None) + size.as_bytes(None))
        if not self._job.prove:
            self._job.board.state(table.key, "copied")
            return []
        self._job.board.state(table.key, "proving")
        here = replace(table, pages=int(pages))
        pieces = cut(here, max(PIECE_BYTES, self._job.part_bytes), self._job.target_major)
        state.found, state.to_prove = Digest(), len(pieces)
        return [
            Task(
                f"Table {table.label} cannot be proven",
                lambda hands, piece=piece: self._prove_piece(state, piece, hands),  # type: ignore[misc]
            )
            for piece in pieces
        ]

    def _prove_piece(self, state: State, piece: Part, hands: Hands) -> list[Task]:
        found = digest(hands.target, state.table, piece.first, piece.end)
        with self._job.lock:
            state.found += found
        return [self.recording(state)] if last_of(state, "to_prove", self._job.lock) else []

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
