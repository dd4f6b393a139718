"""Data capsules of the sandbox's Code Capsules: real servers behind records that become Ready after a while.

PostgreSQL, Redis and mysql are real where this machine has the program (mysql is a MariaDB); MongoDb and
DocumentDb are records only; storage is a folder. A server is reached by a port that stands for the network
inside the space, and, from outside, by a door of its own that only the vendor's proxy leads to.
"""

import asyncio
import secrets
import shutil
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from providers.sandbox import redis
from providers.sandbox.aptible.databases import mysql
from providers.sandbox.aptible.databases.mysql import MysqlServer
from providers.sandbox.code_capsules.limits import STORAGE
from providers.sandbox.code_capsules.records import Capsule
from providers.sandbox.faults import Faults
from providers.sandbox.postgres import Postgres
from providers.sandbox.redis import RedisServer
from providers.sandbox.relay import Relay
from providers.sandbox.tls import Certificates, Front, serve_front

PROVISIONING = 3.0
"""Seconds until a data capsule is Ready, before `pace`."""

_PORTS = {"PostgreSQL": 5432, "mysql": 3306, "Redis": 6379, "MongoDb": 27017, "DocumentDb": 27017}
_USERS = {"PostgreSQL": "postgres", "mysql": "app", "Redis": "default", "MongoDb": "app", "DocumentDb": "app"}
DATABASE = "app"


class Server(Protocol):
    """What stands behind a data capsule. `ports` are those of the network inside the space."""

    ports: dict[str, int]

    def drop(self) -> None: ...

    async def stop(self, *, remove: bool = False) -> None: ...


class PostgresServer:
    """A real Postgres; takes clients with TLS and without, as the vendor's documentation shows both."""

    def __init__(self, postgres: Postgres, front: Front) -> None:
        self.postgres = postgres
        self.ports = {"PostgreSQL": front.port}
        self._front = front

    @classmethod
    async def start(
        cls, folder: Path, major: int, password: str, certificates: Certificates
    ) -> "PostgresServer":
        """User `postgres` is a superuser, the database is `app`: as the dashboard shows them."""
        postgres = Postgres(folder, major)
        await postgres.init("postgres", password)
        await postgres.start({"wal_level": "logical", "max_connections": "100"})
        await postgres.sql(f'CREATE DATABASE "{DATABASE}"')
        front = await serve_front(None, postgres.socket, certificates.server_context())
        front.plain = True
        return cls(postgres, front)

    def drop(self) -> None:
        self._front.drop()

    async def stop(self, *, remove: bool = False) -> None:
        await self._front.stop()
        if remove:
            await self.postgres.remove()
        else:
            await self.postgres.stop()


@dataclass
class Store:
    """The server of a data capsule, and the door for the vendor's proxy."""

    server: Server | None = None
    folder: Path | None = None
    """The files of a storage capsule."""
    door: Relay = field(default_factory=Relay)

    @property
    def port(self) -> int | None:
        """The port that capsules of the same space reach."""
        return next(iter(self.server.ports.values()), None) if self.server else None


class Databases:
    """Provisions and removes data capsules.

    Attributes:
        stores: what stands behind each, by the capsule's id, once it is Ready.
        postgres_major: 16 or 18.
    """

    def __init__(
        self, folder: Path, certificates: Certificates, canary: str, faults: Faults, pace: float
    ) -> None:
        self.stores: dict[str, Store] = {}
        self.postgres_major = 18
        self._folder = folder
        self._certificates = certificates
        self._canary = canary
        self._faults = faults
        self._pace = pace
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, capsule: Capsule) -> None:
        """Fill in its credentials, and provision it in the background; storage is Ready at once."""
        if capsule.engine in STORAGE:
            folder = self._folder / "storage" / capsule.slug
            folder.mkdir(parents=True, mode=0o700)
            self.stores[capsule.id] = Store(folder=folder)
            capsule.status = "Ready"
            return
        capsule.status = "Starting"
        capsule.user = _USERS[capsule.engine]
        capsule.password = f"pw{self._canary}{secrets.token_hex(12)}"
        capsule.database = DATABASE
        capsule.private_host = f"{capsule.slug}-rw" if capsule.engine == "PostgreSQL" else capsule.slug
        capsule.private_port = _PORTS[capsule.engine]
        task = asyncio.create_task(self._provision(capsule))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def remove(self, capsule: Capsule) -> None:
        """End its server; its data go too."""
        store = self.stores.pop(capsule.id, None)
        if store is None:
            return
        await store.door.stop()
        if store.server is not None:
            await store.server.stop(remove=True)
        if store.folder is not None:
            await asyncio.to_thread(shutil.rmtree, store.folder, True)

    def cut(self) -> int:
        """Cut every connection through the proxy's doors; how many there were."""
        count = sum(store.door.open_connections for store in self.stores.values())
        for store in self.stores.values():
            store.door.drop()
        return count

    async def stop(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for store in self.stores.values():
            await store.door.stop()
            if store.server is not None:
                await store.server.stop()

    async def _provision(self, capsule: Capsule) -> None:
        rule = self._faults.take("PROVISION", f"provision:/{capsule.engine}")
        if rule is not None and rule.kind == "never":
            return  # there is no failed state there: it stays Starting
        await asyncio.sleep(PROVISIONING * self._pace + (rule.seconds(2) if rule else 0))
        store = Store()
        store.server = await self._server(capsule)
        if store.server is not None:
            store.door.target = store.port
            await store.door.listen()
        self.stores[capsule.id] = store
        capsule.status = "Ready"

    async def _server(self, capsule: Capsule) -> Server | None:
        folder = self._folder / "data" / capsule.slug
        if capsule.engine == "PostgreSQL":
            return await PostgresServer.start(
                folder, self.postgres_major, capsule.password, self._certificates
            )
        if capsule.engine == "Redis" and redis.program():
            return await RedisServer.start(folder, capsule.password, self._certificates)
        if capsule.engine == "mysql" and mysql.program():
            return await MysqlServer.start(
                folder,
                capsule.password,
                self._certificates,
                user=capsule.user,
                database=DATABASE,
                plain=True,
            )
        return None
