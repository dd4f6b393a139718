"""The sandbox's Code Capsules as a whole."""

import asyncio
import shlex
import sys
from collections import Counter
from pathlib import Path
from typing import Any

from providers.sandbox.aptible.endpoints.dns import DnsServer
from providers.sandbox.code_capsules.accounts import Accounts
from providers.sandbox.code_capsules.building import Builds
from providers.sandbox.code_capsules.creation import Creation
from providers.sandbox.code_capsules.dashboard import Dashboard
from providers.sandbox.code_capsules.databases import Databases
from providers.sandbox.code_capsules.domains import Domains
from providers.sandbox.code_capsules.fleet import Fleet
from providers.sandbox.code_capsules.http import Seen, Server, error_body
from providers.sandbox.code_capsules.life import Life
from providers.sandbox.code_capsules.named_faults import CapsuleFaults
from providers.sandbox.code_capsules.records import Capsule, Team
from providers.sandbox.code_capsules.release import Environments
from providers.sandbox.code_capsules.routes.builds import BuildRoutes
from providers.sandbox.code_capsules.routes.capsules import CapsuleRoutes
from providers.sandbox.code_capsules.routes.domains import DomainRoutes
from providers.sandbox.code_capsules.routes.login import AppPage, LoginRoutes
from providers.sandbox.code_capsules.routes.lookup import Lookup
from providers.sandbox.code_capsules.routes.main import MainRoutes
from providers.sandbox.code_capsules.routes.proxy import ProxyRoutes
from providers.sandbox.code_capsules.shapes import Shapes
from providers.sandbox.code_capsules.world import World
from providers.sandbox.tls import Certificates


