"""What is known of a target without signing in: what it can hold, and what it costs."""

from collections.abc import Mapping
from typing import Literal, Protocol, runtime_checkable

from msgspec import field

from wizard.model.noun import Noun
from wizard.ports.stacks import Stack


class ReleaseHook(Noun, frozen=True, kw_only=True):
    """Where a target reads the commands that it runs on each deploy, before anything new starts.

    `file` is a YAML file in the root of the code; `key` its top-level key, holding a list of commands;
    `aliases` are older names of that key.
    """

    file: str
    key: str
    aliases: tuple[str, ...] = ()


class ImageRules(Noun, frozen=True, kw_only=True):
    """What a target does with the image of an app.

    `folder` is where in an image that was built elsewhere it looks for the Procfile and the hook file
    ("/.aptible"), empty where it does not; `build_env_file` a file of shell assignments with the config vars,
    which lies in the root of the code during a build that follows a git push; `health_host` the Host header
    of its health checks; `udp` whether UDP reaches a container.
    """

    folder: str = ""
    build_env_file: str = ""
    health_host: str = ""
    udp: bool = True


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
    store_versions: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Versions of every other type of database that can be made, by the target's word for it ("redis"); a
    word without a number ("current") where the target chooses it itself. Of Postgres, none at all then."""
    stacks: tuple[Stack, ...] = ()
    """Where a new environment can be, the organisation's own first; known after signing in only."""
    backs_up: bool = False
    """Whether backups can be off until a database holds something, and one be made on demand."""
    wildcard_domains: bool = True
    max_domains: int | None = None
    """Custom host names one app may have."""
    managed_tls: bool = False
    """Whether Offramp makes endpoints for custom domains there, with certificates that the target renews."""
    own_certificates: bool = False
    """Whether Offramp can send a person's own certificate there, for such an endpoint."""
    log_drains: tuple[str, ...] = ()
    """Schemes of the source's log drains ("https", "syslog+tls") that have a counterpart there."""
    release_phase: bool = True
    release_hook: ReleaseHook | None = None
    """The file that stands for Heroku's `release:` line; None when the target has none."""
    scheduler: Literal["none", "cron-service"] = "cron-service"
    empty_config_values: bool = True
    needs_dockerfile: bool = False
    images: ImageRules = ImageRules()
    ways: tuple[Literal["git", "image", "workflow", "terraform", "linked"], ...] = ("git",)
    """How code can get there; see `wizard.mapping.ways`."""
    layout: Literal["services", "capsules"] = "services"
    """Whether the processes of an app are services of one app there, from one build and with one config; or
    each a capsule of its own (see `wizard.ports.capsules`)."""
    environments: Literal["one", "several"] = "one"
    """Whether the apps of one move go into one environment there, or may go into several."""
    git_hosts: tuple[str, ...] = ()
    """Hosts whose repositories can be linked ("github.com"), for the way `linked`."""
    runtimes: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Lines of each language that the target's own builders run ("python": ("3.13", "3.14")), ascending;
    empty where it has none, or where any will do."""
    storage: bool = False
    """Whether it has stores of files that can be mounted into what runs there."""
    max_root_domains: int | None = None
    """Host names without a subdomain that one app may have; they count to `max_domains` too."""
    max_cpu_percent: int | None = None
    memory_range_mb: tuple[int, int] | None = None
    """The least and the most MB, where sizes are free between them; `memory_sizes_mb` are steps to offer."""
    static_memory_mb: int | None = None
    """What something that serves files and runs nothing is given there, where that may be less than all else
    needs; None where it is nothing special."""
    disk_range_gb: tuple[int, int] | None = None
    """The least and the most GB of a database's disk, None where nothing else is known than Offramp's own."""
    own_config: dict[str, str] = field(default_factory=dict)
    """Config vars that the target sets itself, with what it puts in there, in words."""
    teams: dict[str, str] = field(default_factory=dict)
    """Who a new environment can belong to, by slug with the name; known after signing in only."""
    grace: int | None = None
    """Seconds that a container has to end before it is killed, None where that cannot be set."""
    machines: dict[str, int] = field(default_factory=dict)
    """Kinds of machines that a service can run on by name ("m"), with the least MB of each; the first is the
    default. Empty where there is nothing to choose."""
    regions: tuple[str, ...] = ()
    nearest: dict[str, str] = field(default_factory=dict)
    """The region of the target that stands for each region of the source."""
    loses: tuple[str, ...] = ()
    """What a team gives up there ("review apps")."""
    way_in: str = ""
    """How data gets in, in words ("SSH tunnel")."""
    lanes: int | None = None
    """How many connections the way to a database is taken to carry at a time, None without a limit. For
    estimates: the tunnel counts them when it opens."""
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
    dashboard: str = ""
    """The page of the vendor at which a person does what no API does."""


@runtime_checkable
class TellsPrices(Protocol):
    """What a target may have beside what it must have."""

    async def live_prices(self) -> Mapping[str, Prices]:
        """Its prices as they are now, by each region that this account can use, in the words of
        `Capabilities.regions`. Raises Trouble."""
        ...
