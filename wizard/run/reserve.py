"""Room kept free on the session's disk, so that a run on a full disk can still write why it waits."""

import contextlib
import os
from pathlib import Path

BYTES = 256 * 1024
"""Enough for a few hundred entries of the journal and its write-ahead log."""


class Reserve:
    """A file of random-looking bytes in the session's folder, removed when the room is needed."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "reserve"

    def keep(self) -> bool:
        """Take the room; False when there is not enough of it."""
        try:
            descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError:
            return False
        try:
            # Not zeros: a file system that compresses would keep no room for them.
            os.pwrite(descriptor, os.urandom(BYTES), 0)
            os.fsync(descriptor)
            return os.fstat(descriptor).st_size >= BYTES
        except OSError:
            self.give_up()
            return False
        finally:
            os.close(descriptor)

    def give_up(self) -> None:
        """Give the room back."""
        with contextlib.suppress(OSError):
            self._path.unlink()
