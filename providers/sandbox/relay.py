"""Doors before a server that cannot have them itself: a TCP port or a unix socket, with TLS or without."""

import asyncio
import contextlib
import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

Door = Path | int
"""Where a server listens: a unix socket, or a TCP port of 127.0.0.1."""

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
_PIECE = 256 * 1024


class Relay:
    """A listener that hands every connection to `talk`. It can cut them all.

    Attributes:
        port: the TCP port; 0 for a unix socket.
        target: where `pass_on` forwards to; None: connections are closed at once.
    """

    def __init__(self, talk: Talk | None = None, *, target: Door | None = None) -> None:
        self.port = 0
        self.target = target
        self._talk = talk or self.pass_on
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    async def listen(self, where: Path | None = None, tls: ssl.SSLContext | None = None) -> None:
        """Open a unix socket (0600), or, without a path, any free port of 127.0.0.1."""
        if where is not None:
            self._server = await asyncio.start_unix_server(self._accept, path=where, ssl=tls)
            where.chmod(0o600)  # noqa: ASYNC240 - one call on a local file system
        else:
            self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0, ssl=tls)
            self.port = int(self._server.sockets[0].getsockname()[1])

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

    async def stop(self) -> None:
        self.close()
        await self.wait_closed()

    async def pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, said: bytes = b""
    ) -> None:
        """To `target` and back; `said` goes there first."""
        if self.target is None:
            return
        if isinstance(self.target, Path):
            inner_reader, inner_writer = await asyncio.open_unix_connection(self.target)
        else:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.target)
        try:
            inner_writer.write(said)
            await asyncio.gather(_pump(reader, inner_writer), _pump(inner_reader, writer))
        finally:
            inner_writer.close()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._talk(reader, writer)
        except (OSError, asyncio.IncompleteReadError):
            pass  # one of both sides went away; there is nobody left to tell
        except asyncio.CancelledError:
            writer.transport.abort()
        finally:
            self._tasks.discard(task)
            writer.close()


class Doors:
    """The relays before one server: for each kind of credential a unix socket and a TCP port.

    Attributes:
        sockets, ports: where they are, by kind.
    """

    def __init__(self) -> None:
        self.sockets: dict[str, Door] = {}
        self.ports: dict[str, int] = {}
        self._relays: list[Relay] = []

    async def open(
        self, kind: str, path: Path, make: Callable[[], Relay], tls: ssl.SSLContext | None = None
    ) -> None:
        """Open both doors of a kind: the socket at `path`, and any free port."""
        inner, outer = make(), make()
        self._relays += (inner, outer)
        await inner.listen(path, tls)
        await outer.listen(None, tls)
        self.sockets[kind], self.ports[kind] = path, outer.port

    def drop(self) -> None:
        """Cut every connection through them."""
        for relay in self._relays:
            relay.drop()

    async def stop(self) -> None:
        for relay in self._relays:
            await relay.stop()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say back what is said, to the end."""
    await _pump(reader, writer)


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(_PIECE):
            writer.write(data)
            await writer.drain()
    if writer.can_write_eof() and not writer.is_closing():
        writer.write_eof()
    else:
        writer.close()  # TLS knows no half-closed connection
