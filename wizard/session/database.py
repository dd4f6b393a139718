"""The SQLite file of a session: opened safely, versioned, and honest about a full disk."""

import contextlib
import errno
import os
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from wizard.model.trouble import Trouble
from wizard.session import formats

VERSION = 1
"""The schema this Offramp writes. A file with a higher number is refused, a lower one is brought forward by
`formats.FILE_STEPS`, a copy of it kept."""

DISK_FULL = "disk-full"
"""The code of the Trouble that says that nothing can be written just now."""

_SCHEMA = """
CREATE TABLE part (name TEXT PRIMARY KEY, value TEXT NOT NULL, saved_at TEXT NOT NULL) STRICT;
CREATE TABLE run (
  id INTEGER PRIMARY KEY, plan TEXT NOT NULL, plan_digest TEXT NOT NULL, state TEXT NOT NULL,
  started_at TEXT NOT NULL, ended_at TEXT, pid INTEGER, beat_at REAL,
  waiting_for TEXT NOT NULL DEFAULT '', current TEXT
) STRICT;
CREATE TABLE step (
  run INTEGER NOT NULL, key TEXT NOT NULL, state TEXT NOT NULL, attempts INTEGER NOT NULL DEFAULT 0,
  intent_at TEXT, ended_at TEXT, seconds REAL, evidence TEXT, trouble TEXT, PRIMARY KEY (run, key)
) STRICT;
CREATE TABLE event (
  seq INTEGER PRIMARY KEY AUTOINCREMENT, run INTEGER NOT NULL, at TEXT NOT NULL, kind TEXT NOT NULL,
  step TEXT, text TEXT NOT NULL, data TEXT
) STRICT;
CREATE TABLE gauge (name TEXT PRIMARY KEY, value TEXT NOT NULL, at TEXT NOT NULL) STRICT;
CREATE TABLE log (seq INTEGER PRIMARY KEY AUTOINCREMENT, step TEXT NOT NULL, line TEXT NOT NULL) STRICT;
CREATE INDEX log_step ON log (step, seq);
"""


