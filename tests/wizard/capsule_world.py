"""A target of capsules in memory, and what the kinds need of a run's surroundings."""

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, cast

import msgspec

from wizard.database.control import Control
from wizard.model.mapping import AppChoice, ProcessChoice
from wizard.model.mapping import Mapping as Choices
from wizard.model.plan import Evidence, Plan, Step
from wizard.model.trouble import Trouble
from wizard.ports import (
    Capsule,
    CapsuleTarget,
    CapsuleWish,
    DatabaseWish,
    DomainEndpoint,
    Endpoint,
    Environment,
    Profile,
    Repository,
    StorageCapsule,
    TargetApp,
    TargetDatabase,
    TargetDeploy,
    TargetService,
)
from wizard.registry import target_provider
from wizard.run.context import Context
from wizard.run.creations import JournalCreations
from wizard.run.dns_lookup import Names
from wizard.run.journal import Journal, StepRecord

SPACE = Environment(id="1", handle="acme")
COMMIT = "0123456789abcdef0123456789abcdef01234567"


class Capsules(CapsuleTarget):
    """Capsules by name, builds by capsule; what was asked stands in `asked`."""

    def __init__(self) -> None:
        self.there: dict[str, Capsule] = {}
        self.linked: list[Repository] = []
        self.built: dict[str, list[TargetDeploy]] = {}
        self.asked: list[str] = []
        self.starts_by_itself = False
        self.fails: set[str] = set()
        self.commit = COMMIT
        self.awaited: list[str] = []
        """Builds that were waited for until they were what runs."""
        self.busy = ""
        self.older_ends: Literal["succeeded", "failed"] = "succeeded"
        """How a build ends that is under way already."""
        self.databases: dict[str, TargetDatabase] = {}
        self.domains: dict[str, DomainEndpoint] = {}
        self.refuses: Trouble | None = None
        """What is said to a domain."""
        self.storages: dict[str, StorageCapsule] = {}
        self.variables: dict[str, str] = {}

    async def repositories(self, environment: Environment | None = None) -> list[Repository]:
        return self.linked

    async def find_capsule(self, environment: Environment, name: str) -> Capsule | None:
        return self.there.get(name)

    async def create_capsule(
        self, environment: Environment, wish: CapsuleWish, log: Callable[[str], None]
    ) -> Capsule:
        self.asked.append(f"create {wish.name}")
        self.there[wish.name] = Capsule(
            id=f"id-{wish.name}",
            name=wish.name,
            kind=wish.kind,
            environment_id="1",
            state="ready",
            replicas=1 if self.starts_by_itself else 0,
            memory_mb=wish.memory_mb,
            cpu_percent=10,
            branch=wish.branch,
            url=wish.url,
        )
        return self.there[wish.name]

    async def find_app(
        self, environment: Environment, handle: str, *, capsules: Mapping[str, str] | None = None
    ) -> TargetApp | None:
        parts = {s: self.there[n].id for s, n in (capsules or {}).items() if n in self.there}
        return TargetApp(id="", handle=handle, environment_id="1", state="provisioned", parts=parts)

    async def services(self, app: TargetApp) -> list[TargetService]:
        by_id = {one.id: one for one in self.there.values()}
        return [
            TargetService(
                id=id_,
                app_id="",
                type=name,
                command="",
                count=by_id[id_].replicas,
                memory_mb=by_id[id_].memory_mb,
            )
            for name, id_ in app.parts.items()
        ]

    async def scale(
        self,
        service: TargetService,
        count: int,
        memory_mb: int,
        log: Callable[[str], None],
        *,
        profile: str = "",
    ) -> TargetService:
        self.asked.append(f"scale {service.type} {count}")
        for name, one in self.there.items():
            if one.id == service.id:
                self.there[name] = msgspec.structs.replace(one, replicas=count)
        return service

    async def find_endpoint(self, service: TargetService) -> Endpoint | None:
        return None

    async def find_storage(self, environment: Environment, name: str) -> StorageCapsule | None:
        return self.storages.get(name)

    async def values(self, capsule: Capsule) -> Mapping[str, str]:
        return self.variables

    async def find_database(self, environment: Environment, handle: str) -> TargetDatabase | None:
        return self.databases.get(handle)

    async def create_database(
        self, environment: Environment, wish: DatabaseWish, log: Callable[[str], None]
    ) -> TargetDatabase:
        self.asked.append(f"database {wish.handle} {wish.memory_mb} MB {wish.disk_gb} GB")
        self.databases[wish.handle] = TargetDatabase(
            id="9",
            handle=wish.handle,
            environment_id="1",
            version="",
            state="provisioned",
            disk_gb=wish.disk_gb,
            memory_mb=wish.memory_mb,
        )
        return self.databases[wish.handle]

    async def find_domain(self, environment: Environment, hostname: str) -> DomainEndpoint | None:
        return self.domains.get(hostname)

    async def create_domain(
        self,
        environment: Environment,
        service: TargetService,
        hostname: str,
        port: int,
        log: Callable[[str], None],
    ) -> DomainEndpoint:
        self.asked.append(f"domain {hostname}")
        if self.refuses is not None:
            raise self.refuses
        self.domains[hostname] = DomainEndpoint(
            id="1", service_id=service.id, hostname=hostname, state="provisioned", dns_target="own.example"
        )
        return self.domains[hostname]

    async def under_way(self, app: TargetApp) -> str:
        return self.busy

    async def builds(self, capsule: Capsule) -> list[TargetDeploy]:
        return list(reversed(self.built.get(capsule.name, [])))

    async def until_deployed(self, capsule: Capsule, build: TargetDeploy, log: Callable[[str], None]) -> None:
        self.awaited.append(f"{capsule.name} {build.number}")
        known = self.built[capsule.name]
        self.built[capsule.name] = [msgspec.structs.replace(one, deployed=one == build) for one in known]

    async def build(
        self, capsule: Capsule, log: Callable[[str], None], *, folder: Path | None = None
    ) -> TargetDeploy:
        self.asked.append(f"build {capsule.name}")
        if (known := self.built.get(capsule.name)) and not known[-1].ended:
            known[-1] = msgspec.structs.replace(known[-1], state=self.older_ends)
            if self.older_ends == "failed":
                raise Trouble(f"The build of {capsule.name} failed.", remedy="Look.", code="build-failed")
            return known[-1]
        number = len(self.built.get(capsule.name, [])) + 1
        failed = capsule.name in self.fails
        done = TargetDeploy(number=number, state="failed" if failed else "succeeded", commit=self.commit)
        self.built.setdefault(capsule.name, []).append(done)
        await asyncio.sleep(0)
        if failed:
            raise Trouble(f"The build of {capsule.name} failed.", remedy="Look.", code="build-failed")
        return done