class CodeCapsulesSandbox:
    """A Code Capsules with one person, their own team and one more, four clusters, and nothing in them.

    What a client needs to know of the sandbox beside the vendor's API:

    - A capsule's own address is a bare host, as at the vendor, and here a port of this machine
      ("127.0.0.1:43211", plain http). It stands in the System entry APP_URL. `capsuleHostName` of its domains
      is the name that a CNAME leads to; the sandbox's DNS knows it, nothing serves it.
    - PostgreSQL and the other data capsules are reached by the private host inside a space only; the vendor's
      proxy is led by `GET <cluster>/sandbox/proxy/<space slug>/<capsule id>` with a token, which tells the
      host and port of a door on loopback: see `routes.proxy`. The door takes clients with TLS and without.
    - Nobody but a person links a repository: `dashboard.publish(address, bare)` says which bare repository
      stands for an address, `dashboard.link(address)` is what the person does.

    Attributes:
        hosts: `api`, `api_alternative` (".../api"), `login`, `app` (URLs), `application_key`,
            `cli` (words of the program that plays the vendor's; it keeps its login below this folder),
            `dns` ("host:port").
        credentials: `email` and `password` of the person; `second_factor_...` of one whose sign-in cannot be
            finished without a person; `guest_...` of one of another team.
        faults: what goes wrong; names in `named_faults.NAMED`.
        seen: every request that came in, without its body.
        mains, clusters, login: the servers; `mains["api"].off = "refused"` switches one off.
        dashboard: what only a person can do.
        life: `life.keeps_system`, whether PUT configs leaves System entries alone.
        creation: `creation.builds_by_itself`, whether the first build begins when a capsule is made.
        builds: `builds.shelf`, packages of Node for builds; `builds.watches_pushes`.
        databases: `databases.postgres_major`, `databases.cut()`, which cuts the proxy's connections.
        shapes: `shapes.folder_key`, what the API calls a sub-folder, if it does.
        accounts: `accounts.lifetime` of tokens in seconds, `accounts.expire_all()`.
        dns: what names lead to.
        pace: seconds of the sandbox per second of the vendor.
    """

    def __init__(
        self,
        folder: Path,
        *,
        faults: CapsuleFaults,
        certificates: Certificates,
        canary: str = "",
        pace: float = 1.0,
    ) -> None:
        self.hosts: dict[str, str] = {}
        self.pace = pace
        self.faults = faults
        self.seen: list[Seen] = []
        self.world = world = World()
        self.accounts = accounts = Accounts(canary)
        faults.error_body = error_body
        faults.expire_tokens = accounts.expire_all
        self._programs = folder / "bin"
        self._programs.mkdir(parents=True, exist_ok=True, mode=0o755)
        self._keyring = folder / "keyring"
        self._keyring.mkdir(exist_ok=True, mode=0o700)
        self.dns = DnsServer()
        self.shapes = shapes = Shapes(world, accounts)
        self.databases = Databases(folder, certificates, canary, faults, pace)
        environments = Environments(world, self.databases)
        self.fleet = Fleet(world, environments, self.dns, faults=faults, programs=self._programs, pace=pace)
        self.builds = Builds(
            world, environments, self.fleet, faults=faults, folder=folder / "builds", pace=pace
        )
        self.creation = Creation(
            world, shapes, faults, databases=self.databases, fleet=self.fleet, builds=self.builds
        )
        self.life = Life(world, self.databases, self.fleet, self.builds, faults)
        self.domains = Domains(world, self.dns, pace)
        self.dashboard = Dashboard(world, accounts, self.life, self.databases)
        self.login = self._server("login", "login")
        LoginRoutes(accounts, faults).add_to(self.login)
        self.app = self._server("app", "app")
        AppPage(accounts).add_to(self.app)
        self.mains = {
            "api": self._server("api", "main"),
            "api_alternative": self._server("api_alternative", "main", prefix="/api"),
        }
        for server in self.mains.values():
            MainRoutes(world, shapes, faults, self.creation).add_to(server)
        self.clusters = {key: self._cluster(key) for key in world.clusters}
        self._make_teams()

    async def start(self) -> None:
        """Open all doors. Takes a fraction of a second."""
        for server in self._servers():
            await server.start()
        self.world.endpoints = {key: server.url for key, server in self.clusters.items()}
        await self.dns.start()
        self.builds.start()
        self.hosts = {
            "api": self.mains["api"].url,
            "api_alternative": f"{self.mains['api_alternative'].url}/api",
            "login": self.login.url,
            "app": self.app.url,
            "application_key": self.accounts.application_key,
            "cli": self._cli(),
            "dns": self.dns.host,
        }

    def _cli(self) -> str:
        """How the program that plays the vendor's command line is started."""
        module = "providers.sandbox.code_capsules.codecaps"
        key = self.accounts.application_key
        where = ["--login", self.login.url, "--application-key", key, "--api", self.mains["api"].url]
        return shlex.join([sys.executable, "-m", module, "--keyring", str(self._keyring), *where])

    @property
    def credentials(self) -> dict[str, str]:
        """What signs in."""
        accounts = self.accounts
        return {
            "email": accounts.person.email,
            "password": accounts.person.password,
            "second_factor_email": accounts.guarded.email,
            "second_factor_password": accounts.guarded.password,
            "guest_email": accounts.guest.email,
            "guest_password": accounts.guest.password,
        }

    async def stop(self) -> None:
        """Close all doors, end all capsules. Their files stay."""
        await self.builds.stop()
        await self.life.stop()
        await self.fleet.stop()
        await self.databases.stop()
        await self.dns.stop()
        await asyncio.gather(*(server.stop() for server in self._servers()))

    def facts(self) -> dict[str, Any]:
        """What stands in this world now. No secret."""
        world = self.world
        asked = Counter(f"{seen.method} {_starred(seen.path)}" for seen in self.seen)
        return {
            "teams": [team.slug for team in world.teams.values()],
            "spaces": {space.slug: space.cluster_id for space in world.spaces.values()},
            "linked": [repo.url for repo in world.repos.values()],
            "capsules": [self._capsule_facts(capsule) for capsule in world.capsules.values()],
            "seen": dict(asked),
            "posts": {
                name.removeprefix("POST "): count for name, count in asked.items() if name.startswith("POST ")
            },
            "requests": [[seen.host, seen.method, seen.path, seen.status] for seen in self.seen],
            "logins": self.accounts.logins,
            "starts": dict(self.fleet.starts),
            "tunnels_open": sum(store.door.open_connections for store in self.databases.stores.values()),
            "dns_queries": list(self.dns.queries),
        }

    def _capsule_facts(self, capsule: Capsule) -> dict[str, Any]:
        return {
            "name": capsule.name,
            "id": capsule.id,
            "slug": capsule.slug,
            "space": self.world.spaces[capsule.space_id].slug,
            "type": capsule.engine or capsule.kind,
            "status": capsule.status,
            "replicas": capsule.products.replicas,
            "running": self.fleet.pids(capsule),
            "config": {config.key: config.set_by for config in capsule.configs},
            "builds": [[build.type, build.status, build.commit] for build in capsule.builds],
            "folder": capsule.folder,
            "port": capsule.port,
            "run": capsule.run,
            "url": f"http://{capsule.host}/" if capsule.host else "",
            "domains": [domain.hostname for domain in capsule.domains],
            "backups": capsule.backup_schedule,
        }

    def _server(self, name: str, group: str, prefix: str = "") -> Server:
        return Server(name, group, self.faults, self.accounts, self.seen, prefix=prefix)

    def _cluster(self, key: str) -> Server:
        server = self._server(key, "cluster")
        look = Lookup(self.world, key)
        CapsuleRoutes(look, self.shapes, self.creation, self.life).add_to(server)
        BuildRoutes(look, self.shapes, self.builds, self.fleet).add_to(server)
        DomainRoutes(look, self.domains).add_to(server)
        ProxyRoutes(look, self.databases, self.faults).add_to(server)
        return server

    def _servers(self) -> list[Server]:
        return [self.login, self.app, *self.mains.values(), *self.clusters.values()]

    def _make_teams(self) -> None:
        people = self.accounts
        for team in (
            Team("Robin", "robin-personal", people.person.id, {people.person.id: "owner"}, personal=True),
            Team(
                "Acme",
                "acme",
                people.person.id,
                {people.person.id: "owner", people.guarded.id: "user"},
            ),
            Team("Kim", "kim-personal", people.guest.id, {people.guest.id: "owner"}, personal=True),
        ):
            self.world.teams[team.id] = team


def _starred(path: str) -> str:
    """A path with ids, namespaces and slugs as stars, and no slash at its end."""
    parts = path.rstrip("/").split("/")
    return "/".join("*" if len(part) == 36 or part.startswith("ns-") else part for part in parts)
