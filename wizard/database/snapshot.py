"""One moment of the source, held open and shared by all workers."""

import contextlib
import threading
from types import TracebackType

import psycopg
from psycopg import sql

from wizard.database.connect import Connection, Ends


class SnapshotLost(Exception):
    """The connection that held the snapshot is gone, and the moment with it."""


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
        self.connection: Connection = ends.open_source("snapshot")
        try:
            self.connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            row = self.connection.execute(_EXPORT).fetchone()
        except BaseException:
            self.connection.close()
            raise
        assert row is not None
        self.name: str = row[0]
        ends.search_path = str(row[1] or "")

    def __enter__(self) -> "Snapshot":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with contextlib.suppress(psycopg.Error):
            self.connection.close()

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
            if not connection.broken and not self.alive():
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
