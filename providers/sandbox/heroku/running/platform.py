"""What Heroku does when it is told to: releases, scaling, maintenance; with real processes behind it."""

import asyncio
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from providers.sandbox.heroku.routes.gate import ApiError, not_found
from providers.sandbox.heroku.running.dynos import Dynos
from providers.sandbox.heroku.world.sizes import size_named
from providers.sandbox.heroku.world.world import App, Dyno, Process, Release, World, now, stable_id
from providers.sandbox.router import Router


class Platform:
    """The hands of the API. Without `start_app` nothing runs, and only the state changes.

    Args:
        imagined: show the dynos that the formations want as if they ran.
    """

    def __init__(self, world: World, *, imagined: bool = False) -> None:
        self.world = world
        self._imagined = imagined
        self._dynos: dict[str, Dynos] = {}
        self._routers: dict[str, Router] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._releasing: dict[str, asyncio.Lock] = {}

    async def start_app(self, app: App, folder: Path, router: Router) -> None:
        """Run an app from its code in `folder` behind `router`: release command first, then dynos."""
        dynos = Dynos(app, folder, router)
        self._dynos[app.id], self._routers[app.id] = dynos, router
        release = app.release
        assert release is not None
        if await self._release_command(app, release) != 0:
            raise RuntimeError(f"The release command of {app.name} failed: {' / '.join(release.output[-3:])}")
        await dynos.match()

    async def booted(self, seconds: float = 60.0) -> None:
        """Wait until every dyno wanted is up; a dyno that does not come up is shown as crashed, no error."""
        deadline = asyncio.get_running_loop().time() + seconds
        dynos = [dyno for app in self.world.apps.values() for dyno in app.dynos.values()]
        while any(dyno.state == "starting" for dyno in dynos):
            if asyncio.get_running_loop().time() > deadline:
                return
            await asyncio.sleep(0.02)

    async def stop(self) -> None:
        """End all processes."""
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await asyncio.gather(*(dynos.stop() for dynos in self._dynos.values()))

    def set_maintenance(self, app: App, on: bool) -> None:
        """Maintenance stops web requests only, and makes no release."""
        app.maintenance = on
        app.updated_at = now()
        if app.id in self._routers:
            self._routers[app.id].maintenance = on

    def scale(self, app: App, updates: list[Mapping[str, Any]]) -> None:
        """Change lines of the formation; all of them or, by an ApiError, none.

        Args:
            updates: `{"type", "quantity"?, "size"? or "dyno_size"?}`; the CLI sends quantities as texts.
        """
        changes = []
        for update in updates:
            line = app.processes.get(str(update.get("type", "")))
            if line is None:
                raise not_found("process type")
            quantity = update.get("quantity", line.quantity)
            if isinstance(quantity, str) and quantity.isdigit():
                quantity = int(quantity)
            if not isinstance(quantity, int) or isinstance(quantity, bool) or not 0 <= quantity <= 100:
                raise ApiError(422, "invalid_params", "Quantity must be a number from 0 to 100.")
            wanted = update.get("size") or update.get("dyno_size") or line.size
            named = size_named(str(wanted.get("name", "") if isinstance(wanted, dict) else wanted))
            if named is None:
                raise ApiError(422, "invalid_params", "Invalid dyno size.")
            changes.append((line, quantity, named.name))
        for line, quantity, size in changes:
            line.quantity, line.size = quantity, size
        app.updated_at = now()
        if app.id in self._dynos:
            self._later(self._dynos[app.id].match())

    def change_config(self, app: App, changes: Mapping[str, str | None]) -> None:
        """Set config vars, or unset those that are None; makes a release unless nothing changed."""
        owned = {
            name
            for one in self.world.attachments.values()
            if one.app_id == app.id
            for name in one.config_vars
        }
        for name in changes:
            if name in owned:
                raise ApiError(422, "invalid_params", f"Cannot overwrite attachment values {name}.")
        changed = [name for name, value in changes.items() if app.config.get(name) != value]
        if not changed:
            return
        for name in changed:
            value = changes[name]
            if value is None:
                del app.config[name]
            else:
                app.config[name] = value
        word = "Set" if any(changes[name] is not None for name in changed) else "Remove"
        self.release(app, f"{word} {', '.join(changed)} config vars")

    def release(self, app: App, description: str) -> Release:
        """Make a release of the current slug with the current config; it is current when it is through."""
        last = max((one.version for one in app.releases), default=0)
        slug = app.release.slug_id if app.release else None
        release = Release(
            id=stable_id("release", app.id, str(last + 1)),
            version=last + 1,
            description=description,
            slug_id=slug,
            created_at=now(),
            config=dict(app.config),
            status="pending" if app.id in self._dynos else "succeeded",
        )
        app.releases.append(release)
        app.updated_at = now()
        if app.id in self._dynos:
            self._later(self._carry_through(app, release))
        else:
            app.current_version = release.version
        return release

    def dynos_of(self, app: App) -> list[Dyno]:
        """The dynos of an app: those that run, or those that are imagined to."""
        if not self._imagined:
            return list(app.dynos.values())
        made = [
            _imagined_dyno(app, line, number)
            for line in app.processes.values()
            for number in range(1, line.quantity + 1)
        ]
        return [*(app.dynos.get(one.name, one) for one in made), *_others(app, {one.name for one in made})]

    def log_session(self, app: App) -> dict[str, str]:
        """Where the app's log can be read now, as `POST /apps/{app}/log-sessions` tells it."""
        moment = now()
        where = self.world.outputs or "https://logs-api.heroku.com"
        return {
            "created_at": moment,
            "id": str(uuid.uuid4()),
            "logplex_url": f"{where}/logs/{app.id}",
            "updated_at": moment,
        }

    def restart(self, app: App) -> None:
        """Restart all dynos, as `DELETE /apps/{app}/dynos` does."""
        if app.id in self._dynos:
            self._later(self._dynos[app.id].restart())

    async def run_job(self, app: App, command: str, size: str) -> int:
        """Run a job of the scheduler in a one-off dyno; returns its exit code."""
        release = app.release
        if app.id not in self._dynos or release is None:
            return 0
        return await self._dynos[app.id].run_once("scheduler", command, size, release.config)

    async def _carry_through(self, app: App, release: Release) -> None:
        async with self._releasing.setdefault(app.id, asyncio.Lock()):
            code = await self._release_command(app, release)
            release.status = "succeeded" if code == 0 else "failed"
            if code == 0:
                app.current_version = release.version
                await self._dynos[app.id].restart()

    async def _release_command(self, app: App, release: Release) -> int:
        slug = app.slugs.get(release.slug_id or "")
        command = slug.process_types.get("release") if slug else None
        if command is None:
            return 0
        size = app.processes["release"].size
        return await self._dynos[app.id].run_once("release", command, size, release.config, release.output)

    def _later(self, work: Any) -> None:
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _imagined_dyno(app: App, line: Process, number: int) -> Dyno:
    """Fir names dynos by the release and five letters, Cedar by number. Eco dynos
    sleep when nobody asks."""
    mark = stable_id("dyno", app.id, line.type, str(number))
    name = f"{line.type}.{number}"
    if app.generation == "fir":
        release = app.release.id.replace("-", "")[:10] if app.release else "0" * 10
        name = f"{line.type}-{release}-{mark[:5]}"
    state = "idle" if line.size == "Eco" else "up"
    return Dyno(mark, name, line.type, line.command, line.size, app.current_version, app.updated_at, state)


def _others(app: App, names: set[str]) -> list[Dyno]:
    """One-off dynos and whatever else is there beside the formation."""
    return [one for one in app.dynos.values() if one.name not in names]
