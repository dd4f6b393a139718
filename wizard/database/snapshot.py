"""One moment of the source, held open and shared by all workers."""

import functools
import threading
from types import TracebackType

import psycopg
from psycopg import sql

from wizard.database.catalogue import Table, read_tables
from wizard.database.connect import Connection
from wizard.database.ends import Ends


class SnapshotLost(Exception):
    """The connection that held the snapshot is gone, and the moment with it; or the source's URL leads to
    another server now, which does not know it. Its cause is the psycopg.Error that told."""


LOST_BEFORE = (
    "The connection that held the source's snapshot broke. Tables that are whole stay; of the others every"
    " part is compared with the source as it is now, and copied again where it differs."
)
LOST_FROZEN = (
    "The connection that held the source's snapshot broke. The source is frozen, so a new snapshot shows"
    " the same rows; the comparison begins again."
)
"""What is told when one was lost: while the app still writes, and after that."""


_UNKNOWN = ("22023", "42704")
"""SQLSTATEs of a server on which no such snapshot was taken; the second since version 17."""


_EXPORT = (
    "SELECT pg_catalog.pg_export_snapshot(), (SELECT pg_catalog.replace(reset_val, '\"$user\"',"
    " pg_catalog.quote_ident(current_user)) FROM pg_catalog.pg_settings WHERE name = 'search_path')"
)
"""With the search path that a session of the app begins with: ours is pinned to nothing. The role has another
name on the target."""


class Snapshot:
    """An exported snapshot; it lives as long as its connection. Use it as a context manager.

    Raises:
        psycopg.Error: the source cannot be reached.
    """

    def __init__(self, ends: Ends) -> None:
        self._lock = threading.Lock()
        self._ends = ends
        self.connection: Connection = ends.open_source("snapshot")
        try:
            cursor = self.connection.execute(
                f"BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; {_EXPORT}; SAVEPOINT held".encode()
            )
            cursor.nextset()
            row = cursor.fetchone()
        except BaseException:
            ends.give_up(self.connection)
            raise
        assert row is not None
        self.name: str = row[0]
        ends.search_path = str(row[1] or "")

    def __enter__(self) -> "Snapshot":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._ends.close(self.connection)
        else:
            # It may be what broke; left alone it would keep the source from cleaning up after itself.
            self._ends.give_up(self.connection)

    @functools.cached_property
    def tables(self) -> list[Table]:
        """The tables whose rows are moved, as they are at this moment. Raises psycopg.Error."""
        return read_tables(self.connection)

    def let_go(self) -> None:
        """Give back the locks that questions on `connection` have taken: to describe a view takes one on each
        of its tables, and whoever alters one would wait to the end of the copy. Raises psycopg.Error."""
        self.connection.execute("ROLLBACK TO SAVEPOINT held")

    def share(self, connection: Connection) -> None:
        """Open a transaction on `connection` that sees this moment.

        Raises:
            SnapshotLost: the moment is gone.
            psycopg.Error: `connection` broke.
        """
        take = sql.SQL("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET TRANSACTION SNAPSHOT {}")
        try:
            connection.execute(take.format(sql.Literal(self.name)))
        except psycopg.Error as error:
            if not connection.broken and (error.sqlstate in _UNKNOWN or not self.alive()):
                raise SnapshotLost from error
            raise

    def alive(self) -> bool:
        """Whether the holding connection still answers."""
        with self._lock:
            try:
                self.connection.execute("SELECT 1")
            except psycopg.Error:
                return False
            return True
