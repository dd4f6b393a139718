"""Where the sandbox's apps are reached and where their logs go: domains, certificates, drains, spaces."""

from dataclasses import dataclass, field

from providers.sandbox.heroku.world.sample_certificate import PEM


@dataclass
class Domain:
    """A host name. `certificate` is the id of the SNI endpoint that serves it."""

    id: str
    hostname: str
    kind: str
    cname: str | None = None
    acm_status: str | None = None
    created_at: str = "2023-06-02T09:14:11Z"
    acm_reason: str | None = None
    status: str = ""
    """ "" is what a domain of its kind has when all is well: none, succeeded."""
    certificate: str | None = None


@dataclass
class Drain:
    id: str
    url: str
    token: str
    add_on_id: str | None = None
    created_at: str = "2023-06-02T09:20:40Z"


@dataclass
class Certificate:
    """A certificate that a person uploaded, or that Heroku manages (an SNI endpoint)."""

    id: str
    name: str
    hostnames: tuple[str, ...]
    pem: str = PEM
    created_at: str = "2024-01-09T10:00:00Z"
    starts_at: str = "2026-01-09T10:00:00Z"
    expires_at: str = "2027-01-09T10:00:00Z"
    issuer: str = "/C=US/O=Let's Encrypt/CN=R11"
    self_signed: bool = False
    managed: bool = False
    """Made by Heroku's automated certificate management."""


@dataclass
class Webhook:
    id: str
    url: str
    include: tuple[str, ...]
    created_at: str = "2024-01-09T10:10:00Z"
    level: str = "notify"


@dataclass
class Telemetry:
    """A telemetry drain of an app or a space; `transport` is otlphttp or otlp (gRPC)."""

    id: str
    endpoint: str
    signals: tuple[str, ...]
    headers: dict[str, str] = field(default_factory=dict)
    created_at: str = "2025-03-04T08:00:00Z"
    transport: str = "otlphttp"


@dataclass
class Monitor:
    """A monitor of the metrics service: `action` is "scale" (autoscaling) or "alert". `value` in ms."""

    id: str
    action: str = "scale"
    least: int = 1
    most: int = 5
    active: bool = True
    value: int = 1000
    process: str = "web"
    email: bool = True


@dataclass
class InboundRule:
    source: str
    action: str = "allow"


@dataclass
class Peering:
    """A VPC peering of a space."""

    pcx_id: str
    cidr_blocks: tuple[str, ...]
    status: str = "active"
    type: str = "customer-managed"
    aws_vpc_id: str = "vpc-0a1b2c3d"
    aws_account_id: str = "847227832372"


@dataclass
class Vpn:
    """A VPN connection of a space, with its two tunnels' outside addresses."""

    id: str
    name: str
    public_ip: str
    routable_cidrs: tuple[str, ...]
    status: str = "active"
    status_message: str = ""
    tunnels: tuple[str, ...] = ("203.0.113.11", "203.0.113.12")


@dataclass
class Space:
    """A Private Space. `sources` are its outbound addresses; `refused` an error id for all but its row."""

    id: str
    name: str
    team_id: str
    region: str = "virginia"
    state: str = "allocated"
    shield: bool = False
    generation: str = "cedar"
    cidr: str = "10.0.0.0/16"
    data_cidr: str = "10.1.0.0/16"
    created_at: str = "2024-02-01T08:00:00Z"
    sources: tuple[str, ...] = ("198.51.100.10", "198.51.100.11")
    nat_state: str = "enabled"
    rules: list[InboundRule] = field(default_factory=list)
    peerings: list[Peering] = field(default_factory=list)
    vpns: list[Vpn] = field(default_factory=list)
    drain: Drain | None = None
    telemetry: list[Telemetry] = field(default_factory=list)
    members: tuple[str, ...] = ()
    refused: str = ""
