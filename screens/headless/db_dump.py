"""Where a restore gets its dump from: a file, standard input, or a backup that Heroku makes for it."""

import contextlib
import os
import select
import stat
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, BinaryIO, Final, Protocol

from screens.headless.db_capture import Capturing
from screens.headless.db_heroku import HerokuAccess
from screens.headless.db_part import BUFFER
from screens.headless.db_transfer import TransferProgress
from screens.quantities import size
from wizard.backups import Dump
from wizard.database.archive import EndsTooEarly, Head, UnknownArchive, read_head
from wizard.database.control import Control
from wizard.database.restore_whole import want_whole
from wizard.model.text import clean
from wizard.model.trouble import Trouble

PIECE: Final = 256 * 1024
LOOK: Final = 0.2
"""Seconds between looks whether a stop was asked for, while nothing comes."""


class Stream:
    """The bytes of a dump, its head read."""

    def __init__(self, pieces: Iterator[bytes], total: int | Callable[[], int | None] | None) -> None:
        self._pieces = pieces
        self._held = self._seen = b""
        self._total = total
        self.head: Head
        try:
            self.head, self.begun = read_head(self._read)
        except UnknownArchive as error:
            raise unreadable(error, self._seen) from error
        # What read_head did not want of the last piece comes first.
        self._first = self._held

    @property
    def total(self) -> int | None:
        """Bytes of the whole, None when that is not known."""
        return self._total() if callable(self._total) else self._total

    def read(self) -> bytes:
        """The next bytes behind `begun`, none at the end. Raises Trouble, Stopped."""
        if self._first:
            first, self._first = self._first, b""
            return first
        return next(self._pieces, b"")

    def _read(self, count: int) -> bytes:
        if not self._held:
            self._held = next(self._pieces, b"")
        piece, self._held = self._held[:count], self._held[count:]
        self._seen = self._seen or piece[:64]
        return piece


_REMEDIES: Final = (
    (b"\x1f\x8b", "It is packed by gzip: gunzip -c FILE | offramp db restore - TARGET."),
    (b"BZh", "It is packed by bzip2: bunzip2 -c FILE | offramp db restore - TARGET."),
    (b"\x28\xb5\x2f\xfd", "It is packed by zstd: zstd -dc FILE | offramp db restore - TARGET."),
    (b"PGDMP", "Install a newer Offramp, or have the dump made by an older pg_dump (18 at most)."),
    (b"<", "It is a page of the web: look at how it was downloaded."),
    (b"--", "It is a script of SQL, which psql runs. Have a dump made with pg_dump -Fc."),
)
"""What is said of a dump that cannot be read, by its first bytes."""


def unreadable(error: UnknownArchive, begin: bytes) -> Trouble:
    """What is said of something that is no dump, or not a whole one."""
    remedy = "Give one in custom format (pg_dump -Fc), as Heroku's backups are."
    if isinstance(error, EndsTooEarly) and begin:
        remedy = "Get it whole: download it again, or have another one made."
    else:
        remedy = next((words for first, words in _REMEDIES if begin.lstrip().startswith(first)), remedy)
    return Trouble(
        f"This is no dump that can be restored: {error}.",
        untouched="Nothing was written to the target.",
        remedy=remedy,
        code="dump-unreadable",
    )


class DumpSource(Protocol):
    """A dump that is not opened yet. `label` names it; `kept` says what is there for another try, once there
    is something; `why` tells why no bytes come, empty when that is not known."""

    label: str
    kept: str

    def why(self) -> str:
        """See there."""
        ...

    def lines(self) -> list[str]:
        """What a person reads about it beforehand."""
        ...

    def open(self, control: Control, report: Callable[[TransferProgress], None]) -> Stream:
        """Open it; may take long. Raises Trouble, Stopped."""
        ...


