"""Connections to both databases: settings pinned, named after us, kept alive; their errors in words."""

import contextlib
import os
import socket
import threading
from typing import Any, TypeVar

import psycopg

from wizard.database.keep_alive import FOR_QUESTIONS
from wizard.database.line import Line, open_line
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble

Connection = psycopg.Connection[tuple[Any, ...]]
"""A psycopg connection in autocommit; transactions are opened by an explicit BEGIN."""

C = TypeVar("C", bound=psycopg.Connection[tuple[Any, ...]])

PINNED = {
    # The text of a row depends on these (measured), and with it the digest: equal on both sides.
    "timezone": "UTC",
    # Without an order: functions in indexes and checks read dates by the one they find.
    "datestyle": "ISO",
    "intervalstyle": "postgres",
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
    "transform_null_equals": "off",
    "backslash_quote": "safe_encoding",
    "xmlbinary": "base64",
    "gin_fuzzy_search_limit": "0",
    # Nothing could be written at all; what is read of a source is asked for as such.
    "default_transaction_read_only": "off",
    # Parts are cut by pages of the heap.
    "default_table_access_method": "heap",
    # In place of "off" only: what was answered to be committed must outlive a crash, for nobody looks for it.
    "synchronous_commit": "local",
    # Statistics would be taken at a crawl.
    "vacuum_cost_delay": "0",
    # A role or a database may carry limits that are meant for web requests.
    "statement_timeout": "0",
    "lock_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "idle_session_timeout": "0",
    "transaction_timeout": "0",
}

_PIN = """
SELECT pg_catalog.set_config(known.name, coalesce(wanted.value, known.boot_val), false),
    (SELECT pg_catalog.obj_description(pg_catalog.to_regnamespace('_offramp'), 'pg_namespace'))
FROM pg_catalog.pg_settings AS known
LEFT JOIN unnest(%s::text[], %s::text[]) AS wanted(name, value) ON pg_catalog.lower(known.name) = wanted.name
WHERE pg_catalog.pg_backend_pid() = %s AND CASE
    WHEN known.name = 'synchronous_commit' THEN known.setting = 'off'
    WHEN wanted.name IS NULL THEN known.context = 'user' AND known.setting <> known.boot_val
        AND pg_catalog.starts_with(known.name, 'enable_')
    ELSE true END
"""
"""With the run that works on what is copied there, as the marker says (`sole_run`).

Whatever forbids the planner a way of reading is taken back: a part of a table is found by its pages, or
the whole table is read for each of its parts."""

PINNING = 15.0
"""Seconds in which a new connection must have taken its settings: nobody watches it yet."""

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


def connect(
    url: Secret,
    application: str,
    settings: dict[str, str] | None = None,
    *,
    through_a_pooler: bool = False,
    run: str | None = None,
) -> Connection:
    """Open one connection with the pinned settings, in autocommit.

    Settings the server does not know are skipped, so one list serves every version.

    Args:
        through_a_pooler: whether it may lead to a pooler. Nothing is set then: it would stay with the next
            client that gets the server's connection, which is the live app.
        run: who alone may be working on the copy that is there; None does not look.

    Raises:
        psycopg.Error: it could not be opened.
        Trouble: it leads to a pooler, and may not; or another run has taken the copy over.
    """
    parameters = _parameters(application, FOR_QUESTIONS)
    return _pinned(
        psycopg.connect(url.reveal(), autocommit=True, prepare_threshold=None, **parameters),
        settings,
        run,
        through_a_pooler=through_a_pooler,
    )


def connect_line(
    url: Secret, application: str, settings: dict[str, str] | None = None, run: str | None = None
) -> Line:
    """The same, as a line whose bytes can be taken."""
    return _pinned(open_line(url, _parameters(application, {})), settings, run)


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


def _pinned(
    connection: C, settings: dict[str, str] | None, run: str | None, *, through_a_pooler: bool = False
) -> C:
    wanted = {**PINNED, **(settings or {})}
    too_late = threading.Timer(PINNING, cut, (connection,))
    too_late.daemon = True
    too_late.start()
    try:
        row = connection.execute(
            _PIN,
            (list(wanted), list(wanted.values()), connection.info.backend_pid),
        ).fetchone()
        if row is not None and run is not None and row[1] not in (None, run):
            raise Trouble(
                "Another run has taken this copy over, on this machine or another one.",
                untouched="This run writes nothing more to the target. What it has copied stays.",
                remedy="Let the other run go on; or end it, and resume here.",
                code="taken-over",
            )
        if row is None and not through_a_pooler:
            raise Trouble(
                "The database is behind a connection pooler: no snapshot can be shared through one.",
                untouched="Nothing was written, and no setting was changed.",
                remedy="Use the address of the database itself, without the pooler.",
                code="pooler",
            )
    except BaseException:
        connection.close()
        raise
    finally:
        too_late.cancel()
    return connection


def cut(connection: psycopg.Connection[Any]) -> None:
    """Break off the connection of libpq's, from any thread. Never fails."""
    with (
        contextlib.suppress(psycopg.Error, OSError),
        socket.socket(fileno=os.dup(connection.fileno())) as end,
    ):
        end.shutdown(socket.SHUT_RDWR)


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
    # Of a refused login psycopg knows the text only, which begins with a socket of ours.
    said = text.rpartition("FATAL:")[2] or text
    return clean(primary or said.strip().partition("\n")[0] or type(error).__name__)


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
