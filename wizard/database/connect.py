"""Connections to both databases: settings pinned, named after us, kept alive; their errors in words."""

import contextlib
import secrets
import threading
import time
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

import psycopg

from wizard.database.keep_alive import KEEP_ALIVE
from wizard.database.line import Line, open_line
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble

Connection = psycopg.Connection[tuple[Any, ...]]
"""A psycopg connection in autocommit; transactions are opened by an explicit BEGIN."""

C = TypeVar("C", bound=psycopg.Connection[tuple[Any, ...]])

_ONLY_READING = {"default_transaction_read_only": "on"}

SOURCE_LOCK_LIMIT = "2s"
"""How long a reader of the source waits for a table that the app is altering. It then tries again, and lets
go meanwhile of the tables it has read: whoever alters these would wait for it, and the app behind them."""

PINNED = {
    # The text of a row depends on these (measured), and with it the digest: equal on both sides.
    "timezone": "UTC",
    "datestyle": "ISO, YMD",
    "intervalstyle": "iso_8601",
    "extra_float_digits": "1",
    "bytea_output": "hex",
    "lc_monetary": "C",
    "xmloption": "content",
    "search_path": "",
    # A table whose policies hide rows from us must be an error, not a copy with rows missing.
    "row_security": "off",
    "standard_conforming_strings": "on",
    # What a role may carry that would change the rows which are written, or the names that are read.
    "array_nulls": "on",
    "quote_all_identifiers": "off",
    "default_transaction_isolation": "read committed",
    "check_function_bodies": "off",
    "client_min_messages": "error",
    # A role or a database may carry limits that are meant for web requests.
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "transaction_timeout": "0",
}

_PASSING = (
    "08",
    "25P03",
    "25P04",
    "40001",
    "40003",
    "40P01",
    "53000",
    "53300",
    "55P03",
    "57P01",
    "57P02",
    "57P03",
    "57P05",
    "58000",
    "58030",
)
"""SQLSTATEs, or classes of them, that waiting and connecting again may cure: the connection or the server
broke off, a timeout of a transaction, a deadlock, no connection or lock to be had, a disk that did not
answer. psycopg calls many more operational: a value that is too long, a full disk, a view that has no rows,
a foreign server."""

_PROTOCOL_VIOLATION = "08P01"

_UNKNOWN = "password authentication failed"

_REFUSED = (
    _UNKNOWN,
    "no pg_hba.conf entry",
    "is not permitted to log in",
    "permission denied for database",
    'FATAL:  role "',
    'FATAL:  database "',
    "certificate verify failed",
    "does not support TLS",
    "does not support SSL",
)
"""What a server says in its own words, before it has given a SQLSTATE, to whom it does not let in. Of a role
or a database it says so that there is none."""


