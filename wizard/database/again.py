"""The second pass over tables that were copied at an earlier moment: what differs is copied again."""

from collections.abc import Iterable, Mapping

from psycopg import sql

from wizard.database import marker
from wizard.database.complete import Completion
from wizard.database.copy import Copier
from wizard.database.crew import Hands, Task
from wizard.database.digest import digest, digests
from wizard.database.marker import Known
from wizard.database.parts import Part, cut
from wizard.database.table_state import Job, State, last_of, show, together


class Again:
    """Makes the tasks that compare tables with the source as it is now, and bring them up to it."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._copier = Copier(job)
        self._completion = Completion(job)
        self._labels: set[str] = set()

    @property
    def copied_again(self) -> tuple[str, ...]:
        """Names of the tables that differed from the source and were copied again."""
        return tuple(sorted(self._labels))

    def first_tasks(self, states: Iterable[State], known: Mapping[str, Known]) -> list[Task]:
        """The tasks that bring over what is missing. Tables of which a part is there from an earlier moment
        are compared with the source first, part by part."""
        tasks: list[Task] = []
        fresh: list[State] = []
        for state in sorted(states, key=lambda state: -state.table.bytes):
            if not state.done:
                fresh.append(state)
            elif state.missing:
                tasks += self._check_tasks(state, target_too=False)
            elif known[state.table.key].proven and all(build.done for build in state.builds):
                self._job.board.state(state.table.key, "proven")
            else:
                tasks.append(self._completion.task(state))
        return tasks + self._copier.tasks(fresh)

    def refresh_tasks(self, states: Iterable[State]) -> list[Task]:
        """Tasks that compare every table on both sides and bring over again what differs."""
        tasks: list[Task] = []
        small: list[State] = []
        for state in sorted(states, key=lambda state: -state.table.bytes):
            if state.small and state.done:
                small.append(state)
            else:
                tasks += self._check_tasks(state, target_too=True)
        return tasks + [self._bundle_task(bundle) for bundle in together(small, self._job.workers)]

    # Small tables, together.

    def _bundle_task(self, bundle: list[State]) -> Task:
        names = f"Table {bundle[0].table.label}" + (f" and {len(bundle) - 1} more" if bundle[1:] else "")
        return Task(f"{names} cannot be compared", lambda hands: self._check_bundle(bundle, hands))

    def _check_bundle(self, bundle: list[State], hands: Hands) -> list[Task]:
        for state in bundle:
            self._job.board.state(state.table.key, "proving")
        tables = [state.table for state in bundle]
        there, here = digests(hands.source, tables), digests(hands.target, tables)
        tasks: list[Task] = []
        differing, equal = [], []
        for state, now, found in zip(bundle, there, here, strict=True):
            state.target_differs = found != state.recorded
            if state.target_differs or now != state.recorded:
                differing.append(state)
            elif all(build.done for build in state.builds):
                equal.append((state, now))
            else:
                tasks.append(self._completion.task(state))
        if equal:
            hands.target.execute(marker.record_proofs((state.table.key, now, now) for state, now in equal))
        for state, now in equal:
            self._completion.tell(state, now, now)
        if differing:
            what = f"Table {differing[0].table.label} cannot be copied again"
            tasks.append(Task(what, lambda hands: self._redo_bundle(differing, hands)))
        return tasks

    def _redo_bundle(self, states: list[State], hands: Hands) -> list[Task]:
        plan: list[Part] = []
        for state in states:
            plan += cut(state.table, self._job.part_bytes, self._job.source_major)
        hands.target.execute(marker.begin_again([state.table for state in states], plan).as_bytes(None))
        for state in states:
            state.parts = {part.number: part for part in plan if part.table == state.table.key}
            state.target_differs = False
            self._labels.add(state.table.label)
            self._job.event(f"Table {state.table.label} has changed on the source; copied again: whole.")
            show(state, self._job.board)
        return self._copier.tasks(states)

    # Tables in parts.

    def _check_tasks(self, state: State, *, target_too: bool) -> list[Task]:
        state.changed, state.to_check = [], len(state.done) + target_too
        if not state.to_check:
            return self._copier.tasks([state])
        what = f"Table {state.table.label} cannot be compared"
        tasks = [
            Task(what, lambda hands, part=part: self._check_source(state, part, hands))  # type: ignore[misc]
            for part in state.done
        ]
        if target_too:
            tasks.append(Task(what, lambda hands: self._check_target(state, hands)))
        return tasks

    def _check_source(self, state: State, part: Part, hands: Hands) -> list[Task]:
        self._job.board.state(state.table.key, "proving")
        if digest(hands.source, state.table, part.first, part.end) != part.digest:
            with self._job.lock:
                state.changed.append(part)
        return self._checked(state)

    def _check_target(self, state: State, hands: Hands) -> list[Task]:
        state.found = digest(hands.target, state.table)
        state.target_differs = state.found != state.recorded
        state.target_read = True
        return self._checked(state)

    def _checked(self, state: State) -> list[Task]:
        if not last_of(state, "to_check", self._job.lock):
            return []
        if state.changed or state.target_differs or state.missing:
            what = f"Table {state.table.label} cannot be copied again"
            return [Task(what, lambda hands: self._redo(state, hands))]
        if state.target_read and all(build.done for build in state.builds):
            # Both sides have been read just now, and nothing is missing.
            return [self._completion.recording(state)]
        return [self._completion.task(state)]

    def _redo(self, state: State, hands: Hands) -> list[Task]:
        """Take out of the target what is no longer as on the source, in one transaction with its records."""
        table, target, changed = state.table, hands.target, state.changed
        done = state.done
        whole = state.target_differs or len(changed) * 2 >= len(done)
        target.execute("BEGIN")
        target.execute("SELECT FROM _offramp.part WHERE tab = %s FOR UPDATE", (table.key,))
        if not whole and changed:
            # Should other rows have got the same transaction's number, the count tells.
            whole = marker.delete_rows(target, table, changed) != sum(part.rows for part in changed)
        if whole:
            target.execute(sql.SQL("TRUNCATE {}").format(table.rows_of))
            old = list(state.parts.values())
            plan = cut(table, self._job.part_bytes, self._job.source_major)
        else:
            old, plan = self._planned_anew(state)
        marker.replan(target, table.key, None if whole else old, plan)
        target.execute("COMMIT")
        for part in old:
            state.parts.pop(part.number, None)
        state.parts.update({part.number: part for part in plan})
        if changed or state.target_differs:
            amount = "whole" if whole else f"{len(changed)} of {len(done)} parts"
            self._job.event(f"Table {table.label} has changed on the source; copied again: {amount}.")
        state.changed, state.target_differs, state.target_read = [], False, False
        self._labels.add(table.label)
        show(state, self._job.board)
        return self._copier.tasks([state])

    def _planned_anew(self, state: State) -> tuple[list[Part], list[Part]]:
        """The parts to plan anew: the changed ones as they were, but the open-ended last one cut again,
        because that is where a table grows."""
        old = state.changed + state.missing
        plan: list[Part] = []
        for part in old:
            if part.end is None:
                number = max(state.parts) + 1
                plan += cut(
                    state.table, self._job.part_bytes, self._job.source_major, first=part.first, number=number
                )
            else:
                plan.append(Part(table=part.table, number=part.number, first=part.first, end=part.end))
        return old, plan
