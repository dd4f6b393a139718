"""A dump on its way into a file: `FILE.part` beside a note of which backup it is, renamed when it is
whole."""

import contextlib
import errno
import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

from screens.headless.db_heroku import HerokuAccess
from screens.headless.db_transfer import TransferProgress
from screens.quantities import size
from wizard.backups import AttachedDatabase, Backup, Dump
from wizard.database.archive import EndsTooEarly, UnknownArchive, read_head
from wizard.database.control import Control
from wizard.database.restore_whole import want_whole
from wizard.model.noun import Noun, decode, encode
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.session.lock import Lock

FORMAT: Final = 1

BUFFER: Final = 1 << 20

_AGAIN: Final = "Run the command again with --start-over: it forgets this download and has a new backup made."


class Note(Noun, frozen=True, kw_only=True):
    """What is known of an unfinished download, no secret among it. `after` is the number of the newest
    transfer before the backup was asked for, `transfer` its id once that is known; `mark` and `total` tell
    its content."""

    format: int
    add_on_id: str
    after: int
    transfer: str = ""
    mark: str = ""
    total: int | None = None


class Part:
    """The file of one database's dump.

    Args:
        output: what the person named: a new file, a folder, or nothing (this folder).
        start_over: whether an unfinished download of an earlier command may be thrown away.

    Raises:
        Trouble: the file is there already, or its folder is not, or nothing may be written there.
    """

    def __init__(self, database: AttachedDatabase, output: str | None, *, start_over: bool = False) -> None:
        place = Path(output) if output else Path()
        self._named = bool(output) and not place.is_dir()
        # Heroku's names have no more than this; whoever answers in its place might lead out of the folder.
        stem = re.sub(r"[^A-Za-z0-9_-]", "_", f"{database.app}-{database.name}")[:150]
        self._folder = place.parent if self._named else place
        self._final = place if self._named else self._folder / f"{stem}.dump"
        if self._named and os.path.lexists(self._final):
            raise exists(self._final)
        if not self._folder.is_dir():
            raise Trouble(
                f"The folder {self._folder} is not there.",
                untouched="Nothing was done.",
                remedy="Make it, or name another with --output.",
                code="no-folder",
            )
        if not os.access(self._folder, os.W_OK | os.X_OK):
            raise Trouble(
                f"The folder {clean(str(self._folder.absolute()))} cannot be written to.",
                untouched="Nothing was done.",
                remedy="Give the right, or name another with --output.",
                code="file-unwritable",
            )
        self._add_on_id = database.add_on_id
        self.part = self._final.with_name(self._final.name + ".part")
        self._note = self._final.with_name(self._final.name + ".part.json")
        self._want_ours(start_over)

    def _want_ours(self, start_over: bool) -> None:
        """What stands where the unfinished file goes is an earlier command's, and of this database."""
        found = self._any_note()
        for path in (self.part, self._note):
            # The note is written before the file is made, and removed after it.
            if found is None and os.path.lexists(path):
                raise exists(path)
        if found is not None and self.note is None and not start_over:
            raise Trouble(
                f"{self.part} is an unfinished download of another database, or of another Offramp.",
                untouched="Nothing was done.",
                remedy="Name another file with --output, or throw that one away with --start-over.",
                code="file-exists",
            )

    @property
    def note(self) -> Note | None:
        """What an earlier command left behind about this database; None when there is nothing of use."""
        found = self._any_note()
        usable = found is not None and (found.format, found.add_on_id) == (FORMAT, self._add_on_id)
        return found if usable else None

    def _any_note(self) -> Note | None:
        try:
            return decode(self._note.read_bytes(), Note, what=str(self._note))
        except (OSError, Trouble):
            return None

    def forget(self) -> None:
        """Remove what an earlier command left behind."""
        self.part.unlink(missing_ok=True)
        self._note.unlink(missing_ok=True)

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes to this file meanwhile. Raises Trouble when somebody does."""
        # It says in its file who holds it, so that is one of its own.
        lock = Lock(self._final.with_name(self._final.name + ".part.lock"))
        try:
            taken = lock.take()
        except OSError as error:
            raise _cannot_write(lock.path, error) from error
        if not taken:
            raise Trouble(
                f"Another process downloads to {self._final} just now.",
                untouched="Nothing was done.",
                remedy="Wait for its end, or name another file with --output.",
                code="at-work",
            )
        try:
            yield
        finally:
            lock.path.unlink(missing_ok=True)
            lock.release()

    def intend(self, after: int) -> None:
        """A backup is asked for next. Should its answer get lost, `after` tells it apart."""
        self.forget()
        self._write(Note(format=FORMAT, add_on_id=self._add_on_id, after=after))

    def began(self, backup: Backup) -> None:
        """The backup is known."""
        known = self.note
        if known is None or known.transfer != backup.id:
            self._write(
                Note(format=FORMAT, add_on_id=self._add_on_id, after=backup.number - 1, transfer=backup.id)
            )

    def download(
        self,
        dump: Dump,
        backup: Backup,
        heroku: HerokuAccess,
        control: Control,
        report: Callable[[TransferProgress], None],
    ) -> Path:
        """Download what is missing, look whether it is whole, and give it its name; that.

        Raises:
            Trouble: the download broke for good (the same command goes on), or it is no dump.
            Stopped: `control` was told to stop.
        """
        final = self._final if self._named else self._numbered(backup)
        if os.path.lexists(final):
            raise exists(final)
        held = self.part.stat().st_size if self.part.exists() else 0
        _want_room(self._folder, backup.bytes - held)
        self._fill(dump, heroku, control, report)
        _want_whole(self.part, dump.total, control, report)
        try:
            # Unlike a rename, a link never replaces what has come there meanwhile.
            os.link(self.part, final)
        except FileExistsError:
            raise exists(final) from None
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EOPNOTSUPP, errno.EMLINK, errno.ENOSYS):
                raise _cannot_write(final, error) from error
            self.part.rename(final)  # a file system without links
        self.forget()
        return final

    def _numbered(self, backup: Backup) -> Path:
        return self._final.with_name(f"{self._final.stem}-{backup.name}.dump")

    def _fill(
        self, dump: Dump, heroku: HerokuAccess, control: Control, report: Callable[[TransferProgress], None]
    ) -> None:
        note = self.note
        assert note is not None
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW | os.O_CLOEXEC
        try:
            descriptor = os.open(self.part, flags, 0o600)
        except OSError as error:
            raise _cannot_write(self.part, error) from error
        with open(descriptor, "ab") as file:  # noqa: PTH123 - it is open already
            os.fchmod(descriptor, 0o600)
            if file.tell() and not note.mark and note.total is None:
                # Of what it is the beginning is not known.
                file.truncate(0)
            dump.mark, dump.total = note.mark, note.total
            at = os.fstat(descriptor).st_size
            report(TransferProgress(phase="download", bytes=at, total=dump.total))
            for piece in heroku.stream(dump.pieces(at), control):
                if (note.mark, note.total) != (dump.mark, dump.total):
                    note = Note(
                        format=FORMAT,
                        add_on_id=note.add_on_id,
                        after=note.after,
                        transfer=note.transfer,
                        mark=dump.mark,
                        total=dump.total,
                    )
                    self._write(note)
                try:
                    file.write(piece)
                    file.flush()
                except OSError as error:
                    raise _cannot_write(self.part, error) from error
                at += len(piece)
                report(TransferProgress(phase="download", bytes=at, total=dump.total))
            os.fsync(descriptor)

    def _write(self, note: Note) -> None:
        fresh = self._note.with_name(self._note.name + ".new")
        try:
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with open(descriptor, "wb") as file:  # noqa: PTH123 - it is open already
                file.write(encode(note).encode())
            fresh.replace(self._note)
        except OSError as error:
            raise _cannot_write(self._note, error) from error


def exists(path: Path) -> Trouble:
    """What is said of a file that is there already."""
    return Trouble(
        f"{path} is there already, and was not overwritten.",
        untouched="Nothing was done.",
        remedy="Move it away, or name another file with --output.",
        code="file-exists",
    )


def _want_room(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < wanted:
        raise Trouble(
            f"The backup takes {size(wanted)} more, and {folder.absolute()} has {size(free)} free.",
            untouched="Nothing was downloaded. The backup stays on Heroku.",
            remedy="Make room, then run the same command again: it goes on with this backup. Or restore"
            " straight from Heroku, without a file: offramp db restore heroku:APP TARGET --latest.",
            code="no-room",
        )


def _want_whole(
    part: Path, total: int | None, control: Control, report: Callable[[TransferProgress], None]
) -> None:
    """Both by its length and from within: a store that was given half a backup tells half the length."""
    found = part.stat().st_size
    if total is not None and found != total:
        raise _cut(f"{part} has {found:,} bytes, and the backup {total:,}.")

    def told(at: int) -> None:
        control.check()
        report(TransferProgress(phase="check", bytes=at, total=found))

    try:
        with part.open("rb", buffering=BUFFER) as file:
            head, _ = read_head(file.read)
            want_whole(file, head, told)
    except EndsTooEarly as error:
        raise _cut(f"What was downloaded is not a whole dump: {error}.") from error
    except UnknownArchive as error:
        raise Trouble(
            f"What was downloaded is no dump that is known here: {error}.",
            untouched=f"It stays as {part}.",
            remedy=_AGAIN,
            code="not-a-dump",
        ) from error


def _cut(cause: str) -> Trouble:
    return Trouble(cause, untouched="It got no name as a dump.", remedy=_AGAIN, code="dump-cut")


def _cannot_write(path: Path, error: OSError) -> Trouble:
    return Trouble(
        f"{path} cannot be written: {error.strerror}.",
        untouched="What was downloaded before stays.",
        remedy="Make room or give the rights, then run the same command again: it goes on.",
        code="file-unwritable",
    )
