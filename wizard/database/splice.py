"""Carries COPY text from one server to another as it comes off the wire.

A CopyData message is the same in both directions, so the bytes that one server sends are the bytes that the
other gets: no row becomes a Python object. Memory is bounded by the blocks, whatever the size of a row. Many
COPYs may follow each other without a wait for an answer in between.
"""

import contextlib
import select
from collections.abc import Callable, Iterator, Sequence

import psycopg

from wizard.database import wire
from wizard.database.control import Control
from wizard.database.far import Far
from wizard.database.line import Line

BLOCK = 256 * 1024
_TICK_MS = 1_000

HOLD = 10.0
"""Seconds of a pause for which streams stand still. Longer than that, the source's tables must not stay
locked: whoever alters one would wait for the pause to end, and the app behind them."""

_BREAKS = (wire.COPY_DONE, b"\nE\0\0", b"\nN\0\0", b"\nS\0\0")
"""What may interrupt the rows: their end, an error, a notice, a changed setting. A bare newline stands only
at the end of a row, and so before the next message."""


def splice(
    source: Line,
    target: Line,
    copies: Sequence[tuple[bytes, bytes]],
    *,
    control: Control,
    moved: Callable[[int, int], None],
) -> list[tuple[int, int]]:
    """Run each COPY ... TO STDOUT of `copies` on `source` into its COPY ... FROM STDIN on `target`; return
    rows and bytes of each, in order.

    `moved` is called with the position of a copy and the bytes of it that left, a block at a time. After any
    exception both connections are in the middle of a COPY and must be closed.

    Raises:
        psycopg.Error: either side failed.
        Stopped: the person asked for it.
        Paused: a pause lasts longer than `HOLD`.
    """
    try:
        with source.taken() as reader, target.taken() as writer:
            return _Splice((source, reader), (target, writer), copies, control, moved).run()
    except EOFError as error:
        raise psycopg.OperationalError(str(error) or "server closed the connection unexpectedly") from error
    except OSError as error:
        raise psycopg.OperationalError(f"the connection broke: {error}") from error


class _Splice:
    def __init__(
        self,
        source: tuple[Line, Far],
        target: tuple[Line, Far],
        copies: Sequence[tuple[bytes, bytes]],
        control: Control,
        moved: Callable[[int, int], None],
    ) -> None:
        (self._source, reader), (self._target, writer) = source, target
        self._reader = _Reader(reader, writer, copies, moved)
        self._answers = _Answers(writer)
        self._far = (reader, writer)
        self._count = len(copies)
        self._control = control

    def run(self) -> list[tuple[int, int]]:
        reader, writer = self._far
        poll = select.poll()
        poll.register(reader, select.POLLIN)
        poll.register(writer, select.POLLIN)
        while self._answers.ended < self._count:
            self._control.check(HOLD)
            # A block is read when the one before has left: whichever side is slower sets the pace.
            poll.modify(reader, self._reader.events)
            poll.modify(writer, select.POLLIN | (select.POLLOUT if self._reader.waiting else 0))
            writer.owes(self._reader.waiting or self._reader.read_whole > self._answers.ended)
            reader.owes(bool(self._reader.events))
            if reader.pending and self._reader.events & select.POLLIN:
                self._read()
                continue
            for number, what in poll.poll(_TICK_MS):
                if number == writer.fileno():
                    with _blamed(self._target):
                        if what & ~select.POLLOUT:
                            self._answers.read()
                        if what & select.POLLOUT:
                            self._reader.send()
                else:
                    if what & select.POLLOUT:
                        with _blamed(self._source):
                            self._reader.ask()
                    if what & ~select.POLLOUT:
                        self._read()
        writer.owes(False)
        reader.owes(False)
        return self._reader.results(self._answers.rows)

    def _read(self) -> None:
        with _blamed(self._source):
            self._reader.read()
        with _blamed(self._target):
            self._reader.send()


@contextlib.contextmanager
def _blamed(line: Line) -> Iterator[None]:
    try:
        yield
    except Exception:
        line.broke = True
        raise


