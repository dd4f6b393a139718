"""One Postgres of the sandbox's Aptible: a real one, reached only through TLS.

Two doors, as at Aptible: a unix socket, which the SSH portal forwards to, and a TCP port, which stands for
the network inside the stack.
"""

from pathlib import Path

from providers.sandbox.postgres import Postgres
from providers.sandbox.relay import Door
from providers.sandbox.tls import Certificates, Front, serve_front

USER = "aptible"
DATABASE = "db"
KIND = "postgresql"
_MAJORS = (16, 18)


class PostgresServer:
    """Made by `start`.

    Attributes:
        socket: what the portal forwards to.
        port: the port inside the stack; containers of the sandbox reach it on 127.0.0.1.
    """

    def __init__(self, postgres: Postgres, portal_front: Front, stack_front: Front, socket: Path) -> None:
        self.postgres = postgres
        self.socket = socket
        self.port = stack_front.port
        self.doors: dict[str, Door] = {KIND: socket}
        self.ports = {KIND: self.port}
        self._fronts = (portal_front, stack_front)

    @classmethod
    async def start(
        cls, folder: Path, major: int, password: str, certificates: Certificates
    ) -> "PostgresServer":
        """Make and start a cluster: user `aptible` is a superuser, the database is called `db`, and settings
        are those of aptible/docker-postgresql (bin/run-database.sh, templates) where they matter here. A
        major version that is not here is served by the next higher one."""
        here = next((number for number in _MAJORS if number >= major), _MAJORS[-1])
        postgres = Postgres(folder, here)
        await postgres.init(USER, password)
        await postgres.start({"wal_level": "logical", "max_replication_slots": "10"})
        await postgres.sql(f'CREATE DATABASE "{DATABASE}"')
        await postgres.sql(f"ALTER DATABASE \"{DATABASE}\" SET client_min_messages = 'error'")
        socket = postgres.socket_folder / "tls"
        portal_front = await serve_front(socket, postgres.socket, certificates.server_context())
        stack_front = await serve_front(None, postgres.socket, certificates.server_context())
        return cls(postgres, portal_front, stack_front, socket)

    def drop(self) -> None:
        """Cut every connection to it."""
        for front in self._fronts:
            front.drop()

    async def stop(self, *, remove: bool = False) -> None:
        for front in self._fronts:
            await front.stop()
        if remove:
            await self.postgres.remove()
        else:
            await self.postgres.stop()
