"""What the sandbox's Code Capsules remembers. Nothing here does anything."""

import datetime
import secrets
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from providers.sandbox.code_capsules.release import Release

Setter = Literal["User", "System"]


def new_id() -> str:
    return str(uuid.uuid4())


def now() -> str:
    """UTC, as the API writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def tail() -> str:
    """The four characters that a slug ends with."""
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(4))


@dataclass(frozen=True)
class Cluster:
    """A region. `domain` is what names of capsules there end with."""

    id: str
    name: str
    cloud: str
    domain: str


@dataclass
class Team:
    name: str
    slug: str
    owner: str
    members: dict[str, str]
    """Roles by the id of the account; the owner is one of them."""
    personal: bool = False
    id: str = field(default_factory=new_id)


@dataclass
class Space:
    name: str
    slug: str
    team_id: str
    cluster_id: str
    id: str = field(default_factory=new_id)
    created_on: str = field(default_factory=now)

    @property
    def namespace(self) -> str:
        return f"ns-{self.slug}"


@dataclass
class Repo:
    """A repository that somebody linked. `bare` stands for it; `team_ids` may build from it."""

    name: str
    url: str
    bare: Path
    team_ids: set[str]
    id: str = field(default_factory=new_id)


@dataclass
class Config:
    key: str
    value: str = field(repr=False)
    set_by: Setter
    id: str = field(default_factory=new_id)
    created_on: str = field(default_factory=now)


@dataclass
class Products:
    """CPU in thousandths, memory and disk in GB."""

    cpu_m: float
    memory_gb: float
    storage_gb: float
    replicas: int


@dataclass
class LogLine:
    """`time`: nanoseconds since the epoch."""

    time: int
    text: str
    replica: str = ""
    stream: str = "stdout"
    id: str = field(default_factory=new_id)


@dataclass
class Build:
    """`status`: Starting, Building, Succeeded, Failed. `release` is what it left to be run."""

    capsule_id: str
    type: Literal["manual", "auto"]
    branch: str
    repo_url: str
    commit: str = ""
    status: str = "Starting"
    deployed: bool = False
    finished_on: str = ""
    release: "Release | None" = None
    lines: list[LogLine] = field(default_factory=list)
    id: str = field(default_factory=new_id)
    created_on: str = field(default_factory=now)

    @property
    def over(self) -> bool:
        return self.status in {"Succeeded", "Failed"}


@dataclass
class Domain:
    """`right_since`: when its DNS was first found right (monotonic seconds), None while it is not."""

    hostname: str
    root: bool
    right_since: float | None = None
    id: str = field(default_factory=new_id)


@dataclass
class Backup:
    """`how`: manual, daily, weekly, monthly."""

    how: str
    created_on: str = field(default_factory=now)


@dataclass
class Capsule:
    """One capsule of any type; `kind` is its manifestType.

    Attributes:
        engine: the `dbType` of a data capsule.
        folder, port, run, build_command, output: where its code is in the repository, the port that it
            listens on, its commands, and a frontend's folder of built files.
        status: of a data capsule Starting or Ready; else what its processes are up to.
        host: its own address without a scheme, where it can be reached on this machine.
        host_name: the same as the vendor would call it; the sandbox's DNS knows it.
        password, user, database, private_host, private_port: of a data capsule.
        deployment: the build that it runs.
        strategy: "rolling" or "recreate".
    """

    name: str
    slug: str
    kind: str
    space_id: str
    products: Products
    description: str = ""
    engine: str = ""
    repo_id: str = ""
    repo_url: str = ""
    branch: str = ""
    folder: str = ""
    port: int = 3000
    run: str = ""
    build_command: str = ""
    output: str = ""
    strategy: str = "rolling"
    auto_build: bool = True
    status: str = "Stopped"
    host: str = ""
    host_name: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    database: str = ""
    private_host: str = ""
    private_port: int = 0
    configs: list[Config] = field(default_factory=list)
    builds: list[Build] = field(default_factory=list)
    deployment: Build | None = None
    domains: list[Domain] = field(default_factory=list)
    lines: list[LogLine] = field(default_factory=list)
    access: list[LogLine] = field(default_factory=list)
    backups: list[Backup] = field(default_factory=list)
    backup_schedule: str = ""
    bound_to: set[str] = field(default_factory=set)
    id: str = field(default_factory=new_id)
    created_on: str = field(default_factory=now)

    def config(self, key: str) -> Config | None:
        return next((item for item in self.configs if item.key == key), None)

    def set_config(self, key: str, value: str, set_by: Setter) -> None:
        """Add it, or give it this value."""
        self.configs = [item for item in self.configs if item.key != key]
        self.configs.append(Config(key, value, set_by))
