"""Writing the report to a file: a new one, for nobody else to read, and whole or not at all."""

import contextlib
import errno
import os
from pathlib import Path

from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.session.database import DISK_FULL


def export(text: str, name: str) -> Path:
    """Write `text` to the new file `name` (0600) and return its absolute path.

    Raises:
        Trouble: there is such a file already, or it cannot be written; no part of it is left then.
    """
    shown = clean(name)
    try:
        path = Path(name).expanduser()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError as error:
        raise Trouble(
            f"{shown} is there already.",
            untouched="It was not overwritten.",
            remedy="Name another file.",
            code="file-exists",
        ) from error
    except (OSError, RuntimeError, ValueError) as error:
        # RuntimeError: the home folder of a user that is not there; ValueError: a zero byte in the name.
        raise Trouble(
            f"{shown} cannot be written: {_why(error)}.", remedy="Name another file.", code="file"
        ) from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
    except OSError as error:
        # A report that ends in the middle would be taken for the whole.
        with contextlib.suppress(OSError):
            path.unlink()
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Trouble(
            f"The disk is full: {shown} does not fit." if full else f"{shown} broke off: {_why(error)}.",
            untouched="Nothing of it is left.",
            remedy="Make room, or name a file on another disk.",
            code=DISK_FULL if full else "file",
        ) from error
    return path.resolve()


def _why(error: Exception) -> str:
    return clean((error.strerror if isinstance(error, OSError) else "") or str(error)).rstrip(".")
