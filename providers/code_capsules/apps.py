"""An app of Heroku's here: its capsules by the names of its services."""

from collections.abc import Mapping

from providers.code_capsules.builds import Builds
from providers.code_capsules.capsules import KINDS, Capsules, capsule
from providers.code_capsules.config import OWN_HOST, Configs
from providers.code_capsules.domains import WebAddresses
from providers.code_capsules.places import Places
from wizard.model.loopback import is_loopback
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import (
    Capsule,
    Endpoint,
    Environment,
    Log,
    TargetApp,
    TargetDeploy,
    TargetService,
)


class Apps:
    """What the wizard takes for apps."""

    def __init__(
        self, places: Places, capsules: Capsules, configs: Configs, builds: Builds, addresses: WebAddresses
    ) -> None:
        self._places = places
        self._capsules = capsules
        self._configs = configs
        self._builds = builds
        self._addresses = addresses
        self._hosts: dict[str, str] = {}
        """Own hosts by capsule, as they were seen; a config var of the app's may hide one later."""

    async def find(
        self, environment: Environment, handle: str, names: Mapping[str, str] | None
    ) -> TargetApp | None:
        """The app with those of its capsules that are there; None when none is."""
        wanted = names or {"web": handle}
        known = {
            one.name: one.id
            for one in await self._places.capsules(environment)
            if not one.data_type and one.type.lower() in KINDS
        }
        parts = {service: known[name] for service, name in wanted.items() if name in known}
        if not parts:
            return None
        return TargetApp(
            id="",
            handle=handle,
            environment_id=environment.id,
            state="provisioned" if len(parts) == len(wanted) else "pending",
            parts=parts,
        )

    async def services(self, app: TargetApp) -> list[TargetService]:
        """Its capsules as services, by their names."""
        place = await self._places.of(app.environment_id)
        there = {one.id: one for one in await place.capsules()}
        return [
            _service(capsule(there[id_], app.environment_id), name, app.id)
            for name, id_ in sorted(app.parts.items())
            if id_ in there
        ]

    async def scale(self, service: TargetService, count: int, memory_mb: int, log: Log) -> TargetService:
        """Set count and memory (0: leave it); the share of a CPU goes with the memory where that changes."""
        there = await self.capsule(service.id)
        done = await self._capsules.resize(there, count, memory_mb, log)
        return _service(done, service.type, service.app_id)

    async def config(self, app: TargetApp) -> dict[str, Secret]:
        """What all of its capsules agree on."""
        return await self._configs.agreed(app.parts)

    async def configure(self, app: TargetApp, values: Mapping[str, Secret], log: Log) -> None:
        """Merge the values into the config vars of each of its capsules."""
        if not values:
            log("There is nothing to configure.")
            return
        for name, id_ in sorted(app.parts.items()):
            await self._configs.merge(id_, f"{app.handle} ({name})", values, log)

    async def under_way(self, app: TargetApp) -> str:
        # A capsule has one build at a time: of those before its newest nothing is under way.
        for id_ in app.parts.values():
            newest = next(iter(await self._builds.of(await self.capsule(id_))), None)
            if newest is not None and not newest.ended:
                return "build"
        return ""

    async def deploys(self, app: TargetApp) -> list[TargetDeploy]:
        """The builds of all of its capsules, newest first."""
        found = [one for id_ in app.parts.values() for one in await self._builds.of(await self.capsule(id_))]
        return sorted(found, key=lambda one: one.number, reverse=True)

    async def restart(self, there: Capsule, log: Log) -> None:
        """Stop it and start it with as many replicas as it has. There is nothing to do for one that is
        stopped."""
        now = await self.capsule(there.id)
        if not now.replicas:
            log(f"{now.name} is stopped: there is nothing to restart.")
            return
        log(f"Restarting {now.name}.")
        await self._capsules.resize(now, 0, 0, log)
        try:
            await self._capsules.resize(now, now.replicas, 0, log)
        except Trouble as trouble:
            trouble.advise(
                f"{now.name} is stopped now: start it in the dashboard with {now.replicas} replicas."
            )
            raise

    async def capsule(self, capsule_id: str) -> Capsule:
        """A capsule as it is now."""
        place, found = await self._places.capsule(capsule_id)
        return capsule(found, place.space.id)

    async def find_endpoint(self, service: TargetService) -> Endpoint | None:
        """The default address: it is there with the capsule, always over https (documentation). On this
        machine a sandbox has none."""
        dns_target = await self._addresses.host(service.id, service.type)
        host = await self._own_host(service) or dns_target
        if not host:
            return None
        here = self._places.addresses.here and is_loopback(host.rpartition(":")[0])
        return Endpoint(
            id=service.id,
            service_id=service.id,
            url=f"{'http' if here else 'https'}://{host}",
            state="provisioned",
            dns_target=dns_target,
        )

    async def create_endpoint(self, service: TargetService) -> Endpoint:
        found = await self.find_endpoint(service)
        if found is None:
            raise Trouble(
                f"Code Capsules tells no address of the capsule for {service.type}.",
                remedy="Look at its tab Domains in the dashboard, then try again.",
                code="endpoint-unclear",
                retry=True,
            )
        return found

    async def _own_host(self, service: TargetService) -> str:
        told = (await self._configs.system(service.id, service.type)).get(OWN_HOST)
        if told is not None and (host := self._addresses.bare(told.reveal())):
            self._hosts[service.id] = host
        return self._hosts.get(service.id, "")


def _service(found: Capsule, name: str, app_id: str) -> TargetService:
    return TargetService(
        id=found.id,
        app_id=app_id,
        type=name,
        command=found.run,
        count=found.replicas,
        memory_mb=found.memory_mb,
    )
