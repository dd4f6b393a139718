"""Two targets in memory, behind the wizard's ports, and a world with Heroku beside them; no network."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from tests.screens.fake_heroku import ADA, FakeSourceProvider
from wizard import registry
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.ticket import SshTicket
from wizard.model.trouble import SecondFactorNeeded, SignInNeeded, Trouble
from wizard.ports import (
    Capabilities,
    DatabaseWish,
    Endpoint,
    Environment,
    FoundToken,
    GitRemote,
    Hosts,
    Log,
    Prices,
    Profile,
    ReleaseHook,
    SignIn,
    Stack,
    TargetApp,
    TargetDatabase,
    TargetDeploy,
    TargetService,
    Token,
)

TARGET_TOKEN = "aptible-good-token-0123456789"
PASSWORD = "correct horse battery"
OTP = "123456"


def fake_profile(name: str = "aptible", title: str = "Aptible", *, works: bool = True) -> Profile:
    """A target that holds the example system; with `works` False, one that Offramp cannot move to yet."""
    return Profile(
        name=name,
        title=title,
        words={"environment": "environment", "app": "app", "service": "service", "database": "database"},
        capabilities=Capabilities(
            works=works,
            missing=() if works else ("Offramp cannot create its capsules yet.",),
            max_memory_mb=8192,
            postgres_versions=(15, 16, 17),
            release_hook=ReleaseHook(file=".aptible.yml", key="before_release"),
            empty_config_values=False,
            needs_dockerfile=True,
            regions=("eu-central-1",),
            loses=("review apps",),
            way_in="SSH tunnel",
        ),
        prices=Prices(source="their price page", date="2026-11-01", memory_gb_cents=5840, disk_gb_cents=37),
        memory_sizes_mb=(512, 1024, 2048, 4096, 7168),
        handle_pattern=r"[0-9a-z._-]{1,64}",
    )


class FakeTarget:
    """A signed-in target that keeps what is created in dictionaries by handle."""

    def __init__(self, world: "FakeTargetProvider") -> None:
        self._world = world

    async def account(self) -> Account:
        return ADA

    async def environments(self) -> list[Environment]:
        return list(self._world.environments.values())

    async def create_environment(self, handle: str, region: str, log: Log, *, stack: str = "") -> Environment:
        made = Environment(id=f"env-{handle}", handle=handle, region=region, stack=stack)
        return self._world.environments.setdefault(handle, made)

    async def stacks(self) -> list[Stack]:
        return []

    async def database_types(self) -> dict[str, list[str]]:
        return {"postgresql": await self.database_versions()}

    async def back_up_daily(self, database: TargetDatabase) -> None:
        """Nothing is kept here."""

    async def back_up(self, database: TargetDatabase, log: Log) -> None:
        log(f"backing up {database.handle}")

    async def backed_up(self, database: TargetDatabase) -> int:
        return 0

    async def database_versions(self) -> list[str]:
        return ["15", "16", "17"]

    async def find_database(self, environment: Environment, handle: str) -> TargetDatabase | None:
        return self._world.databases.get(handle)

    async def create_database(self, environment: Environment, wish: DatabaseWish, log: Log) -> TargetDatabase:
        made = TargetDatabase(
            id=f"db-{wish.handle}",
            handle=wish.handle,
            environment_id=environment.id,
            type=wish.type,
            version=wish.version,
            state="provisioned",
            disk_gb=wish.disk_gb,
        )
        return self._world.databases.setdefault(wish.handle, made)

    async def database_url(self, database: TargetDatabase, credential: str = "") -> Secret:
        return Secret(f"postgresql://aptible:secret@{database.handle}.aptible.example:5432/db")

    async def ticket(self, database: TargetDatabase) -> SshTicket:
        raise Trouble("This target is a fake: there is no tunnel.", remedy="Use the sandbox.", code="fake")

    async def find_app(
        self, environment: Environment, handle: str, *, capsules: Mapping[str, str] | None = None
    ) -> TargetApp | None:
        return self._world.apps.get(handle)

    async def create_app(self, environment: Environment, handle: str, log: Log) -> TargetApp:
        made = TargetApp(id=f"app-{handle}", handle=handle, environment_id=environment.id, state="pending")
        return self._world.apps.setdefault(handle, made)

    async def git_remote(self, app: TargetApp, folder: str, ref: str) -> tuple[GitRemote, dict[str, Secret]]:
        return GitRemote(url=f"file:///nowhere/{app.handle}.git", branch="main", environment={}), {}

    async def config(self, app: TargetApp) -> dict[str, Secret]:
        return dict(self._world.configured.get(app.handle, {}))

    async def configure(self, app: TargetApp, values: Mapping[str, Secret], log: Log) -> None:
        self._world.configured.setdefault(app.handle, {}).update(values)

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
        log(f"deploying {app.handle} at {ref}")
        done = msgspec.structs.replace(app, state="provisioned", git_ref=ref)
        self._world.apps[app.handle] = done
        return done

    async def deploy_image(self, app: TargetApp, image: str, log: Log, **more: Any) -> TargetDeploy:
        log(f"deploying {app.handle} from {image}")
        done = TargetDeploy(number=len(self._world.deploys) + 1, state="succeeded", image=image)
        self._world.deploys.insert(0, done)
        return done

    async def deploys(self, app: TargetApp) -> list[TargetDeploy]:
        return list(self._world.deploys)

    async def follow_deploy(
        self, app: TargetApp, deploy: TargetDeploy, log: Log, *, folder: Path | None = None
    ) -> TargetDeploy:
        return deploy

    async def roll_back(self, app: TargetApp, to: TargetDeploy, log: Log, **more: Any) -> TargetDeploy:
        log(f"deploying {to.in_words()} again")
        done = msgspec.structs.replace(to, number=len(self._world.deploys) + 1)
        self._world.deploys.insert(0, done)
        return done

    async def under_way(self, app: TargetApp) -> str:
        return ""

    async def services(self, app: TargetApp) -> list[TargetService]:
        return [
            TargetService(
                id=f"svc-{app.handle}", app_id=app.id, type="web", command="", count=1, memory_mb=512
            )
        ]

    async def scale(
        self, service: TargetService, count: int, memory_mb: int, log: Log, *, profile: str = ""
    ) -> TargetService:
        return msgspec.structs.replace(service, count=count, memory_mb=memory_mb, profile=profile)

    async def set_grace(self, service: TargetService, seconds: int, log: Log) -> None:
        log(f"giving {service.type} {seconds} s to end")

    async def find_endpoint(self, service: TargetService) -> Endpoint | None:
        return None

    async def create_endpoint(self, service: TargetService, port: int, log: Log) -> Endpoint:
        return Endpoint(
            id=f"end-{service.id}",
            service_id=service.id,
            url="https://new.example.com",
            state="provisioned",
            port=port,
        )

    async def close(self) -> None:
        self._world.closed += 1


class FakeTargetProvider:
    """A target. `wants_otp` makes signing in ask for a one-time code."""

    role: Literal["target"] = "target"
    token_page = "https://dashboard.aptible.example/settings"

    def __init__(self, profile: Profile | None = None) -> None:
        self._profile = profile or fake_profile()
        self.name = self._profile.name
        self.title = self._profile.title
        self.wants_otp = False
        self.found: list[FoundToken] = []
        self.environments: dict[str, Environment] = {
            "acme-prod": Environment(id="env-acme-prod", handle="acme-prod", region="eu-central-1")
        }
        self.databases: dict[str, TargetDatabase] = {}
        self.deploys: list[TargetDeploy] = []
        self.apps: dict[str, TargetApp] = {}
        self.configured: dict[str, dict[str, Secret]] = {}
        self.sign_ins: list[SignIn] = []
        self.closed = 0

    def profile(self) -> Profile:
        return self._profile

    def found_tokens(self) -> list[FoundToken]:
        return self.found

    async def sign_in(self, hosts: Hosts, who: SignIn, password: Secret) -> Token:
        self.sign_ins.append(who)
        if password.reveal() != PASSWORD:
            raise SignInNeeded(
                self.name,
                f"{self.title} does not know this e-mail with this password.",
                remedy="Type them again.",
            )
        if self.wants_otp and not who.otp:
            raise SecondFactorNeeded(
                self.name,
                f"{self.title} wants a one-time code.",
                remedy="Type the code of your authenticator.",
                resume={"step": "2"},
            )
        if self.wants_otp and (who.otp != OTP or who.resume != {"step": "2"}):
            raise SecondFactorNeeded(
                self.name, "The code is wrong.", remedy="Type the next one.", resume={"step": "2"}
            )
        return Token(Secret(TARGET_TOKEN), Account(id="t-1", email=who.email), "2036-11-09T14:02:11+00:00")

    async def accept_token(self, hosts: Hosts, pasted: Secret) -> Token:
        if pasted.reveal() != TARGET_TOKEN:
            raise SignInNeeded(self.name, f"{self.title} refused the token.", remedy="Paste another one.")
        return Token(pasted, ADA, None)

    def open(self, hosts: Hosts, token: Secret) -> FakeTarget:
        return FakeTarget(self)


class FakeWorld:
    """Everything that is installed: one source, a target that works, one that does not yet."""

    def __init__(self) -> None:
        self.heroku = FakeSourceProvider()
        self.aptible = FakeTargetProvider()
        self.capsules = FakeTargetProvider(fake_profile("code-capsules", "Code Capsules", works=False))

    def entry_points(self, *, group: str) -> list["FakeEntry"]:
        """Stands in for `importlib.metadata.entry_points`."""
        assert group == registry.GROUP
        return [FakeEntry(one.name, one) for one in (self.heroku, self.aptible, self.capsules)]


class FakeEntry:
    """An entry point."""

    def __init__(self, name: str, provider: object) -> None:
        self.name = name
        self._provider = provider

    def load(self) -> object:
        return self._provider
