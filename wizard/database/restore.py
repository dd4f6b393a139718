"""Restores a dump in custom format, read as a stream, into an empty database.

pg_restore does it, through the same filter as a copy of the engine's own. Run twice it would double rows
(measured), so the target is marked before the first object, and the mark goes when nothing was lost: what a
broken restore left is known for what it is, and can be emptied.
"""

import contextlib
import hashlib
import re
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

import psycopg
from psycopg import sql

from wizard.database import marker
from wizard.database.archive import Head
from wizard.database.connect import Connection, trouble
from wizard.database.control import Control, Stopped
from wizard.database.ends import Ends
from wizard.database.inspect import installable_extensions, target_state
from wizard.database.lanes import Lanes
from wizard.database.marker import Owner
from wizard.database.pgdump import Program, find_programs
from wizard.database.relay import Relay
from wizard.database.restore_child import run_pg_restore, suitable_restore
from wizard.database.restore_errors import Complaint, Listener
from wizard.database.restore_list import Chosen, choose, extensions_of
from wizard.database.restore_progress import Meter, RestoreProgress
from wizard.database.restore_watch import RestoreWatch, lets_two_in
from wizard.database.server_question import ServerQuestion
from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble

T = TypeVar("T")

_LARGE_OBJECTS_AT_ONCE: Final = 1000
"""Each takes a lock, and a server has room for a few thousand."""

_KEEP: Final = " Or keep it as it is: DROP SCHEMA _offramp CASCADE removes Offramp's mark."


class RestoreOutcome(Noun, frozen=True, kw_only=True):
    """What a restore came to. `lost` and `harmless` are what pg_restore complained of, `more` how many errors
    beyond those that are kept; `left_out` was not asked of it. `whole`: nothing was lost."""

    lost: tuple[Complaint, ...]
    harmless: tuple[Complaint, ...]
    more: int
    left_out: tuple[str, ...]
    tables: int
    bytes: int
    seconds: float

    @property
    def whole(self) -> bool:
        """Whether everything that was wanted is there, by what pg_restore says."""
        return not self.lost and not self.more


