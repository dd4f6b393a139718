"""One Redis of the sandbox's Aptible: a real redis-server, plain and, by a second credential, through TLS."""

import asyncio
import shutil
from pathlib import Path

from providers.sandbox import embedded
from providers.sandbox.aptible.databases.process import Program
from providers.sandbox.aptible.relay import Door, Relay
from providers.sandbox.tls import Certificates


def program() -> str | None:
    """Where redis-server is, None when this machine has none."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


class RedisServer:
    """Made by `start`. Its version is that of the program, whatever was ordered."""

    def __init__(self, process: Program, folder: Path) -> None:
        self.process = process
        self.doors: dict[str, Door] = {}
        self.ports: dict[str, int] = {}
        self._folder = folder
        self._relays: list[Relay] = []

    @classmethod
    async def start(cls, folder: Path, password: str, certificates: Certificates) -> "RedisServer":
        """Start a server on a unix socket, and four doors before it. Takes about a tenth of a second.

        Raises:
            Trouble: it does not start.
        """
        await asyncio.to_thread(folder.mkdir, 0o700, True, True)
        short = embedded.private_folder("offramp-")
        socket = short / "server"
        # Over standard input, so that the password is in no file and in no list of processes.
        settings = {
            "port": "0",
            "unixsocket": socket,
            "unixsocketperm": "700",
            "dir": folder,
            "requirepass": password,
            "save": '""',
            "appendonly": "no",
            "daemonize": "no",
        }
        said = "".join(f"{name} {value}\n" for name, value in settings.items())
        process = await Program.start(
            [program() or "redis-server", "-"],
            folder / "redis.log",
            lambda: _answers(socket),
            said=said.encode(),
        )
        server = cls(process, short)
        for kind, context in (("redis", None), ("redis+ssl", certificates.server_context())):
            for path in (short / kind, None):
                relay = Relay()
                relay.target = socket
                await relay.listen(path, context)
                server._relays.append(relay)
                if path is not None:
                    server.doors[kind] = path
                else:
                    server.ports[kind] = relay.port
        return server

    def drop(self) -> None:
        for relay in self._relays:
            relay.drop()

    async def stop(self, *, remove: bool = False) -> None:
        for relay in self._relays:
            await relay.stop()
        await self.process.stop()
        embedded.remove_private_folder(self._folder)


async def _answers(socket: Path) -> bool:
    try:
        reader, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    writer.write(b"PING\r\n")
    answer = await reader.readline()
    writer.close()
    return answer.startswith((b"+PONG", b"-NOAUTH"))
