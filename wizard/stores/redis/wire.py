"""Redis's own protocol (RESP2), as much of it as a copy needs.

redis-py was tried: it parses a pipeline of 500 DUMPs three times slower, repeats a command whose answer was
lost, and introduces itself with commands that managed services refuse (HELLO 3, CLIENT SETINFO).
"""

import contextlib
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from wizard.model.text import clean
from wizard.stores.redis.address import Address

Word = bytes | str | int
"""A part of a command. Text is sent as UTF-8."""

Reply = Any
"""bytes, int, None, a list of such, or a ReplyError where it stands inside a pipeline's answers."""

CONNECT_LIMIT = 15.0
"""Seconds for a connection, its TLS included."""

ANSWER_LIMIT = 60.0
"""Seconds of silence after which a connection counts as broken."""

BUFFER = 1 << 18
LONGEST_LINE = 1 << 16

_PASSING = ("LOADING", "BUSY", "MASTERDOWN", "TRYAGAIN", "CLUSTERDOWN", "READONLY", "MAXCLIENTS")


class ReplyError(Exception):
    """The server says no. `code` is its first word ("NOPERM"), `said` the whole sentence, clean."""

    def __init__(self, line: bytes) -> None:
        self.said = clean(line.decode(errors="replace"), limit=300)
        self.code = self.said.partition(" ")[0]
        super().__init__(self.said)

    @property
    def passing(self) -> bool:
        """Whether waiting may help."""
        return self.code in _PASSING or "max number of clients" in self.said

    @property
    def key_changed(self) -> bool:
        """Whether the key is gone, or is of another type now."""
        return self.code == "WRONGTYPE" or "no such key" in self.said

    @property
    def no_such_database(self) -> bool:
        """Whether a server has not as many logical databases as SELECT asked for."""
        return "DB index" in self.said or "not allowed in cluster mode" in self.said

    @property
    def refused(self) -> bool:
        """Whether the server lets us in but not do this, or does not know the command."""
        return self.code in ("NOPERM", "NOAUTH") or self.said.startswith(
            ("ERR unknown command", "ERR unknown subcommand", "ERR Unknown subcommand", "ERR DEBUG command")
        )


class Broken(OSError):
    """The connection ended, or what came over it is not Redis's protocol."""


def pack(command: Sequence[Word]) -> bytes:
    """One command as it goes over the wire."""
    parts = [b"*%d\r\n" % len(command)]
    for word in command:
        raw = word if isinstance(word, bytes) else str(word).encode()
        parts.append(b"$%d\r\n%b\r\n" % (len(raw), raw))
    return b"".join(parts)


class Connection:
    """One connection; not shared between threads.

    Args:
        allowed: commands that may be sent, in capitals, with their second word where it tells ("MEMORY
            USAGE"); None allows every one. It holds the source read-only whatever the code above it does.

    Raises:
        OSError: it cannot be opened, or breaks; it is of no use then.
        ReplyError: the server refuses the password or a command.
    """

    def __init__(
        self,
        address: Address,
        allowed: frozenset[str] | None = None,
        opened: Callable[["Connection"], None] = lambda connection: None,
    ) -> None:
        self._allowed = allowed
        raw = socket.create_connection((address.host, address.port), CONNECT_LIMIT)
        try:
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            self._socket = _tls().wrap_socket(raw, server_hostname=address.host) if address.tls else raw
            self._socket.settimeout(ANSWER_LIMIT)
        except BaseException:
            raw.close()
            raise
        self._file = self._socket.makefile("rb", buffering=BUFFER)
        self.database = 0
        try:
            opened(self)
            if address.password:
                login = (address.user,) if address.user else ()
                self._send([("AUTH", *login, address.password.reveal())])
                self._one()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Close it; from another thread too, whose reader then gets an OSError."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError, ValueError):
            self._socket.close()

    def call(self, *command: Word) -> Reply:
        """Send one command and return its answer."""
        self._check(command)
        self._send([command])
        return self._one()

    def ask(self, *command: Word) -> Reply:
        """The same where a refusal is an answer: None when the server does not allow or know it."""
        try:
            return self.call(*command)
        except ReplyError as error:
            if error.refused:
                return None
            raise

    def select(self, database: int) -> None:
        """Have what follows mean this logical database."""
        if database != self.database:
            self.call("SELECT", database)
            self.database = database

    def pipe(self, commands: Iterable[Sequence[Word]]) -> list[Reply]:
        """Send commands in one go. Returns an answer each, in order; a refusal stands among them as a
        ReplyError."""
        sent = list(commands)
        for command in sent:
            self._check(command)
        self._send(sent)
        return self._many(len(sent))

    def each(self, commands: Sequence[Sequence[Word]], keys: Sequence[bytes]) -> list[list[Reply]]:
        """Send each of the commands for every key, which stands last, in one go. Returns the answers by
        command, then by key, refusals among them: like `pipe`, in a quarter of its time."""
        words = [b"$%d\r\n%b\r\n" % (len(key), key) for key in keys]
        parts = []
        for command in commands:
            self._check(command)
            head = b"*%d\r\n" % (len(command) + 1) + pack(command).partition(b"\r\n")[2]
            parts.append(head + head.join(words))
        if not keys:
            return [[] for _ in commands]
        self._push(b"".join(parts))
        return [self._many(len(keys)) for _ in commands]

    def _check(self, command: Sequence[Word]) -> None:
        if self._allowed is None or command[0] in self._allowed:
            return
        if len(command) < 2 or f"{command[0]!s} {command[1]!s}" not in self._allowed:
            raise AssertionError(f"{command[0]!r} is not for a source")

    def _send(self, commands: Iterable[Sequence[Word]]) -> None:
        self._push(b"".join([pack(command) for command in commands]))

    def _push(self, data: bytes) -> None:
        # `sendall` has the limit for all that it is given: a slow line would never get megabytes over.
        rest = memoryview(data)
        for start in range(0, len(rest), BUFFER):
            self._socket.sendall(rest[start : start + BUFFER])

    def _one(self) -> Reply:
        reply = self._many(1)[0]
        if isinstance(reply, ReplyError):
            raise reply
        return reply

    def _many(self, count: int) -> list[Reply]:
        following = self._next
        try:
            return [following() for _ in range(count)]
        except (TimeoutError, ssl.SSLError):
            raise
        except ValueError as error:
            # Closed by another thread, or a number that is none.
            raise Broken("the connection broke") from error

    def _next(self) -> Reply:
        line = self._file.readline(LONGEST_LINE)
        if line[-2:] != b"\r\n":
            raise Broken("the server closed the connection")
        kind = line[0]
        if kind == 36:  # $
            size = int(line[1:])
            if size < 0:
                return None
            data = self._file.read(size + 2)
            if len(data) != size + 2:
                raise Broken("the server closed the connection")
            return data[:-2]
        if kind == 58:  # :
            return int(line[1:])
        if kind == 43:  # +
            return line[1:-2]
        if kind == 42:  # *
            size = int(line[1:])
            return None if size < 0 else [self._next() for _ in range(size)]
        if kind == 45:  # -
            return ReplyError(line[1:-2])
        raise Broken("what answers is not a Redis")


def want_all_right(answers: Iterable[Reply]) -> None:
    """Raise the first refusal among a pipeline's answers."""
    for answer in answers:
        if isinstance(answer, ReplyError):
            raise answer


def _tls() -> ssl.SSLContext:
    # Heroku signs its stores' certificates itself and tells clients not to verify them; Aptible's names
    # another host than the tunnel's end. What is left of TLS is that nobody can listen.
    # Not create_default_context: it reads all the authorities of the machine, for each connection.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context
