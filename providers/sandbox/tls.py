"""TLS in front of the sandbox's Postgres, required as at Heroku and Aptible.

The wheel's Postgres cannot do TLS. A front takes the client's SSLRequest, does TLS, and passes the rest on
to the server's socket. A client that wants none is refused in the words of a real server. One difference
to a real server remains: SCRAM without channel binding, so `channel_binding=require` fails.
"""

import asyncio
import contextlib
import datetime
import ipaddress
import ssl
import struct
import tempfile
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

_SSL_REQUEST = 80877103
_GSS_REQUEST = 80877104
_CANCEL_REQUEST = 80877102
_LONGEST_START = 10_000
_PATIENCE = 60.0
"""Seconds a client may take for its first packet and the TLS handshake."""


class Certificates:
    """A certificate authority of the sandbox's own, and a server certificate for localhost.

    Attributes:
        ca_pem: the authority's certificate, PEM text.
        ca_file: the same in a file below `folder`. No private key is left on disk by itself.
    """

    def __init__(self, folder: Path) -> None:
        authority_key = ec.generate_private_key(ec.SECP256R1())
        authority = _certificate("Offramp sandbox authority", authority_key, None)
        key = ec.generate_private_key(ec.SECP256R1())
        server = _certificate("localhost", key, (authority, authority_key))
        self.ca_pem = authority.public_bytes(serialization.Encoding.PEM).decode()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_text(self.ca_pem)
        self._context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        self._chain = server.public_bytes(serialization.Encoding.PEM) + authority.public_bytes(
            serialization.Encoding.PEM
        )
        self._key = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        with tempfile.NamedTemporaryFile(dir=folder, suffix=".pem") as file:  # created 0600
            file.write(self._chain + self._key)
            file.flush()
            self._context.load_cert_chain(file.name)

    def server_context(self) -> ssl.SSLContext:
        """The context that servers of the sandbox use."""
        return self._context

    def server_files(self, folder: Path) -> dict[str, Path]:
        """The same as files `cert` and `key` (0600), for a program. Remove them once it has read them."""
        written = {"cert": self._chain, "key": self._key}
        files = {name: folder / f"server-{name}.pem" for name in written}
        for name, path in files.items():
            path.touch(0o600)
            path.write_bytes(written[name])
        return files


def _certificate(
    name: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None,
) -> x509.Certificate:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = datetime.datetime.now(datetime.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer[0].subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    if issuer is None:
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        builder = builder.add_extension(usage, critical=True)
    else:
        names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer[1].public_key())
        builder = builder.add_extension(authority, critical=False)
    return builder.sign(issuer[1] if issuer else key, hashes.SHA256())


class Front:
    """A listener that does TLS before a Postgres. Made by `serve_front`.

    Attributes:
        refuse: while true, every new connection is closed at once.
        seen: connections taken so far, cancel requests among them.
    """

    def __init__(self, upstream: Path, context: ssl.SSLContext) -> None:
        self.refuse = False
        self.seen = 0
        self._upstream = upstream
        self._context = context
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, where: tuple[str, int] | Path) -> None:
        """Open the listener: a loopback address, or a unix socket (0600)."""
        if isinstance(where, Path):
            self._server = await asyncio.start_unix_server(self._accept, path=where)
            where.chmod(0o600)  # noqa: ASYNC240 - one call on a local file system
        else:
            self._server = await asyncio.start_server(self._accept, where[0], where[1])

    @property
    def port(self) -> int:
        """The TCP port; 0 for a unix socket."""
        if self._server is None or not self._server.sockets:
            return 0
        name = self._server.sockets[0].getsockname()
        return int(name[1]) if isinstance(name, tuple) else 0

    @property
    def open_connections(self) -> int:
        return len(self._tasks)

    def drop(self) -> None:
        """Cut every open connection, as a network does."""
        for task in tuple(self._tasks):
            task.cancel()

    def close(self) -> None:
        """Stop listening and cut every open connection."""
        if self._server is not None:
            self._server.close()
        self.drop()

    async def wait_closed(self) -> None:
        """Wait until all connections are gone after `close`."""
        if self._tasks:
            await asyncio.wait(tuple(self._tasks), timeout=10)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.seen += 1
        self._tasks.add(task)
        try:
            if not self.refuse:
                await self._serve(reader, writer)
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, TimeoutError):
            pass  # the client or the server went away; there is nobody left to tell
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        async with asyncio.timeout(_PATIENCE):
            start = await _first_packet(reader, writer)
            if start is None:
                return
            (code,) = struct.unpack("!I", start[4:8])
            if code == _SSL_REQUEST:
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(self._context)
        if code not in {_SSL_REQUEST, _CANCEL_REQUEST}:
            writer.write(_refusal(start))
            await writer.drain()
            return
        server_reader, server_writer = await asyncio.open_unix_connection(self._upstream)
        try:
            if code == _CANCEL_REQUEST:
                server_writer.write(start)
            await asyncio.gather(_pump(reader, server_writer), _pump(server_reader, writer))
        finally:
            server_writer.close()


async def serve_front(listen: tuple[str, int] | Path, upstream: Path, context: ssl.SSLContext) -> Front:
    """Open a TLS front before the Postgres at the socket `upstream`.

    Args:
        listen: `("127.0.0.1", 0)` for any free port, or the path of a unix socket to make.
    """
    front = Front(upstream, context)
    await front.listen(listen)
    return front


async def _first_packet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes | None:
    """The SSLRequest, CancelRequest or start packet; None if it is none of them (direct TLS too)."""
    while True:
        head = await reader.readexactly(8)
        length, code = struct.unpack("!II", head)
        if not 8 <= length <= _LONGEST_START:
            return None
        packet = head + await reader.readexactly(length - 8)
        if code != _GSS_REQUEST:
            return packet
        writer.write(b"N")
        await writer.drain()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(256 * 1024):
            writer.write(data)
            await writer.drain()
    if writer.can_write_eof() and not writer.is_closing():
        writer.write_eof()
    else:
        writer.close()  # TLS knows no half-closed connection


def _refusal(start: bytes) -> bytes:
    words = start[8:].split(b"\0")
    given = dict(zip(words[::2], words[1::2], strict=False))
    user = given.get(b"user", b"")
    database = given.get(b"database", user)
    message = b'no pg_hba.conf entry for host "127.0.0.1", user "%s", database "%s", no encryption' % (
        user,
        database,
    )
    fields = {b"S": b"FATAL", b"V": b"FATAL", b"C": b"28000", b"M": message, b"R": b"ClientAuthentication"}
    body = b"".join(key + value + b"\0" for key, value in fields.items()) + b"\0"
    return b"E" + struct.pack("!I", len(body) + 4) + body
