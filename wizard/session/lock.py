"""Who holds a session. A lock is an flock: it ends with its process, and a clock has no say in it."""

import contextlib
import errno
import fcntl
import os
import time
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import msgspec

from wizard.model.noun import Noun, decode, encode
from wizard.model.trouble import Trouble
from wizard.session.person import address, person, terminal, user


class Holder(Noun, frozen=True, kw_only=True):
    """Who holds a lock: process id, terminal ("pts/3", or empty), and since when (UTC, ISO 8601).

    `socket` is where a worker listens: another login may have another place for sockets. `user` and `address`
    (where the login came from by ssh, or empty) tell two people apart who share a login.
    """

    pid: int
    terminal: str
    since: str
    socket: str = ""
    user: str = ""
    address: str = ""

    def words(self) -> str:
        """For a sentence: "process 4711 on pts/3 from 192.0.2.7, since 14:02 UTC"."""
        place = f" on {self.terminal}" if self.terminal else ""
        place += f" from {self.address}" if self.address else ""
        return f"process {self.pid}{place}, since {self.since[11:16]} UTC"

    def person(self) -> str:
        """For the journal: "ada (pts/3 from 192.0.2.7)"."""
        return person(self.user or f"process {self.pid}", self.terminal, self.address)


LOOKS = 200
"""How often a taker waits 5 ms for those who only look who holds the lock."""


def this_process(socket: str = "") -> Holder:
    """The holder that this process would be."""
    return Holder(
        pid=os.getpid(),
        terminal=terminal(),
        since=datetime.now(UTC).isoformat(timespec="seconds"),
        socket=socket,
        user=user(),
        address=address(),
    )


class Lock:
    """An exclusive lock on a file; children do not inherit it (close-on-exec, Python's default)."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._descriptor: int | None = None
        self._holder: Holder | None = None

    def take(self, socket: str = "") -> bool:
        """Take the lock if it is free; True when this process holds it now.

        Args:
            socket: where this process listens, told to whoever asks for the holder.

        Raises:
            Trouble: the disk cannot say who holds it, as some network disks cannot; it is not taken then.
        """
        if self._descriptor is not None:
            return True
        descriptor = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _exclusively(descriptor):
                os.close(descriptor)
                return False
        except OSError as error:
            os.close(descriptor)
            raise Trouble(
                f"The disk with {self.path.parent} cannot lock a file: {error.strerror}.",
                untouched="Nothing was changed: who else works on this migration cannot be known there.",
                remedy="Name a folder on a disk of this machine with OFFRAMP_HOME; move the session there.",
                code="folder-unusable",
            ) from error
        self._descriptor = descriptor
        self._write(this_process(socket))
        return True

    def listens(self, socket: str) -> None:
        """Tell whoever asks for the holder another place where it listens. Only when held."""
        if self._holder is not None and self._holder.socket != socket:
            self._write(msgspec.structs.replace(self._holder, socket=socket))

    def _write(self, holder: Holder) -> None:
        assert self._descriptor is not None
        self._holder = holder
        text = encode(holder).encode()
        # On a full disk nobody can read who holds it; it is held all the same. Written over and then cut, so
        # that who looks meanwhile reads one of the two, or knows that it is held.
        with contextlib.suppress(OSError):
            os.pwrite(self._descriptor, text, 0)
            os.ftruncate(self._descriptor, len(text))

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = self._holder = None

    @property
    def held(self) -> bool:
        """Whether this object holds the lock."""
        return self._descriptor is not None

    def holder(self) -> Holder | None:
        """Who holds the lock now, None when it is free."""
        if self._descriptor is not None:
            return self._holder
        try:
            descriptor = os.open(self.path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            try:
                return decode(os.pread(descriptor, 1000, 0), Holder, what="a lock file")
            except Trouble:
                # Taken a moment ago and not yet written: somebody holds it all the same.
                return Holder(pid=0, terminal="", since="0000-00-00T00:00:00")
        else:
            return None
        finally:
            os.close(descriptor)

    def __enter__(self) -> "Lock":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def _flock(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
            return False
        raise
    return True


def _exclusively(descriptor: int) -> bool:
    for _ in range(LOOKS):
        if _flock(descriptor, fcntl.LOCK_EX):
            return True
        if not _flock(descriptor, fcntl.LOCK_SH):
            return False
        # Nobody holds it: another process was looking at this very moment (`holder`), as we are now.
        fcntl.flock(descriptor, fcntl.LOCK_UN)
        time.sleep(0.005)
    return False
