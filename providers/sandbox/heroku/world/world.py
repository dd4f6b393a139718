"""What stands on the sandbox's Heroku: plain state, changed by the platform, shown by the routes.

The parts of an app, teams, spaces and pipelines are in `world_delivery`, `world_network` and `world_people`;
all names can be imported from here.
"""

import secrets
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from providers.sandbox.heroku.world.delivery import (
    Build,
    Dyno,
    GitHubLink,
    Image,
    Job,
    Pipeline,
    Process,
    Promotion,
    Release,
    ReviewApp,
    ReviewConfig,
    Slug,
)
from providers.sandbox.heroku.world.ids import now, stable_id
from providers.sandbox.heroku.world.network import (
    Certificate,
    Domain,
    Drain,
    InboundRule,
    Monitor,
    Peering,
    Space,
    Telemetry,
    Vpn,
    Webhook,
)
from providers.sandbox.heroku.world.people import (
    Collaborator,
    Dataclip,
    Enterprise,
    Invitation,
    Invoice,
    Key,
    Member,
    Team,
)
from providers.sandbox.heroku.world.stores import Stores

__all__ = [
    "AddOn",
    "App",
    "Attachment",
    "Build",
    "Certificate",
    "Collaborator",
    "Dataclip",
    "Domain",
    "Drain",
    "Dyno",
    "Enterprise",
    "GitHubLink",
    "Image",
    "InboundRule",
    "Invitation",
    "Invoice",
    "Job",
    "Key",
    "Member",
    "Monitor",
    "Peering",
    "Pipeline",
    "Process",
    "Promotion",
    "Release",
    "ReviewApp",
    "ReviewConfig",
    "Slug",
    "Space",
    "Team",
    "Telemetry",
    "Vpn",
    "Webhook",
    "World",
    "now",
    "stable_id",
]

SCOPES = ("global", "identity", "read", "write", "read-protected", "write-protected")
"""What a token may be for (Heroku's OAuth article, copy of 2024-07)."""


@dataclass
class App:
    """An app.

    `gone`: it is still in lists but nothing of it is found, as when it is deleted in mid-read.
    `refused`: error id with which everything of it is refused ("forbidden", "two_factor", "delinquent"), ""
    for none; `refused_parts`: what alone is, as paths name it ("config-vars", "webhooks").
    `owner` "" is the account, or its team. `warning` comes as a header with every answer about it.
    `source` are the files that its Git repository on Heroku holds, by path; None: nothing was pushed.
    """

    id: str
    name: str
    web_url: str
    created_at: str
    config: dict[str, str] = field(default_factory=dict)
    region: str = "eu"
    stack: str = "heroku-24"
    maintenance: bool = False
    team_id: str | None = None
    joined: bool = True
    processes: dict[str, Process] = field(default_factory=dict)
    slugs: dict[str, Slug] = field(default_factory=dict)
    releases: list[Release] = field(default_factory=list)
    dynos: dict[str, Dyno] = field(default_factory=dict)
    domains: list[Domain] = field(default_factory=list)
    drains: list[Drain] = field(default_factory=list)
    jobs: dict[str, Job] = field(default_factory=dict)
    certificates: list[Certificate] = field(default_factory=list)
    webhooks: list[Webhook] = field(default_factory=list)
    telemetry: list[Telemetry] = field(default_factory=list)
    monitors: list[Monitor] = field(default_factory=list)
    buildpacks: tuple[str, ...] = ("heroku/python",)
    updated_at: str = ""
    current_version: int = 0
    gone: bool = False
    refused: str = ""
    log: deque[str] = field(default_factory=lambda: deque(maxlen=5000))
    generation: str = "cedar"
    space_id: str | None = None
    owner: str = ""
    locked: bool = False
    internal_routing: bool | None = None
    archived_at: str | None = None
    images: dict[str, Image] = field(default_factory=dict)
    builds: list[Build] = field(default_factory=list)
    features: tuple[str, ...] = ()
    collaborators: list[Collaborator] = field(default_factory=list)
    github: GitHubLink | None = None
    warning: str = ""
    refused_parts: tuple[str, ...] = ()
    source: dict[str, str] | None = None

    @property
    def release(self) -> Release | None:
        """The current release, which the dynos run."""
        return next((one for one in self.releases if one.version == self.current_version), None)


