"""What happens to a capsule after it was made, whoever asks for it: an API or a person in the dashboard."""

import asyncio

from providers.sandbox.code_capsules.building import Builds
from providers.sandbox.code_capsules.databases import Databases
from providers.sandbox.code_capsules.fleet import Fleet
from providers.sandbox.code_capsules.limits import STORAGE
from providers.sandbox.code_capsules.records import Capsule, Config
from providers.sandbox.code_capsules.release import MOUNT, mount_of
from providers.sandbox.code_capsules.shapes import private_url
from providers.sandbox.code_capsules.world import World
from providers.sandbox.faults import Faults


class Life:
    """Attributes:
    keeps_system: whether PUT configs leaves System entries alone that it does not name. Sources disagree.
    """

    def __init__(
        self, world: World, databases: Databases, fleet: Fleet, builds: Builds, faults: Faults
    ) -> None:
        self.keeps_system = True
        self._world = world
        self._databases = databases
        self._fleet = fleet
        self._builds = builds
        self._faults = faults
        self._tasks: set[asyncio.Task[None]] = set()

    def settle(self, capsule: Capsule, *, anew: bool = False) -> None:
        """Let what runs follow what was changed, in the background."""
        task = asyncio.create_task(self._fleet.settle(capsule, anew=anew))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def settled(self) -> None:
        """Wait until nothing that was begun here is under way."""
        while self._tasks:
            await asyncio.wait(tuple(self._tasks))

    def replace_configs(self, capsule: Capsule, given: list[Config]) -> None:
        """All of them; a System entry that is sent back stays one. What runs is restarted, not rebuilt."""
        drop = not self.keeps_system or self._faults.take("CONFIGS", f"configs:/{capsule.name}") is not None
        system = {config.key: config for config in capsule.configs if config.set_by == "System"}
        named = {config.key: config for config in given}
        for key, config in named.items():
            if key in system and config.value == system[key].value:
                config.set_by = "System"
            elif key not in system:
                config.set_by = "User"
        kept = [] if drop else [config for key, config in system.items() if key not in named]
        capsule.configs = [*kept, *named.values()]
        self.settle(capsule)

    def bind(self, data: Capsule, app: Capsule) -> None:
        """Give an app the variable of a data capsule. Two databases get in each other's way."""
        data.bound_to.add(app.id)
        if data.engine in STORAGE:
            app.set_config(MOUNT, mount_of(data), "System")
        else:
            app.set_config("DATABASE_URL", private_url(data), "System")
        self.settle(app)

    def unbind(self, data: Capsule, app: Capsule) -> None:
        data.bound_to.discard(app.id)
        gone = MOUNT if data.engine in STORAGE else "DATABASE_URL"
        app.configs = [
            config for config in app.configs if not (config.key == gone and config.set_by == "System")
        ]
        self.settle(app)

    def begin_delete(self, capsule: Capsule) -> None:
        """`delete` in the background."""
        task = asyncio.create_task(self.delete(capsule))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def delete(self, capsule: Capsule) -> None:
        """For ever: its data too."""
        self._builds.forget(capsule)
        await self._fleet.close(capsule)
        await self._databases.remove(capsule)
        self._world.capsules.pop(capsule.id, None)
        for other in self._world.capsules.values():
            other.bound_to.discard(capsule.id)

    async def stop(self) -> None:
        tasks = tuple(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