class Ends:
    """Both databases of one move. URLs are asked for anew before each connection, because a vendor
    rotates credentials unasked.

    Args:
        session: names the move; it is part of each connection's `application_name`, so that what a
            broken run left behind is found and ended.

    Attributes:
        search_path: what an app of the source begins with, once a snapshot was taken. Lines use it on both
            sides: whoever asks for a table's rows has the functions in its indexes looked at, and these may
            rely on it. Everything else sees no schema but pg_catalog, so that names come qualified.
    """

    def __init__(self, source: Callable[[], Secret], target: Callable[[], Secret], session: str) -> None:
        self._urls = {"source": source, "target": target}
        self.session = clean(session)[-24:]
        self.run = secrets.token_hex(4)
        self.search_path = ""
        self._open: set[Connection] = set()
        self._backends: weakref.WeakKeyDictionary[Connection, tuple[str, int]] = weakref.WeakKeyDictionary()
        self._given_up: dict[str, list[int]] = {"source": [], "target": []}
        self._lock = threading.Lock()

    def source_url(self) -> Secret:
        """The source's URL as it is now."""
        return self._urls["source"]()

    def open_source(self, role: str) -> Connection:
        """Connect to the source, read-only. Raises psycopg.Error, or Trouble from the URL's giver."""
        return self._known("source", connect(self._urls["source"](), self._name(role), _ONLY_READING))

    def open_target(self, role: str, settings: dict[str, str] | None = None) -> Connection:
        """Connect to the target. Raises psycopg.Error, or Trouble from the URL's giver."""
        return self._known("target", connect(self._urls["target"](), self._name(role), settings))

    def open_source_line(self, role: str) -> Line:
        """The same as `open_source`, with its bytes to be had."""
        settings = _ONLY_READING | {"search_path": self.search_path, "lock_timeout": SOURCE_LOCK_LIMIT}
        return self._known("source", connect_line(self._urls["source"](), self._name(role), settings))

    def open_target_line(self, role: str) -> Line:
        """The same as `open_target`, with its bytes to be had."""
        settings = {"search_path": self.search_path}
        return self._known("target", connect_line(self._urls["target"](), self._name(role), settings))

    def _name(self, role: str) -> str:
        return f"offramp/{self.session}/{self.run}/{role}"

    def _known(self, side: str, connection: C) -> C:
        with self._lock:
            self._open = {known for known in self._open if not known.closed}
            self._open.add(connection)
            # Noted now: a connection that broke cannot be asked any more.
            self._backends[connection] = (side, connection.info.backend_pid)
            pids, self._given_up[side] = self._given_up[side], []
        if pids:
            try:
                self._end(connection, pids)
            except BaseException:
                with self._lock:
                    self._given_up[side] += pids
                self.close(connection)
                raise
        return connection

    def close(self, connection: Connection) -> None:
        """Close a connection that is not needed any more."""
        with self._lock:
            self._open.discard(connection)
        with contextlib.suppress(psycopg.Error):
            connection.close()

    def give_up(self, connection: Connection) -> None:
        """Close a connection that broke, or may have. Its server need not have noticed: what ran there goes
        on running and may yet be committed, and its locks and its place stay taken. So the next connection
        to this side ends it, and is lent out when it is gone."""
        with self._lock:
            side, pid = self._backends[connection]
            self._given_up[side].append(pid)
        self.close(connection)

    def cancel_all(self) -> None:
        """Cancel whatever query runs on any of our connections; used when a person stops the work. All at
        once: a side that does not answer must not hold up the other."""
        with self._lock:
            running = [known for known in self._open if not known.closed]
        threads = [
            threading.Thread(target=_cancel, args=(connection,), name="offramp-cancel", daemon=True)
            for connection in running
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def end_leftovers(self, connection: Connection) -> int:
        """End connections that an earlier, broken run of this session left on this server; returns how
        many there were. Returns when they are gone, or after 10 s."""
        query = (
            "SELECT pid FROM pg_catalog.pg_stat_activity WHERE usename = current_user"
            " AND datname = pg_catalog.current_database()"
            " AND pg_catalog.starts_with(application_name, %s) AND NOT"
            " pg_catalog.starts_with(application_name, %s) AND pid <> pg_catalog.pg_backend_pid()"
        )
        names = (f"offramp/{self.session}/", f"offramp/{self.session}/{self.run}/")
        pids = [row[0] for row in connection.execute(query, names).fetchall()]
        if pids:
            self._end(connection, pids)
        return len(pids)

    def _end(self, connection: Connection, pids: list[int]) -> None:
        """End those of our own connections; returns when they are gone, or after 10 s."""
        ended = connection.execute(
            "SELECT pid, pg_catalog.pg_terminate_backend(pid) FROM pg_catalog.pg_stat_activity"
            " WHERE pid = ANY(%s) AND pg_catalog.starts_with(application_name, %s)",
            (pids, f"offramp/{self.session}/"),
        ).fetchall()
        for _ in range(100 if ended else 0):
            alive = connection.execute(
                "SELECT FROM pg_catalog.pg_stat_activity WHERE pid = ANY(%s)", ([row[0] for row in ended],)
            ).fetchone()
            if alive is None:
                break
            time.sleep(0.1)


def _cancel(connection: Connection) -> None:
    # One that cannot be reached any more has nothing left to cancel.
    with contextlib.suppress(psycopg.Error):
        connection.cancel_safe(timeout=5)


def connect(
    url: Secret,
    application: str,
    settings: dict[str, str] | None = None,
    *,
    through_a_pooler: bool = False,
) -> Connection:
    """Open one connection with the pinned settings, in autocommit.

    Settings the server does not know are skipped, so one list serves every version.

    Args:
        through_a_pooler: whether it may lead to a pooler. Nothing is set then: it would stay with the next
            client that gets the server's connection, which is the live app.

    Raises:
        psycopg.Error: it could not be opened.
        Trouble: it leads to a pooler, and may not.
    """
    parameters = _parameters(application, KEEP_ALIVE)
    return _pinned(
        psycopg.connect(url.reveal(), autocommit=True, prepare_threshold=None, **parameters),
        settings,
        through_a_pooler=through_a_pooler,
    )


def connect_line(url: Secret, application: str, settings: dict[str, str] | None = None) -> Line:
    """The same, as a line whose bytes can be taken."""
    return _pinned(open_line(url, _parameters(application, {})), settings)


def _parameters(application: str, more: dict[str, int]) -> dict[str, Any]:
    return {
        "application_name": application[:63],
        "client_encoding": "UTF8",
        "connect_timeout": 15,
        **more,
    }


def is_pooled(connection: Connection) -> bool:
    """Whether a pooler answers: it tells its client another process number than the server knows."""
    row = connection.execute("SELECT pg_catalog.pg_backend_pid()").fetchone()
    return row is None or row[0] != connection.info.backend_pid


def _pinned(connection: C, settings: dict[str, str] | None, *, through_a_pooler: bool = False) -> C:
    wanted = {**PINNED, **(settings or {})}
    try:
        done = connection.execute(
            "SELECT pg_catalog.set_config(known.name, wanted.value, false)"
            " FROM unnest(%s::text[], %s::text[]) AS wanted(name, value)"
            " JOIN pg_catalog.pg_settings AS known ON pg_catalog.lower(known.name) = wanted.name"
            " WHERE pg_catalog.pg_backend_pid() = %s",
            (list(wanted), list(wanted.values()), connection.info.backend_pid),
        ).rowcount
        if not done and not through_a_pooler:
            raise Trouble(
                "The database is behind a connection pooler: no snapshot can be shared through one.",
                untouched="Nothing was written, and no setting was changed.",
                remedy="Use the address of the database itself, without the pooler.",
                code="pooler",
            )
    except BaseException:
        connection.close()
        raise
    return connection


def is_passing(error: BaseException) -> bool:
    """Whether waiting and connecting again may cure `error`."""
    if isinstance(error, Trouble):
        return error.retry
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is None:
        lost = isinstance(error, psycopg.OperationalError | psycopg.InterfaceError)
        return lost and not is_refused(error)
    if error.sqlstate.startswith("08"):
        # A server that goes on says so of another one, which it cannot reach for us.
        of_another = error.diag.severity_nonlocalized == "ERROR"
        return not of_another and error.sqlstate != _PROTOCOL_VIOLATION
    return error.sqlstate.startswith(_PASSING)


def is_refused(error: BaseException) -> bool:
    """Whether the server does not let us in. With credentials that were rotated a moment ago it may."""
    if not isinstance(error, psycopg.Error):
        return False
    if error.sqlstate is not None:
        return error.sqlstate.startswith(("28", "3D"))
    return any(words in str(error) for words in _REFUSED)


def is_wrong_password(error: BaseException) -> bool:
    """Whether it is the password that is refused."""
    state = error.sqlstate if isinstance(error, psycopg.Error) else None
    return state == "28P01" or _UNKNOWN in str(error)


def reason(error: BaseException) -> str:
    """What `error` says in a few words, clean, without addresses where the words are known."""
    if isinstance(error, Trouble):
        return error.cause
    text = str(error)
    for known, words in _KNOWN.items():
        if known in text:
            return words
    diagnosis = getattr(error, "diag", None)
    primary = getattr(diagnosis, "message_primary", None)
    return clean(primary or text.strip().partition("\n")[0] or type(error).__name__)


NO_FREE_CONNECTION = "no free connection on the server"

_KNOWN = {
    "Connection refused": "connection refused",
    "server closed the connection unexpectedly": "the server closed the connection",
    "consuming input failed": "the connection broke",
    "terminating connection due to administrator command": "the server ended the connection",
    "timeout expired": "no answer in time",
    "could not translate host name": "the host's name cannot be resolved",
    "Name or service not known": "the host's name cannot be resolved",
    "name resolution": "the host's name cannot be resolved",
    "timed out": "no answer in time",
    "the connection is closed": "the connection is closed",
    "the connection is lost": "the connection is lost",
    "too many connections": NO_FREE_CONNECTION,
    "too many clients": NO_FREE_CONNECTION,
    "remaining connection slots": NO_FREE_CONNECTION,
    "the database system is starting up": "the server is starting up",
    "the database system is shutting down": "the server is shutting down",
    "no connection to the server": "the connection is lost",
    "Connection timed out": "no answer in time",
    "Connection reset": "the connection was reset",
    "SSL SYSCALL error": "the connection broke",
    "SSL connection has been closed": "the connection broke",
}


def trouble(error: psycopg.Error, what: str) -> Trouble:
    """`error` as a Trouble. `what` names what was being done ("Table public.orders cannot be copied")."""
    state = error.sqlstate or ""
    text = reason(error)
    said = f"{what}: {text}."
    kept = "What was committed before stays and is not copied again."
    if state == "53100" or "No space left on device" in str(error):
        return Trouble(
            said, untouched=kept, remedy="Give the database more disk, then resume.", code="database-full"
        )
    if is_refused(error):
        return Trouble(
            said,
            untouched=kept,
            remedy="Sign in again so that fresh credentials are read, then resume."
            if is_wrong_password(error)
            else "See that role, database and sslmode of its URL are right, then resume.",
            code="database-login",
        )
    if state == "42501":
        return Trouble(
            said,
            untouched=kept,
            remedy="Use a role that has this right, then resume.",
            code="database-rights",
        )
    if is_passing(error):
        return Trouble(
            said, untouched=kept, remedy="Resume when it answers again.", code="database-gone", retry=True
        )
    return Trouble(
        said,
        untouched=kept,
        remedy="Look at the named object on the source, correct it or leave it out, then resume.",
        code="database-refused",
    )
