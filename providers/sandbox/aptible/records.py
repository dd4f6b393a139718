"""What stands in the sandbox's Aptible, one plain record a thing, all in memory."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from providers.sandbox.aptible.clock import now
from providers.sandbox.aptible.containers import Container
from providers.sandbox.relay import Door, Relay
from providers.sandbox.router import Router

Resource = tuple[str, int]
"""A collection of the API and an id in it: ("apps", 12)."""


class Server(Protocol):
    """A database server of whatever kind.

    Attributes:
        doors: by the type of a credential, what the SSH portal forwards to.
        ports: by the type of a credential, the port inside the stack.
    """

    @property
    def doors(self) -> Mapping[str, Door]: ...

    @property
    def ports(self) -> Mapping[str, int]: ...

    def drop(self) -> None:
        """Cut every connection to it."""

    async def stop(self, *, remove: bool = False) -> None: ...


@dataclass(frozen=True)
class DatabaseImage:
    """One version of one kind of database, as `/database_images` lists it."""

    id: int
    type: str
    version: str
    visible: bool = True
    default: bool = False
    eol_at: str | None = None

    @property
    def major(self) -> int:
        """The number before the first dot."""
        return int(self.version.partition(".")[0])


@dataclass
class Credential:
    """`url` is empty until the database is provisioned."""

    id: int
    type: str
    default: bool
    url: str = ""


@dataclass
class Database:
    """Sizes in MB and GB. `grown_at` is when its disk was last grown, in seconds of the world's clock."""

    id: int
    handle: str
    account_id: int
    image: DatabaseImage
    service_id: int
    disk_id: int
    credentials: list[Credential]
    container_mb: int = 1024
    disk_gb: int = 10
    profile: str = "m"
    iops: int = 3000
    volume_type: str = "gp3"
    status: str = "pending"
    server: Server | None = None
    enable_backups: bool = True
    enable_pitr: bool = False
    grown_at: float | None = None
    created_at: str = field(default_factory=now)

    @property
    def version(self) -> str:
        return self.image.version


@dataclass
class Backup:
    id: int
    database_id: int
    database_handle: str
    account_id: int
    image: DatabaseImage
    size_gb: int
    manual: bool
    region: str
    created_at: str = field(default_factory=now)


@dataclass
class Image:
    """A built or pulled release: its folder holds the code. `sha` is empty for a pulled one, `docker_repo`
    and `docker_ref` (a digest) for a built one."""

    id: int
    app_id: int
    git_ref: str
    sha: str
    folder: Path
    environment: dict[str, str]
    exposed_ports: list[int]
    processes: dict[str, str]
    entrypoint: list[str]
    before_deploy: list[str]
    workdir: str
    docker_repo: str | None = None
    docker_ref: str | None = None
    has_dockerfile: bool = True
    created_at: str = field(default_factory=now)


@dataclass
class Configuration:
    """The environment of an app as it was from one moment on."""

    id: int
    resource: Resource
    env: dict[str, str]
    created_at: str = field(default_factory=now)


@dataclass
class Setting:
    """The settings of an app, a database or an endpoint as they were from one moment on."""

    id: int
    resource: Resource
    settings: dict[str, str]
    sensitive: dict[str, str]
    created_at: str = field(default_factory=now)


@dataclass
class Deployment:
    """One deploy of an app."""

    id: int
    app_id: int
    operation_id: int
    status: str = "pending"
    configuration_id: int | None = None
    setting_id: int | None = None
    image_id: int | None = None
    docker_image: str | None = None
    git_ref: str | None = None
    git_sha: str | None = None
    created_at: str = field(default_factory=now)


@dataclass
class CodeScan:
    """What `scan_code` found in a commit; texts are None where the file is missing."""

    id: int
    app_id: int
    operation_id: int
    git_ref: str
    dockerfile: str | None
    procfile: str | None
    aptible_yml: str | None
    languages: list[str]
    created_at: str = field(default_factory=now)


@dataclass
class App:
    """`source` is "git" or "docker" once it was deployed."""

    id: int
    handle: str
    account_id: int
    status: str = "pending"
    env: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    sensitive: dict[str, str] = field(default_factory=dict)
    configuration_id: int | None = None
    setting_id: int | None = None
    deployment_id: int | None = None
    source: str | None = None
    detached: bool = False
    image: Image | None = None
    log: list[str] = field(default_factory=list)
    created_at: str = field(default_factory=now)


@dataclass
class Release:
    """One generation of a service's containers."""

    id: int
    service_id: int
    image: Image
    containers: dict[int, str] = field(default_factory=dict)
    """Container id, and its name."""
    created_at: str = field(default_factory=now)


@dataclass
class Service:
    id: int
    app_id: int
    process_type: str
    command: str
    count: int = 1
    memory_mb: int = 1024
    profile: str = "m"
    settings: dict[str, Any] = field(default_factory=dict)
    policy: dict[str, Any] | None = None
    containers: list[Container] = field(default_factory=list)
    release_id: int | None = None
    created_at: str = field(default_factory=now)


@dataclass
class Vhost:
    """`service_id` belongs to an app, or to a database (then `database_id` says which)."""

    id: int
    service_id: int
    type: str
    platform: str
    container_port: int | None
    default: bool
    internal: bool
    acme: bool
    user_domain: str | None
    ip_whitelist: list[str]
    container_ports: list[int] = field(default_factory=list)
    database_id: int | None = None
    certificate_id: int | None = None
    acme_status: str | None = None
    shared: bool = False
    balancing: str | None = None
    settings: dict[str, str] = field(default_factory=dict)
    setting_id: int | None = None
    status: str = "pending"
    router: Router | None = None
    relay: Relay | None = None
    created_at: str = field(default_factory=now)

    @property
    def external_host(self) -> str | None:
        """The load balancer's name, once there is one."""
        return f"elb-sandbox-{self.id}.aptible.in" if self.router or self.relay else None

    @property
    def challenge(self) -> tuple[str, str] | None:
        """The CNAME that Let's Encrypt's challenge over DNS needs, once there is a load balancer: its name,
        and where it leads."""
        if not self.acme or self.user_domain is None or self.external_host is None:
            return None
        return f"_acme-challenge.{self.user_domain.removeprefix('*.')}", f"acme.{self.external_host}"


@dataclass
class Certificate:
    """`shown` are the fields that the API reads from the PEM text."""

    id: int
    account_id: int
    body: str
    private_key: str
    acme: bool
    shown: dict[str, Any]
    created_at: str = field(default_factory=now)


@dataclass
class Drain:
    """A log drain or a metric drain; `fields` are those of its creation."""

    id: int
    collection: str
    account_id: int
    handle: str
    drain_type: str
    fields: dict[str, Any]
    status: str = "pending"
    delivered: int = 0
    created_at: str = field(default_factory=now)


@dataclass
class PortalConnection:
    id: str
    operation_id: int
    user: str
    certificate: str
    socket: str | None
    created_at: str = field(default_factory=now)
