"""The sandbox's Aptible as a whole."""

import asyncio
import shlex
import sys
from pathlib import Path
from typing import Any

from providers.sandbox.aptible import supercronic
from providers.sandbox.aptible.auth_api import AuthApi
from providers.sandbox.aptible.deploy_reads import Reads
from providers.sandbox.aptible.deploy_writes import Writes
from providers.sandbox.aptible.git_server import GitServer
from providers.sandbox.aptible.http import Server, error_body
from providers.sandbox.aptible.portal import Portal
from providers.sandbox.aptible.rollout import Rollout
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.tokens import Tokens
from providers.sandbox.aptible.work import Work
from providers.sandbox.aptible.world import World
from providers.sandbox.faults import Faults
from providers.sandbox.tls import Certificates


class AptibleSandbox:
    """An Aptible with one organisation, two shared stacks and nothing on it.

    Beside what `faults` does to HTTP, rules act on these paths: `ssh:/connect` (refuse the certificate),
    `ssh:/tunnels` (kinds abort, close, time-out: all that are open), `git:/push` (refuse a token), and
    `operation:/<type>/<collection>` (fail, cancel), e.g. `operation:/provision/databases`.

    Attributes:
        hosts: `auth` and `api` (URLs), `git` ("user@host:port"), `git_host_keys` (one a line).
        credentials: `email`, `password` and `otp` of a person with a second factor; `robot_email` and
            `robot_password` of a user without one; `token`, a token of the person, ready to be pasted.
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
        self.pace = pace
        self.world = World()
        self.tokens = Tokens(canary)
        self.faults = faults
        faults.error_body = error_body
        faults.expire_tokens = self.tokens.expire_all
        programs = folder / "bin"
        self._programs = programs
        self.portal = Portal(self.world, self.tokens, faults)
        self.git = GitServer(folder / "git", self.world, self.tokens, faults)
        self.rollout = Rollout(self.world, self.git, folder, programs, pace)
        self.work = Work(
            self.world,
            self.rollout,
            folder,
            certificates=certificates,
            faults=faults,
            pace=pace,
            canary=canary,
        )
        shapes = Shapes(self.world, self.portal)
        self._shapes = shapes
        self._auth = AuthApi(faults, self.tokens)
        self.api_server = Server(faults, self.tokens, frozenset({"/presigned/"}))
        self._reads = Reads(self.world, shapes)
        self._reads.add_routes(self.api_server.application.router)
        Writes(self.world, shapes, self.work, self.portal).add_routes(self.api_server.application.router)

    async def start(self) -> None:
        """Open all doors. Takes a fraction of a second."""
        await asyncio.to_thread(write_launcher, self._programs)
        await self._auth.start()
        await self.api_server.start()
        self._shapes.auth = self._auth.server.url
        self._shapes.api = self.api_server.url
        await self.portal.start()
        await self.git.start(list(self.portal.host_keys.values()))
        self._shapes.git_port = self.git.port
        self.hosts = {
            "auth": self._auth.server.url,
            "api": self.api_server.url,
            "git": f"root@127.0.0.1:{self.git.port}",
            "git_host_keys": "\n".join(self.portal.public_host_keys().values()),
        }

    @property
    def credentials(self) -> dict[str, str]:
        """What signs in now; the token is a fresh one when the last was made invalid."""
        person, robot = self.tokens.person, self.tokens.robot
        if self.tokens.check(self._token) is None:
            self._token = self.tokens.issue(person).value
        return {
            "email": person.email,
            "password": person.password,
            "otp": person.otp or "",
            "token": self._token,
            "robot_email": robot.email,
            "robot_password": robot.password,
        }

    async def stop(self) -> None:
        """Close all doors, end all containers and databases. Their files stay."""
        await self.work.stop()
        for app in list(self.world.apps.values()):
            await self.rollout.stop_app(app)
        for vhost in self.world.vhosts.values():
            if vhost.router is not None:
                await vhost.router.stop()
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
                database.handle: {"status": database.status, "version": database.version}
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
            "presigned_with_token": self._reads.presigned_with_token,
            "tunnels_open": self.portal.tunnels,
            "tunnels_opened": self.portal.opened,
            "portal_refused": list(self.portal.refused),
            "pushes": list(self.git.pushes),
            "cron_runs": dict(self.rollout.cron_runs),
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
