"""The end of a copy: sequences, foreign keys, triggers, policies, materialised views, grants; in this
order."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import psycopg
from psycopg import errors, sql

from wizard.database import foreign, marker
from wizard.database.board import Board
from wizard.database.builds import make_build, make_together, memory_in_all, work_memory
from wizard.database.catalogue import SequenceState, read_sequences
from wizard.database.connect import Connection, is_passing, trouble
from wizard.database.control import Control
from wizard.database.crew import Crew
from wizard.database.grants import carry_grants, read_grants
from wizard.database.marker import Build
from wizard.database.patience import Patience
from wizard.database.schema import AT_THE_END
from wizard.model.trouble import Trouble

T = TypeVar("T")

LOCK_LIMIT = "5s"

_BATCH = 200


class Ending:
    """Makes what the marker lists as not made yet. Every object is recorded as it is made.

    Args:
        crew: gives workers that need no source.
    """

    def __init__(
        self,
        *,
        board: Board,
        control: Control,
        event: Callable[[str], None],
        patience: Patience,
        crew: Callable[[], Crew],
        workers: int,
    ) -> None:
        self._board = board
        self._control = control
        self._event = event
        self._patience = patience
        self._crew = crew
        self._workers = workers
        self._search_path = ""
        self._memory = 0

    def run(self) -> None:
        """Raises Trouble naming the object that the target refuses, or the table that is not whole."""
        with_target = self._patience.with_target
        with_target(_want_whole)
        owner = with_target(marker.read_owner)
        self._search_path = owner.search_path if owner else ""
        self._memory = with_target(memory_in_all)
        self._board.phase("sequences")
        self.set_sequences()
        self._board.phase("constraints")
        builds = [build for build in with_target(marker.read_builds) if not build.done]
        for stage in AT_THE_END:
            chosen = [build for build in builds if build.stage == stage]
            if stage == "foreign":
                self._make_keys(chosen)
            elif stage == "refresh":
                self._make_each(chosen)
            else:
                self._make_many(chosen)
        self._carry_grants()
        self._board.phase("analyze")
        with_target(lambda target: _analyze(target, self._search_path))

    def set_sequences(self) -> None:
        """Bring every sequence to the source's state."""
        states = self._patience.with_source(read_sequences)
        self._patience.with_target(lambda target: _set(target, states))

    def _carry_grants(self) -> None:
        there = self._patience.with_source(read_grants)
        for words in self._patience.with_target(lambda target: carry_grants(there, target)):
            self._event(f"Not carried: {words}.")

    def _make_keys(self, builds: Sequence[Build]) -> None:
        keys = [key for build in builds if (key := foreign.in_two_steps(build)) is not None]
        fit = self._patience.with_target(lambda target: foreign.add_unchecked(target, keys))
        if fit:
            memory = work_memory(self._memory, self._workers)
            bundles = self._patience.with_target(lambda target: foreign.bundles(target, fit))
            self._crew().run(
                [foreign.check_tasks(one, self._search_path, memory, self._event) for one in bundles]
            )
        in_steps = {key.build.position for key in fit}
        self._make_many([build for build in builds if build.position not in in_steps])

    def _make_many(self, builds: Sequence[Build]) -> None:
        """Many in one transaction; where one of them is refused, each for itself, which names it."""
        for start in range(0, len(builds), _BATCH):
            chosen = builds[start : start + _BATCH]
            self._control.check()

            def make(target: Connection, chosen: Sequence[Build] = chosen) -> bool:
                try:
                    make_together(target, chosen, self._search_path, work_memory(self._memory, 1))
                except psycopg.Error as error:
                    if is_passing(error):
                        raise
                    target.execute("ROLLBACK")
                    return False
                return True

            if not self._patience.with_target(make):
                self._make_each(chosen)

    def _make_each(self, builds: Sequence[Build]) -> None:
        waiting = list(builds)
        while waiting:
            postponed: list[Build] = []
            for build in waiting:
                self._control.check()
                try:
                    self._patience.with_target(
                        lambda target, build=build: self._make(target, build)  # type: ignore[misc]
                    )
                except NotYet as not_yet:
                    # A materialised view that a function reads: no dependency says so, the error does.
                    if len(waiting) == 1 or len(postponed) + 1 == len(waiting):
                        raise not_yet.said from not_yet
                    postponed.append(build)
            waiting = postponed

    def _make(self, target: Connection, build: Build) -> None:
        try:
            make_build(target, build, self._search_path, work_memory(self._memory, 1), self._event)
        except errors.ObjectNotInPrerequisiteState as error:
            if build.stage == "refresh":
                raise NotYet(trouble(error, f"The {build.name} cannot be made")) from error
            raise
        except (
            psycopg.IntegrityError,
            psycopg.DataError,
            psycopg.ProgrammingError,
            psycopg.NotSupportedError,
        ) as error:
            raise trouble(error, f"The {build.name} cannot be made") from error


