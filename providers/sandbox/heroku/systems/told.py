"""The words in which a system is described (TOML): what stands on Heroku, by names instead of ids.

`assets/demo/zoo.toml` has every one of them at least once. What is left out is as Heroku has it without being
told. Values of config vars may hold `{secret}` (made up, the same each time), `{url:APP}` and `{host:APP}`
(an app's address with and without https://) and `{value:APP:NAME}` (what another app's config var holds).
"""

from typing import Any, Literal

import msgspec

from providers.sandbox.heroku.world.building import CREATED, DEPLOYED


class Told(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """A word that is not known is an error that names it."""


class ToldKey(Told):
    comment: str


class ToldInvoice(Told):
    """`month` "2026-10"; `cents` before `credits` are taken off."""

    number: int
    month: str
    cents: int
    credits: int = 0


class ToldDataclip(Told):
    """`database` is an add-on's name."""

    title: str
    database: str | None = None
    creator: str = "robin@acme.example"
    created_at: str = "2025-03-04T09:00:00Z"
    edited_at: str = "2026-02-03T11:30:00Z"
    detached: bool = False


class ToldAccount(Told):
    email: str = "robin@acme.example"
    name: str | None = "Robin Example"
    two_factor: bool = True
    default_team: str | None = None
    features: tuple[str, ...] = ()
    keys: list[ToldKey] = []
    invoices: list[ToldInvoice] = []
    dataclips: list[ToldDataclip] = []
    warning: str = ""
    """Comes with every answer."""
    suspended_at: str | None = None
    delinquent_at: str | None = None


Role = Literal["admin", "member", "collaborator", "owner", "viewer"]
"""Heroku's API has no word for a viewer: it says null."""


class ToldMember(Told):
    email: str
    role: Role = "member"
    two_factor: bool = True
    federated: bool = False
    name: str | None = None


class ToldInvitation(Told):
    email: str
    role: Literal["admin", "member"] = "member"
    invited_by: str = ""


class ToldEnterprise(Told):
    name: str
    permissions: tuple[Literal["view", "create", "manage", "billing"], ...] = ("view",)
    trial: bool = False
    member: list[ToldMember] = []


class ToldTeam(Told):
    """`role` is the account's own; `refused` an error id ("forbidden") for its members, features, add-ons."""

    name: str
    type: Literal["team", "enterprise"] = "team"
    role: Role = "admin"
    enterprise: str = ""
    default: bool = False
    features: tuple[str, ...] = ()
    refused: str = ""
    member: list[ToldMember] = []
    invitation: list[ToldInvitation] = []


class ToldRule(Told):
    source: str
    action: Literal["allow", "deny"] = "allow"


class ToldPeering(Told):
    pcx_id: str
    cidr_blocks: tuple[str, ...]
    status: str = "active"
    type: Literal["heroku-managed", "customer-managed", "unknown"] = "customer-managed"


class ToldVpn(Told):
    name: str
    public_ip: str
    routable_cidrs: tuple[str, ...]
    status: Literal["pending", "provisioning", "active", "deprovisioning", "failed"] = "active"
    status_message: str = ""


class ToldTelemetry(Told):
    endpoint: str
    signals: tuple[Literal["traces", "metrics", "logs"], ...] = ("traces", "metrics", "logs")
    transport: Literal["otlphttp", "otlp"] = "otlphttp"
    headers: dict[str, str] = {}


class ToldSpace(Told):
    """`refused`: error id for all of it but its row. `drain`: an address."""

    name: str
    team: str
    region: str = "virginia"
    state: Literal["allocating", "allocated", "deleting"] = "allocated"
    shield: bool = False
    generation: Literal["cedar", "fir"] = "cedar"
    cidr: str = "10.0.0.0/16"
    data_cidr: str = "10.1.0.0/16"
    outbound: tuple[str, ...] = ("198.51.100.10", "198.51.100.11")
    members: tuple[str, ...] = ()
    drain: str = ""
    refused: str = ""
    rule: list[ToldRule] = []
    peering: list[ToldPeering] = []
    vpn: list[ToldVpn] = []
    telemetry: list[ToldTelemetry] = []


class ToldProcess(Told):
    command: str
    quantity: int = 1
    size: str = "Basic"


class ToldRelease(Told):
    """`commit`: it brought code; "source" is the one that the app's `source` makes, "made-up" one that nobody
    cares about. `by_api`: its slug was sent ready-made. `output` is what the release command printed."""

    description: str
    status: Literal["succeeded", "failed", "pending", "expired"] = "succeeded"
    commit: str = ""
    at: str = DEPLOYED
    user: str = ""
    by_api: bool = False
    output: tuple[str, ...] = ()


class ToldBuild(Told):
    """A build beside those that the releases imply."""

    commit: str
    status: Literal["succeeded", "failed", "pending"] = "failed"
    at: str = DEPLOYED
    user: str = ""


class ToldAddOn(Told):
    """`values` are the config vars that it sets; made up if nobody says. `name` "" as Heroku would."""

    plan: str
    name: str = ""
    attached_as: str = ""
    values: dict[str, str] | None = None
    state: Literal["provisioning", "provisioned", "deprovisioned"] = "provisioned"
    cents: int | None = None
    """A month; None as the catalogue says."""
    told_price: bool = True
    """False: Heroku tells no price of it."""
    contract: bool = False
    billed_to_team: bool = False
    message: str = ""
    drain: str = ""
    """Address of a log drain that it made."""


class ToldAttachment(Told):
    """An add-on of another app, or another attachment of its own; `values` as in `{value:APP:NAME}`."""

    add_on: str
    name: str
    namespace: str | None = None
    values: dict[str, str] = {}


class ToldDomain(Told):
    """`certificate` is the name of one of the app's."""

    hostname: str
    cname: str | None = "made-up-name-4711.herokudns.com"
    status: str = ""
    acm_status: str | None = None
    acm_reason: str | None = None
    certificate: str = ""


class ToldCertificate(Told):
    name: str
    hostnames: tuple[str, ...]
    managed: bool = False
    self_signed: bool = False
    starts_at: str = "2026-01-09T10:00:00Z"
    expires_at: str = "2027-01-09T10:00:00Z"


class ToldWebhook(Told):
    url: str
    include: tuple[str, ...] = ("api:release",)
    level: Literal["notify", "sync"] = "notify"


class ToldMonitor(Told):
    action: Literal["scale", "alert"] = "scale"
    least: int = 1
    most: int = 5
    value: int = 1000
    active: bool = True
    process: str = "web"


class ToldJob(Told):
    command: str
    every: Literal[10, 60, 1440] = 10
    at: int = 0
    dyno_size: str = "Basic"
    ran_at: str | None = None


class ToldCollaborator(Told):
    email: str
    role: Literal["admin", "collaborator", "member", "owner"] | None = None
    permissions: tuple[Literal["view", "deploy", "operate", "manage"], ...] = ()
    federated: bool = False


class ToldGitHub(Told):
    repository: str
    branch: str | None = "main"
    auto_deploy: bool = False
    wait_for_ci: bool = False
    pull_requests: bool = False
    """Whether they can have apps, and (below) whether each gets one by itself."""
    auto_pull_requests: bool = False


class ToldDyno(Told):
    """A one-off dyno that runs."""

    name: str
    command: str
    size: str = "Basic"
    state: str = "up"


class ToldApp(Told):
    """`stage` with `pipeline`; `refused` an error id for all of it, `refused_parts` what alone is refused
    ("config-vars"); `gone`: only lists still have it."""

    name: str
    region: str = "us"
    stack: str = "heroku-24"
    generation: Literal["cedar", "fir"] = "cedar"
    team: str = ""
    space: str = ""
    pipeline: str = ""
    stage: Literal["test", "review", "development", "staging", "production"] = "production"
    owner: str = ""
    joined: bool = True
    locked: bool = False
    maintenance: bool = False
    internal_routing: bool | None = None
    archived_at: str | None = None
    created_at: str = CREATED
    buildpacks: tuple[str, ...] = ()
    language: str | None = None
    features: tuple[str, ...] = ()
    warning: str = ""
    refused: str = ""
    refused_parts: tuple[str, ...] = ()
    gone: bool = False
    config: dict[str, str] = {}
    source: dict[str, str] | None = None
    process: dict[str, ToldProcess] = {}
    release: list[ToldRelease] = []
    build: list[ToldBuild] = []
    add_on: list[ToldAddOn] = []
    attachment: list[ToldAttachment] = []
    domain: list[ToldDomain] = []
    certificate: list[ToldCertificate] = []
    drain: list[str] = []
    telemetry: list[ToldTelemetry] = []
    webhook: list[ToldWebhook] = []
    monitor: list[ToldMonitor] = []
    job: list[ToldJob] = []
    collaborator: list[ToldCollaborator] = []
    github: ToldGitHub | None = None
    dyno: list[ToldDyno] = []


class ToldForeign(Told):
    """An add-on of an app that this account cannot see, attached to apps that it can."""

    app: str
    plan: str
    name: str


class ToldReview(Told):
    automatic: bool = True
    base_name: str | None = None
    destroy_stale: bool = True
    stale_days: int = 5
    wait_for_ci: bool = False
    target: str = "us"
    """A region, or "space:NAME"."""


class ToldReviewApp(Told):
    """`app` "" while it is made, or after that failed."""

    branch: str
    pr_number: int | None = None
    app: str = ""
    status: Literal["pending", "creating", "created", "deleting", "deleted", "errored"] = "created"
    error: str | None = None


class ToldPromotion(Told):
    """`to` are apps that got the source's release, `failed` those that did not."""

    source: str
    to: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()


class ToldPipeline(Told):
    """`hidden` are apps in it that this account cannot see: ids by stage."""

    name: str
    team: str = ""
    generation: Literal["cedar", "fir"] = "cedar"
    repository: str | None = None
    review: ToldReview | None = None
    review_app: list[ToldReviewApp] = []
    promotion: list[ToldPromotion] = []
    test_config: dict[str, str] = {}
    review_config: dict[str, str] = {}
    hidden: dict[str, str] = {}


class ToldSystem(Told):
    """All of it. `stores` describe data services by add-on name: see `world.stores`."""

    account: ToldAccount = msgspec.field(default_factory=ToldAccount)
    enterprise: list[ToldEnterprise] = []
    team: list[ToldTeam] = []
    space: list[ToldSpace] = []
    pipeline: list[ToldPipeline] = []
    app: list[ToldApp] = []
    foreign: list[ToldForeign] = []
    stores: dict[str, Any] = {}
