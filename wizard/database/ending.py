"""The end of a copy: sequences, foreign keys, triggers, policies, materialised views, in that order."""

from collections.abc import Callable
from typing import Protocol, TypeVar

import psycopg
from psycopg import errors, sql

from wizard.database import marker
from wizard.database.board import Board
from wizard.database.catalogue import SequenceState, read_sequences
from wizard.database.connect import Connection, Ends, trouble
from wizard.database.control import Control
from wizard.database.copy import make_build
from wizard.database.marker import Build
from wizard.database.schema import AT_THE_END
from wizard.model.trouble import Trouble

T = TypeVar("T")

LOCK_LIMIT = "5s"

_BATCH = 200


class Patience(Protocol):
    """Does `do` again while waiting may help; see `Move._patiently`."""

    def __call__(self, what: str, side: str, do: Callable[[], T]) -> T: ...


class OnTarget(Protocol):
    """Calls `do` with a connection to the target, again while waiting may help."""

    def __call__(self, do: Callable[[Connection], T]) -> T: ...


class Ending:
    """Makes what the marker lists as not made yet. Every object is recorded as it is made."""

    def __init__(
        self,
        *,
        ends: Ends,
        board: Board,
        control: Control,
        event: Callable[[str], None],
        patiently: Patience,
        with_target: OnTarget,
    ) -> None:
        self._ends = ends
        self._board = board
        self._control = control
        self._event = event
        self._patiently = patiently
        self._with_target = with_target
        self._search_path = ""

    def run(self) -> None:
        """Raises Trouble naming the object that the target refuses, or the table that is not whole."""
        self._with_target(_want_whole)
        owner = self._with_target(marker.read_owner)
        self._search_path = owner.search_path if owner else ""
        self._board.phase("sequences")
        self.set_sequences()
        self._board.phase("constraints")
        builds = [build for build in self._with_target(marker.read_builds) if not build.done]
        for stage in AT_THE_END:
            self._make_all([build for build in builds if build.stage == stage])
        self._board.phase("analyze")
        self._with_target(_analyze)

    def set_sequences(self) -> None:
        """Bring every sequence to the source's state."""

        def read() -> dict[tuple[str, str], SequenceState]:
            with self._ends.open_source("look") as source:
                return read_sequences(source)

        states = self._patiently("The source's sequences cannot be read", "the source", read)
        self._with_target(lambda target: _set(target, states))

    def _make_all(self, builds: list[Build]) -> None:
        waiting = list(builds)
        while waiting:
            postponed: list[Build] = []
            for build in waiting:
                self._control.check()
                try:
                    self._with_target(lambda target, build=build: self._make(target, build))  # type: ignore[misc]
                except NotYet as not_yet:
                    # A materialised view that a function reads: no dependency says so, the error does.
                    if len(waiting) == 1 or len(postponed) + 1 == len(waiting):
                        raise not_yet.said from not_yet
                    postponed.append(build)
            waiting = postponed

    def _make(self, target: Connection, build: Build) -> None:
        forget = self._control.on_stop(self._ends.cancel_all)
        try:
            make_build(target, build, self._search_path, self._event)
        except errors.ObjectNotInPrerequisiteState as error:
            if build.stage == "refresh":
                raise NotYet(trouble(error, f"The {build.name} cannot be made")) from error
            raise
        except psycopg.IntegrityError as error:
            raise trouble(error, f"The {build.name} cannot be made") from error
        except (psycopg.DataError, psycopg.ProgrammingError, psycopg.NotSupportedError) as error:
            raise trouble(error, f"The {build.name} cannot be made") from error
        finally:
            forget()


class NotYet(Exception):
    """A view reads another one that has no rows yet. `said` is what to raise if nothing changes that."""

    def __init__(self, said: Trouble) -> None:
        super().__init__(said.cause)
        self.said = said


def take_back(target: Connection) -> None:
    """Remove the foreign keys, triggers and policies of an earlier ending, so that tables can be copied
    again; in one transaction with their records."""
    builds = [build for build in marker.read_builds(target) if build.done]
    # Somebody's open transaction on the target is waited for, but not in silence.
    target.execute(f"BEGIN; SET LOCAL lock_timeout = '{LOCK_LIMIT}'")
    for build in reversed(builds):
        if build.stage in ("foreign", "trigger", "policy") and build.drop:
            target.execute(build.drop.encode("utf-8", "surrogateescape"))
            marker.build_done(target, build, False)
        elif build.stage in ("refresh", "last"):
            marker.build_done(target, build, False)
    target.execute("COMMIT")


def _want_whole(target: Connection) -> None:
    rows = target.execute(
        "SELECT DISTINCT label FROM _offramp.tab JOIN _offramp.part USING (tab) WHERE NOT done"
        " ORDER BY 1 LIMIT 5"
    ).fetchall()
    if rows:
        raise Trouble(
            f"Not every table has been copied yet: {', '.join(row[0] for row in rows)}.",
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


def _analyze(target: Connection) -> None:
    """Statistics of what has no rows of its own; every table got its own after its copy."""
    rows = target.execute(
        "SELECT n.nspname, c.relname FROM pg_catalog.pg_class c"
        " JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace"
        " WHERE c.relkind IN ('p', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', '_offramp')"
    ).fetchall()
    for schema, name in rows:
        target.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(schema, name)))
