"""TLS in front of the sandbox's Postgres, required as at Heroku and Aptible.

The wheel's Postgres cannot do TLS. A front takes the client's SSLRequest, does TLS, and passes the rest on
to the server's socket. A client that wants none is refused in the words of a real server. One difference
to a real server remains: SCRAM without channel binding, so `channel_binding=require` fails.
"""

import asyncio
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

from providers.sandbox.relay import Relay

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


class Front(Relay):
    """A listener that does TLS before a Postgres, in Postgres' own way. Made by `serve_front`.

    Attributes:
        plain: whether a client that wants no TLS is served too.
        refuse: while true, every new connection is closed at once.
        seen: connections taken so far, cancel requests among them.
    """

    def __init__(self, upstream: Path, context: ssl.SSLContext) -> None:
        super().__init__(self._serve, target=upstream)
        self.refuse = False
        self.plain = False
        self.seen = 0
        self._context = context

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.seen += 1
        if self.refuse:
            return
        async with asyncio.timeout(_PATIENCE):
            start = await _first_packet(reader, writer)
            if start is None:
                return
            (code,) = struct.unpack("!I", start[4:8])
            if code == _SSL_REQUEST:
                writer.write(b"S")
                await writer.drain()
                await writer.start_tls(self._context)
        wants_none = code not in {_SSL_REQUEST, _CANCEL_REQUEST}
        if wants_none and not self.plain:
            writer.write(_refusal(start))
            await writer.drain()
            return
        await self.pass_on(reader, writer, b"" if code == _SSL_REQUEST else start)


async def serve_front(where: Path | None, upstream: Path, context: ssl.SSLContext) -> Front:
    """Open a TLS front before the Postgres at the socket `upstream`.

    Args:
        where: the path of a unix socket to make; None for any free port of 127.0.0.1.
    """
    front = Front(upstream, context)
    await front.listen(where)
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
