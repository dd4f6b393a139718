"""What stands in the sandbox's Aptible: plain records, all in memory, and ids that never repeat."""

import asyncio
import datetime
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from providers.sandbox.aptible.containers import Container
from providers.sandbox.aptible.database_server import DatabaseServer
from providers.sandbox.router import Router

ORGANIZATION = "9d2b4c1e-7a53-4f0e-9c36-0f1f5c5b7a10"
INTERNAL_DOMAIN = "aptible.in"


def now() -> str:
    """UTC, as the API writes it."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Stack:
    """`organization` owns it; a stack without one is shared."""

    id: int
    name: str
    region: str
    default: bool = False
    organization: str | None = None


SHARED_STACKS = (
    Stack(1, "shared-us-west-1", "us-west-1", default=True),
    Stack(2, "shared-eu-central-1", "eu-central-1"),
)
"""As at Aptible, where the default is (app-ui, stack/index.ts)."""


@dataclass
class Account:
    id: int
    handle: str
    type: str
    stack: Stack
    created_at: str = field(default_factory=now)


@dataclass
class Database:
    id: int
    handle: str
    account_id: int
    image_id: int
    version: str
    credential_id: int
    container_mb: int = 1024
    disk_gb: int = 10
    status: str = "pending"
    server: DatabaseServer | None = None
    url: str = ""
    created_at: str = field(default_factory=now)


@dataclass
class Image:
    """A built release: its folder holds the code of `sha`."""

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
    created_at: str = field(default_factory=now)


@dataclass
class App:
    id: int
    handle: str
    account_id: int
    status: str = "pending"
    env: dict[str, str] = field(default_factory=dict)
    configuration_id: int | None = None
    image: Image | None = None
    log: list[str] = field(default_factory=list)
    created_at: str = field(default_factory=now)


@dataclass
class Service:
    id: int
    app_id: int
    process_type: str
    command: str
    count: int = 1
    memory_mb: int = 1024
    settings: dict[str, Any] = field(default_factory=dict)
    containers: list[Container] = field(default_factory=list)
    created_at: str = field(default_factory=now)


@dataclass
class Vhost:
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
    status: str = "pending"
    router: Router | None = None
    created_at: str = field(default_factory=now)


@dataclass
class Operation:
    """`resource` is the collection and the id of what it is about ("apps", 12)."""

    id: int
    type: str
    resource: tuple[str, int]
    account_id: int
    body: dict[str, Any]
    user_email: str
    log_key: str
    status: str = "queued"
    lines: list[str] = field(default_factory=list)
    deleted: bool = False
    cancelled: bool = False
    created_at: str = field(default_factory=now)
    updated_at: str = field(default_factory=now)
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def finished(self) -> bool:
        return self.cancelled or self.status in {"succeeded", "failed"}

    def say(self, line: str) -> None:
        """Add a line to its log, as Aptible writes them."""
        self.lines.append(f"{datetime.datetime.now(datetime.UTC):%H:%M:%S} +0000: {line}")
        self._wake()

    def become(self, status: str) -> None:
        self.status = status
        self.updated_at = now()
        self._wake()

    async def follow(self) -> AsyncIterator[str]:
        """All lines from the first, until it has finished."""
        shown = 0
        while True:
            changed = self.changed
            while shown < len(self.lines):
                yield self.lines[shown]
                shown += 1
            if self.finished:
                return
            await changed.wait()

    def _wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


@dataclass
class PortalConnection:
    id: str
    operation_id: int
    user: str
    certificate: str
    socket: str | None
    created_at: str = field(default_factory=now)


class World:
    """All records, by id."""

    def __init__(self) -> None:
        self._last_id = 100
        self.stacks: dict[int, Stack] = {stack.id: stack for stack in SHARED_STACKS}
        self.accounts: dict[int, Account] = {}
        self.databases: dict[int, Database] = {}
        self.apps: dict[int, App] = {}
        self.services: dict[int, Service] = {}
        self.images: dict[int, Image] = {}
        self.vhosts: dict[int, Vhost] = {}
        self.operations: dict[int, Operation] = {}
        self.connections: dict[str, PortalConnection] = {}
        self.configurations: dict[int, int] = {}
        """App by configuration id."""
        self.sensitive_reads: list[str] = []
        """What the audit trail would say: each read of a secret."""

    def new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def account_by_handle(self, handle: str) -> Account | None:
        return next((account for account in self.accounts.values() if account.handle == handle), None)

    def services_of(self, app_id: int) -> list[Service]:
        return [service for service in self.services.values() if service.app_id == app_id]

    def vhosts_of(self, service_id: int) -> list[Vhost]:
        return [vhost for vhost in self.vhosts.values() if vhost.service_id == service_id]

    def account_of(self, resource: tuple[str, int]) -> int | None:
        """The account that a resource belongs to, None when there is no such resource."""
        collection, number = resource
        if collection == "apps" and number in self.apps:
            return self.apps[number].account_id
        if collection == "databases" and number in self.databases:
            return self.databases[number].account_id
        if collection == "database_credentials":
            for database in self.databases.values():
                if database.credential_id == number:
                    return database.account_id
        if collection == "services" and number in self.services:
            return self.apps[self.services[number].app_id].account_id
        if collection == "vhosts" and number in self.vhosts:
            return self.account_of(("services", self.vhosts[number].service_id))
        return None

    def owner(self, resource: tuple[str, int]) -> tuple[str, int]:
        """Whose turn an operation takes: an app does one thing at a time, its services and vhosts too."""
        collection, number = resource
        if collection == "vhosts":
            return self.owner(("services", self.vhosts[number].service_id))
        if collection == "services":
            return ("apps", self.services[number].app_id)
        return resource
