"""The dynos of one app: real processes, kept as the formation and the current release say."""

import asyncio
import random
import uuid
from collections.abc import Mapping
from pathlib import Path

from providers.sandbox.heroku.world.world import App, Dyno, now
from providers.sandbox.processes import Running, free_port, port_answers
from providers.sandbox.router import Router

BOOT_SECONDS = 60.0
"""Heroku gives a web process as long to listen on $PORT (error R10)."""

GRACE_SECONDS = 10.0
"""After SIGTERM; Heroku gives 30 s."""

_RESTARTS = (1.0, 5.0, 20.0, 60.0)
"""Seconds before a crashed dyno starts again, growing."""


class Dynos:
    """Starts, stops and restarts. `match` may be called as often as one likes: it does what is missing."""

    def __init__(self, app: App, folder: Path, router: Router) -> None:
        self._app = app
        self._folder = folder
        self._router = router
        self._turn = asyncio.Lock()
        self._closed = False

    async def match(self) -> None:
        """Start and stop dynos until they are what the formation wants."""
        async with self._turn:
            await self._match()

    async def restart(self) -> None:
        """End all dynos of the formation and start them anew with the current release."""
        async with self._turn:
            await self._end([dyno for dyno in self._app.dynos.values() if dyno.type in self._app.processes])
            await self._match()

    async def stop(self) -> None:
        """End everything, one-off dynos too, for good."""
        self._closed = True
        await self._end(list(self._app.dynos.values()))

    async def run_once(
        self, kind: str, command: str, size: str, config: Mapping[str, str], output: list[str] | None = None
    ) -> int:
        """Run `command` in a one-off dyno ("release.4711") to its end; returns its exit code."""
        name = f"{kind}.{random.randrange(1000, 10_000)}"
        dyno = self._new(name, kind, command, size)
        dyno.running = await Running.start(
            command, self._folder, self._environment(dyno, config), self._logger(name, output)
        )
        dyno.state = "up"
        try:
            return await dyno.running.wait()
        finally:
            self._app.dynos.pop(name, None)

    async def _match(self) -> None:
        if self._closed or self._app.release is None:
            return
        wanted = {
            f"{line.type}.{number}": line
            for line in self._app.processes.values()
            for number in range(1, line.quantity + 1)
        }
        kinds = set(self._app.processes)
        await self._end(
            [dyno for name, dyno in self._app.dynos.items() if dyno.type in kinds and name not in wanted]
        )
        for name, line in wanted.items():
            if name not in self._app.dynos:
                dyno = self._new(name, line.type, line.command, line.size)
                dyno.keeper = asyncio.create_task(self._keep_up(dyno))

    def _new(self, name: str, kind: str, command: str, size: str) -> Dyno:
        release = self._app.release
        mark = str(uuid.uuid4())
        version = release.version if release else 0
        dyno = Dyno(mark, name, kind, command, size, version, created_at=now())
        self._app.dynos[name] = dyno
        return dyno

    async def _keep_up(self, dyno: Dyno) -> None:
        crashes = 0
        while not dyno.unwanted():
            release = self._app.release
            assert release is not None
            if dyno.type == "web":
                dyno.port = free_port()
            dyno.running = await Running.start(
                dyno.command,
                self._folder,
                self._environment(dyno, release.config),
                self._logger(dyno.name),
            )
            if dyno.unwanted():
                await dyno.running.stop(GRACE_SECONDS)
                break
            if dyno.port is not None:
                if await port_answers(dyno.port, dyno.running, BOOT_SECONDS) and not dyno.unwanted():
                    dyno.state = "up"
                    self._point_router()
            else:
                dyno.state = "up"
            code = await dyno.running.wait()
            if dyno.unwanted():
                break
            dyno.state = "crashed"
            self._point_router()
            self._app.log.append(f"heroku[{dyno.name}]: Process exited with status {code}")
            await asyncio.sleep(_RESTARTS[min(crashes, len(_RESTARTS) - 1)])
            crashes += 1
            dyno.state = "starting"

    async def _end(self, dynos: list[Dyno]) -> None:
        for dyno in dynos:
            if dyno.keeper and dyno.state == "crashed":
                dyno.keeper.cancel()  # it sleeps before the next start
            dyno.wanted = False
            dyno.state = "stopping"
        self._point_router()
        await asyncio.gather(*(one.running.stop(GRACE_SECONDS) for one in dynos if one.running))
        # A keeper may have been in the middle of a start; it ends what it started.
        await asyncio.gather(*(one.keeper for one in dynos if one.keeper), return_exceptions=True)
        for dyno in dynos:
            if self._app.dynos.get(dyno.name) is dyno:
                del self._app.dynos[dyno.name]

    def _point_router(self) -> None:
        ports = [dyno.port for dyno in self._app.dynos.values() if dyno.state == "up" and dyno.port]
        self._router.target = ports[0] if ports else None

    def _environment(self, dyno: Dyno, config: Mapping[str, str]) -> dict[str, str]:
        own = {"DYNO": dyno.name, "HOME": str(self._folder), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
        if dyno.port is not None:
            own["PORT"] = str(dyno.port)
        return {"PYTHONDONTWRITEBYTECODE": "1", **own, **config}

    def _logger(self, name: str, output: list[str] | None = None) -> "_Lines":
        return _Lines(self._app, name, output)


class _Lines:
    """Takes lines of a dyno into the app's log, which is held in memory only."""

    def __init__(self, app: App, name: str, output: list[str] | None) -> None:
        self._app = app
        self._name = name
        self._output = output

    def __call__(self, line: str) -> None:
        self._app.log.append(f"app[{self._name}]: {line}")
        if self._output is not None:
            self._output.append(line)
