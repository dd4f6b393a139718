"""What runs: the replicas of each capsule as processes of this machine, behind an address each."""

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from providers.sandbox.aptible.containers import container_environment, in_folder
from providers.sandbox.aptible.endpoints.dns import DnsServer
from providers.sandbox.code_capsules.doors import CapsuleRouter, StaticSite
from providers.sandbox.code_capsules.records import Build, Capsule, LogLine
from providers.sandbox.code_capsules.release import Environments
from providers.sandbox.code_capsules.world import INGRESS, World
from providers.sandbox.faults import Faults
from providers.sandbox.processes import Running, port_answers

SETTLE = 0.8
"""Seconds that a new replica may take to listen before it counts as one that does not listen."""

GRACE = 5.0
"""Seconds between SIGTERM and SIGKILL."""

KEPT_LINES = 2000
_PAUSES = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before a replica that ended is started again, before `pace`; the last one ever after."""


@dataclass
class Replica:
    """One process of a capsule. `ports` are the ports that it thinks it listens on, and the real ones."""

    name: str
    running: Running
    ports: dict[int, int]
    again: asyncio.Task[None] | None = None


@dataclass
class Berth:
    """What belongs to one capsule. `key` tells what its replicas were started with."""

    router: CapsuleRouter
    replicas: list[Replica] = field(default_factory=list)
    site: StaticSite | None = None
    key: Any = None
    died: int = 0


class Fleet:
    """Makes what runs equal to what is wanted.

    Attributes:
        starts: how often a replica was started, by the capsule's name.
    """

    def __init__(
        self,
        world: World,
        environments: Environments,
        dns: DnsServer,
        *,
        faults: Faults,
        programs: Path,
        pace: float,
    ) -> None:
        self.starts: dict[str, int] = {}
        self._world = world
        self._environments = environments
        self._dns = dns
        self._faults = faults
        self._programs = programs
        self._pace = pace
        self._berths: dict[str, Berth] = {}
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def open(self, capsule: Capsule) -> None:
        """Give a new capsule its address; nothing runs behind it yet."""
        router = CapsuleRouter(lambda line: _keep(capsule.access, LogLine(time.time_ns(), line)))
        await router.start()
        self._berths[capsule.id] = Berth(router)
        capsule.host = f"127.0.0.1:{router.port}"
        capsule.host_name = f"{capsule.slug}.{self._world.cluster_of(capsule).domain}"
        self._dns.set(capsule.host_name, "A", *INGRESS)
        capsule.set_config("APP_URL", capsule.host, "System")

    async def settle(self, capsule: Capsule, *, anew: bool = False) -> None:
        """Start or stop replicas until as many run as are wanted, with the newest build and the variables as
        they are; `anew`: restart those that run well too. Takes turns with itself."""
        berth = self._berths.get(capsule.id)
        if berth is None:
            return
        async with self._turns[capsule.id]:
            build = capsule.deployment
            wanted = capsule.products.replicas if build is not None else 0
            if build is not None and build.release is not None and build.release.site is not None:
                await self._serve_site(capsule, berth, build, wanted)
            else:
                await self._run_replicas(capsule, berth, wanted, anew=anew)

    async def close(self, capsule: Capsule) -> None:
        """End all of a capsule, its address too."""
        berth = self._berths.pop(capsule.id, None)
        if berth is None:
            return
        await self._end(berth.replicas)
        berth.replicas = []
        if berth.site is not None:
            await berth.site.stop()
        await berth.router.stop()
        self._dns.remove(capsule.host_name)

    async def stop(self) -> None:
        for key in list(self._berths):
            await self.close(self._world.capsules[key])

    def pids(self, capsule: Capsule) -> list[int]:
        """Processes of the replicas that run."""
        berth = self._berths.get(capsule.id)
        if berth is None:
            return []
        return [item.running.pid for item in berth.replicas if item.running.exit_code is None]

    async def _serve_site(self, capsule: Capsule, berth: Berth, build: Build, wanted: int) -> None:
        """A frontend has no process here. Its variables were used by the build."""
        await self._end(berth.replicas)
        berth.replicas = []
        assert build.release is not None and build.release.site is not None
        if berth.key != build.id or not wanted:
            if berth.site is not None:
                await berth.site.stop()
            berth.site, berth.key = None, None
        if wanted and berth.site is None:
            berth.site, berth.key = StaticSite(build.release.site), build.id
            await berth.site.start()
            self._count(capsule)
        berth.router.target = berth.site.port if berth.site else None
        capsule.status = "Running" if berth.site else "Stopped"

    async def _run_replicas(self, capsule: Capsule, berth: Berth, wanted: int, *, anew: bool) -> None:
        build = capsule.deployment
        environment = self._environments.of(capsule)
        key = (build.id if build else "", capsule.run, capsule.port, tuple(sorted(environment.items())))
        kept = [] if anew or key != berth.key else berth.replicas[:wanted]
        old = [item for item in berth.replicas if item not in kept]
        if not kept:
            berth.died = 0
        if capsule.strategy != "rolling":
            berth.router.target = None
            await self._end(old)
        if build is None or wanted == 0:
            new = []
        else:
            names = [f"{capsule.slug}-{number}" for number in range(len(kept), wanted)]
            new = [await self._start(capsule, berth, build, environment, name) for name in names]
        await asyncio.gather(*(self._listens(capsule, item) for item in new))
        berth.replicas, berth.key = kept + new, key
        self._point(capsule, berth)
        await self._end(old)

    def _point(self, capsule: Capsule, berth: Berth) -> None:
        """Lead the address to the first replica's port, and say what the capsule is up to."""
        alive = [item for item in berth.replicas if item.running.exit_code is None]
        berth.router.target = alive[0].ports.get(capsule.port) if alive else None
        capsule.status = "Running" if alive else "Failed" if berth.replicas else "Stopped"

    async def _start(
        self, capsule: Capsule, berth: Berth, build: Build, environment: dict[str, str], name: str
    ) -> Replica:
        assert build.release is not None
        release = build.release
        folder = release.folder
        variables, ports = container_environment(
            {"HOME": str(folder), **environment},
            {key: in_folder(value, release.workdir, folder) for key, value in release.environment.items()},
            metadata={},
            programs=self._programs,
            minute=60 * self._pace,
        )
        command = in_folder(capsule.run or release.command, release.workdir, folder)
        if self._faults.take("START", f"start:/{capsule.name}") is not None:
            command = "echo 'the sandbox was told to let this capsule die at its start'; exit 1"
        self._count(capsule)
        running = await Running.start(command, folder, variables, _listener(capsule, name))
        replica = Replica(name, running, ports)
        replica.again = asyncio.create_task(self._watch(capsule, berth, build, replica))
        return replica

    async def _listens(self, capsule: Capsule, replica: Replica) -> None:
        port = replica.ports.get(capsule.port)
        if port is not None:
            await port_answers(port, replica.running, SETTLE)

    async def _watch(self, capsule: Capsule, berth: Berth, build: Build, replica: Replica) -> None:
        """Start a replica again when it ends, later each time, for as long as it is wanted."""
        code = await replica.running.wait()
        line = f"Container exited with status {code}; it is started again"
        _keep(capsule.lines, LogLine(time.time_ns(), line, replica.name, "stderr"))
        pause = _PAUSES[min(berth.died, len(_PAUSES) - 1)] * max(self._pace, 0.05)
        berth.died += 1
        if replica in berth.replicas:
            self._point(capsule, berth)
        await asyncio.sleep(pause)
        async with self._turns[capsule.id]:
            if replica not in berth.replicas or capsule.deployment is not build:
                return
            environment = self._environments.of(capsule)
            new = await self._start(capsule, berth, build, environment, replica.name)
            berth.replicas[berth.replicas.index(replica)] = new
            await self._listens(capsule, new)
            self._point(capsule, berth)

    async def _end(self, replicas: list[Replica]) -> None:
        for item in replicas:
            if item.again is not None:
                item.again.cancel()
        await asyncio.gather(*(item.running.stop(GRACE) for item in replicas))

    def _count(self, capsule: Capsule) -> None:
        self.starts[capsule.name] = self.starts.get(capsule.name, 0) + 1


def _listener(capsule: Capsule, name: str) -> Callable[[str], None]:
    return lambda line: _keep(capsule.lines, LogLine(time.time_ns(), line, name))


def _keep(lines: list[LogLine], line: LogLine) -> None:
    lines.append(line)
    del lines[:-KEPT_LINES]
