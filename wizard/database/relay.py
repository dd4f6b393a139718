"""A unix socket that does the TLS which a pg_dump built without it lacks.

pg_dump connects to `<folder>/.s.PGSQL.5432`, a socket in a 0700 folder; each connection is carried on to
the server in TLS. One message is changed on the way: the server offers SCRAM-SHA-256-PLUS, which binds
the login to the TLS channel, and a client that sees no TLS refuses the login at that; so the offer is
taken out. This gives up channel binding: where the URL names a CA (`sslmode=verify-*`) it is checked here.
"""

import asyncio
import contextlib
import shutil
import socket
import ssl
import struct
import tempfile
import threading
from pathlib import Path
from types import TracebackType

from psycopg.conninfo import conninfo_to_dict

from wizard.model.secret import Secret
from wizard.model.text import clean

_SSL_REQUEST = struct.pack("!II", 8, 80877103)
_SASL = 10
_CHUNK = 1 << 16


_LONGEST = 60


def socket_folder(prefix: str, below: Path | None = None) -> Path:
    """A new private folder for a unix socket, whose path may not be longer than about 100 characters: below
    `below` where that is short, or in the usual place, or in /tmp. Raises OSError."""
    places = [place for place in (below, Path(tempfile.gettempdir())) if place is not None]
    short = next((place for place in places if len(str(place)) < _LONGEST), Path("/tmp"))  # noqa: S108
    return Path(tempfile.mkdtemp(prefix=prefix, dir=short))


class Relay:
    """Use it as a context manager; `folder` is what pg_dump gets as its host."""

    def __init__(self, url: Secret, folder: Path | None = None) -> None:
        self._below = folder
        parts = conninfo_to_dict(url.reveal())
        self._host = str(parts.get("hostaddr") or parts.get("host") or "127.0.0.1")
        self._name = str(parts.get("host") or self._host)
        self._port = int(parts.get("port") or 5432)
        self._context = _context(str(parts.get("sslmode") or "prefer"), parts.get("sslrootcert"))
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._serve, name="offramp-relay", daemon=True)
        self._ready = threading.Event()
        self._failure: OSError | None = None
        self._end = asyncio.Event()
        self.folder = Path()

    def __enter__(self) -> "Relay":
        self.folder = socket_folder("relay-", self._below)
        self._thread.start()
        self._ready.wait()
        if self._failure is not None:
            shutil.rmtree(self.folder, ignore_errors=True)
            raise self._failure
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._end.set)
        self._thread.join(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._run())
        finally:
            self._loop.close()

    async def _run(self) -> None:
        path = self.folder / ".s.PGSQL.5432"
        try:
            server = await asyncio.start_unix_server(self._client, path=path)
            path.chmod(0o600)
        except OSError as error:
            self._failure = error
            self._ready.set()
            return
        self._ready.set()
        async with server:
            await self._end.wait()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            length = await reader.readexactly(4)
            first = length + await reader.readexactly(struct.unpack("!I", length)[0] - 4)
            far_reader, far_writer = await self._far()
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError) as error:
            writer.write(_fatal(f"TLS to the database server failed: {clean(str(error))}"))
            await _close(writer)
            return
        far_writer.write(first)
        try:
            await asyncio.gather(_pump(reader, far_writer), _answers(far_reader, writer))
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.CancelledError):
            # One side is gone, which pg_dump says in its own words, or `_run` ends. Both are closed below.
            pass
        finally:
            await _close(far_writer)
            await _close(writer)

    async def _far(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        connection = await asyncio.to_thread(self._ask_for_tls)
        return await asyncio.open_connection(
            sock=connection, ssl=self._context, server_hostname=self._name, ssl_handshake_timeout=15
        )

    def _ask_for_tls(self) -> socket.socket:
        connection = socket.create_connection((self._host, self._port), timeout=15)
        try:
            connection.sendall(_SSL_REQUEST)
            # Exactly one byte: what an attacker slipped in behind it must not be taken for the answer
            # of the encrypted session.
            answer = connection.recv(1)
            if answer != b"S":
                raise OSError(f"the server answered {answer!r} to the request for TLS")
        except BaseException:
            connection.close()
            raise
        connection.settimeout(None)
        connection.setblocking(False)
        return connection


def _context(mode: str, root: object) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=str(root) if root else None)
    # Heroku's certificates are signed by nobody known, so `require` encrypts and checks nothing: the same
    # as libpq does with it.
    context.check_hostname = mode == "verify-full"
    context.verify_mode = ssl.CERT_REQUIRED if mode in ("verify-ca", "verify-full") else ssl.CERT_NONE
    return context


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(_CHUNK):
        writer.write(data)
        await writer.drain()
    writer.close()


async def _answers(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Pass on the server's messages one by one until the login is decided, then bytes."""
    while True:
        try:
            head = await reader.readexactly(5)
        except asyncio.IncompleteReadError as error:
            writer.write(error.partial)
            break
        body = await reader.readexactly(struct.unpack("!I", head[1:])[0] - 4)
        writer.write(without_channel_binding(head + body))
        await writer.drain()
        # The first answer is either the offer of ways to log in, which is changed above, or an error.
        break
    await _pump(reader, writer)


def without_channel_binding(message: bytes) -> bytes:
    """`message` without the `-PLUS` ways to log in, when it is the server's offer of ways."""
    if message[:1] != b"R" or struct.unpack("!I", message[5:9])[0] != _SASL:
        return message
    names = [name for name in message[9:].split(b"\0") if name and not name.endswith(b"-PLUS")]
    body = struct.pack("!I", _SASL) + b"".join(name + b"\0" for name in names) + b"\0"
    return b"R" + struct.pack("!I", len(body) + 4) + body


def _fatal(text: str) -> bytes:
    body = b"SFATAL\0VFATAL\0C08006\0M" + text.encode() + b"\0\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError, ssl.SSLError):
        await writer.wait_closed()
