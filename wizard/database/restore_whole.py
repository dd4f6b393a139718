"""Whether a dump in a file is whole, before anything is made of it.

A dump that was cut says nothing of it: pg_restore notices when it comes to the cut, and by then the target
holds half of the rows. Behind the table of contents each object with data has a block of pieces, each with
its length before it, so the file is walked through without its data being looked at.
"""

from collections.abc import Callable
from typing import BinaryIO, Final

from wizard.database.archive import EndsTooEarly, Head, UnknownArchive

_DATA, _LARGE_OBJECTS = 1, 3
_TOLD_EVERY: Final = 64 << 20
"""Bytes between two reports."""


def want_whole(file: BinaryIO, head: Head, report: Callable[[int], None]) -> None:
    """Walk through a dump; the file is left somewhere in it.

    Args:
        file: one that can be wound, with a large buffer.
        report: gets the byte that the walk has come to, now and then; what it raises is raised.

    Raises:
        EndsTooEarly: the file ends before all that its table of contents promises.
        UnknownArchive: what stands there is no part of a dump.
    """
    walk = _Walk(file, head, report)
    missing = {entry.id for entry in head.entries if entry.has_data}
    while missing:
        kind = walk.take(1)[0]
        missing.discard(walk.integer())
        if kind == _DATA:
            walk.pieces()
        elif kind == _LARGE_OBJECTS:
            while walk.integer():
                walk.pieces()
        else:
            raise _no_data()


class _Walk:
    def __init__(self, file: BinaryIO, head: Head, report: Callable[[int], None]) -> None:
        self._file = file
        self._end = file.seek(0, 2)
        self._int_size = head.int_size
        self._report = report
        self._told = file.seek(head.length)

    def take(self, count: int) -> bytes:
        piece = self._file.read(count)
        if len(piece) != count:
            raise _cut()
        return piece

    def integer(self) -> int:
        piece = self.take(1 + self._int_size)
        value = int.from_bytes(piece[1:], "little")
        return -value if piece[0] else value

    def pieces(self) -> None:
        """To the end of a block, or of a large object in one."""
        while (length := self.integer()) != 0:
            if length < 0:
                raise _no_data()
            at = self._file.seek(length, 1)
            if at > self._end:
                raise _cut()
            if at - self._told >= _TOLD_EVERY:
                self._told = at
                self._report(at)


def _cut() -> EndsTooEarly:
    return EndsTooEarly("it ends too early")


def _no_data() -> UnknownArchive:
    return UnknownArchive("behind its table of contents something else stands than data")
