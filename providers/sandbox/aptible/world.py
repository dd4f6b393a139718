"""The records of the sandbox's Aptible by id, and who belongs to whom. Ids never repeat."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from providers.sandbox.aptible.clock import Clock, now
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.people import ORGANIZATION
from providers.sandbox.aptible.records import (
    App,
    Backup,
    Certificate,
    CodeScan,
    Configuration,
    Credential,
    Database,
    Deployment,
    Drain,
    Image,
    PortalConnection,
    Release,
    Resource,
    Service,
    Setting,
    Vhost,
)

INTERNAL_DOMAIN = "aptible.in"


@dataclass(frozen=True)
class Stack:
    """`organization` owns it; a stack without one is shared."""

    id: int
    name: str
    region: str
    default: bool = False
    organization: str | None = None
    outbound_ips: tuple[str, ...] = ("192.0.2.17", "192.0.2.18")

    @property
    def profiles(self) -> frozenset[str]:
        """Which container profiles it has: `c` and `r` are for dedicated stacks (documentation)."""
        return frozenset("mcr") if self.organization else frozenset("m")


SHARED_STACKS = (
    Stack(1, "shared-us-west-1", "us-west-1", default=True),
    Stack(2, "shared-eu-central-1", "eu-central-1"),
)
"""As at Aptible, where the default is (app-ui, stack/index.ts)."""

DEDICATED_STACK = Stack(
    3, "acme-dedicated", "us-east-1", organization=ORGANIZATION, outbound_ips=("198.51.100.7",)
)


@dataclass
class Account:
    """What everybody but the API calls an environment. `retention` is its backup policy."""

    id: int
    handle: str
    type: str
    stack: Stack
    retention: dict[str, int | bool] = field(
        default_factory=lambda: {
            "daily": 30,
            "monthly": 12,
            "yearly": 6,
            "pitr_days": 0,
            "make_copy": True,
            "keep_final": True,
        }
    )
    created_at: str = field(default_factory=now)


class _Owned(Protocol):
    account_id: int


class World:
    """All records, by id.

    Attributes:
        sensitive_reads: what the audit trail would say of databases, their credentials, configurations and
            apps' settings that were read with their secrets.
        health_checks: each release check that was passed, with what it asked for.
    """

    def __init__(self) -> None:
        self._last_id = 100
        self.clock = Clock()
        self.stacks: dict[int, Stack] = {stack.id: stack for stack in (*SHARED_STACKS, DEDICATED_STACK)}
        self.accounts: dict[int, Account] = {}
        self.databases: dict[int, Database] = {}
        self.backups: dict[int, Backup] = {}
        self.apps: dict[int, App] = {}
        self.services: dict[int, Service] = {}
        self.releases: dict[int, Release] = {}
        self.images: dict[int, Image] = {}
        self.configurations: dict[int, Configuration] = {}
        self.settings: dict[int, Setting] = {}
        self.deployments: dict[int, Deployment] = {}
        self.code_scans: dict[int, CodeScan] = {}
        self.vhosts: dict[int, Vhost] = {}
        self.certificates: dict[int, Certificate] = {}
        self.drains: dict[int, Drain] = {}
        self.operations: dict[int, Operation] = {}
        self.connections: dict[str, PortalConnection] = {}
        self.sensitive_reads: list[str] = []
        self.health_checks: list[str] = []

    def new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def account_by_handle(self, handle: str) -> Account | None:
        return next((account for account in self.accounts.values() if account.handle == handle), None)

    def services_of(self, app_id: int) -> list[Service]:
        return [service for service in self.services.values() if service.app_id == app_id]

    def vhosts_of(self, service_id: int) -> list[Vhost]:
        return [vhost for vhost in self.vhosts.values() if vhost.service_id == service_id]

    def vhosts_of_app(self, app_id: int) -> list[Vhost]:
        return [vhost for service in self.services_of(app_id) for vhost in self.vhosts_of(service.id)]

    def credential(self, number: int) -> tuple[Database, Credential] | None:
        """A credential with its database."""
        for database in self.databases.values():
            for credential in database.credentials:
                if credential.id == number:
                    return database, credential
        return None

    def database_by_service(self, number: int) -> Database | None:
        """The database whose service has this id: an endpoint of a database hangs on it."""
        return next((item for item in self.databases.values() if item.service_id == number), None)

    def account_of(self, resource: Resource) -> int | None:
        """The account that a resource belongs to, None when there is no such resource."""
        collection, number = resource
        owned: dict[str, Mapping[int, _Owned]] = {
            "apps": self.apps,
            "databases": self.databases,
            "backups": self.backups,
            "certificates": self.certificates,
        }
        if collection in owned:
            thing = owned[collection].get(number)
            return thing.account_id if thing is not None else None
        if collection in {"log_drains", "metric_drains"}:
            drain = self.drains.get(number)
            return drain.account_id if drain is not None and drain.collection == collection else None
        if collection == "accounts":
            return number if number in self.accounts else None
        above = self._above(resource)
        return self.account_of(above) if above is not None else None

    def owner(self, resource: Resource) -> Resource:
        """Whose turn an operation takes: an app does one thing at a time, its services and vhosts too."""
        above = self._above(resource)
        return resource if above is None else self.owner(above)

    def _above(self, resource: Resource) -> Resource | None:
        """What a resource hangs on, None for one that stands alone or is not there."""
        collection, number = resource
        if collection == "vhosts" and number in self.vhosts:
            return ("services", self.vhosts[number].service_id)
        if collection == "services":
            if number in self.services:
                return ("apps", self.services[number].app_id)
            database = self.database_by_service(number)
            return ("databases", database.id) if database is not None else None
        if collection == "images" and number in self.images:
            return ("apps", self.images[number].app_id)
        if collection == "database_credentials" and (found := self.credential(number)) is not None:
            return ("databases", found[0].id)
        return None
