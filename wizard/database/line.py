"""A connection whose bytes can be taken: psycopg logs in and queries over it, a COPY is carried past psycopg.

libpq speaks to a unix socket of ours, and a thread carries what it says to the server, TLS being made here.
Between two queries the server's end can be taken from that thread, and be spoken to in Postgres' own
protocol; psycopg does not notice, as long as the transaction is in the same state afterwards.

One message is changed on the way in: the server offers SCRAM-SHA-256-PLUS, which binds the login to the TLS
channel, and libpq, which sees none, would refuse the login at that; the offer is taken out. This gives up
channel binding: where the URL names a CA (`sslmode=verify-*`) it is checked here.
"""

import contextlib
import select
import shutil
import socket
import struct
import threading
import time
from collections.abc import Iterator
from typing import Any

import psycopg
from psycopg import pq
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from wizard.database import wire
from wizard.database.far import Far, open_far
from wizard.database.relay import socket_folder, without_channel_binding
from wizard.model.secret import Secret
from wizard.model.text import clean

_CHUNK = 1 << 16
_LONGEST_LOGIN_MESSAGE = 1 << 20
_OF_THE_NETWORK = ("host", "hostaddr", "port", "channel_binding", "gssencmode")
_CANCEL = 80877102


class Line(psycopg.Connection[tuple[Any, ...]]):
    """A psycopg connection that can lend out its server's end. `broke`: it failed whom it was lent to, or was
    cut, of which psycopg knows nothing."""

    carrier: "_Carrier"
    broke = False

    @property
    def owing(self) -> float | None:
        """Seconds for which the server owes an answer, or takes nothing of what lies ready for it, and no
        byte went either way; None where it owes nothing."""
        return self.carrier.owing(self.pgconn.transaction_status == pq.TransactionStatus.ACTIVE)

    def cut(self, why: str) -> None:
        """Break it off, from any thread: whoever works with it hears why."""
        self.broke = True
        self.carrier.cut(why)

    @contextlib.contextmanager
    def taken(self) -> Iterator[Far]:
        """The server's end, for as long as the block runs. No query may be under way, and after the block the
        server must be ready for one, in the same state of the transaction; otherwise close the connection.

        Raises:
            psycopg.OperationalError: the connection is lost.
        """
        if self.closed or self.pgconn.transaction_status == pq.TransactionStatus.ACTIVE:
            raise psycopg.OperationalError("the connection is lost")
        with self.carrier.held() as far:
            yield far

    def cancel_safe(self, *, timeout: float = 30.0) -> None:
        """Cancel the query that runs; returns when the server has done so, for it would cancel what is asked
        next otherwise.

        Raises:
            psycopg.OperationalError: the server cannot be reached, or is not done after `timeout` seconds.
        """
        try:
            self.carrier.cancel(timeout)
        except OSError as error:
            raise psycopg.OperationalError(str(error)) from error


def open_line(url: Secret, parameters: dict[str, Any]) -> Line:
    """Connect to the server that `url` names, in autocommit.

    Raises:
        psycopg.OperationalError: it cannot be reached, or refuses the login.
    """
    parts: dict[str, Any] = {
        key: value
        for key, value in conninfo_to_dict(url.reveal()).items()
        if value is not None and key not in _OF_THE_NETWORK and not key.startswith("ssl")
    }
    try:
        carrier = _Carrier(url)
    except OSError as error:
        raise psycopg.OperationalError(f"no connection can be made: {error}") from error
    try:
        connection = Line.connect(
            make_conninfo(host=str(carrier.folder), port=5432, sslmode="disable", **parts),
            autocommit=True,
            prepare_threshold=None,
            **parameters,
        )
    finally:
        carrier.close_the_door()
    connection.carrier = carrier
    return connection


