"""What operations on databases and backups do."""

import secrets
from pathlib import Path

from providers.sandbox import redis
from providers.sandbox.aptible.containers import ReleaseFailed
from providers.sandbox.aptible.databases import mysql
from providers.sandbox.aptible.databases.echo import EchoServer
from providers.sandbox.aptible.databases.elasticsearch import ElasticsearchServer
from providers.sandbox.aptible.databases.images import CREDENTIALS
from providers.sandbox.aptible.databases.mysql import MysqlServer
from providers.sandbox.aptible.databases.postgres import PostgresServer
from providers.sandbox.aptible.endpoints.work import EndpointWork
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import Backup, Credential, Database, DatabaseImage, Server
from providers.sandbox.aptible.work import Work
from providers.sandbox.aptible.world import INTERNAL_DOMAIN, World
from providers.sandbox.redis import RedisServer
from providers.sandbox.tls import Certificates

DAY = 24 * 3600.0
USER = "aptible"
NAME = "db"
_PLACE = {"couchdb": f"/{NAME}", "mongodb": f"/{NAME}", "mysql": f"/{NAME}", "postgresql": f"/{NAME}"}


class DatabaseWork:
    """Provisions, resizes, backs up and removes databases."""

    def __init__(
        self, world: World, folder: Path, certificates: Certificates, canary: str, endpoints: EndpointWork
    ) -> None:
        self._world = world
        self._endpoints = endpoints
        self._folder = folder
        self._certificates = certificates
        self._canary = canary

    def teach(self, work: Work) -> None:
        work.teach(
            "databases",
            {
                "provision": self._provision,
                "restart": self._restart,
                "modify": self._restart,
                "reload": self._reload,
                "backup": self._back_up,
                "deprovision": self._deprovision,
                "configure": self._reload,
            },
        )
        work.teach("backups", {"restore": self._restore, "purge": self._purge})

    def record(self, account_id: int, handle: str, image: DatabaseImage) -> Database:
        """A database that is not provisioned yet."""
        world = self._world
        credentials = [
            Credential(world.new_id(), kind, default=number == 0)
            for number, (kind, _, _) in enumerate(CREDENTIALS[image.type])
        ]
        database = Database(
            world.new_id(), handle, account_id, image, world.new_id(), world.new_id(), credentials
        )
        world.databases[database.id] = database
        return database

    async def _provision(self, operation: Operation) -> None:
        database = self._world.databases[operation.resource[1]]
        self._take_sizes(database, operation)
        if database.server is None:
            operation.say(f"Creating {database.disk_gb} GB {database.volume_type} disk")
            await self._start(database)
            operation.say(f"{database.image.type} {database.version} is ready to accept connections")
        database.status = "provisioned"

    async def _start(self, database: Database) -> None:
        password = f"pw-{self._canary}-{secrets.token_urlsafe(18)}"
        database.server = server = await self._server(database, password)
        stack = self._world.accounts[database.account_id].stack
        host = f"db-{stack.name}-{database.id}.{INTERNAL_DOMAIN}"
        schemes = {kind: scheme for kind, scheme, _ in CREDENTIALS[database.image.type]}
        # Redis knows no user at Aptible.
        user = "" if database.image.type == "redis" else USER
        place = _PLACE.get(database.image.type, "")
        for credential in database.credentials:
            port = server.ports[credential.type]
            credential.url = f"{schemes[credential.type]}://{user}:{password}@{host}:{port}{place}"

    async def _server(self, database: Database, password: str) -> Server:
        folder = self._folder / "databases" / str(database.id)
        kind = database.image.type
        if kind == "postgresql":
            return await PostgresServer.start(folder, database.image.major, password, self._certificates)
        if kind == "redis" and redis.program():
            return await RedisServer.start(folder, password, self._certificates)
        if kind == "mysql" and mysql.program():
            return await MysqlServer.start(folder, password, self._certificates)
        if kind == "elasticsearch":
            return await ElasticsearchServer.start(password, self._certificates)
        return await EchoServer.start([credential.type for credential in database.credentials])

    async def _restart(self, operation: Operation) -> None:
        """`restart` with new sizes, or `modify` for the disk alone. Connections are cut by a restart."""
        database = self._world.databases[operation.resource[1]]
        if database.server is None:
            raise ReleaseFailed("The database has not been provisioned yet")
        wanted = operation.body.get("disk_size")
        if wanted is not None and int(wanted) != database.disk_gb:
            self._grow(database, int(wanted), operation)
        self._take_sizes(database, operation)
        if operation.type == "restart":
            database.server.drop()
            operation.say(f"{database.image.type} {database.version} is ready to accept connections")

    def _grow(self, database: Database, wanted: int, operation: Operation) -> None:
        """Disks grow only, and at most once a day (documentation, database scaling)."""
        now = self._world.clock.seconds()
        if wanted < database.disk_gb:
            raise ReleaseFailed(f"Disk can't be shrunk from {database.disk_gb} GB to {wanted} GB")
        if database.grown_at is not None and now - database.grown_at < DAY:
            raise ReleaseFailed(
                "You've reached the maximum modification rate per volume limit. Wait before the disk of "
                f"{database.handle} is modified again: it can be resized once in 24 hours"
            )
        operation.say(f"Growing disk from {database.disk_gb} GB to {wanted} GB")
        database.grown_at = now

    def _take_sizes(self, database: Database, operation: Operation) -> None:
        body = operation.body
        database.container_mb = int(body.get("container_size") or database.container_mb)
        database.disk_gb = int(body.get("disk_size") or database.disk_gb)
        database.profile = str(body.get("instance_profile") or database.profile)
        database.iops = int(body.get("provisioned_iops") or database.iops)
        database.volume_type = str(body.get("ebs_volume_type") or database.volume_type)

    async def _reload(self, operation: Operation) -> None:
        operation.say("Reloading")

    async def _back_up(self, operation: Operation) -> None:
        database = self._world.databases[operation.resource[1]]
        if database.server is None:
            raise ReleaseFailed("The database has not been provisioned yet")
        backup = Backup(
            id=self._world.new_id(),
            database_id=database.id,
            database_handle=database.handle,
            account_id=database.account_id,
            image=database.image,
            size_gb=database.disk_gb,
            manual=True,
            region=self._world.accounts[database.account_id].stack.region,
        )
        self._world.backups[backup.id] = backup
        operation.say(f"Created backup {backup.id} of {database.handle}")

    async def _restore(self, operation: Operation) -> None:
        """A new database of the backup's kind. Its content is not brought back: the sandbox keeps none."""
        backup = self._world.backups[operation.resource[1]]
        handle = str(operation.body.get("handle") or f"{backup.database_handle}-at-{backup.id}")
        account = operation.body.get("destination_account_id") or backup.account_id
        taken = [item.handle for item in self._world.databases.values() if item.account_id == account]
        if handle in taken:
            raise ReleaseFailed(f"Handle {handle} has already been taken")
        database = self.record(int(account), handle, backup.image)
        database.disk_gb = backup.size_gb
        self._take_sizes(database, operation)
        await self._start(database)
        database.status = "provisioned"

    async def _purge(self, operation: Operation) -> None:
        del self._world.backups[operation.resource[1]]
        operation.deleted = True

    async def _deprovision(self, operation: Operation) -> None:
        database = self._world.databases.pop(operation.resource[1])
        for vhost in self._world.vhosts_of(database.service_id):
            await self._endpoints.remove(vhost)
        if database.server is not None:
            await database.server.stop(remove=True)
        operation.deleted = True
