"""The sandbox's Aptible as a whole."""

import asyncio
import re
import shlex
import sys
from pathlib import Path
from typing import Any

from providers.sandbox.aptible import supercronic
from providers.sandbox.aptible.app_work import AppWork
from providers.sandbox.aptible.databases.work import DatabaseWork
from providers.sandbox.aptible.drains.work import DrainWork
from providers.sandbox.aptible.endpoints.dns import DnsServer
from providers.sandbox.aptible.endpoints.work import EndpointWork
from providers.sandbox.aptible.gate import Gate
from providers.sandbox.aptible.git_server import GitServer
from providers.sandbox.aptible.http import Server, error_body
from providers.sandbox.aptible.portal import Portal
from providers.sandbox.aptible.releases import Builder
from providers.sandbox.aptible.rollout import Rollout
from providers.sandbox.aptible.routes.apps import AppRoutes
from providers.sandbox.aptible.routes.auth import AuthApi
from providers.sandbox.aptible.routes.databases import DatabaseRoutes
from providers.sandbox.aptible.routes.drains import DrainRoutes
from providers.sandbox.aptible.routes.endpoints import EndpointRoutes
from providers.sandbox.aptible.routes.environments import EnvironmentRoutes
from providers.sandbox.aptible.routes.operations import OperationRoutes
from providers.sandbox.aptible.routes.services import ServiceRoutes
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.tokens import Tokens
from providers.sandbox.aptible.work import Work
from providers.sandbox.aptible.world import World
from providers.sandbox.faults import Faults
from providers.sandbox.tls import Certificates


