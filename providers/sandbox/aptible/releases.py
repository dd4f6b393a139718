"""What of a deploy comes before any container: where the code comes from, what is configured with it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from providers.sandbox.aptible.builds import Built, build, unpack_image
from providers.sandbox.aptible.containers import ReleaseFailed
from providers.sandbox.aptible.git_server import GitServer
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import App, Image
from providers.sandbox.aptible.registry import ImageStore
from providers.sandbox.aptible.world import World

DETACH = "0" * 40
"""A git_ref that means: no longer from git (aptible-cli, --git-detach)."""

IMAGE = "APTIBLE_DOCKER_IMAGE"
USERNAME = "APTIBLE_PRIVATE_REGISTRY_USERNAME"
PASSWORD = "APTIBLE_PRIVATE_REGISTRY_PASSWORD"  # noqa: S105 - a name


@dataclass(frozen=True)
class Wanted:
    """What an app is after an operation, if it succeeds."""

    env: dict[str, str] = field(repr=False)
    settings: dict[str, str]
    sensitive: dict[str, str] = field(repr=False)

    @property
    def docker_image(self) -> str:
        """The image by its setting, or by the older way, a config variable."""
        return self.settings.get(IMAGE) or self.env.get(IMAGE, "")

    def registry(self) -> tuple[str, str]:
        user, password = (self.sensitive.get(name) or self.env.get(name, "") for name in (USERNAME, PASSWORD))
        return user, password


def wanted(app: App, body: Mapping[str, Any]) -> Wanted:
    """The app's environment and settings with what a deploy or a configure brings."""
    return Wanted(
        merged(app.env, body.get("env") or {}),
        merged(app.settings, body.get("settings") or {}),
        merged(app.sensitive, body.get("sensitive_settings") or {}),
    )


def merged(env: Mapping[str, str], changes: Mapping[str, Any]) -> dict[str, str]:
    """As `configure` merges: an empty value removes the variable."""
    both = {**env, **{str(name): str(value) for name, value in changes.items()}}
    return {name: value for name, value in both.items() if value}


class Builder:
    """Makes images out of a git ref or out of a registry.

    Attributes:
        registry: what can be pulled.
    """

    def __init__(self, world: World, git: GitServer, folder: Path, pace: float) -> None:
        self.registry = ImageStore()
        self._world = world
        self._git = git
        self._folder = folder
        self._pace = pace

    async def image(self, app: App, what: Wanted, operation: Operation) -> Image:
        """The image that a deploy releases.

        Raises:
            BuildFailed, ReleaseFailed: it cannot be made; says why.
        """
        ref = str(operation.body.get("git_ref") or "")
        if what.env.get(IMAGE):
            operation.say(
                f"WARN -- : {IMAGE} as an environment variable is deprecated and will be removed. Use the "
                "setting of this name instead."
            )
        if ref == DETACH:
            app.detached = True
            operation.say("Detaching from git")
            if not what.docker_image:
                raise ReleaseFailed(
                    "There is nothing to deploy: the app is detached from git and has no image"
                )
        if what.docker_image and (ref in {"", DETACH}):
            self._check_switch(app)
            return await self._pulled(app, what, operation)
        if ref == "" and app.image is not None:
            ref = app.image.git_ref
        if ref == "":
            raise ReleaseFailed("There is nothing to deploy: give a git_ref or a Docker image")
        app.detached = False
        return await self._built(app, ref, operation)

    async def again(self, app: App, operation: Operation) -> Image:
        """For `rebuild`: the same source once more."""
        if app.image is None:
            raise ReleaseFailed("The app has not been deployed yet")
        if app.source == "docker":
            what = wanted(app, {})
            return await self._pulled(app, what, operation)
        return await self._built(app, app.image.git_ref, operation)

    def repository(self, app: App) -> Path:
        """The app's bare repository. Blocks."""
        return self._git.repository(app)

    def _check_switch(self, app: App) -> None:
        if app.source == "git" and not app.detached and app.image is not None and app.image.has_dockerfile:
            raise ReleaseFailed(
                "The app's git repository has a Dockerfile, and a Docker image is to be deployed. Detach the "
                f"app from git first (git_ref {DETACH})"
            )

    async def _built(self, app: App, ref: str, operation: Operation) -> Image:
        folder = self._release_folder(app, operation)
        repository = await asyncio.to_thread(self._git.repository, app)
        built = await asyncio.to_thread(build, repository, ref, folder, _from_thread(operation))
        await asyncio.sleep(0.3 * self._pace)
        return self._keep(app, built, folder, ref)

    async def _pulled(self, app: App, what: Wanted, operation: Operation) -> Image:
        name = what.docker_image
        folder = self._release_folder(app, operation)
        operation.say(f"Pulling from {name}")
        source, digest = await asyncio.to_thread(self.registry.pull, name, *what.registry())
        built = await asyncio.to_thread(unpack_image, source, folder, _from_thread(operation))
        operation.say(f"Digest: {digest}")
        await asyncio.sleep(0.1 * self._pace)
        image = self._keep(app, built, folder, "")
        image.docker_repo = name
        image.docker_ref = digest
        image.has_dockerfile = False
        return image

    def _release_folder(self, app: App, operation: Operation) -> Path:
        return self._folder / "releases" / f"{app.handle}-{operation.id}"

    def _keep(self, app: App, built: Built, folder: Path, ref: str) -> Image:
        image = Image(
            id=self._world.new_id(),
            app_id=app.id,
            git_ref=ref,
            sha=built.sha,
            folder=folder,
            environment=built.environment,
            exposed_ports=built.exposed_ports,
            processes=built.processes,
            entrypoint=built.entrypoint,
            before_deploy=built.before_deploy,
            workdir=built.workdir,
        )
        self._world.images[image.id] = image
        return image


def _from_thread(operation: Operation) -> Callable[[str], None]:
    loop = asyncio.get_running_loop()

    def say(line: str) -> None:
        loop.call_soon_threadsafe(operation.say, line)

    return say
