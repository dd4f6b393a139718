"""What a provider offers: Protocols and the plain values they speak in, nothing else.

The wizard finds providers through the entry-point group `offramp.providers`; each entry is an object
that satisfies `SourceProvider` or `TargetProvider`. All methods that reach a vendor raise
`wizard.model.trouble.Trouble` (or a subclass) and nothing else for whatever goes wrong out there.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from msgspec import field

from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.system import Account, Job, System
from wizard.model.ticket import SshTicket

Hosts = Mapping[str, str]
"""Where a vendor is reached, by name ("api", "auth"); a provider fills in what is missing with the
vendor's own addresses. Plain http is accepted for loopback only."""

Log = Callable[[str], None]
"""Takes one clean line of a build or operation log as it comes in."""


class ReadProgress(Noun, frozen=True, kw_only=True):
    """How far an inventory is: `doing` in words ("config vars of migrate-backend"), counts so far. `slow`
    says that it goes on at the pace of the vendor's rate limit, which may take an hour."""

    doing: str
    done: int
    total: int
    calls: int
    slow: bool = False


class FoundToken:
    """A token that was found on this machine. `where` says in words where ("HEROKU_API_KEY")."""

    def __init__(self, where: str, token: Secret) -> None:
        self.where = where
        self.token = token


class AppState(Noun, frozen=True, kw_only=True):
    """What of an app the cut-over touches, as it is now. `jobs` None: not to be read, or not asked for."""

    maintenance: bool
    release: int | None
    quantities: dict[str, int]
    jobs: tuple[Job, ...] | None
    running: tuple[str, ...] = ()
    """Names of dynos that run now ("web.1", "scheduler.4711")."""
    kinds: tuple[str, ...] = ()
    """Types of the dynos that run now ("web", "scheduler"), each once: a name does not tell it on Fir."""


class Source(Protocol):
    """Heroku, signed in. Everything is read-only but the four writes of the cut-over, and `pre_authorise`."""

    async def account(self) -> Account: ...

    def second_factor(self, code: Secret | None) -> None:
        """Hand in the code that the person's second factor shows now: it goes along with reads that are
        refused for want of it. Raises Trouble when it can be no code."""
        ...

    async def pre_authorise(self, app_id: str, code: Secret) -> None:
        """Open an app that wants a second factor to this token for a while. A write: ask the person first."""
        ...

    async def read(self, report: Callable[[ReadProgress], None]) -> System:
        """Read the whole inventory. What cannot be read becomes a `Gap`."""
        ...

    async def config(self, app_id: str) -> dict[str, Secret]:
        """All config vars of an app with their values, byte for byte."""
        ...

    async def database_url(self, add_on_id: str) -> Secret:
        """The connection URL of a Postgres add-on, read anew: Heroku rotates credentials unasked. It demands
        TLS where the vendor has it, so that the password never goes out in clear."""
        ...

    async def clone(self, app_id: str, folder: Path, log: Log) -> str:
        """Clone an app's code into `folder`, which is new or empty; returns the commit that is checked out.
        What fails leaves nothing behind. Raises Trouble (`empty-repository`) when no code is there."""
        ...

    async def state(self, app_id: str, *, jobs: bool = True) -> AppState:
        """What the cut-over touches, as it is now. With `jobs` False the scheduler is not asked, so that its
        outage holds up nothing else."""
        ...

    async def set_maintenance(self, app_id: str, on: bool) -> None: ...

    async def scale(self, app_id: str, quantities: Mapping[str, int]) -> None: ...

    async def remove_job(self, app_id: str, job_id: str) -> None:
        """Delete a scheduler job; done already is no error."""
        ...

    async def add_job(self, app_id: str, job: Job) -> None:
        """Create a scheduler job. Never call it without having looked whether it is there."""
        ...

    async def close(self) -> None: ...


@runtime_checkable
class SourceProvider(Protocol):
    name: str
    title: str
    role: Literal["source"]
    token_page: str
    """Where a person makes a token, to be shown and copied."""

    def found_tokens(self) -> list[FoundToken]:
        """Tokens on this machine, best first: the environment, the vendor's own CLI."""
        ...

    def open(self, hosts: Hosts, token: Secret) -> Source: ...


