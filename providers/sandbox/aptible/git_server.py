"""Pushes to the sandbox's Aptible, over SSH into real repositories.

As `root` without a key, with ACCESS_TOKEN in the environment; as `git` with a key that the account knows.
"""

import asyncio
import re
import subprocess
from pathlib import Path
from typing import Any

import asyncssh

from providers.sandbox.aptible.records import App
from providers.sandbox.aptible.tokens import Tokens
from providers.sandbox.aptible.world import World
from providers.sandbox.faults import Faults

WITH_KEY = "git"
"""Who pushes with a key."""

_COMMAND = re.compile(r"git[- ]receive-pack '/?(?P<environment>[0-9a-z._-]+)/(?P<app>[0-9a-z._-]+)\.git'")


class GitServer:
    """The listener, and one bare repository an app.

    Attributes:
        pushes: what was pushed so far, "environment/app"; dry runs and repeats do not count.
        known_keys: public keys that the account knows (OpenSSH, without the comment).
    """

    def __init__(self, folder: Path, world: World, tokens: Tokens, faults: Faults) -> None:
        self.world = world
        self.tokens = tokens
        self.faults = faults
        self.pushes: list[str] = []
        self.known_keys: set[str] = set()
        self._folder = folder
        self._listener: asyncssh.SSHAcceptor | None = None

    @property
    def port(self) -> int:
        return self._listener.get_port() if self._listener else 0

    async def start(self, host_keys: list[asyncssh.SSHKey]) -> None:
        self._listener = await asyncssh.create_server(
            lambda: _Door(self.known_keys),
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
        by_key = process.get_extra_info("username") == WITH_KEY
        if not by_key and self.tokens.check(process.env.get("ACCESS_TOKEN", "")) is None:
            process.stderr.write(b"Access denied: invalid ACCESS_TOKEN\n")
            return 1
        wanted = _COMMAND.fullmatch(process.command or "")
        app = self._app(wanted["environment"], wanted["app"]) if wanted else None
        refused = not by_key and self.faults.take("GIT", "git:/push") is not None
        if wanted is None or app is None or refused:
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


class _Door(asyncssh.SSHServer):
    """Lets everybody in, since the token decides later; only `git` needs a key. Forwards nothing."""

    def __init__(self, known_keys: set[str]) -> None:
        self._known_keys = known_keys

    def begin_auth(self, username: str) -> bool:
        return username == WITH_KEY

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        return " ".join(key.export_public_key().decode().split()[:2]) in self._known_keys

    def connection_requested(self, *_: Any) -> bool:
        return False
