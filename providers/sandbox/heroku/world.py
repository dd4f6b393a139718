"""What stands on the sandbox's Heroku: plain state, changed by the platform, shown by the routes."""

import asyncio
import random
import secrets
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from providers.sandbox.processes import Running


def stable_id(*key: str) -> str:
    """A UUID that is the same for the same key at every start, so that saved sessions find their apps."""
    return str(uuid.UUID(int=random.Random("/".join(key)).getrandbits(128), version=4))


def now() -> str:
    """The time in Heroku's form, UTC."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@dataclass
class Process:
    """One line of a formation."""

    id: str
    type: str
    command: str
    quantity: int
    size: str


@dataclass
class Slug:
    id: str
    commit: str
    process_types: dict[str, str]
    created_at: str
    size: int = 21_438_464


@dataclass
class Release:
    """`config` is what its dynos get; `output` what its release command printed."""

    id: str
    version: int
    description: str
    slug_id: str | None
    created_at: str
    config: dict[str, str]
    status: str = "succeeded"
    output: list[str] = field(default_factory=list)


@dataclass
class Dyno:
    id: str
    name: str
    type: str
    command: str
    size: str
    version: int
    created_at: str
    state: str = "starting"
    running: Running | None = None
    port: int | None = None
    wanted: bool = True
    keeper: asyncio.Task[None] | None = None
    """Starts it again when it crashes; None for one-off dynos."""

    def unwanted(self) -> bool:
        """Whether it shall end; may become true during any await."""
        return not self.wanted


@dataclass
class Domain:
    id: str
    hostname: str
    kind: str
    cname: str | None = None
    acm_status: str | None = None
    created_at: str = "2023-06-02T09:14:11Z"


@dataclass
class Drain:
    id: str
    url: str
    token: str
    add_on_id: str | None = None
    created_at: str = "2023-06-02T09:20:40Z"


@dataclass
class Job:
    """A job of the scheduler: `every` 10, 60 or 1440 minutes, `at` minutes into the hour or day (UTC)."""

    id: str
    command: str
    every: int
    at: int
    dyno_size: str
    created_at: str
    ran_at: str | None = None
    busy: bool = False


@dataclass
class Certificate:
    """A certificate that a person uploaded (an SNI endpoint)."""

    id: str
    name: str
    hostnames: tuple[str, ...]
    pem: str = "-----BEGIN CERTIFICATE-----\nMIIBszCCAVmgAwIBAgIU\n-----END CERTIFICATE-----\n"
    created_at: str = "2024-01-09T10:00:00Z"


@dataclass
class Webhook:
    id: str
    url: str
    include: tuple[str, ...]
    created_at: str = "2024-01-09T10:10:00Z"


@dataclass
class Telemetry:
    """A telemetry drain of an app."""

    id: str
    endpoint: str
    signals: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)
    created_at: str = "2025-03-04T08:00:00Z"


@dataclass
class Monitor:
    """A monitor of the metrics service: `action` is "scale" (autoscaling) or "alert"."""

    id: str
    action: str = "scale"
    least: int = 1
    most: int = 5
    active: bool = True


@dataclass
class App:
    """An app.

    `gone`: it is still in lists but nothing of it is found, as when it is deleted in mid-read.
    `refused`: error id with which everything of it is refused ("forbidden", "two_factor"), "" for none.
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

    @property
    def release(self) -> Release | None:
        """The current release, which the dynos run."""
        return next((one for one in self.releases if one.version == self.current_version), None)


@dataclass
class AddOn:
    """`config_vars` are those it sets in its own app; `cents` a month."""

    id: str
    name: str
    service: str
    plan: str
    app_id: str
    cents: int
    config_vars: tuple[str, ...] = ()
    created_at: str = "2023-05-11T08:14:02Z"
    state: str = "provisioned"


@dataclass
class Attachment:
    id: str
    name: str
    add_on_id: str
    app_id: str
    config_vars: tuple[str, ...] = ()
    namespace: str | None = None
    created_at: str = "2023-05-11T08:14:03Z"


@dataclass
class Pipeline:
    id: str
    name: str
    created_at: str = "2023-05-11T08:00:00Z"


@dataclass
class Team:
    id: str
    name: str
    created_at: str = "2022-01-01T08:00:00Z"


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

    def new_token(self, canary: str = "") -> str:
        """Make a token that the API accepts from now on."""
        token = f"HRKU-{uuid.uuid4()}{canary}{secrets.token_hex(4) if canary else ''}"
        self.tokens.add(token)
        return token

    def attached(self, add_on_id: str) -> Iterable[Attachment]:
        """All attachments of an add-on."""
        return (one for one in self.attachments.values() if one.add_on_id == add_on_id)