class Restore:
    """One dump on its way into one database. All methods block and raise Trouble, or Stopped.

    Args:
        target: gives the URL, asked anew before each connection.
        work: an existing private folder.
        report: gets a snapshot about twice a second, from a thread of its own.
        event: gets a sentence worth keeping.
        programs: the pg_restore programs to choose from; those of this machine by default.
        lanes: how many connections the way to the target carries at a time. One is all that it takes.
    """

    def __init__(
        self,
        *,
        target: Callable[[], Secret],
        work: Path,
        report: Callable[[RestoreProgress], None],
        event: Callable[[str], None],
        control: Control,
        programs: list[Program] | None = None,
        lanes: Lanes | None = None,
    ) -> None:
        self._target = target
        self._work = work
        self._report = report
        self._event = event
        self._control = control
        self._programs = find_programs(name="pg_restore") if programs is None else programs
        self._ends = Ends(target, target, "db-restore", lanes, event)
        self.session = self._with_target(restore_session)
        self._ends = Ends(target, target, self.session, lanes, event)

    def want_empty(self) -> None:
        """Raises Trouble unless nothing is on the target: it says what is there, and what can be done."""
        self._with_target(lambda target: _want_empty(target, self.session))

    def want_program(self) -> None:
        """Raises Trouble when this machine has no pg_restore; which one it takes, a dump's head says."""
        suitable_restore(self._programs, (1, 0), "of any version")

    def start_over(self) -> None:
        """Empty the target of what an earlier restore brought; one that is empty stays as it is.

        Raises:
            Trouble: the target holds something else.
        """

        def empty(target: Connection) -> None:
            state = target_state(target, self.session, None)
            if state.state == "foreign":
                raise not_empty(state.objects)
            if state.state == "ours":
                self._ends.end_leftovers(target)
                _unlink_large_objects(target)
                marker.empty_target(target)
                self._event("The target was emptied of what the earlier restore had brought.")

        self._with_target(empty)

    def prepare(self, head: Head) -> Chosen:
        """Choose what is restored; nothing is written.

        Raises:
            Trouble: the target lacks an extension that the dump needs, or its encoding is another.
        """

        def look(target: Connection) -> Chosen:
            _want_encoding(target, head)
            names = installable_extensions(target, extensions_of(head))
            schemas = [
                row[0] for row in target.execute("SELECT nspname FROM pg_catalog.pg_namespace").fetchall()
            ]
            return choose(head, names, schemas)

        suitable_restore(self._programs, head.layout, head.program)
        return self._with_target(look)

    def run(
        self, head: Head, begun: bytes, read: Callable[[], bytes], chosen: Chosen, total: int | None
    ) -> RestoreOutcome:
        """Mark the target and restore.

        Args:
            begun: what was taken from the stream to read the head.
            read: gives the next bytes of the stream, none at the end; may raise Trouble.
            total: bytes of the whole stream, None when that is not known.

        Raises:
            Trouble: the target is not empty, or the restore broke; what it brought stays, marked.
            Stopped: the person asked for it; the same.
        """
        start = time.monotonic()
        self._with_target(lambda target: _mark(target, self.session, head, chosen))
        listener = Listener(head.entries)
        first = [begun]

        def pieces() -> bytes:
            with meter.reading():
                piece = first.pop() if first else read()
            meter.had(piece)
            return piece

        def paused() -> bool:
            return self._control.paused

        with Meter(listener, len(chosen.ids), total, self._report, paused=paused) as meter:
            code = self._pg_restore(head, chosen, pieces, listener, meter)
            _want_through(listener, code)
            meter.phase = "analyze"
            self._with_target(lambda target: target.execute("ANALYZE"))
            meter.phase = "done"
        lost = tuple(one for one in listener.complaints if one.judgement == "lost")
        outcome = RestoreOutcome(
            lost=lost,
            harmless=tuple(one for one in listener.complaints if one.judgement == "harmless"),
            more=listener.errors - len(listener.complaints),
            left_out=chosen.left_out,
            tables=chosen.tables,
            bytes=meter.bytes,
            seconds=time.monotonic() - start,
        )
        self._with_target(marker.remove if outcome.whole else _mark_lossy)
        return outcome

    def _pg_restore(
        self, head: Head, chosen: Chosen, pieces: Callable[[], bytes], listener: Listener, meter: Meter
    ) -> int:
        program = suitable_restore(self._programs, head.layout, head.program)
        url, name = self._target(), f"offramp/{self.session}/{self._ends.run}/restore"
        question = ServerQuestion(lambda: url)
        over_tls, wide = self._with_target(
            lambda target: (
                bool(target.pgconn.ssl_in_use),
                self._ends.lanes.most is None and lets_two_in(target, question),
            )
        )
        watch = RestoreWatch(meter, question, name, self._event)
        with contextlib.ExitStack() as stack:
            relay = stack.enter_context(Relay(url, self._work)) if over_tls and not program.tls else None
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(dir=self._work, prefix="list-")))
            (folder / "entries").write_text(chosen.listing())
            # Its only connection; ours are closed by now.
            stack.enter_context(self._ends.lanes.entered())
            self._ends.lanes.rest()
            if wide:
                stack.enter_context(watch)
            code = run_pg_restore(
                program,
                url,
                relay=str(relay.folder) if relay else None,
                application=name,
                listing=folder / "entries",
                pieces=pieces,
                listener=listener,
                control=self._control,
                begun=watch.begun,
            )
        watch.check()
        return code

    def _with_target(self, do: Callable[[Connection], T]) -> T:
        self._control.check()
        forget = self._control.on_stop(self._ends.cancel_all)
        try:
            target = self._ends.open_target("look")
            try:
                return do(target)
            finally:
                self._ends.close(target)
        except psycopg.Error as error:
            if self._control.stopped:
                raise Stopped from error
            raise trouble(error, "The target cannot be written to") from error
        finally:
            forget()


def restore_session(target: Connection) -> str:
    """The name under which restores into this database are known: the same each time, and another database's
    on the same server is another."""
    return f"db-restore-{hashlib.sha256(marker.identity(target).encode()).hexdigest()[:8]}"


def not_empty(objects: tuple[str, ...]) -> Trouble:
    """What is said of a target that holds something else, by the words of `target_state`."""
    held = ", ".join(objects)
    remedy = "Choose an empty database, or empty this one yourself if nobody needs what it holds."
    # Nobody knows the sessions by name that the commands work under.
    if begun := re.fullmatch(r"an unfinished copy of session db-(copy|restore)-\w+", held):
        held = f"what an `offramp db {begun[1]}` brought that is not over"
        remedy = "Choose an empty database. Or have that command, with --start-over, empty this one."
    return Trouble(
        f"The target is not empty: it holds {held}.",
        untouched="Nothing was written to it.",
        remedy=remedy,
        code="target-not-empty",
    )