class FileDump:
    """A dump in a file; `-` is standard input."""

    kept = ""

    def why(self) -> str:
        return ""

    def __init__(self, word: str) -> None:
        self.label = "standard input" if word == "-" else clean(word)
        self._word = word
        if word == "-" and sys.stdin.isatty():
            raise Trouble(
                "The standard input is a terminal, and a dump is no text.",
                untouched="Nothing was done.",
                remedy="Pipe a dump into it, or name a file.",
                code="usage",
            )
        if word != "-":
            self._want_readable()

    def _want_readable(self) -> None:
        path = Path(self._word)
        if path.is_dir():
            cause = f"{self.label} is a folder, and no dump in custom format."
        elif not path.exists():
            cause = f"There is no file {self.label}."
        elif not os.access(path, os.R_OK):
            cause = f"{self.label} cannot be read: you have no right to it."
        else:
            return
        raise Trouble(
            cause,
            untouched="Nothing was done.",
            remedy="Name a dump, heroku:APP, or - for standard input.",
            code="no-file",
        )

    def lines(self) -> list[str]:
        if self._word == "-":
            return ["from  standard input"]
        found = Path(self._word).stat()
        # What a shell puts in place of <(command) is a pipe.
        return [f"from  {self.label}" + (f", {size(found.st_size)}" if stat.S_ISREG(found.st_mode) else "")]

    def open(self, control: Control, report: Callable[[TransferProgress], None]) -> Stream:
        if self._word == "-":
            return Stream(_pipe(sys.stdin.buffer, control), None)
        try:
            file = Path(self._word).open("rb", buffering=BUFFER)  # noqa: SIM115 - read until the end
        except OSError as error:
            raise Trouble(
                f"{self.label} cannot be read: {error.strerror}.", remedy="Give the right.", code="no-file"
            ) from error
        found = os.fstat(file.fileno())
        if not stat.S_ISREG(found.st_mode):
            return Stream(_pipe(file, control), None)
        _want_whole(file, found.st_size, control, report)
        return Stream(iter(lambda: file.read(PIECE), b""), found.st_size)


def _want_whole(
    file: BinaryIO, total: int, control: Control, report: Callable[[TransferProgress], None]
) -> None:
    """A dump that was cut is refused before anything is written. The file is wound back."""

    def told(at: int) -> None:
        control.check()
        report(TransferProgress(phase="check", bytes=at, total=total))

    # What is no dump at all is told when the stream is begun.
    with contextlib.suppress(UnknownArchive):
        head, _ = read_head(file.read)
        try:
            want_whole(file, head, told)
        except UnknownArchive as error:
            raise unreadable(error, b"PGDMP") from error
    file.seek(0)


def _pipe(source: IO[bytes], control: Control) -> Iterator[bytes]:
    """Whoever writes may pause for long, and a stop must be heeded then, too."""
    descriptor = source.fileno()
    while True:
        control.check()
        if not select.select([descriptor], [], [], LOOK)[0]:
            continue
        piece = os.read(descriptor, PIECE)
        if not piece:
            return
        yield piece


class HerokuDump:
    """A backup that Heroku makes now, or with `latest` the newest one that it has."""

    def __init__(self, heroku: HerokuAccess, app: str, name: str | None, *, latest: bool) -> None:
        database = heroku.find(app, name)
        self.label = f"heroku:{database.app}/{database.name}"
        self._heroku = heroku
        self._capturing = Capturing(heroku, database)
        self._backup = self._capturing.newest() if latest else None
        self._dump: Dump | None = None
        self.kept = ""

    def why(self) -> str:
        return self._dump.waiting_for if self._dump is not None else ""

    def lines(self) -> list[str]:
        database = self._capturing.database
        if self._backup is not None:
            return [f"from  {self.label}", self._capturing.age_words(self._backup)]
        held = self._heroku.wait(self._heroku.backups.size(database))
        told = f", {size(held)}" if held else ""
        return [
            f"from  {self.label}: {database.add_on}, {database.plan}{told}",
            *(f"note  {words}" for words in self._heroku.wait(self._heroku.backups.cautions(database))),
            "Heroku makes a backup of it now, which is kept on Heroku; the database is only read.",
            "The dump goes straight into the target, without touching this disk.",
        ]

    def open(self, control: Control, report: Callable[[TransferProgress], None]) -> Stream:
        backup = self._backup
        if backup is None:
            report(TransferProgress(phase="ask", bytes=0, total=None))
            begun = self._capturing.capture(self._capturing.last_number())
            self.kept = (
                f"Heroku has the backup {begun.name}, or goes on with it: --latest uses it once it is done."
            )
            backup = self._capturing.follow(begun, control, report)
        dump = self._dump = self._heroku.backups.dump(self._capturing.database, backup)
        self.label = f"the backup {backup.name} of {self._capturing.database.add_on}"
        return Stream(self._heroku.stream(dump.pieces(), control), lambda: dump.total)
