"""Moves one database from a source to a target: the one door to the engine.

The order is `first_copy` (the app may still write), freeze the source, `refresh`, `finish`, `prove`,
`remove_marker`. Each may be called again after whatever broke it, by another process too: what is done is
read from the marker on the target, and nothing is done twice. All methods block; call them in a thread.
"""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from wizard.database import marker
from wizard.database.again import Again
from wizard.database.board import Board
from wizard.database.builds import memory_in_all, work_memory
from wizard.database.catalogue import Table, rows_changed
from wizard.database.control import Control
from wizard.database.copied import fell_back, forget_emptied, is_whole
from wizard.database.copy import states_of
from wizard.database.crew import Task
from wizard.database.ending import Ending, take_back
from wizard.database.ends import Ends
from wizard.database.fingerprint import fingerprint
from wizard.database.fit import misfits, want_same_tables
from wizard.database.inspect import TargetState, other_clients, target_state
from wizard.database.lanes import Lanes
from wizard.database.large_object_task import large_object_tasks, measure
from wizard.database.orphans import KeyCheck, Orphans
from wizard.database.parts import part_size
from wizard.database.patience import Patience
from wizard.database.preparation import Ahead, describe, prepare, still_true
from wizard.database.progress import CopyProgress, Proof, TableProof
from wizard.database.snapshot import LOST_BEFORE, LOST_FROZEN, Snapshot
from wizard.database.sole_run import sign, take_over
from wizard.database.staff import Staff
from wizard.database.table_state import Job, State, show
from wizard.database.verify import Verifier
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble

PROOF_BYTES = 64 * 1024 * 1024
"""Bytes of a table that one query of the last proof digests."""