class _Reader:
    """The source's side: from its messages to what the target is sent."""

    def __init__(
        self,
        reader: Far,
        writer: Far,
        copies: Sequence[tuple[bytes, bytes]],
        moved: Callable[[int, int], None],
    ) -> None:
        self._reader, self._writer = reader, writer
        self._copies = copies
        self._moved = moved
        self._block = memoryview(bytearray(BLOCK))
        # All of it at once: the source answers one after the other.
        self._asking = memoryview(b"".join(wire.query(out) for out, _ in copies))
        self._out: list[memoryview] = []
        self._queued = 0
        self._held = b""
        self._in_rows = False
        self._between = False
        self._at = 0
        self._rows: list[int] = []
        self._bytes = [0] * len(copies)

    @property
    def events(self) -> int:
        """What to wait for on the source's side."""
        wanted = 0 if self._queued >= BLOCK or self._at >= len(self._copies) else select.POLLIN
        return wanted | (select.POLLOUT if self._asking else 0)

    @property
    def waiting(self) -> bool:
        """Whether there is something for the target."""
        return bool(self._out)

    @property
    def read_whole(self) -> int:
        """How many copies the source has given to their end."""
        return self._at

    def ask(self) -> None:
        """Send the source what it takes now of the queries."""
        self._asking = self._asking[self._reader.write(self._asking) :]

    def send(self) -> None:
        """Send the target what it takes now."""
        while self._out:
            sent = self._writer.write(self._out[0])
            if not sent:
                return
            self._queued -= sent
            rest = self._out[0][sent:]
            if rest:
                self._out[0] = rest
            else:
                self._out.pop(0)

    def read(self) -> None:
        """Read a block from the source, for the target."""
        count = self._reader.read_into(self._block)
        if not count:
            return
        data = self._held + bytes(self._block[:count]) if self._held else bytes(self._block[:count])
        self._held = b""
        while data and self._at < len(self._copies):
            before = data
            data = self._rows_of(data) if self._in_rows else self._message(data)
            if data == before:
                # Too little to go on with.
                self._held = data
                break

    def _message(self, data: bytes) -> bytes:
        """Take one message off `data`; all of it comes back while it is not whole."""
        if len(data) < wire.HEADER or len(data) < (size := wire.length(data)):
            return data
        kind, body = data[:1], data[wire.HEADER : size]
        if kind == b"H":
            self._in_rows = self._between = True
            self._queue(wire.query(self._copies[self._at][1]))
        elif kind == b"C":
            self._rows.append(wire.rows(body))
        elif kind == b"Z":
            self._at += 1
        elif kind == b"E":
            raise wire.error(body)
        return data[size:]

    def _rows_of(self, data: bytes) -> bytes:
        """Pass on the rows at the front of `data`; what is behind them comes back."""
        if self._between and data[:1] not in (b"d", b"c"):
            # Something else is said before the first row, or where two rows meet.
            return self._aside(data)
        found = [place for word in _BREAKS if (place := data.find(word)) >= 0]
        if not found:
            keep = _beginning_of_a_break(data)
            self._between = self._between and keep == len(data)
            self._pass(data[: len(data) - keep])
            return data[len(data) - keep :]
        place = min(found)
        if data.startswith(wire.COPY_DONE, place):
            self._pass(data[:place])
            self._queue(wire.COPY_DONE)
            self._in_rows = False
            return data[place + len(wire.COPY_DONE) :]
        self._pass(data[: place + 1])
        self._between = True
        return data[place + 1 :]

    def _aside(self, data: bytes) -> bytes:
        if len(data) < wire.HEADER or len(data) < (size := wire.length(data)):
            return data
        if data[:1] == b"E":
            raise wire.error(data[wire.HEADER : size])
        if data[:1] not in (b"N", b"S", b"A"):
            raise psycopg.OperationalError("the source sent something that is no COPY")
        return data[size:]

    def _pass(self, rows: bytes) -> None:
        if rows:
            self._bytes[self._at] += len(rows)
            self._moved(self._at, len(rows))
            self._queue(rows)

    def _queue(self, data: bytes) -> None:
        self._out.append(memoryview(data))
        self._queued += len(data)

    def results(self, written: list[int]) -> list[tuple[int, int]]:
        if self._rows != written:
            raise psycopg.DataError(f"{sum(self._rows)} rows were read and {sum(written)} written")
        # Each row came in a message of its own, whose header is no part of it.
        return [(rows, size - wire.HEADER * rows) for rows, size in zip(self._rows, self._bytes, strict=True)]


def _beginning_of_a_break(data: bytes) -> int:
    """How many bytes at the end of `data` may be the beginning of a break."""
    longest = max(len(word) for word in _BREAKS) - 1
    return max(
        (
            size
            for word in _BREAKS
            for size in range(1, min(longest, len(word) - 1) + 1)
            if data.endswith(word[:size])
        ),
        default=0,
    )


class _Answers:
    """What the target says: the rows of each COPY, or why it refuses."""

    def __init__(self, writer: Far) -> None:
        self._writer = writer
        self._block = memoryview(bytearray(1 << 14))
        self._said = b""
        self.rows: list[int] = []
        self.ended = 0

    def read(self) -> None:
        """Take what it says; raises psycopg.Error when it refuses."""
        self._said += bytes(self._block[: self._writer.read_into(self._block)])
        while self._writer.pending:
            self._said += bytes(self._block[: self._writer.read_into(self._block)])
        while len(self._said) >= wire.HEADER and len(self._said) >= (size := wire.length(self._said)):
            kind, body = self._said[:1], self._said[wire.HEADER : size]
            self._said = self._said[size:]
            if kind == b"E":
                raise wire.error(body)
            if kind == b"C":
                self.rows.append(wire.rows(body))
            if kind == b"Z":
                self.ended += 1