class ReleaseHook(Noun, frozen=True, kw_only=True):
    """Where a target reads the commands that it runs on each deploy, before anything new starts.

    `file` is a YAML file in the root of the code; `key` its top-level key, holding a list of commands;
    `aliases` are older names of that key.
    """

    file: str
    key: str
    aliases: tuple[str, ...] = ()


class Capabilities(Noun, frozen=True, kw_only=True):
    """What a target can hold, for `choose`. Memory in MB; None means no limit known."""

    works: bool
    """Whether Offramp can move a system there end to end."""
    missing: tuple[str, ...] = ()
    """What Offramp still lacks for it, in words, when it does not."""
    max_memory_mb: int | None = None
    max_containers: int | None = None
    postgres_versions: tuple[int, ...] = ()
    extensions: tuple[str, ...] = ()
    wildcard_domains: bool = True
    max_domains: int | None = None
    """Custom host names one app may have."""
    release_phase: bool = True
    release_hook: ReleaseHook | None = None
    """The file that stands for Heroku's `release:` line; None when the target has none."""
    scheduler: Literal["none", "cron-service"] = "cron-service"
    empty_config_values: bool = True
    needs_dockerfile: bool = False
    regions: tuple[str, ...] = ()
    nearest: dict[str, str] = field(default_factory=dict)
    """The region of the target that stands for each region of the source."""
    loses: tuple[str, ...] = ()
    """What a team gives up there ("review apps")."""
    way_in: str = ""
    """How data gets in, in words ("SSH tunnel")."""
    by_hand: tuple[str, ...] = ()
    """What a person must do in the vendor's dashboard."""


class Prices(Noun, frozen=True, kw_only=True):
    """Monthly US cents. `source` and `date` (ISO) say where the figures come from."""

    source: str
    date: str
    base_cents: int = 0
    memory_gb_cents: float = 0.0
    cpu_percent_cents: float = 0.0
    cpu_percent_per_gb: float = 0.0
    """Percent of one CPU that goes with each GB of memory, where CPU is billed for itself."""
    disk_gb_cents: float = 0.0
    endpoint_cents: float = 0.0


class Profile(Noun, frozen=True, kw_only=True):
    """A target as `choose` and `map` need it, known without signing in."""

    name: str
    title: str
    words: dict[str, str] = field(default_factory=dict)
    """The vendor's own nouns for ours: environment, app, service, database, endpoint."""
    capabilities: Capabilities
    prices: Prices
    memory_sizes_mb: tuple[int, ...] = ()
    handle_pattern: str = r"[0-9a-z._-]{1,64}"


class Environment(Noun, frozen=True, kw_only=True):
    id: str
    handle: str
    region: str = ""


class TargetDatabase(Noun, frozen=True, kw_only=True):
    """A database of the target. `state`: `pending`, `provisioning`, `provisioned`, `failed`, other words."""

    id: str
    handle: str
    environment_id: str
    version: str
    state: str
    disk_gb: int | None = None


class DatabaseWish(Noun, frozen=True, kw_only=True):
    handle: str
    version: str
    memory_mb: int
    disk_gb: int


class TargetApp(Noun, frozen=True, kw_only=True):
    id: str
    handle: str
    environment_id: str
    state: str
    git_ref: str | None = None
    """The ref of the last successful deploy, None before the first."""
    repository: str = ""
    """Where a person pushes its code with an SSH key of their own; empty when the target names nothing."""


class TargetService(Noun, frozen=True, kw_only=True):
    id: str
    app_id: str
    type: str
    command: str
    count: int
    memory_mb: int


class Endpoint(Noun, frozen=True, kw_only=True):
    """A web address of a service. `dns_target` is what a custom domain's CNAME must name, `port` the one of
    the containers that it leads to (None: the target chooses)."""

    id: str
    service_id: str
    url: str
    state: str
    dns_target: str = ""
    port: int | None = None


