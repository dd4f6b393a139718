"""Carries COPY text from one connection to another, at the lowest level that psycopg gives.

One Python object a row would cost five times the CPU (measured), so rows are joined to 256 kB. Memory is
bounded by that and the largest row: a block is only sent when the one before has left.
"""

import select
from collections.abc import Callable

import psycopg
from psycopg import errors, pq

from wizard.database.connect import Connection
from wizard.database.control import Control

BLOCK = 256 * 1024
_TICK_MS = 1_000


def splice(
    source: Connection,
    out: bytes,
    target: Connection,
    into: bytes,
    *,
    control: Control,
    moved: Callable[[int], None],
) -> tuple[int, int]:
    """Run COPY `out` on `source` into COPY `into` on `target`; return rows and bytes.

    `moved` is called with the bytes of each block. After any exception both connections are in the
    middle of a COPY and must be closed.

    Raises:
        psycopg.Error: either side failed.
        Stopped: the person asked for it.
    """
    reader, writer = source.pgconn, target.pgconn
    _start(reader, out, pq.ExecStatus.COPY_OUT, control)
    _start(writer, into, pq.ExecStatus.COPY_IN, control)
    block: list[bytes | memoryview] = []
    size = total = 0
    while True:
        length, data = reader.get_copy_data(1)
        if length > 0:
            block.append(data)
            size += length
            if size < BLOCK:
                continue
        if size and (size >= BLOCK or length < 0):
            control.check()
            _send(writer, b"".join(block), control)
            moved(size)
            total += size
            block.clear()
            size = 0
        if length < 0:
            break
        if length == 0:
            _wait(reader, select.POLLIN, control)
            reader.consume_input()
    read = _end(reader, control)
    writer.put_copy_end()
    _flush(writer, control)
    written = _end(writer, control)
    if read != written:
        raise psycopg.DataError(f"{read} rows were read and {written} written")
    return written, total


def _start(connection: pq.abc.PGconn, query: bytes, status: pq.ExecStatus, control: Control) -> None:
    connection.send_query(query)
    _flush(connection, control)
    result = _result(connection, control)
    if result is None or result.status != status:
        raise _error(connection, result)


def _send(connection: pq.abc.PGconn, data: bytes, control: Control) -> None:
    try:
        connection.put_copy_data(data)
        _flush(connection, control)
    except psycopg.OperationalError:
        # The server ended the COPY: its own words are better than "no COPY in progress".
        result = connection.get_result() if connection.status == pq.ConnStatus.OK else None
        if result is not None and result.status == pq.ExecStatus.FATAL_ERROR:
            raise _error(connection, result) from None
        raise


def _flush(connection: pq.abc.PGconn, control: Control) -> None:
    while connection.flush() == 1:
        # The server may have something to say before it reads on; both ways, or both sides wait forever.
        if _wait(connection, select.POLLIN | select.POLLOUT, control) & select.POLLIN:
            connection.consume_input()


def _wait(connection: pq.abc.PGconn, events: int, control: Control) -> int:
    poll = select.poll()
    poll.register(connection.socket, events)
    while not (ready := poll.poll(_TICK_MS)):
        control.check()
    return ready[0][1]


def _result(connection: pq.abc.PGconn, control: Control) -> pq.abc.PGresult | None:
    while connection.is_busy():
        _wait(connection, select.POLLIN, control)
        connection.consume_input()
    return connection.get_result()


def _end(connection: pq.abc.PGconn, control: Control) -> int:
    """Read the results that end a COPY; the number of rows it says."""
    rows = 0
    while (result := _result(connection, control)) is not None:
        if result.status != pq.ExecStatus.COMMAND_OK:
            raise _error(connection, result)
        rows = result.command_tuples or 0
    return rows


def _error(connection: pq.abc.PGconn, result: pq.abc.PGresult | None) -> psycopg.Error:
    if result is not None and result.status == pq.ExecStatus.FATAL_ERROR:
        return errors.error_from_result(result)
    return psycopg.OperationalError(connection.get_error_message() or "the connection is lost")
