"""The part of `wizard.ports.Target` that Code Capsules has nothing for. Its profile says so, so that none
of this is called; whoever calls it anyway gets the reason."""

from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import (
    DomainEndpoint,
    Environment,
    GitRemote,
    Log,
    RegistryLogin,
    Stack,
    TargetApp,
    TargetDatabase,
    TargetDeploy,
    TargetDrain,
    TargetService,
)

if TYPE_CHECKING:
    from wizard.ports import CertificateWish, TargetCertificate


class NotThere:
    """Stacks, pushes, images, drains, certificates of one's own, backups, roll-backs: none by this API."""

    async def stacks(self) -> list[Stack]:
        return []

    async def create_app(self, environment: Environment, handle: str, log: Log) -> TargetApp:
        _refuse("apps: each process is a capsule of its own")

    async def git_remote(self, app: TargetApp, folder: str, ref: str) -> tuple[GitRemote, dict[str, Secret]]:
        _refuse("repository to push to: it builds from a linked one")

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
        _refuse("deploy of a whole app: each capsule is built")

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
        _refuse("deploy of an image")

    async def follow_deploy(
        self, app: TargetApp, deploy: TargetDeploy, log: Log, *, folder: Path | None = None
    ) -> TargetDeploy:
        _refuse("deploy of a whole app: each capsule is built")

    async def roll_back(
        self,
        app: TargetApp,
        to: TargetDeploy,
        log: Log,
        *,
        login: RegistryLogin | None = None,
        folder: Path | None = None,
    ) -> TargetDeploy:
        _refuse(
            "way back to an earlier build by its API",
            remedy="Choose the build in the capsule's tab Deploy in the dashboard.",
        )

    async def set_grace(self, service: TargetService, seconds: int, log: Log) -> None:
        _refuse("setting for how long a container has to end")

    async def back_up_daily(self, database: TargetDatabase) -> None:
        _refuse(
            "way to turn on backups by its API",
            remedy=f"Turn them on in the dashboard: {database.handle}, tab Backups.",
        )

    async def back_up(self, database: TargetDatabase, log: Log) -> None:
        _refuse(
            "way to make a backup by its API",
            remedy=f"Make one in the dashboard: {database.handle}, tab Backups.",
        )

    async def backed_up(self, database: TargetDatabase) -> int:
        _refuse("list of backups by its API", remedy=f"Look at {database.handle} in the dashboard.")

    async def find_drain(self, environment: Environment, handle: str) -> TargetDrain | None:
        return None

    def drain_destination(self, address: Secret) -> Secret:
        _refuse("log drains", code="no-such-drain")

    async def create_drain(
        self, environment: Environment, handle: str, address: Secret, *, databases: bool, log: Log
    ) -> TargetDrain:
        _refuse("log drains", code="no-such-drain")

    async def find_certificate(
        self, environment: Environment, fingerprint: str
    ) -> "TargetCertificate | None":
        return None

    async def upload_certificate(
        self, environment: Environment, wish: "CertificateWish", log: Log
    ) -> "TargetCertificate":
        _refuse("place for a certificate of one's own")

    async def find_own_domain(
        self, service: TargetService, hostname: str, certificate: "TargetCertificate"
    ) -> DomainEndpoint | None:
        return None

    async def create_own_domain(
        self, service: TargetService, hostname: str, certificate: "TargetCertificate", port: int, log: Log
    ) -> DomainEndpoint:
        _refuse("place for a certificate of one's own")


def _refuse(what: str, *, remedy: str = "Make the plan again.", code: str = "not-there") -> NoReturn:
    raise Trouble(f"Code Capsules has no {what}.", remedy=remedy, code=code)
