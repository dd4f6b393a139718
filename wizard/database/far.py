"""The server's end of a connection that we hold ourselves: a socket, in TLS where the URL asks for it.

libpq keeps its TLS to itself, so whoever wants the bytes of a connection has to make it. The handshake is
Postgres' own: a request for TLS, one byte for an answer, then TLS.
"""

import contextlib
import os
import select
import socket
import ssl
import struct
import time
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict

from wizard.database.keep_alive import KEEP_ALIVE
from wizard.model.secret import Secret

CONNECT_TIMEOUT = 15.0
"""Seconds for the network and the handshake, each."""

_LAST_WORDS = 4096
"""Bytes read at a time of what nobody heeds."""

_SSL_REQUEST = struct.pack("!II", 8, 80877103)


class Far:
    """A connected socket that never blocks.

    Raises OSError (an SSLError is one) whenever the network does.

    Attributes:
        moved_at: when a byte went either way last, by the monotonic clock.
        cut_because: why we broke it off ourselves; empty where we did not.
    """

    def __init__(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        self._socket = connection
        self._owed_since: float | None = None
        self.moved_at = time.monotonic()
        self.cut_because = ""

    def owes(self, owed: bool) -> None:
        """Whoever speaks to the server says whether it is the server's turn now: to answer, or to take what
        lies ready for it."""
        if not owed:
            self._owed_since = None
        elif self._owed_since is None:
            self._owed_since = time.monotonic()

    @property
    def owing(self) -> float | None:
        """Seconds for which it has been the server's turn and no byte went either way; None where it is
        not."""
        since = self._owed_since
        return None if since is None else time.monotonic() - max(since, self.moved_at)

    def fileno(self) -> int:
        """For poll()."""
        return self._socket.fileno()

    def read_into(self, buffer: memoryview) -> int:
        """Fill as much of `buffer` as there is; 0 when nothing is there now.

        Raises:
            EOFError: the server hung up, or we did: then it says why.
        """
        got = 0
        while got < len(buffer):
            try:
                count = self._socket.recv_into(buffer[got:])
            except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
                break
            except (ssl.SSLEOFError, ssl.SSLZeroReturnError):
                count = 0
            if count == 0:
                if got:
                    break
                raise EOFError(self.cut_because)
            got += count
        if got:
            self.moved_at = time.monotonic()
        return got

    @property
    def pending(self) -> bool:
        """Whether bytes wait here that poll() does not know of, because they came in one record of TLS with
        others."""
        return isinstance(self._socket, ssl.SSLSocket) and self._socket.pending() > 0

    def write(self, data: memoryview) -> int:
        """Send what can be sent now; how many bytes that was. After 0, offer the same bytes again."""
        try:
            sent = self._socket.send(data)
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return 0
        self.moved_at = time.monotonic()
        return sent

    def write_all(self, data: bytes) -> None:
        """Send all of it, waiting as long as the network lets us."""
        rest = memoryview(data)
        while rest:
            sent = self.write(rest)
            rest = rest[sent:]
            if not sent:
                poll = select.poll()
                poll.register(self._socket, select.POLLOUT)
                poll.poll()

    def wait_for_end(self, seconds: float) -> None:
        """Wait until the server hangs up, whatever it says before that. Raises TimeoutError."""
        poll = select.poll()
        poll.register(self._socket, select.POLLIN)
        said = memoryview(bytearray(_LAST_WORDS))
        end = time.monotonic() + seconds
        with contextlib.suppress(EOFError, ConnectionResetError):
            while (left := end - time.monotonic()) > 0:
                if poll.poll(left * 1000):
                    self.read_into(said)
            raise TimeoutError("the server did not answer in time")

    def cut(self, why: str) -> None:
        """Break it off, from any thread: whoever reads or writes hears of it."""
        self.cut_because = why
        # Not by the TLS object, which a reader in another thread is using.
        with contextlib.suppress(OSError), socket.socket(fileno=os.dup(self._socket.fileno())) as end:
            end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up."""
        with contextlib.suppress(OSError):
            self._socket.close()


def open_far(url: Secret) -> Far:
    """Connect to the server that `url` names; the first of several that answers.

    Raises:
        OSError: none does, or it has no TLS where the URL demands it.
    """
    parts = {key: str(value) for key, value in conninfo_to_dict(url.reveal()).items() if value is not None}
    names = (parts.get("host") or parts.get("hostaddr") or "127.0.0.1").split(",")
    addresses = (parts.get("hostaddr") or ",".join(names)).split(",")
    ports = (parts.get("port") or "5432").split(",")
    if len(ports) == 1:
        ports *= len(names)
    failure: OSError = OSError("the URL names no server")
    for name, address, port in zip(names, addresses, ports, strict=True):
        try:
            return Far(_connect(name, address, int(port or 5432), parts))
        except OSError as error:
            failure = error
    raise failure


def _connect(name: str, address: str, port: int, parts: dict[str, str]) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(CONNECT_TIMEOUT)
        connection.connect(str(Path(address) / f".s.PGSQL.{port}"))
        return connection
    connection = socket.create_connection((address, port), timeout=CONNECT_TIMEOUT)
    try:
        _keep_alive(connection)
        mode = parts.get("sslmode") or "prefer"
        if mode in ("disable", "allow"):
            return connection
        return _in_tls(connection, name, mode, parts)
    except BaseException:
        connection.close()
        raise


def _keep_alive(connection: socket.socket) -> None:
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, KEEP_ALIVE["keepalives"])
    # macOS calls the first otherwise.
    for names, value in (
        (("TCP_KEEPIDLE", "TCP_KEEPALIVE"), KEEP_ALIVE["keepalives_idle"]),
        (("TCP_KEEPINTVL",), KEEP_ALIVE["keepalives_interval"]),
        (("TCP_KEEPCNT",), KEEP_ALIVE["keepalives_count"]),
    ):
        option = next((getattr(socket, one) for one in names if hasattr(socket, one)), None)
        if option is not None:
            connection.setsockopt(socket.IPPROTO_TCP, option, value)


def _in_tls(connection: socket.socket, name: str, mode: str, parts: dict[str, str]) -> socket.socket:
    connection.sendall(_SSL_REQUEST)
    # Exactly one byte: what an attacker slipped in behind it must not be taken for the answer of the
    # encrypted session.
    answer = connection.recv(1)
    if answer == b"S":
        return tls_context(mode, parts).wrap_socket(connection, server_hostname=name)
    if answer == b"N" and mode == "prefer":
        return connection
    raise ConnectionError(
        "the server does not support TLS, and the URL demands it"
        if answer == b"N"
        else f"the server answered {answer!r} to the request for TLS"
    )


def tls_context(mode: str, parts: dict[str, str]) -> ssl.SSLContext:
    """TLS as libpq does it for that `sslmode`: `require` encrypts and checks nothing, because Heroku's
    certificates are signed by nobody known; `verify-ca` and `verify-full` check."""
    root = parts.get("sslrootcert")
    context = ssl.create_default_context(
        ssl.Purpose.SERVER_AUTH, cafile=root if root and root != "system" else None
    )
    context.check_hostname = mode == "verify-full"
    context.verify_mode = ssl.CERT_REQUIRED if mode in ("verify-ca", "verify-full") else ssl.CERT_NONE
    if parts.get("sslcert"):
        context.load_cert_chain(parts["sslcert"], parts.get("sslkey"))
    return context
