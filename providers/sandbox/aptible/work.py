"""Operations of the sandbox's Aptible: queued, running, then succeeded or failed, in real time."""

import asyncio
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping

from providers.sandbox.aptible.builds import BuildFailed
from providers.sandbox.aptible.containers import ReleaseFailed
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import App, Database, Drain, Resource, Vhost
from providers.sandbox.aptible.world import World
from providers.sandbox.faults import Faults, Rule
from wizard.model.trouble import Trouble

QUEUED = 0.3
"""Seconds an operation waits before it runs, and as many that it runs at least; times `pace`."""

AT_ONCE = {
    "apps": frozenset({"logs", "execute", "ps"}),
    "databases": frozenset({"logs"}),
    "database_credentials": frozenset({"tunnel"}),
}
"""There is nothing to be done for these, by what they are about: the client says itself that they have
succeeded, and the SSH portal does the rest."""

Do = Callable[[Operation], Awaitable[None]]


class Work:
    """Carries operations out, one at a time for what belongs together. What an operation does is told by
    `teach`. A rule of `faults` on `operation:/<type>/<collection>` makes one fail (with the text `message`),
    or, by its kind, be cancelled (`cancel`) or take `seconds` longer (`slow`)."""

    def __init__(self, world: World, faults: Faults, pace: float) -> None:
        self._world = world
        self._faults = faults
        self._pace = pace
        self._deeds: dict[tuple[str, str], Do] = {}
        self._turns: defaultdict[Resource, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._tasks: dict[int, asyncio.Task[None]] = {}

    def teach(self, collection: str, deeds: Mapping[str, Do]) -> None:
        """What operations on things of this collection do, by type."""
        self._deeds.update({(collection, kind): do for kind, do in deeds.items()})

    def knows(self, collection: str, kind: str) -> bool:
        return (collection, kind) in self._deeds

    def begin(self, operation: Operation) -> None:
        """Start working on it in the background."""
        if operation.type == "provision":
            self._set_status(operation, "provisioning")
        elif operation.type == "deprovision":
            self._set_status(operation, "deprovisioning", always=True)
        task = asyncio.create_task(self._carry_out(operation))
        self._tasks[operation.id] = task
        task.add_done_callback(lambda _: self._tasks.pop(operation.id, None))

    def cancel(self, operation: Operation) -> None:
        """End it where it stands; what it has done stays."""
        operation.cancel()
        task = self._tasks.get(operation.id)
        if task is not None:
            task.cancel()

    async def stop(self) -> None:
        tasks = tuple(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _carry_out(self, operation: Operation) -> None:
        async with self._turns[self._world.owner(operation.resource)]:
            await asyncio.sleep(QUEUED * self._pace)
            operation.become("running")
            operation.say(f"INFO -- : Starting {operation.type} operation with ID: {operation.id}")
            await asyncio.sleep(QUEUED * self._pace)
            try:
                path = f"operation:/{operation.type}/{operation.resource[0]}"
                if await self._obey(self._faults.take("OPERATION", path), operation):
                    return
                await self._deeds[operation.resource[0], operation.type](operation)
            except (BuildFailed, ReleaseFailed, Trouble, OSError) as error:
                operation.say(f"ERROR -- : {error}")
                self._fail(operation)
            except Exception as error:  # noqa: BLE001 - whatever it is, a client waits for an end
                operation.say(f"ERROR -- : internal error ({type(error).__name__}: {error})")
                self._fail(operation)
            else:
                operation.say(f"INFO -- : {operation.type.upper()} SUCCESSFUL")
                operation.become("succeeded")

    async def _obey(self, rule: Rule | None, operation: Operation) -> bool:
        """Whether a rule has ended the operation. Raises ReleaseFailed when it shall fail."""
        if rule is None:
            return False
        if rule.kind == "cancel":
            operation.cancel()
            return True
        if rule.kind == "slow":
            await asyncio.sleep(rule.seconds(2))
            return False
        words = rule.params.get("message", "Unable to launch instances: the sandbox was told to fail here")
        raise ReleaseFailed(str(words))

    def _fail(self, operation: Operation) -> None:
        if operation.type == "provision":
            self._set_status(operation, "provision_failed")
        elif operation.type == "deprovision":
            self._set_status(operation, "deprovision_failed", always=True)
        operation.say(f"ERROR -- : {operation.type.upper()} FAILED")
        operation.become("failed")

    def _set_status(self, operation: Operation, status: str, *, always: bool = False) -> None:
        collection, number = operation.resource
        thing: App | Database | Vhost | Drain | None
        match collection:
            case "apps":
                thing = self._world.apps.get(number)
            case "databases":
                thing = self._world.databases.get(number)
            case "vhosts":
                thing = self._world.vhosts.get(number)
            case _:
                thing = self._world.drains.get(number)
        if thing is not None and (always or thing.status != "provisioned"):
            thing.status = status
