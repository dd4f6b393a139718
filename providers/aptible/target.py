"""Aptible, signed in: `wizard.ports.Target`, put together from one module for each kind of thing."""

import asyncio
from collections.abc import Mapping
from pathlib import Path

from providers.aptible.answers import TokenAnswer
from providers.aptible.apps import Apps
from providers.aptible.client import Api, Patience
from providers.aptible.code_scan import scan
from providers.aptible.databases import Databases
from providers.aptible.domains_and_drains import WithDomainsAndDrains
from providers.aptible.endpoints import Endpoints
from providers.aptible.environments import Environments
from providers.aptible.git_remote import git_remote
from providers.aptible.hosts import addresses
from providers.aptible.images import Images
from providers.aptible.live_log import PortalLog
from providers.aptible.operations import Operations
from providers.aptible.portal import Portal
from providers.aptible.rights import rights
from providers.aptible.rollback import Rollback
from providers.aptible.sign_in import described
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.ticket import SshTicket
from wizard.ports import (
    DatabaseWish,
    Endpoint,
    Environment,
    GitRemote,
    Log,
    RegistryLogin,
    Stack,
    TargetApp,
    TargetDatabase,
    TargetDeploy,
    TargetService,
)
from wizard.ports.rights import Rights


class AptibleTarget(WithDomainsAndDrains):
    """See `wizard.ports.Target` for what each method promises."""

    def __init__(self, hosts: Mapping[str, str], token: Secret, patience: Patience | None = None) -> None:
        self._addresses = addresses(hosts)
        self._token = token
        self._auth = Api(self._addresses.auth, token, patience or Patience())
        self._api = Api(self._addresses.api, token, patience or Patience())
        portal = Portal(self._api, token)
        self._operations = operations = Operations(self._api, PortalLog(portal))
        self._environments = Environments(self._api, self._auth)
        self._databases = Databases(self._api, operations, portal)
        self._apps = Apps(self._api, operations)
        self._images = Images(self._api, operations)
        self._rollback = Rollback(operations, self._images)
        self._endpoints = Endpoints(self._api, operations)
        super().__init__(self._api, operations)

    async def account(self) -> Account:
        answer = await self._auth.get("/current_token", TokenAnswer, what="the token")
        return described(self._token, answer).account

    async def rights(self, environment: Environment | None) -> Rights:
        return await rights(self._api, self._auth, (await self.account()).id, environment)

    async def environments(self) -> list[Environment]:
        return await self._environments.all()

    async def create_environment(self, handle: str, region: str, log: Log, *, stack: str = "") -> Environment:
        return await self._environments.create(handle, region, log, stack_name=stack)

    async def stacks(self) -> list[Stack]:
        return await self._environments.stacks()

    async def database_types(self) -> dict[str, list[str]]:
        return await self._databases.types()

    async def database_versions(self) -> list[str]:
        return await self._databases.versions()

    async def find_database(self, environment: Environment, handle: str) -> TargetDatabase | None:
        return await self._databases.find(environment, handle)

    async def create_database(self, environment: Environment, wish: DatabaseWish, log: Log) -> TargetDatabase:
        return await self._databases.create(environment, wish, log)

    async def database_url(self, database: TargetDatabase, credential: str = "") -> Secret:
        return await self._databases.url(database, credential)

    async def back_up_daily(self, database: TargetDatabase) -> None:
        await self._databases.back_up_daily(database)

    async def back_up(self, database: TargetDatabase, log: Log) -> None:
        await self._databases.back_up(database, log)

    async def backed_up(self, database: TargetDatabase) -> int:
        return await self._databases.backed_up(database)

    async def ticket(self, database: TargetDatabase) -> SshTicket:
        return await self._databases.ticket(database)

    async def find_app(
        self, environment: Environment, handle: str, *, capsules: Mapping[str, str] | None = None
    ) -> TargetApp | None:
        return await self._apps.find(environment, handle)

    async def create_app(self, environment: Environment, handle: str, log: Log) -> TargetApp:
        return await self._apps.create(environment, handle, log)

    async def git_remote(self, app: TargetApp, folder: str, ref: str) -> tuple[GitRemote, dict[str, Secret]]:
        environment = await self._environments.handle(app.environment_id)
        return await asyncio.to_thread(
            git_remote,
            self._addresses,
            environment=environment,
            app=app,
            folder=folder,
            ref=ref,
            token=self._token,
        )

    async def scan_code(self, app: TargetApp, ref: str, log: Log) -> dict[str, bool]:
        return await scan(self._api, self._operations, app, ref, log)

    async def config(self, app: TargetApp) -> dict[str, Secret]:
        return await self._apps.config(app)

    async def configure(self, app: TargetApp, values: Mapping[str, Secret], log: Log) -> None:
        await self._apps.configure(app, values, log)

    async def deploy(
        self,
        app: TargetApp,
        ref: str,
        log: Log,
        *,
        folder: Path | None = None,
        count: int | None = None,
        memory_mb: int | None = None,
    ) -> TargetApp:
        return await self._apps.deploy(app, ref, log, folder=folder, count=count, memory_mb=memory_mb)

    async def deploy_image(
        self,
        app: TargetApp,
        image: str,
        log: Log,
        *,
        login: RegistryLogin | None = None,
        folder: Path | None = None,
        count: int | None = None,
        memory_mb: int | None = None,
    ) -> TargetDeploy:
        return await self._images.deploy(
            app, image, log, login=login, folder=folder, count=count, memory_mb=memory_mb
        )

    async def deploys(self, app: TargetApp) -> list[TargetDeploy]:
        return await self._images.deploys(app)

    async def follow_deploy(
        self, app: TargetApp, deploy: TargetDeploy, log: Log, *, folder: Path | None = None
    ) -> TargetDeploy:
        return await self._images.follow(app, deploy, log, folder)

    async def roll_back(
        self,
        app: TargetApp,
        to: TargetDeploy,
        log: Log,
        *,
        login: RegistryLogin | None = None,
        folder: Path | None = None,
    ) -> TargetDeploy:
        return await self._rollback.to(app, to, log, login=login, folder=folder)

    async def under_way(self, app: TargetApp) -> str:
        return await self._apps.under_way(app)

    async def services(self, app: TargetApp) -> list[TargetService]:
        return await self._apps.services(app)

    async def scale(
        self, service: TargetService, count: int, memory_mb: int, log: Log, *, profile: str = ""
    ) -> TargetService:
        return await self._apps.scale(service, count, memory_mb, log, profile=profile)

    async def set_grace(self, service: TargetService, seconds: int, log: Log) -> None:
        await self._apps.set_grace(service, seconds, log)

    async def find_endpoint(self, service: TargetService) -> Endpoint | None:
        return await self._endpoints.find(service)

    async def create_endpoint(self, service: TargetService, port: int, log: Log) -> Endpoint:
        return await self._endpoints.create(service, port, log)

    async def close(self) -> None:
        await self._auth.close()
        await self._api.close()