class Move:
    """One database on its way.

    Args:
        name: of the database, to show.
        session: whose copy it is; the marker carries it.
        source, target: give the URL, asked anew before each connection; may raise Trouble. With `retry`
            set it is waited and asked again ("the tunnel is being opened").
        work: an existing private folder for what a step needs on disk.
        report: gets a snapshot at most twice a second, from a thread of its own.
        event: gets a sentence worth keeping, from any thread.
        control: pause, resume, stop, retry, number of workers.
        workers: pairs of connections, of which the source needs two more; None leaves it to the engine.
        part_bytes: bytes of a part on the source's disk; None leaves it to the engine.
        prove: whether the first copy digests every table on both sides as it goes. Without, rows are only
            counted, and a later `refresh` copies every table again.
        ahead: what `read_ahead` told earlier.
        lanes: of the tunnel to the target: how many connections it carries at a time; with a limit of one the
            whole move has one at a time. None where the target is reached directly.

    All methods raise Trouble, or Stopped when `control.stop()` was called.
    """

    def __init__(
        self,
        *,
        name: str,
        session: str,
        source: Callable[[], Secret],
        target: Callable[[], Secret],
        work: Path,
        report: Callable[[CopyProgress], None],
        event: Callable[[str], None],
        control: Control,
        workers: int | None = None,
        part_bytes: int | None = None,
        prove: bool = True,
        ahead: Ahead | None = None,
        lanes: Lanes | None = None,
    ) -> None:
        self._session = session
        self._work = work
        self._event = event
        self._control = control
        self._part_bytes = part_bytes
        self._prove = prove
        self._ends = Ends(source, target, session, lanes, event)
        self._board = Board(clean(name), report, lambda: control.paused)
        self._patience = Patience(self._ends, control, self._board)
        self._with_source, self._with_target = self._patience.with_source, self._patience.with_target
        self._staff = Staff(
            self._ends,
            patience=self._patience,
            control=control,
            board=self._board,
            event=event,
            workers=workers,
        )
        self._ahead = ahead
        self._moments = 0
        self._keys = KeyCheck(event)
        self._cleared = False

    def state(self) -> TargetState:
        """What the target holds now: nothing, this copy's beginnings, or something else."""
        source = self._with_source(marker.identity)
        return self._with_target(lambda target: target_state(target, self._session, source))

    def first_copy(self, *, may_start_over: bool = True) -> tuple[TableProof, ...]:
        """Make the schema, copy every table under one snapshot, build indexes, and prove each table inside
        that snapshot. The source may be written to meanwhile. Returns what was proven.

        Args:
            may_start_over: whether a copy whose schema has changed since is thrown away; otherwise that is
                a Trouble.
        """
        with self._at_work():
            self._ends.begin(snapshot=True)
            self._clear_leftovers()
            if self._own_target() == "empty" or self._thrown_away(may_start_over):
                self._board.phase("schema")
            while True:
                self._patience.under_a_snapshot(self._copy_missing, LOST_BEFORE, self._event)
                if not self._with_target(fell_back):
                    return self._proofs()

    def read_ahead(self) -> Ahead:
        """Describe the source's schema now, for a first copy that is made later, by this object or by
        another given the answer: it takes long over a far link. What has changed until then is read again."""
        with self._patience.keeping():
            self._ahead = self._patience.under_a_snapshot(self._described, LOST_BEFORE, self._event)
        return self._ahead

    @property
    def moments(self) -> int:
        """Under how many snapshots of the source the passes so far were made. A pass that took more than one
        has left tables of different moments."""
        return self._moments

    @property
    def orphans(self) -> tuple[Orphans, ...] | None:
        """Foreign keys that rows of the source break, of which the target will refuse each at the end; events
        told of them. Known after a `first_copy` that proves, of tables that came over under one snapshot;
        None where none is known and not all could be looked at."""
        return self._keys.found or (() if self._keys.all_of_them else None)

    def first_proof(self) -> Proof | None:
        """What the first copy proved, from the marker; None while not every table has been copied, or when
        a schema has changed since and the copy no longer fits."""
        if not self._with_target(lambda target: is_whole(target, self._session)) or self.misfits():
            return None
        return Proof(database=self._board.database, tables=self._proofs())

    def misfits(self) -> list[str]:
        """What was changed on either side since the copy was begun, so that it has to be begun anew; empty
        when it fits, or when there is none."""
        owner = self._with_target(marker.read_owner)
        if owner is None or owner.half:
            return []
        there = self._with_source(fingerprint)
        return misfits(there, self._with_target(fingerprint), owner.schema_state)

    def _thrown_away(self, may: bool) -> bool:
        """Empty a target whose copy does not fit any more; whether that was so."""
        words = self.misfits()
        if not words:
            return False
        some = ", ".join(words[:5]) + (f" and {len(words) - 5} more" if len(words) > 5 else "")
        if not may:
            raise Trouble(
                f"The copy no longer fits, and the target was written to since. Changed: {some}.",
                untouched="The target was left as it is.",
                remedy="Save what was written there, then empty it or choose another name on the map.",
                code="schema-changed",
            )
        self._event(f"The schema was changed since the copy began ({some}): everything is copied anew.")
        self._with_target(marker.empty_target)
        return True

    def other_writers(self) -> list[str]:
        """Who else is connected to the source database with the app's role, in words."""
        return self._with_source(other_clients)

    def changes(self) -> int:
        """Rows inserted, updated and deleted on the target since its server began to count. The difference
        of two calls says how much was written between them; the server counts with a second's delay."""
        return self._with_target(rows_changed)

    def source_changes(self) -> int:
        """The same of the source."""
        return self._with_source(rows_changed)

    def refresh(self) -> tuple[str, ...]:
        """Compare every table with the source, which must be frozen now, and copy again what differs.
        Returns the names of those tables."""
        with self._at_work():
            self._clear_leftovers()
            self._want_marker()
            self._board.phase("data")
            # Foreign keys and triggers of an earlier finish() would fire on what is copied again.
            self._with_target(take_back)
            return self._patience.under_a_snapshot(self._copy_changed, LOST_FROZEN, self._event)

    def finish(self) -> None:
        """Make what comes after the data: sequences, foreign keys, triggers, policies, materialised views."""
        with self._at_work():
            self._ends.begin(snapshot=False)
            self._clear_leftovers()
            self._want_marker()
            Ending(
                board=self._board,
                control=self._control,
                event=self._event,
                patience=self._patience,
                crew=lambda: self._staff.crew(None),
                workers=self._staff.wanted,
            ).run()

    def prove(self) -> Proof:
        """Compare everything on both sides; needs no marker, and may be called again at any time."""
        with self._at_work():
            self._board.phase("proof")
            proof = self._patience.under_a_snapshot(self._compare, LOST_FROZEN, self._event)
            self._board.phase("done")
            return proof

    def remove_marker(self) -> None:
        """Remove the marker schema from the target; done already is no error.

        Raises:
            Trouble: the marker is of another session.
        """
        owner = self._with_target(marker.read_owner)
        if owner is not None and owner.session != self._session:
            raise _foreign(TargetState(state="foreign", objects=(f"a copy of session {owner.session}",)))
        self._with_target(marker.remove)

    def start_over(self) -> None:
        """Empty the target of all that this session's copy brought there, the marker included. Only ever
        works on a target whose marker says that it is ours."""
        self._clear_leftovers()
        self._want_marker()
        self._with_target(marker.empty_target)

    # Steps.

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        with self._board.live(), self._patience.keeping(), self._ends.dropping_begun():
            yield

    def _described(self, snapshot: Snapshot) -> Ahead:
        return describe(snapshot, self._ends, work=self._work, control=self._control)

    def _copy_missing(self, snapshot: Snapshot) -> None:
        self._moments += 1
        owner = self._with_target(marker.read_owner)
        if owner is None or owner.half:
            ahead, self._ahead = self._ahead, None
            if ahead is None or not still_true(ahead, snapshot):
                ahead = self._described(snapshot)
            self._staff.begin_lines()
            prepare(
                snapshot,
                ahead,
                session=self._session,
                name=self._board.database,
                search_path=self._ends.search_path,
                part_bytes=self._part_size(ahead.tables),
                event=self._event,
                with_target=self._with_target,
            )
            self._with_target(lambda target: sign(target, self._ends.run))
        states, known, job = self._beginning(snapshot)
        keys = self._keys.tasks(snapshot.connection, states.values(), job) if self._prove else []
        self._board.phase("data")
        tasks = self._large_objects(snapshot, job) + Again(job).first_tasks(states.values(), known)
        self._staff.crew(snapshot).run(tasks, last=keys)

    def _copy_changed(self, snapshot: Snapshot) -> tuple[str, ...]:
        self._moments += 1
        states, _, job = self._beginning(snapshot)
        again = Again(job)
        tasks = self._large_objects(snapshot, job) + again.refresh_tasks(states.values())
        self._staff.crew(snapshot).run(tasks)
        return again.copied_again

    def _part_size(self, tables: Iterable[Table]) -> int:
        return self._part_bytes or part_size(tables, self._staff.part_bytes)

    def _large_objects(self, snapshot: Snapshot, job: Job) -> list[Task]:
        return large_object_tasks(measure(snapshot.connection), self._with_target(measure), job)

    def _beginning(self, snapshot: Snapshot) -> tuple[dict[str, State], dict[str, marker.Known], Job]:
        """Where the copy stands, from the marker."""
        known = self._with_target(marker.read_tables)
        want_same_tables(snapshot.tables, known)
        self._with_target(lambda target: forget_emptied(target, self._event))
        owner = self._with_target(marker.read_owner)
        workers, memory = self._staff.wanted, self._with_target(memory_in_all)
        states = states_of(
            snapshot.tables, self._with_target(marker.read_parts), self._with_target(marker.read_builds)
        )
        for state in states.values():
            show(state, self._board)
        return (
            states,
            known,
            Job(
                search_path=owner.search_path if owner else "",
                part_bytes=self._part_size(snapshot.tables),
                source_major=snapshot.connection.info.server_version // 10000,
                target_major=self._with_target(lambda target: target.info.server_version // 10000),
                work_memory=lambda: work_memory(memory, self._staff.wanted),
                workers=workers,
                prove=self._prove,
                control=self._control,
                board=self._board,
                event=self._event,
            ),
        )

    def _compare(self, snapshot: Snapshot) -> Proof:
        owner = self._with_target(marker.read_owner)
        left_out = list(owner.left_out) if owner else self._missing_extensions(snapshot)
        verifier = Verifier(
            self._patience,
            control=self._control,
            board=self._board,
            crew=lambda: self._staff.crew(snapshot),
            part_bytes=PROOF_BYTES,
        )
        return verifier.prove(snapshot, left_out)

    def _missing_extensions(self, snapshot: Snapshot) -> list[str]:
        """Once the marker is gone nobody knows any more which were left out; what used one is compared."""
        query = "SELECT extname FROM pg_catalog.pg_extension ORDER BY 1"
        there = snapshot.connection.execute(query).fetchall()
        here = self._with_target(lambda target: target.execute(query).fetchall())
        return [f"extension {clean(name)}: not on the target" for (name,) in there if (name,) not in here]

    # The target, and what is on it.

    def _own_target(self) -> str:
        state = self.state()
        if state.state == "foreign":
            raise _foreign(state)
        return state.state

    def _want_marker(self) -> None:
        if self._own_target() == "empty":
            raise Trouble(
                "The target is empty: there is no copy to go on with.",
                remedy="Make the first copy before this step.",
                code="no-copy",
            )

    def _proofs(self) -> tuple[TableProof, ...]:
        return tuple(
            TableProof(
                name=table.label,
                source_rows=table.source.rows,
                target_rows=table.target.rows,
                source_digest=table.source.text,
                target_digest=table.target.text,
            )
            for table in self._with_target(marker.read_tables).values()
            if table.source is not None and table.target is not None
        )

    def _clear_leftovers(self) -> None:
        if self._cleared:
            return
        session, run = self._session, self._ends.run
        self._ends.alone = self._with_target(lambda target: take_over(target, session, run))
        ended = self._with_source(self._ends.end_leftovers)
        ended += self._with_target(self._ends.end_leftovers)
        if ended:
            self._event(f"{ended} connections that an earlier run left behind were ended.")
        self._cleared = True


def _foreign(state: TargetState) -> Trouble:
    return Trouble(
        f"The target is not empty: it holds {', '.join(state.objects)}.",
        untouched="Nothing was written to it.",
        remedy="Choose an empty database, or empty this one yourself if nobody needs what it holds.",
        code="target-not-empty",
    )
