"""Makes on an empty target what comes before the data, and tries out what comes after it."""

from collections.abc import Callable, Sequence

import psycopg
from psycopg import errors, sql

from wizard.database.connect import Connection, trouble
from wizard.database.marker import HALF
from wizard.database.schema import Schema, Statement
from wizard.model.trouble import Trouble

AT_ONCE = 2_000
"""Statements in one transaction: each object that is made holds locks to its end, for which a server has room
for some thousands."""

REHEARSED = 500
"""Up to so many objects that come after the data are tried out on any target: that takes under a second."""


def make_before(
    connection: Connection,
    schema: Schema,
    *,
    also: Callable[[], None],
    undo: Callable[[], None],
    rehearse: Sequence[Statement] = (),
    search_path: str = "",
) -> None:
    """Make all that comes before the data, and whatever `also` writes.

    In one transaction, so that after a crash either all of it is there or nothing; a schema of some thousand
    objects in several, of which the first writes `also`: what a crash leaves is known by that to be ours, and
    to be half made.

    Args:
        undo: takes everything back that stands on the target.
        rehearse: made too once all is there, on tables without rows, and taken back: what the target refuses
            of it is known before a row is copied.
        search_path: of the source, for that.

    Raises:
        Trouble: an object is refused by the target; it is named, and nothing stays.
        psycopg.Error: the target broke.
    """
    before = [(one.name, _script(one)) for one in schema.statements if one.stage == "before"]
    last = [("search path", _path(search_path)), *((one.name, _script(one)) for one in rehearse)]
    if len(before) <= AT_ONCE:
        try:
            _in_one(connection, before, also, last if rehearse else [])
            return
        except errors.OutOfMemory:
            # No more room for locks; what was made is gone with them.
            connection.execute("ROLLBACK")
        except psycopg.Error as error:
            if connection.closed or connection.broken:
                raise
            connection.execute("ROLLBACK")
            raise _culprit(connection, schema, before + last, error) from error
    _in_pieces(connection, schema, before, also, undo)


_Step = tuple[str, bytes]
"""Name and script of a statement."""


def _in_one(
    connection: Connection, before: Sequence[_Step], also: Callable[[], None], last: Sequence[_Step]
) -> None:
    connection.execute("BEGIN")
    if before:
        connection.execute(_joined(before))
    # Not earlier: once a check was taken off a domain, Postgres makes no savepoint before it has written.
    also()
    if last:
        connection.execute(b"SAVEPOINT rehearsed;" + _joined(last) + b";ROLLBACK TO SAVEPOINT rehearsed")
    connection.execute("COMMIT")


def _in_pieces(
    connection: Connection,
    schema: Schema,
    before: Sequence[_Step],
    also: Callable[[], None],
    undo: Callable[[], None],
) -> None:
    connection.execute("BEGIN")
    also()
    connection.execute("UPDATE _offramp.move SET schema_state = %s || schema_state", (HALF,))
    connection.execute("COMMIT")
    piece = max(AT_ONCE // 4, 1)
    for start in range(0, len(before), piece):
        chosen = before[start : start + piece]
        try:
            connection.execute(b"BEGIN;" + _joined(chosen) + b";COMMIT")
        except psycopg.Error as error:
            if connection.closed or connection.broken:
                raise
            connection.execute("ROLLBACK")
            refused = _culprit(connection, schema, chosen, error)
            undo()
            raise refused from error
    connection.execute(
        "UPDATE _offramp.move SET schema_state = pg_catalog.substr(schema_state, %s)", (len(HALF) + 1,)
    )


def _culprit(connection: Connection, schema: Schema, steps: Sequence[_Step], error: psycopg.Error) -> Trouble:
    """Send the statements one by one to find the refused one; nothing of it stays."""
    connection.execute("BEGIN")
    what = "The schema cannot be made on the target"
    try:
        for name, script in steps:
            what = f"The target refuses the {name}"
            connection.execute(script)
        what = "The schema cannot be made on the target"
    except psycopg.Error as again:
        error = again
    if not connection.closed:
        connection.execute("ROLLBACK")
    extensions = "; ".join(words for words in schema.left_out if words.startswith("extension "))
    refused = trouble(error, f"{what} ({extensions})" if extensions else what)
    refused.untouched = "The target was left as it was before, and the source was only read."
    return refused


def _joined(steps: Sequence[_Step]) -> bytes:
    return b"\n".join(script for _, script in steps)


def _script(statement: Statement) -> bytes:
    return statement.create.encode("utf-8", "surrogateescape")


def _path(search_path: str) -> bytes:
    return (
        sql.SQL("SELECT pg_catalog.set_config('search_path', {}, true);")
        .format(sql.Literal(search_path))
        .as_bytes(None)
    )