@dataclass
class AddOn:
    """`config_vars` are those it sets in its own app; `cents` a month, None where no price is told.

    `billed_to_team`: its team pays, not the app. `contract`: the price is agreed, not told. An add-on whose
    app is in no list of this account's is foreign: `World.add_ons` holds it, `World.foreign` its app's name.
    """

    id: str
    name: str
    service: str
    plan: str
    app_id: str
    cents: int | None
    config_vars: tuple[str, ...] = ()
    created_at: str = "2023-05-11T08:14:02Z"
    state: str = "provisioned"
    contract: bool = False
    billed_to_team: bool = False
    provision_message: str = ""
    web_url: str | None = ""


@dataclass
class Attachment:
    id: str
    name: str
    add_on_id: str
    app_id: str
    config_vars: tuple[str, ...] = ()
    namespace: str | None = None
    created_at: str = "2023-05-11T08:14:03Z"
    log_input_url: str | None = None


@dataclass
class World:
    """Everything. `written` lists the requests that changed something, "PATCH /apps/…", in order."""

    email: str
    account_id: str
    apps: dict[str, App] = field(default_factory=dict)
    add_ons: dict[str, AddOn] = field(default_factory=dict)
    attachments: dict[str, Attachment] = field(default_factory=dict)
    pipelines: dict[str, Pipeline] = field(default_factory=dict)
    couplings: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Pipeline id and stage by app id."""
    teams: dict[str, Team] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=set)
    written: list[str] = field(default_factory=list)
    two_factor_code: str = "472913"
    """What the person's second factor shows now."""
    cron_runs: dict[str, int] = field(default_factory=dict)
    """How often the scheduler ran a job, by "app: command"."""
    scopes: dict[str, frozenset[str]] = field(default_factory=dict)
    """What a token is for, by token; one that is not in here is global."""
    global_only: set[str] = field(
        default_factory=lambda: {"data", "particleboard", "metrics", "kolkrabbi", "dataclips"}
    )
    """Hosts that take global tokens only. No source says what Heroku's do; a test may change it."""
    foreign: dict[str, str] = field(default_factory=dict)
    """Names of apps that own add-ons and that this account cannot see, by id."""
    spaces: dict[str, Space] = field(default_factory=dict)
    enterprises: dict[str, Enterprise] = field(default_factory=dict)
    name: str | None = "Robin Example"
    two_factor: bool = True
    default_team: str | None = None
    account_features: tuple[str, ...] = ()
    keys: list[Key] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    dataclips: list[Dataclip] = field(default_factory=list)
    suspended_at: str | None = None
    delinquent_at: str | None = None
    warning: str = ""
    """Comes as a header with every answer."""
    outputs: str = ""
    """Where output streams are served, "" for Heroku's own addresses."""
    stores: Stores = field(default_factory=Stores)
    """Databases, Key-Value Stores and Kafkas by add-on id; who is not in it has what its plan brings."""

    def app(self, reference: str) -> App | None:
        """The app with that id or name."""
        if reference in self.apps:
            return self.apps[reference]
        return next((app for app in self.apps.values() if app.name == reference), None)

    def add_on(self, reference: str) -> AddOn | None:
        """The add-on with that id or name."""
        if reference in self.add_ons:
            return self.add_ons[reference]
        return next((one for one in self.add_ons.values() if one.name == reference), None)

    def new_token(self, canary: str = "", scope: Iterable[str] = ("global",)) -> str:
        """Make a token that the API accepts from now on, for what `scope` names (`SCOPES`)."""
        token = f"HRKU-{uuid.uuid4()}{canary}{secrets.token_hex(4) if canary else ''}"
        self.tokens.add(token)
        self.scopes[token] = frozenset(scope)
        return token

    def scope_of(self, token: str) -> frozenset[str]:
        """What a token is for; a token that a test put in by hand is global."""
        return self.scopes.get(token, frozenset({"global"}))

    def named(self, app_id: str) -> str:
        """The name of an app that owns an add-on, whether this account sees the app or not."""
        app = self.apps.get(app_id)
        return app.name if app else self.foreign.get(app_id, "unknown-app")

    def is_open(self, app_id: str) -> bool:
        """Whether the account may read that app now."""
        app = self.apps.get(app_id)
        return app is not None and app.joined and not app.gone and not app.refused

    def owned(self, app_id: str) -> list[AddOn]:
        """The add-ons that an app owns."""
        return [one for one in self.add_ons.values() if one.app_id == app_id]

    def attached(self, add_on_id: str) -> Iterable[Attachment]:
        """All attachments of an add-on."""
        return (one for one in self.attachments.values() if one.add_on_id == add_on_id)