class _Carrier:
    """Carries bytes between one client on a unix socket and a server, in a thread that ends with either."""

    def __init__(self, url: Secret) -> None:
        self._url = url
        self._far: Far | None = None
        self._key = b""
        self._login: bytearray | None = bytearray()
        self.folder = socket_folder("offramp-")
        self._door = socket.socket(socket.AF_UNIX)
        try:
            self._door.bind(str(self.folder / ".s.PGSQL.5432"))
            self._door.listen(1)
            self._ear, self._mouth = socket.socketpair()
        except BaseException:
            self.close_the_door()
            raise
        self._lock = threading.Lock()
        self._change = threading.Condition()
        self._wanted = self._lent = self._over = False
        threading.Thread(target=self._run, name="offramp-line", daemon=True).start()

    def close_the_door(self) -> None:
        """Nobody else is let in, and nothing stays on the disk."""
        with contextlib.suppress(OSError):
            # Wakes whoever waits in accept(), which closing alone does not.
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextlib.contextmanager
    def held(self) -> Iterator[Far]:
        """The server's end while the thread keeps away from it."""
        with self._change:
            self._wanted = True
            self._mouth.send(b".")
            self._change.wait_for(lambda: self._lent or self._over)
            if self._over or self._far is None:
                raise psycopg.OperationalError("the connection is lost")
        try:
            yield self._far
        finally:
            with self._change:
                self._wanted = self._lent = False
                self._change.notify_all()

    def owing(self, asked: bool) -> float | None:
        """See `Line.owing`. `asked`: a query of the client's is under way."""
        far = self._far
        if far is None or self._over:
            return None
        if self._lent:
            return far.owing
        return time.monotonic() - far.moved_at if asked else None

    @property
    def lent(self) -> bool:
        """Whether somebody else speaks to the server now."""
        return self._lent

    def cut(self, why: str) -> None:
        """Hang up on both sides; whoever waits for either hears why."""
        far = self._far
        if far is not None:
            far.cut(why)

    def cancel(self, seconds: float) -> None:
        """Ask the server to cancel what runs. It hangs up when that is done, as PQcancel too waits for.

        Raises:
            OSError: it cannot be reached, or does not hang up within `seconds`.
        """
        if not self._key or self._over:
            return
        far = open_far(self._url)
        try:
            far.write_all(struct.pack("!II", 8 + len(self._key), _CANCEL) + self._key)
            far.wait_for_end(seconds)
        finally:
            far.close()

    # The thread.

    def _run(self) -> None:
        near: socket.socket | None = None
        try:
            near, _ = self._door.accept()
            self._far = self._open(near)
            if self._far is not None:
                self._carry(near, self._far)
        except (OSError, EOFError):
            # One side is gone. The other notices when its end is closed below.
            self._say_why(near)
        finally:
            with self._change:
                self._over = True
                self._change.notify_all()
            for end in (near, self._far, self._ear, self._mouth):
                if end is not None:
                    end.close()

    def _open(self, near: socket.socket) -> Far | None:
        try:
            return open_far(self._url)
        except (OSError, ValueError) as error:
            near.sendall(wire.fatal(clean(str(error))))
            # What libpq has sent must be read, or closing would take our answer back.
            near.settimeout(1)
            near.recv(_CHUNK)
            return None

    def _say_why(self, near: socket.socket | None) -> None:
        """Where we hung up ourselves nobody has told the client anything."""
        if near is not None and self._far is not None and self._far.cut_because:
            with contextlib.suppress(OSError):
                near.settimeout(1)
                near.sendall(wire.fatal(self._far.cut_because))

    def _carry(self, near: socket.socket, far: Far) -> None:
        poll = select.poll()
        for end in (near, far, self._ear):
            poll.register(end, select.POLLIN)
        chunk = memoryview(bytearray(_CHUNK))
        while True:
            ready = {number for number, _ in poll.poll()}
            if near.fileno() in ready:
                said = near.recv(_CHUNK)
                if not said:
                    return
                far.write_all(said)
            if far.fileno() in ready:
                near.sendall(self._checked(bytes(chunk[: far.read_into(chunk)])))
                while far.pending:
                    near.sendall(self._checked(bytes(chunk[: far.read_into(chunk)])))
            if self._ear.fileno() in ready:
                self._ear.recv(1)
                self._lend()

    def _lend(self) -> None:
        with self._change:
            if self._wanted:
                self._lent = True
                self._change.notify_all()
                self._change.wait_for(lambda: not self._lent)

    def _checked(self, said: bytes) -> bytes:
        """What the server says until it is ready, message by message; then as it comes."""
        if self._login is None:
            return said
        self._login += said
        out = b""
        while self._login is not None and len(self._login) >= wire.HEADER:
            size = wire.length(self._login)
            if size > _LONGEST_LOGIN_MESSAGE:
                # No Postgres, or one that libpq shall judge.
                rest, self._login = bytes(self._login), None
                return out + rest
            if len(self._login) < size:
                break
            message = bytes(self._login[:size])
            del self._login[:size]
            out += without_channel_binding(message)
            if message[:1] == b"K":
                self._key = message[wire.HEADER :]
            if message[:1] == b"Z":
                out += bytes(self._login)
                self._login = None
        return out
