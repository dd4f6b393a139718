"""What a target offers, signed in and before."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.ticket import Ticket
from wizard.ports.deploys import RegistryLogin, TargetDeploy
from wizard.ports.domains import DomainsAndDrains
from wizard.ports.profile import Profile
from wizard.ports.signing_in import FoundToken, Hosts, Log, SignIn, Token
from wizard.ports.stacks import Stack
from wizard.ports.target_things import (
    DatabaseWish,
    Endpoint,
    Environment,
    GitRemote,
    TargetApp,
    TargetDatabase,
    TargetService,
)


class Target(DomainsAndDrains, Protocol):
    """A target, signed in. Whatever creates looks first and adopts what is there by handle; no POST is
    repeated blindly; operations are followed to their end, a failed one raises Trouble with the tail of
    its log."""

    async def account(self) -> Account: ...

    async def environments(self) -> list[Environment]: ...

    async def create_environment(self, handle: str, region: str, log: Log, *, stack: str = "") -> Environment:
        """Create it in `region`, never in another; empty is good only where there is nothing to choose. With
        `stack`, on the stack of that name and on no other."""
        ...

    async def stacks(self) -> list[Stack]:
        """Where a new environment can be, the organisation's own first; empty where there is no choice."""
        ...

    async def database_types(self) -> dict[str, list[str]]:
        """The types of databases that can be created now, with their versions, ascending."""
        ...

    async def database_versions(self) -> list[str]:
        """The Postgres versions that can be created now."""
        ...

    async def find_database(self, environment: Environment, handle: str) -> TargetDatabase | None: ...

    async def create_database(self, environment: Environment, wish: DatabaseWish, log: Log) -> TargetDatabase:
        """Create it, or go on with what a broken attempt left; returns when it is provisioned."""
        ...

    async def database_url(self, database: TargetDatabase, credential: str = "") -> Secret:
        """The URL that apps inside the target use; that of another credential than the default one by its
        type ("redis+ssl"). A sensitive read: leaves a trace in the audit trail."""
        ...

    async def back_up_daily(self, database: TargetDatabase) -> None:
        """Have it backed up by itself from now on; done already is no error."""
        ...

    async def back_up(self, database: TargetDatabase, log: Log) -> None:
        """Make one backup now, or wait for the one that is being made."""
        ...

    async def backed_up(self, database: TargetDatabase) -> int:
        """How many backups there are of it."""
        ...

    async def ticket(self, database: TargetDatabase) -> Ticket:
        """What one tunnel connection needs, with fresh credentials."""
        ...

    async def find_app(
        self, environment: Environment, handle: str, *, capsules: Mapping[str, str] | None = None
    ) -> TargetApp | None:
        """The app of that handle. `capsules` are the names of its capsules by service, for targets where each
        service is one; others take no notice of them. None when nothing of it is there."""
        ...

    async def create_app(self, environment: Environment, handle: str, log: Log) -> TargetApp: ...

    async def git_remote(self, app: TargetApp, folder: str, ref: str) -> tuple[GitRemote, dict[str, Secret]]:
        """Where and how to push `ref`; the second value is more environment for `git`, secret."""
        ...

    async def config(self, app: TargetApp) -> dict[str, Secret]: ...

    async def configure(self, app: TargetApp, values: Mapping[str, Secret], log: Log) -> None:
        """Merge `values` into the app's configuration."""
        ...

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
        """Deploy a pushed ref; streams build, release command and start to `log`, from the first line on when
        there is a private `folder` for what that takes, else at the end.

        Services that the app does not have yet begin with `count` containers of `memory_mb` each (None: the
        target's own default); those that it has keep theirs.
        """
        ...

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
        """Deploy the image of that reference ("ghcr.io/acme/shop:v42"), which the target pulls itself, as
        `login` when its registry is private. An app that was deployed by git until now is no longer. For all
        else see `deploy`."""
        ...

    async def deploys(self, app: TargetApp) -> list[TargetDeploy]:
        """All deploys that are known, newest first, whoever began them."""
        ...

    async def follow_deploy(
        self, app: TargetApp, deploy: TargetDeploy, log: Log, *, folder: Path | None = None
    ) -> TargetDeploy:
        """Wait for the end of a deploy that somebody else began; its log as with `deploy`."""
        ...

    async def roll_back(
        self,
        app: TargetApp,
        to: TargetDeploy,
        log: Log,
        *,
        login: RegistryLogin | None = None,
        folder: Path | None = None,
    ) -> TargetDeploy:
        """Deploy the code of an earlier deploy again. Config vars, services and data stay as they are; the
        release command of that code runs."""
        ...

    async def under_way(self, app: TargetApp) -> str:
        """What the target is at work on for this app just now ("deploy"); empty when nothing is."""
        ...

    async def services(self, app: TargetApp) -> list[TargetService]: ...

    async def scale(
        self, service: TargetService, count: int, memory_mb: int, log: Log, *, profile: str = ""
    ) -> TargetService:
        """Set count, memory and the kind of machine (empty: leave it as it is)."""
        ...

    async def set_grace(self, service: TargetService, seconds: int, log: Log) -> None:
        """Give its containers that long between the signal to end and the kill, from their next start on."""
        ...

    async def find_endpoint(self, service: TargetService) -> Endpoint | None: ...

    async def create_endpoint(self, service: TargetService, port: int, log: Log) -> Endpoint: ...

    async def close(self) -> None: ...


@runtime_checkable
class TargetProvider(Protocol):
    name: str
    title: str
    role: Literal["target"]
    token_page: str
    """Where a token is made; empty where the vendor has none that could be pasted."""

    def profile(self) -> Profile: ...

    def found_tokens(self) -> list[FoundToken]: ...

    async def sign_in(self, hosts: Hosts, who: SignIn, password: Secret) -> Token:
        """Raises SecondFactorNeeded when a one-time code is wanted; call again with it and its `resume`."""
        ...

    async def accept_token(self, hosts: Hosts, pasted: Secret) -> Token:
        """Check a pasted token against the vendor."""
        ...

    def open(self, hosts: Hosts, token: Secret) -> Target: ...
