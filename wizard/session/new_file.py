"""Writing what a person takes away: a new file or folder, for nobody else to read, whole or not at all.

Everything is written beside its place under a hidden name and put there by one call of the file system, so
that not even a kill leaves half of it under its own name. Nothing is ever overwritten.
"""

import contextlib
import errno
import os
import secrets
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.session.database import DISK_FULL

_NO_HARD_LINKS = frozenset((errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK))


def write_new_file(name: str | Path, write: Callable[[BinaryIO], None]) -> Path:
    """Make the file `name` (0600) of what `write` puts into the file that it is given; the absolute path.

    Raises:
        Trouble: there is such a file already, or it cannot be written; no part of it is left then.
    """
    path = _free(name)
    with _explained(name):
        hidden = _beside(path)
        descriptor = _opened(hidden, name)
        try:
            with os.fdopen(descriptor, "wb") as file:
                write(file)
                file.flush()
                os.fsync(file.fileno())
            _put(hidden, path)
        finally:
            with contextlib.suppress(OSError):
                hidden.unlink()
    return path.resolve()


def write_new_folder(name: str | Path, write: Callable[[Path], None]) -> Path:
    """Make the folder `name` (0700) of what `write` puts into the folder that it is given, with `into`; the
    absolute path.

    Raises:
        Trouble: as `write_new_file`.
    """
    path = _free(name)
    with _explained(name):
        hidden = _beside(path)
        try:
            hidden.mkdir(0o700)
        except OSError as error:
            raise _cannot(name, error) from error
        try:
            write(hidden)
            if os.path.lexists(path):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            # An empty folder that came up just now may be replaced by this; nothing else can.
            hidden.rename(path)
        finally:
            shutil.rmtree(hidden, ignore_errors=True)
    return path.resolve()


@contextlib.contextmanager
def into(folder: Path, name: str) -> Iterator[BinaryIO]:
    """A new file (0600) in a folder that `write_new_folder` makes."""
    descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())


def _free(name: str | Path) -> Path:
    try:
        path = Path(name).expanduser()
        try:
            os.lstat(path)
        except FileNotFoundError:
            return path
    except (OSError, RuntimeError, ValueError) as error:
        # RuntimeError: the home folder of a user that is not there; ValueError: a zero byte in the name.
        raise _cannot(name, error) from error
    raise _there(name)


@contextlib.contextmanager
def _explained(name: str | Path) -> Iterator[None]:
    try:
        yield
    except FileExistsError as error:
        raise _there(name) from error
    except OSError as error:
        # What ends in the middle would be taken for the whole.
        shown = clean(str(name))
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Trouble(
            f"The disk is full: {shown} does not fit." if full else f"{shown} broke off: {_why(error)}.",
            untouched="Nothing of it is left.",
            remedy="Make room, or name a file on another disk.",
            code=DISK_FULL if full else "file",
        ) from error


def _beside(path: Path) -> Path:
    return path.parent / f".offramp-{secrets.token_hex(6)}.part"


def _opened(hidden: Path, name: str | Path) -> int:
    try:
        return os.open(hidden, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise _cannot(name, error) from error


def _put(hidden: Path, path: Path) -> None:
    """Give the finished file its name, which must be free."""
    try:
        os.link(hidden, path)
        return
    except OSError as error:
        if error.errno not in _NO_HARD_LINKS:
            raise
    # A file system without hard links: the name is taken by an empty file of ours, and that is replaced.
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    hidden.replace(path)


def _there(name: str | Path) -> Trouble:
    return Trouble(
        f"{clean(str(name))} is there already.",
        untouched="It was not overwritten.",
        remedy="Name another file.",
        code="file-exists",
    )


def _cannot(name: str | Path, error: Exception) -> Trouble:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return Trouble(
        f"{clean(str(name))} cannot be written: {_why(error)}.",
        remedy="Make room, or name a file on another disk." if full else "Name another file.",
        code=DISK_FULL if full else "file",
    )


def _why(error: Exception) -> str:
    return clean((error.strerror if isinstance(error, OSError) else "") or str(error)).rstrip(".")
