"""What the tests of the Code Capsules provider share: a sandbox, and a target that is signed in to it."""

import contextlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from providers.code_capsules.kept_login import Login, sealed
from providers.code_capsules.patience import Patience
from providers.code_capsules.target import CodeCapsulesTarget
from providers.sandbox.code_capsules import CodeCapsulesSandbox
from providers.sandbox.code_capsules.named_faults import CapsuleFaults
from providers.sandbox.code_capsules.records import Capsule as Record
from providers.sandbox.tls import Certificates
from tests.providers.capsules_wire import CODE, URL, bare_repository
from wizard.model.secret import Secret
from wizard.ports import Capsule, CapsuleWish, Environment, TargetApp

CANARY = "CANARYcca9027"
QUICK = Patience(
    retries=(0.01, 0.02, 0.03),
    looks=(0.02, 0.05),
    late_looks=(0.05,),
    timeout=5.0,
    ready_first=0.02,
    ready_most=0.1,
    ready=20.0,
    poll_first=0.02,
    poll_most=0.1,
    log_settles=(0.02,),
)


@dataclass
class World:
    """A sandbox and a target that is signed in to it."""

    sandbox: CodeCapsulesSandbox
    target: CodeCapsulesTarget
    folder: Path
    lines: list[str] = field(default_factory=list)

    @property
    def faults(self) -> CapsuleFaults:
        return self.sandbox.faults

    def log(self, line: str) -> None:
        self.lines.append(line)

    def posts(self, path: str) -> int:
        """How many POSTs came in to a path that ends so (ids as stars), whatever became of them."""
        asked: dict[str, int] = self.sandbox.facts()["posts"]
        return sum(count for name, count in asked.items() if name.endswith(path))

    def records(self, name: str) -> list[Record]:
        """What the vendor has under that name."""
        return [one for one in self.sandbox.world.capsules.values() if one.name == name]

    async def space(self) -> Environment:
        return await self.target.create_environment("shop", "UK (South)", self.log, team="acme")

    async def wish(self, **changes: object) -> CapsuleWish:
        """A backend from a repository that is linked."""
        self.sandbox.dashboard.publish(URL, bare_repository(self.folder, CODE))
        self.sandbox.dashboard.link(URL, "acme")
        (repository,) = await self.target.repositories(await self.space())
        wish = CapsuleWish(
            name="shop",
            kind="backend",
            repository=repository.id,
            url=repository.url,
            branch="main",
            run="python server.py",
        )
        return msgspec.structs.replace(wish, **changes)

    async def capsule(self, **changes: object) -> Capsule:
        return await self.target.create_capsule(await self.space(), await self.wish(**changes), self.log)

    async def app(self) -> TargetApp:
        """The app of the one capsule."""
        await self.capsule()
        found = await self.target.find_app(await self.space(), "shop", capsules={"web": "shop"})
        assert found is not None
        return found


def kept(sandbox: CodeCapsulesSandbox, who: str = "") -> Secret:
    """What Offramp keeps of a sign-in of that person."""
    words = sandbox.credentials
    return sealed(Login(words[f"{who}email"], Secret(words[f"{who}password"])))


@contextlib.asynccontextmanager
async def code_capsules_world(
    folder: Path, *, patience: Patience = QUICK, pace: float = 0.02
) -> AsyncIterator[World]:
    """Start everything, stop everything."""
    sandbox = CodeCapsulesSandbox(
        folder / "code-capsules",
        faults=CapsuleFaults(),
        certificates=Certificates(folder / "tls"),
        canary=CANARY,
        pace=pace,
    )
    await sandbox.start()
    target = CodeCapsulesTarget(sandbox.hosts, kept(sandbox), patience)
    try:
        yield World(sandbox, target, folder)
    finally:
        await target.close()
        await sandbox.stop()