class Database:
    """One connection, used by any thread of the process in turn.

    WAL and synchronous=FULL: what `change` returned from is on the disk, and readers in other processes
    never wait. Values are the caller's: no secret may be among them.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        try:
            _made_private(path)
        except OSError as error:
            raise Trouble(
                f"The session file {path} cannot be opened: {error.strerror}.",
                remedy="Check its rights and its disk.",
                code=DISK_FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else "session-unusable",
            ) from error
        try:
            self._connection = sqlite3.connect(
                path, timeout=10, isolation_level=None, check_same_thread=False
            )
        except sqlite3.Error as error:
            raise _unusable(path, error) from error
        try:
            self._connection.execute("PRAGMA journal_mode=WAL")
            self._connection.execute("PRAGMA synchronous=FULL")
            self._bring_up_to_date()
        except sqlite3.Error as error:
            self._connection.close()
            raise _unusable(path, error) from error

    def _bring_up_to_date(self) -> None:
        # BEGIN IMMEDIATE: two processes may open a new file at the same moment.
        self._connection.execute("BEGIN IMMEDIATE")
        (version,) = self._connection.execute("PRAGMA user_version").fetchone()
        if version > VERSION or version < 0:
            by = formats.signed(self._connection)
            self._connection.execute("ROLLBACK")
            self._connection.close()
            what = f"The session in {self.path.parent.name}"
            raise formats.newer(what, has=version, reads=VERSION, by=by)
        if version == 0:
            for statement in _SCHEMA.split(";"):
                if statement.strip():
                    self._connection.execute(statement)
        elif version < VERSION:
            self._keep_as_it_was(version)
            for step in range(version, VERSION):
                for statement in formats.FILE_STEPS[step]:
                    self._connection.execute(statement)
        if version != VERSION:
            formats.sign(self._connection, datetime.now(UTC).isoformat(timespec="milliseconds"))
            self._connection.execute(f"PRAGMA user_version={VERSION}")
        self._connection.execute("COMMIT")

    def _keep_as_it_was(self, version: int) -> None:
        """A copy of the file beside it, for the version before. Nobody writes meanwhile: the caller holds the
        write lock, and another connection reads what was there before."""
        copy = self.path.with_name(f"{self.path.stem}-format-{version}{self.path.suffix}")
        copy.unlink(missing_ok=True)
        os.close(os.open(copy, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        with (
            contextlib.closing(sqlite3.connect(self.path, timeout=10)) as before,
            contextlib.closing(sqlite3.connect(copy)) as kept,
        ):
            before.backup(kept)

    @contextmanager
    def change(self) -> Iterator[sqlite3.Connection]:
        """A transaction that is on the disk when the block ends, or did not happen.

        Raises:
            Trouble: the disk is full or the file cannot be written; nothing of the block was kept.
        """
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE")
                try:
                    yield self._connection
                except sqlite3.Error:
                    raise
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.Error as error:
                with contextlib.suppress(sqlite3.Error):
                    # What failed may have ended the transaction already.
                    self._connection.execute("ROLLBACK")
                raise _unusable(self.path, error) from error

    @contextmanager
    def moment(self) -> Iterator[None]:
        """What is read in the block is of one moment, whatever another process writes meanwhile."""
        with self._lock:
            try:
                self._connection.execute("BEGIN")
                try:
                    yield
                finally:
                    self._connection.execute("ROLLBACK")
            except sqlite3.Error as error:
                raise _unusable(self.path, error) from error

    def read(self, statement: str, *values: object) -> list[tuple[object, ...]]:
        """All rows of a query."""
        with self._lock:
            try:
                return self._connection.execute(statement, values).fetchall()
            except sqlite3.Error as error:
                raise _unusable(self.path, error) from error

    def made_by(self) -> str:
        """The version of Offramp that made the file what it is; empty when that is not known."""
        with self._lock:
            return formats.signed(self._connection)

    def stamp(self) -> tuple[int, int]:
        """Two of it that are equal say that nothing was written in between, by any process."""
        with self._lock:
            try:
                (others,) = self._connection.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error as error:
                raise _unusable(self.path, error) from error
            return int(others), self._connection.total_changes

    def close(self) -> None:
        """Close the connection; the object is not used after it."""
        with self._lock:
            self._connection.close()


def _made_private(path: Path) -> None:
    """Make the file for this user only, where there is none yet. One that is there is never opened but by
    SQLite: closing any descriptor of it would give back the locks that SQLite has for another connection of
    this process (sqlite.org/howtocorrupt.html, 2.2), and others would remove the log that it writes in.

    Raises:
        OSError: it cannot be made, or is there and is not ours to read and write.
    """
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    if not os.access(path, os.R_OK | os.W_OK):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))


def _unusable(path: Path, error: sqlite3.Error) -> Trouble:
    name = getattr(error, "sqlite_errorname", "")
    if name == "SQLITE_FULL":
        return Trouble(
            f"The disk with {path.parent} is full.",
            untouched="The last answer was not saved; everything before it is.",
            remedy="Make room, then press r to go on.",
            code=DISK_FULL,
        )
    if name.startswith("SQLITE_IOERR"):
        # A file-size limit, a quota, a disk that fails: nothing can be written just now.
        return Trouble(
            f"The disk with {path.parent} does not take what is written ({name}).",
            untouched="The last answer was not saved; everything before it is.",
            remedy="Make room, or look at the disk, then press r to go on.",
            code=DISK_FULL,
        )
    if name in ("SQLITE_NOTADB", "SQLITE_CORRUPT"):
        return Trouble(
            f"The session file {path} cannot be used, it is damaged: {error}.",
            untouched="Nothing was changed; the other migrations are not touched by it.",
            remedy="Put a copy of the file back, or move its folder away and begin anew.",
            code="session-damaged",
        )
    return Trouble(
        f"The session file {path} cannot be used: {error}.",
        remedy="Look at its rights and at its disk, then try again.",
        code="session-unusable",
    )