class NotYet(Exception):
    """A view reads another one that has no rows yet. `said` is what to raise if nothing changes that."""

    def __init__(self, said: Trouble) -> None:
        super().__init__(said.cause)
        self.said = said


def take_back(target: Connection) -> None:
    """Remove the foreign keys, triggers, policies and whatever else of an earlier ending would be in the way
    when tables are copied again; some at a time, in one transaction with their records."""
    builds = marker.read_builds(target)
    again = [build for build in builds if build.done and build.stage in ("refresh", "last")]
    target.execute(marker.builds_done(again, False))
    own = [build for build in reversed(builds) if build.done and build.drop and _is_in_the_way(build)]
    keys = [build for build in reversed(builds) if build.stage == "foreign" and build.drop]
    gone = [(build, build.drop) for build in own] + [(key, foreign.removal(key)) for key in keys]
    for start in range(0, len(gone), _BATCH):
        some = gone[start : start + _BATCH]
        # Somebody's open transaction on the target is waited for, but not in silence.
        script = f"BEGIN; SET LOCAL lock_timeout = '{LOCK_LIMIT}';" + "".join(drop for _, drop in some)
        record = marker.builds_done((build for build, _ in some), False)
        target.execute(script.encode("utf-8", "surrogateescape") + record.as_bytes(None) + b";COMMIT")


def _is_in_the_way(build: Build) -> bool:
    """Whether it fires or refuses when a table is copied again. A check that was never true of old rows is
    made late, because it is true of none that come; a rule may write elsewhere when rows are deleted."""
    return build.stage in ("trigger", "policy") or (
        build.stage == "rest" and build.name.startswith(("check constraint ", "rule "))
    )


def _want_whole(target: Connection) -> None:
    rows = target.execute(
        "SELECT label FROM _offramp.tab t WHERE EXISTS (SELECT FROM _offramp.part p WHERE p.tab = t.tab"
        " AND NOT p.done) OR EXISTS (SELECT FROM _offramp.entry e WHERE e.tab = t.tab AND e.stage = 'index'"
        " AND NOT e.done) ORDER BY 1 LIMIT 5"
    ).fetchall()
    if rows:
        raise Trouble(
            f"Not every table has been copied yet, with its indexes: {', '.join(row[0] for row in rows)}.",
            untouched="Nothing of the ending was made.",
            remedy="Resume the copy first.",
            code="copy-not-whole",
        )


def _set(target: Connection, states: dict[tuple[str, str], SequenceState]) -> None:
    items = list(states.items())
    for start in range(0, len(items), _BATCH):
        values = sql.SQL(", ").join(
            sql.SQL("pg_catalog.setval({}::regclass, {}, {})").format(
                sql.Literal(sql.Identifier(*name).as_string(None)), sql.Literal(last), sql.Literal(called)
            )
            for name, (last, called) in items[start : start + _BATCH]
        )
        target.execute(sql.SQL("SELECT {}").format(values))


def _analyze(target: Connection, search_path: str) -> None:
    """Statistics of what has no rows of its own; every table got its own after its copy. Functions in
    indexes are called for them, and may rely on the search path."""
    # Before 18 all that is below a partitioned table is read again with it, once for each that is named.
    alone = target.info.server_version >= 180000
    rows = target.execute(
        "SELECT n.nspname, c.relname, c.relkind FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE (c.relkind = 'm' OR c.relkind = 'p' AND (%s OR NOT c.relispartition)"
        # With it the rows of its parts are read, and the login at another server is not taken along.
        " AND NOT EXISTS (SELECT FROM pg_catalog.pg_partition_tree(c.oid) t"
        " JOIN pg_catalog.pg_class l ON l.oid = t.relid WHERE l.relkind = 'f'))"
        " AND n.nspname NOT IN ('pg_catalog', 'information_schema', '_offramp')",
        (alone,),
    ).fetchall()
    if rows:
        # For the session: in a transaction all of them would stay locked to its end.
        path = sql.SQL("SELECT pg_catalog.set_config('search_path', {}, false)")
        target.execute(path.format(sql.Literal(search_path)))
        names = sql.SQL(", ").join(
            sql.SQL("ONLY {}" if alone and kind == "p" else "{}").format(sql.Identifier(schema, name))
            for schema, name, kind in rows
        )
        target.execute(sql.SQL("ANALYZE {}").format(names))
        target.execute(path.format(sql.Literal("")))
