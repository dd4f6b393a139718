"""One Redis of the sandbox: a real redis-server, reached plain and, by a second door, through TLS."""

import asyncio
import shutil
from pathlib import Path

from providers.sandbox import embedded
from providers.sandbox.program import Program
from providers.sandbox.relay import Doors, Relay
from providers.sandbox.tls import Certificates


def program() -> str | None:
    """Where redis-server is, None when this machine has none."""
    return shutil.which("redis-server") or shutil.which("valkey-server")


class RedisServer:
    """Made by `start`. Its version is that of the program, whatever was ordered."""

    def __init__(self, process: Program, folder: Path, relays: Doors) -> None:
        self.process = process
        self.doors = relays.sockets
        self.ports = relays.ports
        self._folder = folder
        self._relays = relays

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
        relays = Doors()
        for kind, context in (("redis", None), ("redis+ssl", certificates.server_context())):
            await relays.open(kind, short / kind, lambda: Relay(target=socket), context)
        return cls(process, short, relays)

    def drop(self) -> None:
        self._relays.drop()

    async def stop(self, *, remove: bool = False) -> None:
        await self._relays.stop()
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
