"""Where apps are reached and where their logs go: domains, certificates, drains, webhooks, spaces.

Addresses of drains and webhooks hold tokens often: only their scheme, host and port are in here.
"""

from wizard.model.noun import Noun


class Domain(Noun, frozen=True, kw_only=True):
    """A host name of an app. `kind` is `heroku` or `custom`; `cname` the DNS target to point at today;
    `acm_reason` why automated certificate management does not succeed; `certificate` an SNI endpoint's name.
    """

    hostname: str
    kind: str
    cname: str | None = None
    acm_status: str | None = None
    acm_reason: str = ""
    status: str = ""
    certificate: str | None = None


class Certificate(Noun, frozen=True, kw_only=True):
    """An SNI endpoint with its certificate. Heroku never gives its private key. Times are UTC, ISO 8601.

    `managed` says that Heroku makes and renews it (ACM); `domains` are those it is served for,
    `names` those that it is good for.
    """

    id: str
    name: str
    managed: bool = False
    issuer: str = ""
    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    starts_at: str | None = None
    expires_at: str | None = None
    self_signed: bool = False


class Drain(Noun, frozen=True, kw_only=True):
    """A log drain of an app or a space. `add_on_id` when an add-on made it."""

    id: str
    address: str
    add_on_id: str | None = None


class TelemetryDrain(Noun, frozen=True, kw_only=True):
    """A telemetry drain (Fir). `signals` are traces, metrics, logs; `transport` is http or gRPC."""

    id: str
    address: str
    signals: tuple[str, ...] = ()
    transport: str = ""
    owner: str = "app"


class Webhook(Noun, frozen=True, kw_only=True):
    """A webhook of an app. `include` are entity names (`api:release`), `level` is notify or sync."""

    id: str
    address: str
    include: tuple[str, ...] = ()
    level: str = ""


class InboundRule(Noun, frozen=True, kw_only=True):
    """A trusted range of addresses of a space. `action` is allow or deny; `source` in CIDR notation."""

    action: str
    source: str


class Peering(Noun, frozen=True, kw_only=True):
    """A private connection of a space. `kind` is `peering` or `vpn`; `with_what` names the other side."""

    kind: str
    with_what: str
    status: str = ""
    cidrs: tuple[str, ...] = ()


class Space(Noun, frozen=True, kw_only=True):
    """A Private Space. `outbound_ips` are what others may have on their lists of allowed addresses; None
    where they could not be read."""

    id: str
    name: str
    team: str = ""
    region: str = ""
    state: str = ""
    shield: bool = False
    generation: str = "cedar"
    cidr: str = ""
    data_cidr: str = ""
    outbound_ips: tuple[str, ...] | None = None
    inbound: tuple[InboundRule, ...] | None = None
    peerings: tuple[Peering, ...] = ()
    drain: Drain | None = None
    telemetry: tuple[TelemetryDrain, ...] = ()