class GitRemote(Noun, frozen=True, kw_only=True):
    """Where to push an app's code, and the environment `git` needs for it. `environment` may name files
    that the provider wrote below the folder it was given; it holds no secret but through `secrets`.

    Git must have no terminal: where one is, ssh may ask there for a password.
    """

    url: str
    branch: str
    environment: dict[str, str]
    by_hand: str = ""
    """The same repository for a person who pushes with an SSH key of their own; empty when there is none."""


class Target(Protocol):
    """A target, signed in. Whatever creates looks first and adopts what is there by handle; no POST is
    repeated blindly; operations are followed to their end, a failed one raises Trouble with the tail of
    its log."""

    async def account(self) -> Account: ...

    async def environments(self) -> list[Environment]: ...

    async def create_environment(self, handle: str, region: str, log: Log) -> Environment:
        """Create it in `region`, never in another; empty is good only where there is nothing to choose."""
        ...

    async def database_versions(self) -> list[str]:
        """The Postgres versions that can be created now."""
        ...

    async def find_database(self, environment: Environment, handle: str) -> TargetDatabase | None: ...

    async def create_database(self, environment: Environment, wish: DatabaseWish, log: Log) -> TargetDatabase:
        """Create it, or go on with what a broken attempt left; returns when it is provisioned."""
        ...

    async def database_url(self, database: TargetDatabase) -> Secret:
        """The URL that apps inside the target use. A sensitive read: leaves a trace in the audit trail."""
        ...

    async def ticket(self, database: TargetDatabase) -> SshTicket:
        """Fresh credentials for one tunnel connection."""
        ...

    async def find_app(self, environment: Environment, handle: str) -> TargetApp | None: ...

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

    async def under_way(self, app: TargetApp) -> str:
        """What the target is at work on for this app just now ("deploy"); empty when nothing is."""
        ...

    async def services(self, app: TargetApp) -> list[TargetService]: ...

    async def scale(self, service: TargetService, count: int, memory_mb: int, log: Log) -> TargetService: ...

    async def find_endpoint(self, service: TargetService) -> Endpoint | None: ...

    async def create_endpoint(self, service: TargetService, port: int, log: Log) -> Endpoint: ...

    async def close(self) -> None: ...


class SignIn(Noun, frozen=True, kw_only=True):
    """What a person typed to sign in. Held in memory only, and only until the token is there."""

    email: str = ""
    otp: str = ""
    resume: dict[str, str] = field(default_factory=dict)


class Token:
    """A token with its end of life (UTC, ISO 8601; None when the vendor does not tell) and whose it is."""

    def __init__(self, secret: Secret, account: Account, expires_at: str | None) -> None:
        self.secret = secret
        self.account = account
        self.expires_at = expires_at


@runtime_checkable
class TargetProvider(Protocol):
    name: str
    title: str
    role: Literal["target"]
    token_page: str

    def profile(self) -> Profile: ...

    def found_tokens(self) -> list[FoundToken]: ...

    async def sign_in(self, hosts: Hosts, who: SignIn, password: Secret) -> Token:
        """Raises SecondFactorNeeded when a one-time code is wanted; call again with it and its `resume`."""
        ...

    async def accept_token(self, hosts: Hosts, pasted: Secret) -> Token:
        """Check a pasted token against the vendor."""
        ...

    def open(self, hosts: Hosts, token: Secret) -> Target: ...


class Example(Protocol):
    """The example system on this machine, running. `hosts` and `credentials` are by provider name;
    `checkouts` are folders by app name."""

    hosts: dict[str, dict[str, str]]
    credentials: dict[str, dict[str, str]]
    checkouts: dict[str, Path]

    async def facts(self) -> dict[str, Any]:
        """What stands in that world now."""
        ...

    async def stop(self) -> None:
        """End it with all its processes."""
        ...


class ExampleProvider(Protocol):
    """What starts the example system in a folder, or finds the one that runs there."""

    async def start_or_find(
        self, folder: Path, *, size: str = "standard", progress: Callable[[str], None]
    ) -> Example:
        """The running one, or a new one. `progress` takes what is being done, in words."""
        ...

    async def find(self, folder: Path) -> Example | None:
        """The running one, None when there is none."""
        ...

    async def stop(self, folder: Path) -> None:
        """End the one that runs there, or is starting there; returns when it is gone."""
        ...
