"""Code Capsules, signed in: `wizard.ports.CapsuleTarget`, put together from one module for each kind of
thing."""

from collections.abc import Mapping
from pathlib import Path

from providers.code_capsules.answers import PlanAnswer
from providers.code_capsules.apps import Apps
from providers.code_capsules.builds import Builds
from providers.code_capsules.capsules import Capsules
from providers.code_capsules.catalogue import profile
from providers.code_capsules.config import Configs
from providers.code_capsules.databases import Databases
from providers.code_capsules.domains import WebAddresses
from providers.code_capsules.hosts import addresses
from providers.code_capsules.kept_login import opened
from providers.code_capsules.live_prices import live_prices
from providers.code_capsules.login_session import LoginSession
from providers.code_capsules.not_there import NotThere
from providers.code_capsules.paths import PLANS
from providers.code_capsules.patience import Patience
from providers.code_capsules.places import Places
from providers.code_capsules.rights import rights
from providers.code_capsules.sign_in import account
from providers.code_capsules.spaces import Spaces
from providers.code_capsules.storages import Storages
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.ticket import ProxyTicket
from wizard.ports import (
    Capsule,
    CapsuleWish,
    DatabaseWish,
    DomainEndpoint,
    Endpoint,
    Environment,
    Log,
    Prices,
    Repository,
    StorageCapsule,
    TargetApp,
    TargetDatabase,
    TargetDeploy,
    TargetService,
    Team,
)
from wizard.ports.creations import Creations
from wizard.ports.rights import Rights


class CodeCapsulesTarget(NotThere):
    """See `wizard.ports.Target` and `wizard.ports.CapsuleTarget` for what each method promises."""

    def __init__(self, hosts: Mapping[str, str], kept: Secret, patience: Patience | None = None) -> None:
        patience = patience or Patience()
        told = addresses(hosts)
        self._login = LoginSession(told, opened(kept), patience)
        self._places = Places(told, self._login, patience)
        self._spaces = Spaces(self._places)
        self._configs = Configs(self._places)
        self._databases = Databases(self._places)
        self._storages = Storages(self._places, self._configs)
        self._capsules = Capsules(self._places)
        self._builds = Builds(self._places)
        self._addresses = WebAddresses(self._places)
        self._apps = Apps(self._places, self._capsules, self._configs, self._builds, self._addresses)

    def note_creations(self, notes: Creations) -> None:
        self._places.notes = notes

    # -- the account ----------------------------------------------------------------------------------

    async def account(self) -> Account:
        await self._places.main()  # that it is let in is what is asked here
        return account(self._login.email)

    async def rights(self, environment: Environment | None) -> Rights:
        return await rights(self._places, self._spaces, self._login.email, environment)

    async def live_prices(self) -> dict[str, Prices]:
        main = await self._places.main()
        plans = await main.listed(PLANS, "plans", PlanAnswer, what="the plans")
        return live_prices(plans, await self._spaces.clusters(), profile().prices)

    async def teams(self) -> list[Team]:
        return await self._spaces.teams()

    async def repositories(self, environment: Environment | None = None) -> list[Repository]:
        return await self._spaces.repositories(environment)

    async def environments(self) -> list[Environment]:
        return await self._spaces.all()

    async def create_environment(
        self, handle: str, region: str, log: Log, *, stack: str = "", team: str = ""
    ) -> Environment:
        return await self._spaces.create(handle, region, log, team)

    # -- databases and stores of files ----------------------------------------------------------------

    async def database_types(self) -> dict[str, list[str]]:
        return await self._databases.types()

    async def database_versions(self) -> list[str]:
        return (await self._databases.types())["postgresql"]

    async def find_database(self, environment: Environment, handle: str) -> TargetDatabase | None:
        return await self._databases.find(environment, handle)

    async def create_database(self, environment: Environment, wish: DatabaseWish, log: Log) -> TargetDatabase:
        return await self._databases.create(environment, wish, log)

    async def database_url(self, database: TargetDatabase, credential: str = "") -> Secret:
        return await self._databases.url(database, credential)

    async def ticket(self, database: TargetDatabase) -> ProxyTicket:
        return await self._databases.ticket(database, self._login.email, self._login.password)

    def tunnel_program(self) -> ProxyTicket:
        return self._databases.program(self._login.email, self._login.password)

    async def find_storage(self, environment: Environment, name: str) -> StorageCapsule | None:
        return await self._storages.find(environment, name)

    async def create_storage(
        self, environment: Environment, name: str, disk_gb: int, log: Log
    ) -> StorageCapsule:
        return await self._storages.create(environment, name, disk_gb, log)

    async def bind_storage(self, storage: StorageCapsule, capsule: Capsule, log: Log) -> StorageCapsule:
        return await self._storages.bind(storage, capsule, log)

    # -- capsules -------------------------------------------------------------------------------------

    async def find_capsule(self, environment: Environment, name: str) -> Capsule | None:
        return await self._capsules.find(environment, name)

    async def create_capsule(self, environment: Environment, wish: CapsuleWish, log: Log) -> Capsule:
        return await self._capsules.create(environment, wish, log)

    async def builds(self, capsule: Capsule) -> list[TargetDeploy]:
        return await self._builds.of(capsule)

    async def build(self, capsule: Capsule, log: Log, *, folder: Path | None = None) -> TargetDeploy:
        return await self._builds.build(capsule, log)

    async def until_deployed(self, capsule: Capsule, build: TargetDeploy, log: Log) -> None:
        await self._builds.until_deployed(capsule, build, log)

    async def restart(self, capsule: Capsule, log: Log) -> None:
        await self._apps.restart(capsule, log)

    async def run_log(self, capsule: Capsule, lines: int = 50) -> list[str]:
        return await self._builds.run_log(capsule, lines)

    async def values(self, capsule: Capsule) -> Mapping[str, str]:
        return await self._configs.set_by(capsule)

    # -- apps, which are capsules together ------------------------------------------------------------

    async def find_app(
        self, environment: Environment, handle: str, *, capsules: Mapping[str, str] | None = None
    ) -> TargetApp | None:
        return await self._apps.find(environment, handle, capsules)

    async def config(self, app: TargetApp) -> dict[str, Secret]:
        return await self._apps.config(app)

    async def configure(self, app: TargetApp, values: Mapping[str, Secret], log: Log) -> None:
        await self._apps.configure(app, values, log)

    async def deploys(self, app: TargetApp) -> list[TargetDeploy]:
        return await self._apps.deploys(app)

    async def under_way(self, app: TargetApp) -> str:
        return await self._apps.under_way(app)

    async def services(self, app: TargetApp) -> list[TargetService]:
        return await self._apps.services(app)

    async def scale(
        self, service: TargetService, count: int, memory_mb: int, log: Log, *, profile: str = ""
    ) -> TargetService:
        return await self._apps.scale(service, count, memory_mb, log)

    async def find_endpoint(self, service: TargetService) -> Endpoint | None:
        return await self._apps.find_endpoint(service)

    async def create_endpoint(self, service: TargetService, port: int, log: Log) -> Endpoint:
        return await self._apps.create_endpoint(service)

    async def find_domain(self, environment: Environment, hostname: str) -> DomainEndpoint | None:
        return await self._addresses.find(environment, hostname)

    async def create_domain(
        self, environment: Environment, service: TargetService, hostname: str, port: int, log: Log
    ) -> DomainEndpoint:
        return await self._addresses.create(environment, service, hostname, log)

    async def renew_certificate(self, domain: DomainEndpoint, log: Log) -> DomainEndpoint:
        return await self._addresses.again(domain)

    async def close(self) -> None:
        await self._places.close()
