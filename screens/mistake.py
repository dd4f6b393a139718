"""An error that nobody foresaw: kept in a log without secrets, shown as a sentence, never raw."""

import errno
import os
import traceback
from datetime import UTC, datetime

from wizard.model.secret import redact
from wizard.model.text import clean_lines
from wizard.model.trouble import Trouble
from wizard.session.database import DISK_FULL
from wizard.session.places import data_folder, no_temporary_folder

LOG_NAME = "mistakes.log"


def as_trouble(error: BaseException) -> Trouble:
    """`error` itself when it is a Trouble, or what a full disk means; anything else is written to the log,
    and a Trouble says so."""
    if isinstance(error, Trouble):
        return error
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Trouble(
            "A disk is full: what Offramp writes, or prints into a file, does not fit.",
            untouched="What was saved before is still there.",
            remedy="Make room, then do the same again.",
            code=DISK_FULL,
        )
    if isinstance(error, FileNotFoundError) and "usable temporary directory" in str(error):
        return no_temporary_folder()
    where = _write(error)
    return Trouble(
        f"Offramp made a mistake ({type(error).__name__}).",
        untouched="Nothing was changed by it; what was saved before is still there.",
        remedy=f"Try again, or go back and in again. {where}",
        code="mistake",
    )


def _write(error: BaseException) -> str:
    text = redact(clean_lines("".join(traceback.format_exception(error))))
    try:
        path = data_folder() / LOG_NAME
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as log:
            log.write(f"{datetime.now(UTC).isoformat(timespec='seconds')}\n{text}\n")
    except (OSError, Trouble):
        return "The details could not be written to a log."
    return f"The details are in {path}."
