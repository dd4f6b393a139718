"""Operations of the sandbox's Aptible: queued, running, then succeeded or failed, in real time."""

import asyncio
import secrets
from collections import defaultdict
from pathlib import Path

from providers.sandbox.aptible.builds import BuildFailed
from providers.sandbox.aptible.containers import ReleaseFailed, wait_until_healthy
from providers.sandbox.aptible.database_server import DATABASE, USER, DatabaseServer
from providers.sandbox.aptible.rollout import Rollout
from providers.sandbox.aptible.world import INTERNAL_DOMAIN, Database, Operation, Vhost, World
from providers.sandbox.faults import Faults
from providers.sandbox.router import Router
from providers.sandbox.tls import Certificates
from wizard.model.trouble import Trouble

QUEUED = 0.3
"""Seconds an operation waits before it runs, and as many that it runs at least; times `pace`."""

TYPES = {
    "apps": {"configure", "deploy", "restart", "deprovision", "logs"},
    "databases": {"provision", "restart", "backup", "deprovision", "logs"},
    "database_credentials": {"tunnel"},
    "services": {"scale"},
    "vhosts": {"provision", "renew", "deprovision"},
}

NO_CONTAINERS = (
    "<!DOCTYPE html><html><head><title>No containers</title></head>"
    "<body><h1>This application is not running</h1></body></html>"
)


class Work:
    """Carries operations out. A rule of `faults` on `operation:/<type>/<collection>` makes one fail, or, of
    the kind cancel, be cancelled."""

    def __init__(
        self,
        world: World,
        rollout: Rollout,
        folder: Path,
        *,
        certificates: Certificates,
        faults: Faults,
        pace: float,
        canary: str,
    ) -> None:
        self._world = world
        self._rollout = rollout
        self._folder = folder
        self._certificates = certificates
        self._faults = faults
        self._pace = pace
        self._canary = canary
        self._turns: defaultdict[tuple[str, int], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, operation: Operation) -> None:
        """Start working on it in the background."""
        if operation.type == "provision":
            self._set_status(operation, "provisioning")
        task = asyncio.create_task(self._carry_out(operation))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def stop(self) -> None:
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _carry_out(self, operation: Operation) -> None:
        async with self._turns[self._world.owner(operation.resource)]:
            await asyncio.sleep(QUEUED * self._pace)
            operation.become("running")
            operation.say(f"INFO -- : Starting {operation.type} operation with ID: {operation.id}")
            await asyncio.sleep(QUEUED * self._pace)
            try:
                rule = self._faults.take("OPERATION", f"operation:/{operation.type}/{operation.resource[0]}")
                if rule is not None and rule.kind == "cancel":
                    # Its status stays what it was: only the flag says so.
                    operation.cancelled = True
                    operation.say("WARN -- : Operation was cancelled")
                    return
                if rule is not None:
                    raise ReleaseFailed("Unable to launch instances: the sandbox was told to fail here")
                await self._do(operation)
            except (BuildFailed, ReleaseFailed, Trouble, OSError) as error:
                operation.say(f"ERROR -- : {error}")
                self._fail(operation)
            except Exception as error:  # noqa: BLE001 - whatever it is, a client waits for an end
                operation.say(f"ERROR -- : internal error ({type(error).__name__}: {error})")
                self._fail(operation)
            else:
                operation.say(f"INFO -- : {operation.type.upper()} SUCCESSFUL")
                operation.become("succeeded")

    async def _do(self, operation: Operation) -> None:
        match operation.resource[0], operation.type:
            case "apps", "deploy":
                await self._rollout.deploy(operation)
            case "apps", "configure":
                await self._rollout.configure(operation)
            case "apps", "restart":
                await self._rollout.restart(operation)
            case "apps", "deprovision":
                await self._remove_app(operation)
            case "services", "scale":
                await self._rollout.scale(operation)
            case "databases", "provision":
                await self._provision_database(operation)
            case "databases", "deprovision":
                await self._remove_database(operation)
            case "vhosts", "provision":
                await self._provision_vhost(operation)
            case "vhosts", "deprovision":
                await self._remove_vhost(self._world.vhosts[operation.resource[1]])
                operation.deleted = True

    def _fail(self, operation: Operation) -> None:
        if operation.type == "provision":
            self._set_status(operation, "provision_failed")
        operation.say(f"ERROR -- : {operation.type.upper()} FAILED")
        operation.become("failed")

    def _set_status(self, operation: Operation, status: str) -> None:
        collection, number = operation.resource
        thing: Database | Vhost
        thing = self._world.databases[number] if collection == "databases" else self._world.vhosts[number]
        if thing.status != "provisioned":
            thing.status = status

    async def _provision_database(self, operation: Operation) -> None:
        database = self._world.databases[operation.resource[1]]
        database.container_mb = int(operation.body.get("container_size") or database.container_mb)
        database.disk_gb = int(operation.body.get("disk_size") or database.disk_gb)
        if database.server is None:
            operation.say(f"Creating {database.disk_gb} GB gp3 disk")
            password = f"pw-{self._canary}-{secrets.token_urlsafe(18)}"
            folder = self._folder / "databases" / str(database.id)
            major = int(database.version)
            database.server = await DatabaseServer.start(folder, major, password, self._certificates)
            stack = self._world.accounts[database.account_id].stack
            host = f"db-{stack.name}-{database.id}.{INTERNAL_DOMAIN}"
            database.url = f"postgresql://{USER}:{password}@{host}:{database.server.port}/{DATABASE}"
            operation.say(f"postgresql {database.version} is ready to accept connections")
        database.status = "provisioned"

    async def _remove_database(self, operation: Operation) -> None:
        database = self._world.databases.pop(operation.resource[1])
        if database.server is not None:
            await database.server.stop(remove=True)
        operation.deleted = True

    async def _provision_vhost(self, operation: Operation) -> None:
        vhost = self._world.vhosts[operation.resource[1]]
        service = self._world.services[vhost.service_id]
        for container in service.containers:
            port = vhost.container_port or container.port or 80
            operation.say(f"Checking health of {container.service}.{container.index} on port {port}")
            await wait_until_healthy(container, port, strict=False, seconds=max(3.0, 180 * self._pace))
        if vhost.router is None:
            vhost.router = Router(NO_CONTAINERS)
            await vhost.router.start()
        first = service.containers[0] if service.containers else None
        vhost.router.target = first.real_port(vhost.container_port) if first else None
        vhost.status = "provisioned"

    async def _remove_vhost(self, vhost: Vhost) -> None:
        if vhost.router is not None:
            await vhost.router.stop()
        self._world.vhosts.pop(vhost.id, None)

    async def _remove_app(self, operation: Operation) -> None:
        app = self._world.apps[operation.resource[1]]
        await self._rollout.stop_app(app)
        for service in self._world.services_of(app.id):
            for vhost in self._world.vhosts_of(service.id):
                await self._remove_vhost(vhost)
            del self._world.services[service.id]
        del self._world.apps[app.id]
        operation.deleted = True