class FakeJournal:
    """The records of steps, gauges and events of one run, in memory."""

    def __init__(self, steps: list[Step]) -> None:
        self.records = {step.key: StepRecord(key=step.key, state="pending") for step in steps}
        self.shown: dict[str, str] = {}
        self.waiting = ""
        self.told: list[str] = []
        self.earlier: set[str] = set()

    def done_before(self, key: str) -> bool:
        return key in self.earlier

    def steps(self) -> dict[str, StepRecord]:
        return self.records

    def note(self, key: str, evidence: Evidence) -> None:
        self.records[key] = msgspec.structs.replace(self.records[key], evidence=evidence)

    def gauge(self, name: str, value: Any) -> None:
        self.shown[name] = msgspec.json.encode(value).decode()

    def drop_gauge(self, name: str) -> None:
        self.shown.pop(name, None)

    def gauges(self) -> dict[str, str]:
        return self.shown

    def event(self, kind: str, text: str, *, step: str | None = None) -> None:
        self.told.append(text)

    def set_run(self, state: str, *, waiting_for: str = "", current: str | None = None) -> None:
        self.waiting = waiting_for


class FakeContext:
    """What the kinds need of a run's surroundings."""

    def __init__(self, folder: Path, steps: list[Step], target: Capsules | None = None) -> None:
        self.target = target or Capsules()
        self.plan = Plan(name="acme", source="Heroku", target="Code Capsules", steps=tuple(steps))
        self.journal = FakeJournal(steps)
        self.creations = JournalCreations(cast(Journal, self.journal))
        self.folder = folder
        self.control = Control()
        self.accepted: set[str] = set()
        self.look_again = asyncio.Event()
        self.lines: list[str] = []
        self.dns = ""
        self.names_of = {"web": "shop", "worker": "shop-worker"}
        self.mapping = Choices(
            environment="acme",
            apps=(AppChoice(app_id="a", handle="shop", way="linked"),),
            processes=(
                ProcessChoice(app_id="a", type="web", service="web", capsule="backend"),
                ProcessChoice(app_id="a", type="worker", service="worker", capsule="backend"),
            ),
        )

    async def environment(self, name: str = "") -> Environment:
        return SPACE if name in ("", SPACE.handle) else Environment(id=name, handle=name)

    def names(self) -> Names:
        return Names(self.dns)

    def profile(self) -> Profile:
        return target_provider("code-capsules").profile()

    def capsules(self, handle: str) -> dict[str, str]:
        return self.names_of

    async def find_app(self, handle: str) -> TargetApp | None:
        return await self.target.find_app(SPACE, handle, capsules=self.capsules(handle))

    async def app(self, handle: str) -> TargetApp:
        found = await self.find_app(handle)
        assert found is not None
        return found

    def log(self, step: Step) -> Callable[[str], None]:
        return self.lines.append

    def flush_logs(self) -> None:
        """They are in `lines` already."""

    @property
    def as_context(self) -> Context:
        return cast(Context, self)