def _want_empty(target: Connection, session: str) -> None:
    state = target_state(target, session, None)
    if state.state == "foreign":
        raise not_empty(state.objects)
    if state.state == "empty":
        return
    row = target.execute(
        "SELECT dump, lossy, pg_catalog.to_char(made AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI'),"
        " (SELECT pg_catalog.count(*) FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n"
        " ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname NOT IN"
        " ('pg_catalog', 'information_schema', '_offramp')),"
        " pg_catalog.pg_size_pretty(pg_catalog.pg_database_size(pg_catalog.current_database()))"
        " FROM _offramp.restore, _offramp.move"
    ).fetchone()
    assert row is not None
    dump, lossy, made, tables, size = row
    if _is_under_way(target, session):
        raise Trouble(
            f"A restore of {clean(dump)} into this database is under way since {made} UTC: its connection is"
            " open, from this machine or another.",
            untouched="Nothing was written to it.",
            remedy="Wait for its end. If that process is gone for good, run the command again with"
            " --start-over: it ends the connection, empties the database, and begins anew.",
            code="restore-under-way",
        )
    ended = "ended with losses" if lossy else "did not come to its end"
    raise Trouble(
        f"A restore of {clean(dump)} was begun into this database at {made} UTC and {ended}."
        f" {tables} tables ({size}) are there; to restore once more on top would double their rows.",
        untouched="Nothing was written to it.",
        remedy="Run the command again with --start-over: it empties the database of what that restore"
        f" brought, and begins anew.{_KEEP if lossy else ''}",
        code="restore-unfinished",
    )


def _is_under_way(target: Connection, session: str) -> bool:
    """Whether a pg_restore of such a restore is connected."""
    row = target.execute(
        "SELECT FROM pg_catalog.pg_stat_activity WHERE datname = pg_catalog.current_database()"
        " AND pg_catalog.starts_with(application_name, %s)"
        " AND pg_catalog.right(application_name, 8) = '/restore'",
        (f"offramp/{session}/",),
    ).fetchone()
    return row is not None


def _want_encoding(target: Connection, head: Head) -> None:
    row = target.execute("SELECT pg_catalog.current_setting('server_encoding')").fetchone()
    here = str(row[0]) if row else ""
    if head.encoding and here != head.encoding:
        raise Trouble(
            f"The dump's encoding is {head.encoding}, the target's {here}.",
            untouched="Nothing was written to the target.",
            remedy=f"Create the target database with the encoding {head.encoding}.",
            code="encoding-differs",
        )


def describe(head: Head) -> str:
    """A dump in words."""
    return f"the dump of {head.database} made {head.made}"


def _mark(target: Connection, session: str, head: Head, chosen: Chosen) -> None:
    """Write the marker, and make the schemas that must be there before, in one transaction."""
    owner = Owner(
        format=marker.FORMAT,
        session=session,
        name=head.database,
        source=describe(head),
        search_path="",
        left_out=chosen.left_out,
        schema_state="",
    )
    target.execute("BEGIN")
    try:
        _want_empty(target, session)
        marker.make(target, owner, [], [], [])
        target.execute("CREATE TABLE _offramp.restore (dump text NOT NULL, lossy boolean NOT NULL)")
        target.execute("INSERT INTO _offramp.restore VALUES (%s, false)", (describe(head),))
        for name in chosen.create:
            target.execute(sql.SQL("CREATE SCHEMA {}").format(sql.Identifier(name)))
        target.execute("COMMIT")
    except Trouble:
        target.execute("ROLLBACK")
        raise


def _mark_lossy(target: Connection) -> None:
    target.execute("UPDATE _offramp.restore SET lossy = true")


def _unlink_large_objects(target: Connection) -> None:
    """The target was empty before, so all of them are the restore's."""
    query = (
        "SELECT pg_catalog.count(pg_catalog.lo_unlink(oid)) FROM"
        " (SELECT oid FROM pg_catalog.pg_largeobject_metadata LIMIT %s) AS found"
    )
    while (row := target.execute(query, (_LARGE_OBJECTS_AT_ONCE,)).fetchone()) and row[0]:
        continue


def _want_through(listener: Listener, code: int) -> None:
    """Raises Trouble unless pg_restore went through the whole list, with or without losses."""
    if listener.whole(code):
        return
    broken = [one for one in listener.complaints if one.judgement == "broken"]
    said = f"pg_restore ended with code {code} ({clean(listener.last, limit=300)})"
    if broken or listener.complaints:
        last = broken[0] if broken else listener.complaints[-1]
        said = f"{last.said} (at {last.what})"
    remedy = "Run the command again with --start-over: it empties the target of that and begins anew."
    if listener.cut:
        remedy = "The dump itself is not whole: get it again. Then --start-over empties the target of that."
    raise Trouble(
        f"The restore broke in the middle: {said}.",
        untouched="What it had brought by then is on the target, incomplete and marked as such.",
        remedy=remedy,
        code="restore-broken",
    )
