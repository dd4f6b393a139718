"""Pushes to the sandbox's Aptible: SSH without a key, ACCESS_TOKEN in the environment, real repositories."""

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import asyncssh

from providers.sandbox.aptible.tokens import Tokens
from providers.sandbox.aptible.world import App, World
from providers.sandbox.faults import Faults

_COMMAND = re.compile(r"git[- ]receive-pack '/?(?P<environment>[0-9a-z._-]+)/(?P<app>[0-9a-z._-]+)\.git'")


class GitServer:
    """The listener, and one bare repository an app.

    Attributes:
        pushes: what was pushed so far, "environment/app"; dry runs and repeats do not count.
    """

    def __init__(self, folder: Path, world: World, tokens: Tokens, faults: Faults) -> None:
        self.world = world
        self.tokens = tokens
        self.faults = faults
        self.pushes: list[str] = []
        self._folder = folder
        self._listener: asyncssh.SSHAcceptor | None = None

    @property
    def port(self) -> int:
        return self._listener.get_port() if self._listener else 0

    async def start(self, host_keys: list[asyncssh.SSHKey]) -> None:
        self._listener = await asyncssh.create_server(
            _OpenDoor,
            "127.0.0.1",
            0,
            server_host_keys=host_keys,
            process_factory=self._serve,
            encoding=None,
            allow_pty=False,
            agent_forwarding=False,
            x11_forwarding=False,
            allow_scp=False,
            login_timeout=20,
        )

    async def stop(self) -> None:
        if self._listener is not None:
            self._listener.close()
            await self._listener.wait_closed()

    def repository(self, app: App) -> Path:
        """The bare repository of an app, made when it is first asked for. Blocks."""
        path = self._folder / f"{app.id}.git"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            subprocess.run(
                ["git", "init", "--quiet", "--bare", "--initial-branch=main", str(path)],
                check=True,
                capture_output=True,
            )
        return path

    async def _serve(self, process: "asyncssh.SSHServerProcess[bytes]") -> None:
        code = await self._receive(process)
        process.exit(code)
        await process.wait_closed()

    async def _receive(self, process: "asyncssh.SSHServerProcess[bytes]") -> int:
        if self.tokens.check(process.env.get("ACCESS_TOKEN", "")) is None:
            process.stderr.write(b"Access denied: invalid ACCESS_TOKEN\n")
            return 1
        wanted = _COMMAND.fullmatch(process.command or "")
        app = self._app(wanted["environment"], wanted["app"]) if wanted else None
        if wanted is None or app is None or self.faults.take("GIT", "git:/push") is not None:
            process.stderr.write(b"App not found or not accessible\n")
            return 1
        repository = await asyncio.to_thread(self.repository, app)
        before = await asyncio.to_thread(_refs, repository)
        child = await asyncio.create_subprocess_exec(
            "git",
            "receive-pack",
            str(repository),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        await process.redirect(stdin=child.stdin, stdout=child.stdout, stderr=child.stderr)
        code = await child.wait()
        await process.stdout.drain()
        await process.stderr.drain()
        if await asyncio.to_thread(_refs, repository) != before:
            self.pushes.append(f"{wanted['environment']}/{wanted['app']}")
        return code

    def _app(self, environment: str, handle: str) -> App | None:
        account = self.world.account_by_handle(environment)
        for app in self.world.apps.values():
            if account is not None and app.account_id == account.id and app.handle == handle:
                return app
        return None


def _refs(repository: Path) -> bytes:
    command = ["git", f"--git-dir={repository}", "for-each-ref"]
    return subprocess.run(command, capture_output=True, check=False).stdout


class _OpenDoor(asyncssh.SSHServer):
    """Lets everybody in: the token decides later. Forwards nothing."""

    def begin_auth(self, username: str) -> bool:
        return False

    def connection_requested(self, *_: Any) -> bool:
        return False
