"""A target where every process is a capsule of its own, built from a repository that is linked to it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from wizard.model.noun import Noun
from wizard.ports.creations import Creations
from wizard.ports.deploys import TargetDeploy
from wizard.ports.signing_in import Log
from wizard.ports.target import Target
from wizard.ports.target_things import Environment

CapsuleKind = Literal["backend", "frontend", "docker"]


class Team(Noun, frozen=True, kw_only=True):
    """Who owns environments and pays. `personal`: it is the account's own."""

    id: str
    slug: str
    name: str
    personal: bool = False


class Repository(Noun, frozen=True, kw_only=True):
    """A repository that is linked: `url` is its address as the target tells it."""

    id: str
    name: str
    url: str


class CapsuleWish(Noun, frozen=True, kw_only=True):
    """What a capsule is to be. `repository` is the id of a linked one and `url` its address, `folder` the
    place of the code in it (empty: its root), `run` the command (empty: the builder's own), `build` the
    command that builds (empty: the builder's own), `output` the folder of a frontend's built files, `port`
    the one that a Docker capsule listens on. `cpu_percent`: 0 is what goes with the memory."""

    name: str
    kind: CapsuleKind
    repository: str
    url: str
    branch: str
    folder: str = ""
    run: str = ""
    build: str = ""
    output: str = ""
    port: int = 3000
    memory_mb: int = 512
    cpu_percent: int = 0


class Capsule(Noun, frozen=True, kw_only=True):
    """A capsule as it is. `replicas` 0: it is stopped. `host` is its own address without a scheme, empty
    where it has none; `url`, `branch`, `folder`, `run`, `build` and `output` are empty where the target does
    not tell them."""

    id: str
    name: str
    kind: str
    environment_id: str
    state: str
    replicas: int
    memory_mb: int
    cpu_percent: int
    host: str = ""
    url: str = ""
    branch: str = ""
    folder: str = ""
    run: str = ""
    build: str = ""
    output: str = ""


class StorageCapsule(Noun, frozen=True, kw_only=True):
    """A store of files. `variable` is the config var that names its folder in what it is bound to."""

    id: str
    name: str
    disk_gb: int
    bound_to: tuple[str, ...] = ()
    """Ids of capsules."""
    variable: str = ""


@runtime_checkable
class CapsuleTarget(Target, Protocol):
    """What a target of that layout has beside what every target has. `Target.create_app`, `git_remote` and
    `deploy` are not called there. All of `config`, `configure`, `services`, `scale`, `find_endpoint` and
    `create_endpoint` work on the capsules of `TargetApp.parts`: `config` gives what all of them agree on."""

    def note_creations(self, notes: Creations) -> None:
        """From now on look at `notes` before anything is created, and write to them before it is sent."""
        ...

    async def teams(self) -> list[Team]: ...

    async def create_environment(
        self, handle: str, region: str, log: Log, *, stack: str = "", team: str = ""
    ) -> Environment:
        """As `Target.create_environment`, for the team of that slug; empty is good only where there is
        one."""
        ...

    async def repositories(self, environment: Environment | None = None) -> list[Repository]:
        """The repositories that the environment's team, or with None the account, can build from."""
        ...

    async def find_capsule(self, environment: Environment, name: str) -> Capsule | None: ...

    async def create_capsule(self, environment: Environment, wish: CapsuleWish, log: Log) -> Capsule:
        """Create it stopped, or go on with what a broken attempt left. Lists before and after the one POST,
        since a create may fail and still have worked. What it does not say of itself afterwards (`folder`,
        `port`) a person checks; see `Capsule`."""
        ...

    async def builds(self, capsule: Capsule) -> list[TargetDeploy]:
        """All builds that are known, newest first, whoever began them; `commit` is what was built."""
        ...

    async def build(self, capsule: Capsule, log: Log, *, folder: Path | None = None) -> TargetDeploy:
        """Begin a build of the newest commit of its branch, or follow the one that is under way, to its end;
        its log as with `Target.deploy`. Raises Trouble (`build-failed`) with the tail of its log."""
        ...

    async def until_deployed(self, capsule: Capsule, build: TargetDeploy, log: Log) -> None:
        """Wait, for a bounded time, until what runs of the capsule is of that build, which has succeeded. At
        once where nothing of it runs, or the target does not tell. Raises Trouble (`build-not-deployed`)."""
        ...

    async def restart(self, capsule: Capsule, log: Log) -> None: ...

    async def run_log(self, capsule: Capsule, lines: int = 50) -> list[str]:
        """The newest lines that it wrote, clean, oldest first."""
        ...

    async def find_storage(self, environment: Environment, name: str) -> StorageCapsule | None: ...

    async def create_storage(
        self, environment: Environment, name: str, disk_gb: int, log: Log
    ) -> StorageCapsule: ...

    async def bind_storage(self, storage: StorageCapsule, capsule: Capsule, log: Log) -> StorageCapsule:
        """Mount it into the capsule; done already is no error."""
        ...

    async def values(self, capsule: Capsule) -> Mapping[str, str]:
        """The names of its config vars and who set each: "User" or "System"."""
        ...