class AptibleSandbox:
    """An Aptible with one organisation, two shared stacks, one of its own, and nothing on them.

    Beside what `faults` does to HTTP, rules act on these paths: `ssh:/connect` (refuse the certificate),
    `ssh:/forward` (refuse the socket), `ssh:/tunnels` (kinds abort, close, time-out, freeze for `seconds`:
    all that are open; `count=10` cuts ten times), `git:/push` (refuse a token), and
    `operation:/<type>/<collection>` (fail with `message`, cancel, slow by `seconds`), e.g.
    `operation:/provision/databases`.

    Attributes:
        hosts: `auth` and `api` (URLs), `git` ("user@host:port"), `git_host_keys` (one a line), `dns`
            ("host:port" of the DNS that managed TLS looks at).
        credentials: `email`, `password` and `otp` of a person with a second factor; `token`, a token of the
            person, ready to be pasted; `<name>_email` and `<name>_password` of the others (`people.People`
            names them), and `sso_token` for who has no password.
        tokens: users, and how tokens live: `tokens.lifetime`, `tokens.needs_sso`, `tokens.issue`.
        images: the registry of Docker images: `images.publish`, `images.withdraw`.
        dns: what names lead to: `dns.set`, `dns.fail`, `dns.queries`.
        portal: how SSH behaves: `portal.speak`, `portal.change_host_keys`, `portal.close_door`,
            `portal.tunnel_seconds`, `portal.cut_after`.
        rollout: `rollout.settle`, seconds a container must live before it counts as started.
        api_server: the deploy API's server, for tests that listen in.
        pace: seconds of the sandbox per second of Aptible; a cron minute lasts `60 * pace` seconds.
    """

    def __init__(
        self,
        folder: Path,
        *,
        faults: Faults,
        certificates: Certificates,
        canary: str = "",
        pace: float = 1.0,
    ) -> None:
        self.hosts: dict[str, str] = {}
        self._token = ""
        self._sso_token = ""
        self.pace = pace
        self.world = World()
        self.tokens = Tokens(canary)
        self.faults = faults
        faults.error_body = error_body
        faults.expire_tokens = self.tokens.expire_all
        programs = folder / "bin"
        self._programs = programs
        self.dns = DnsServer()
        self.git = GitServer(folder / "git", self.world, self.tokens, faults)
        self.rollout = Rollout(self.world, programs, pace)
        self.portal = Portal(self.world, self.tokens, faults, self.rollout)
        self.builder = Builder(self.world, self.git, folder, pace)
        self.images = self.builder.registry
        self.drains = DrainWork(self.world)
        self.rollout.log_line = self.drains.log_line
        self.work = Work(self.world, faults, pace)
        self._endpoints = endpoints = EndpointWork(self.world, self.dns, pace)
        databases = DatabaseWork(self.world, folder, certificates, canary, endpoints)
        apps = AppWork(self.world, self.rollout, self.builder, endpoints)
        for deeds in (databases, endpoints, apps, self.drains):
            deeds.teach(self.work)
        shapes = Shapes(self.world, self.portal, certificates.ca_pem)
        self._shapes = shapes
        self._auth = AuthApi(faults, self.tokens, self.git.known_keys)
        self.auth_server = self._auth.server
        self.api_server = Server(faults, self.tokens, re.compile(r"/presigned/.*"), Gate(self.tokens))
        self._operations = OperationRoutes(self.world, shapes, self.work, self.portal)
        for routes in (
            EnvironmentRoutes(self.world, shapes),
            DatabaseRoutes(self.world, shapes, databases),
            AppRoutes(self.world, shapes, apps),
            ServiceRoutes(self.world, shapes),
            EndpointRoutes(self.world, shapes, endpoints),
            DrainRoutes(self.world, shapes),
            self._operations,
        ):
            routes.add_to(self.api_server.application.router)

    async def start(self) -> None:
        """Open all doors. Takes a fraction of a second."""
        await asyncio.to_thread(write_launcher, self._programs)
        await self._auth.start()
        await self.api_server.start()
        self._shapes.auth = self._auth.server.url
        self._shapes.api = self.api_server.url
        await self.dns.start()
        await self.portal.start()
        await self.git.start(list(self.portal.host_keys.values()))
        self._shapes.git_port = self.git.port
        self.hosts = {
            "auth": self._auth.server.url,
            "api": self.api_server.url,
            "git": f"root@127.0.0.1:{self.git.port}",
            "dns": self.dns.host,
            "git_host_keys": "\n".join(self.portal.public_host_keys().values()),
        }

    @property
    def credentials(self) -> dict[str, str]:
        """What signs in now; the token is a fresh one when the last was made invalid."""
        person = self.tokens.person
        others = {name: user for name, user in self.tokens.people.by_name.items() if user is not person}
        if self.tokens.check(self._token) is None:
            self._token = self.tokens.issue(person).value
        if self.tokens.check(self._sso_token) is None:
            self._sso_token = self.tokens.issue(others["sso"]).value
        return {
            "email": person.email,
            "password": person.password or "",
            "otp": person.otp or "",
            "token": self._token,
            **{f"{name}_email": user.email for name, user in others.items()},
            **{f"{name}_password": user.password for name, user in others.items() if user.password},
            "sso_token": self._sso_token,
        }

    async def stop(self) -> None:
        """Close all doors, end all containers and databases. Their files stay."""
        await self.work.stop()
        for app in list(self.world.apps.values()):
            await self.rollout.stop_app(app)
        await self._endpoints.stop()
        await self.drains.stop()
        await self.dns.stop()
        await self.portal.stop()
        await self.git.stop()
        for database in self.world.databases.values():
            if database.server is not None:
                await database.server.stop()
        await self.api_server.stop()
        await self._auth.server.stop()

    def facts(self) -> dict[str, Any]:
        """What stands in this world now. No secret."""
        world = self.world
        return {
            "accounts": [account.handle for account in world.accounts.values()],
            "regions": {account.handle: account.stack.region for account in world.accounts.values()},
            "apps": {app.handle: self._app_facts(app.id) for app in world.apps.values()},
            "databases": {
                database.handle: {
                    "status": database.status,
                    "version": database.version,
                    "type": database.image.type,
                    "disk_gb": database.disk_gb,
                }
                for database in world.databases.values()
            },
            "operations": [
                {"id": item.id, "type": item.type, "resource": list(item.resource), "status": item.status}
                for item in world.operations.values()
            ],
            "seen": dict(self.api_server.seen + self._auth.server.seen),
            "posts": {
                request.removeprefix("POST "): count
                for request, count in self.api_server.seen.items()
                if request.startswith("POST ")
            },
            "sensitive_reads": list(world.sensitive_reads),
            "presigned_with_token": self._operations.presigned_with_token,
            "tunnels_open": self.portal.tunnels,
            "tunnels_opened": self.portal.opened,
            "portal_refused": list(self.portal.refused),
            "sockets_refused": self.portal.sockets_refused,
            "pushes": list(self.git.pushes),
            "cron_runs": dict(self.rollout.cron_runs),
            "image_pulls": list(self.images.pulls),
            "health_checks": list(world.health_checks),
            "drains": {drain.handle: drain.delivered for drain in world.drains.values()},
            "dns_queries": list(self.dns.queries),
            "before_deploys": dict(self.rollout.before_deploys),
        }

    def app_log(self, handle: str) -> list[str]:
        """What the containers of an app wrote, the latest lines. May hold secrets if the app prints them."""
        return [line for app in self.world.apps.values() if app.handle == handle for line in app.log]

    def _app_facts(self, app_id: int) -> dict[str, Any]:
        app = self.world.apps[app_id]
        services = self.world.services_of(app_id)
        return {
            "status": app.status,
            "sha": app.image.sha if app.image else None,
            "config": sorted(app.env),
            "services": {
                service.process_type: {
                    "count": service.count,
                    "memory_mb": service.memory_mb,
                    "running": [
                        item.running.pid for item in service.containers if item.running.exit_code is None
                    ],
                }
                for service in services
            },
            "endpoints": [
                vhost.router.url
                for service in services
                for vhost in self.world.vhosts_of(service.id)
                if vhost.router is not None
            ],
        }


def write_launcher(programs: Path) -> None:
    """Put `supercronic` on the containers' PATH."""
    programs.mkdir(parents=True, exist_ok=True, mode=0o755)
    launcher = programs / "supercronic"
    words = shlex.join([sys.executable, "-I", str(Path(supercronic.__file__).resolve())])
    launcher.write_text(f'#!/bin/sh\nexec {words} "$@"\n')
    launcher.chmod(0o755)
