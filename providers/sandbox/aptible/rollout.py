"""Releases: start the new containers, check them, switch over, stop the old ones. Or keep the old ones."""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from providers.sandbox.aptible.builds import run_line
from providers.sandbox.aptible.containers import (
    SETTLE,
    Container,
    ReleaseFailed,
    container_environment,
    in_folder,
    stop_all,
    wait_until_settled,
)
from providers.sandbox.aptible.health import check_health, point
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import App, Image, Release, Service
from providers.sandbox.aptible.world import World
from providers.sandbox.processes import Running

LOG_LINES = 2000
SHOWN_LINES = 15

LogLine = Callable[[App, str, str], None]
"""Takes each line of a container: the app, the container's name, the line."""


class Rollout:
    """Changes what runs for an app. One operation of an app at a time.

    Attributes:
        cron_runs: jobs that supercronic's stand-in ran to a good end, by app handle.
        before_deploys: before_deploy commands that were run, by app handle.
        log_line: what else a line of a container goes to.
        settle: seconds a container must live before it counts as started.
    """

    def __init__(self, world: World, programs: Path, pace: float) -> None:
        self.cron_runs: dict[str, int] = {}
        self.before_deploys: dict[str, int] = {}
        self.log_line: LogLine = _nowhere
        self.settle = SETTLE
        self._world = world
        self._programs = programs
        self._pace = pace

    async def deploy(
        self, app: App, image: Image, env: Mapping[str, str], operation: Operation
    ) -> list[Service]:
        """Run before_deploy, release an image, and stop the services that it does not have: those are
        returned, and are to be dropped with what hangs on them."""
        for command in image.before_deploy:
            await self._run_hook(app, image, env, command, operation)
        services = self._services_for(app, image, operation.body)
        await self._release(app, image, env, services, operation)
        gone = [service for service in self._world.services_of(app.id) if service not in services]
        for service in gone:
            await stop_all(service.containers, operation.say)
        for service in services:
            service.command = image.processes[service.process_type]
            self._world.services[service.id] = service
        return gone

    async def renew(self, app: App, image: Image, env: Mapping[str, str], operation: Operation) -> None:
        """Start all services anew, of this image and with this environment. before_deploy does not run."""
        await self._release(app, image, env, self._world.services_of(app.id), operation)

    async def scale(self, operation: Operation) -> None:
        """Set a service's count, size and profile."""
        service = self._world.services[operation.resource[1]]
        app = self._world.apps[service.app_id]
        count = operation.body.get("container_count")
        assert app.image is not None
        wanted = replace(
            service,
            count=service.count if count is None else int(count),
            memory_mb=int(operation.body.get("container_size") or service.memory_mb),
            profile=str(operation.body.get("instance_profile") or service.profile),
        )
        new = await self._start(app, app.image, app.env, wanted, operation)
        service.count, service.memory_mb, service.profile = wanted.count, wanted.memory_mb, wanted.profile
        await self._switch(service, app.image, new, operation)

    async def run_once(
        self, app: App, command: str, log: Callable[[str], None], *, name: str = "ssh"
    ) -> "Running":
        """A one-off process with the app's code and configuration.

        Raises:
            ReleaseFailed: the app has no code yet.
        """
        if app.image is None:
            raise ReleaseFailed("The app has not been deployed yet")
        image = app.image
        environment, _ = self._environment(app.env, image, {"APTIBLE_PROCESS_TYPE": name})
        return await Running.start(
            in_folder(command, image.workdir, image.folder), image.folder, environment, log
        )

    async def stop_app(self, app: App) -> None:
        """End all containers of an app."""
        for service in self._world.services_of(app.id):
            await stop_all(service.containers, _nobody)
            service.containers = []

    def _services_for(self, app: App, image: Image, body: Mapping[str, Any]) -> list[Service]:
        """The services of an image: those there are, and new ones of one container with 1 GB."""
        known = {service.process_type: service for service in self._world.services_of(app.id)}
        services = []
        for process_type, command in image.processes.items():
            service = known.get(process_type) or Service(
                id=self._world.new_id(),
                app_id=app.id,
                process_type=process_type,
                command=command,
                count=1 if body.get("container_count") is None else int(body["container_count"]),
                memory_mb=int(body.get("container_size") or 1024),
                profile=str(body.get("instance_profile") or "m"),
            )
            services.append(service)
        return services

    async def _run_hook(
        self, app: App, image: Image, env: Mapping[str, str], command: str, operation: Operation
    ) -> None:
        operation.say(f"Running before_deploy command: {command}")
        self.before_deploys[app.handle] = self.before_deploys.get(app.handle, 0) + 1
        environment, _ = self._environment(env, image, {"APTIBLE_PROCESS_TYPE": "before_deploy"})
        running = await Running.start(
            in_folder(command, image.workdir, image.folder),
            image.folder,
            environment,
            lambda line: operation.say(f"before_deploy: {line}"),
        )
        code = await running.wait()
        if code != 0:
            raise ReleaseFailed(f"before_deploy command failed with exit status {code}: {command}")

    async def _release(
        self,
        app: App,
        image: Image,
        env: Mapping[str, str],
        services: list[Service],
        operation: Operation,
    ) -> None:
        """Start all services anew, then switch. If one does not come up, nothing changes."""
        results = await asyncio.gather(
            *(self._start(app, image, env, service, operation) for service in services),
            return_exceptions=True,
        )
        failures = [result for result in results if isinstance(result, BaseException)]
        if failures:
            for result in results:
                if not isinstance(result, BaseException):
                    await stop_all(result, _nobody)
            raise failures[0]
        for service, new in zip(services, results, strict=True):
            if not isinstance(new, BaseException):
                await self._switch(service, image, new, operation)

    async def _start(
        self, app: App, image: Image, env: Mapping[str, str], service: Service, operation: Operation
    ) -> list[Container]:
        command = run_line(image.entrypoint, image.processes[service.process_type])
        tail: deque[str] = deque(maxlen=SHOWN_LINES)
        containers: list[Container] = []
        try:
            for index in range(1, service.count + 1):
                metadata = {
                    "APTIBLE_PROCESS_TYPE": service.process_type,
                    "APTIBLE_PROCESS_INDEX": str(index - 1),
                    "APTIBLE_PROCESS_CONTAINER_COUNT": str(service.count),
                    "APTIBLE_CONTAINER_SIZE": str(service.memory_mb),
                    "APTIBLE_CONTAINER_PROFILE": service.profile,
                }
                environment, ports = self._environment(env, image, metadata)
                operation.say(f"Starting container {service.process_type}.{index}: {command}")
                running = await Running.start(
                    in_folder(command, image.workdir, image.folder),
                    image.folder,
                    environment,
                    self._listener(app, f"{service.process_type}.{index}", tail),
                )
                containers.append(Container(service.process_type, index, running, ports))
            await asyncio.gather(
                *(wait_until_settled(container, operation.say, self.settle) for container in containers)
            )
            for vhost in self._world.vhosts_of(service.id):
                if vhost.status == "provisioned":
                    await check_health(
                        self._world, vhost, image, containers, env=env, operation=operation, pace=self._pace
                    )
        except ReleaseFailed:
            for line in tail:
                operation.say(line)
            await stop_all(containers, _nobody)
            raise
        return containers

    async def _switch(
        self, service: Service, image: Image, new: list[Container], operation: Operation
    ) -> None:
        old, service.containers = service.containers, new
        release = Release(self._world.new_id(), service.id, image)
        for container in new:
            name = f"{service.process_type}-{container.index}-{release.id}"
            release.containers[self._world.new_id()] = name
        self._world.releases[release.id] = release
        service.release_id = release.id
        for vhost in self._world.vhosts_of(service.id):
            point(vhost, image, new)
        await stop_all(old, operation.say, service.settings.get("stop_timeout"))

    def _environment(
        self, env: Mapping[str, str], image: Image, metadata: Mapping[str, str]
    ) -> tuple[dict[str, str], dict[int, int]]:
        of_image = {
            name: in_folder(value, image.workdir, image.folder) for name, value in image.environment.items()
        }
        return container_environment(
            env, of_image, metadata=metadata, programs=self._programs, minute=60 * self._pace
        )

    def _listener(self, app: App, name: str, tail: deque[str]) -> Any:
        def listen(line: str) -> None:
            app.log.append(f"{name}: {line}")
            tail.append(f"{name}: {line}")
            self.log_line(app, name, line)
            del app.log[:-LOG_LINES]
            if re.search(r'msg="job succeeded"', line):
                self.cron_runs[app.handle] = self.cron_runs.get(app.handle, 0) + 1

        return listen


def _nobody(line: str) -> None:
    """For clean-ups whose lines belong in no operation's log."""


def _nowhere(app: App, name: str, line: str) -> None:
    """For a world without drains."""
