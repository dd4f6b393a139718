"""Heroku's Git: clone an app's code with any user and the token as password. What was never pushed is empty.

Git's own `git http-backend` answers, so that every way of cloning works. Pushes are refused: nothing here
builds.
"""

import asyncio
import os
import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

from aiohttp import web

from providers.sandbox.heroku.routes.gate import ApiError, app_of
from providers.sandbox.heroku.running.repository import write_repository
from providers.sandbox.heroku.world.world import App, World


class GitRoutes:
    """Routes of repositories, which are made in `folder` when they are first asked for.

    Args:
        checkouts: where the example's work trees are; an app with one there has that code.
    """

    def __init__(self, world: World, folder: Path, checkouts: Path) -> None:
        self._world = world
        self._folder = folder
        self._checkouts = checkouts
        self._making = asyncio.Lock()

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/{app}.git/info/refs", self._refs),
            web.post("/{app}.git/git-upload-pack", self._upload),
            web.post("/{app}.git/git-receive-pack", self._refuse_push),
        )

    async def _refs(self, request: web.Request) -> web.StreamResponse:
        if request.query.get("service") != "git-upload-pack":
            return await self._refuse_push(request)
        return await self._answer(request)

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        return await self._answer(request)

    async def _refuse_push(self, request: web.Request) -> web.StreamResponse:
        raise ApiError(403, "forbidden", "The sandbox takes no pushes: nothing here builds.")

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        app = app_of(self._world, request)
        async with self._making:
            repository = self._folder / f"{app.id}.git"  # a name may be anything, also a path
            if not repository.exists():
                await asyncio.to_thread(self._make, app, repository)
        body = await request.read()
        environment = {
            "PATH": os.environ.get("PATH", os.defpath),
            "HOME": str(self._folder),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": "safe.directory",
            "GIT_CONFIG_VALUE_0": "*",
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_PROJECT_ROOT": str(self._folder),
            "GIT_PROTOCOL": request.headers.get("Git-Protocol", ""),
            "PATH_INFO": f"/{repository.name}{request.path.partition('.git')[2]}",
            "QUERY_STRING": request.query_string,
            "REQUEST_METHOD": request.method,
            "CONTENT_TYPE": request.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "REMOTE_USER": "heroku",
        }
        process = await asyncio.create_subprocess_exec(
            "git",
            "http-backend",
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )
        told, _ = await process.communicate(body)
        return _as_response(told)

    def _make(self, app: App, repository: Path) -> None:
        part = repository.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        checkout = self._checkouts / app.name
        slug = app.slugs.get(app.release.slug_id or "") if app.release else None
        write_repository(part, app.source)
        if app.source is None and slug is not None and (checkout / ".git").exists():
            # Only what runs on Heroku: a work tree may have gone on since.
            where = ["git", "-C", str(checkout), "-c", f"core.hooksPath={os.devnull}"]
            push = [*where, "push", "-q", str(part), f"{slug.commit}:refs/heads/main"]
            subprocess.run(push, check=True, capture_output=True, stdin=subprocess.DEVNULL)
        part.rename(repository)


def _as_response(told: bytes) -> web.Response:
    """What a CGI program printed, as an answer."""
    head, _, body = told.partition(b"\r\n\r\n")
    headers: dict[str, str] = {}
    status = 200
    for line in head.decode("latin-1").split("\r\n"):
        name, _, value = line.partition(":")
        if name.lower() == "status":
            status = int(value.split()[0])
        elif name:
            headers[name] = value.strip()
    return web.Response(status=status if head else 500, headers=headers, body=body)
