"""A connection at work, seen by whoever watches its tunnel or its server: whether an answer is overdue.

The one connection that a vendor's own program carries is with the work, so that no question of the watch's
gets through: that the program has frozen can be told only by what the work itself waits for. On loopback
neither TCP's keep-alive nor its user timeout helps: the system answers for a program that reads nothing.
"""

import contextlib
import os
import socket
import struct
import sys
import time

import psycopg
from psycopg import pq

from wizard.database.connect import Connection, cut
from wizard.database.line import Line

_LAST_DATA_SENT, _LAST_DATA_RECEIVED = 44, 52
"""Where struct tcp_info (Linux, include/uapi/linux/tcp.h) has them, in milliseconds."""


class Opening:
    """A connection that is being made. See `wizard.database.lanes.Held`."""

    backend = None
    instant = True
    streams = True

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def owing(self) -> float:
        """Since it began."""
        return time.monotonic() - self._began

    def cut(self) -> None:
        """Nothing to take hold of: it ends with the program."""


class Working:
    """A connection of ours to a Postgres. See `wizard.database.lanes.Held`."""

    instant = False

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.backend = connection.info.backend_pid

    @property
    def streams(self) -> bool:
        """Whether its bytes are lent out."""
        return isinstance(self._connection, Line) and self._connection.carrier.lent

    @property
    def owing(self) -> float | None:
        """By its own bytes where they pass through us, else by what the system notes of its socket."""
        connection = self._connection
        with contextlib.suppress(psycopg.Error, OSError, ValueError):
            if isinstance(connection, Line):
                return connection.owing
            if connection.closed or connection.pgconn.transaction_status != pq.TransactionStatus.ACTIVE:
                return None
            return _quiet(connection.fileno())
        return None

    def cut(self) -> None:
        """Whoever works with it hears of it at once."""
        if isinstance(self._connection, Line):
            self._connection.cut("it stood still, and was cut")
        else:
            cut(self._connection)


def _quiet(number: int) -> float | None:
    """Seconds since a byte came or went on a TCP socket; None where the system does not tell."""
    if not sys.platform.startswith("linux"):
        return None
    with socket.socket(fileno=os.dup(number)) as end:
        if end.family == socket.AF_UNIX:
            return None
        told = end.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _LAST_DATA_RECEIVED + 4)
    if len(told) < _LAST_DATA_RECEIVED + 4:
        return None
    moments = (struct.unpack_from("@I", told, at)[0] for at in (_LAST_DATA_SENT, _LAST_DATA_RECEIVED))
    return float(min(moments)) / 1000
