"""Apps: created, configured, deployed from a pushed ref; their services scaled."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from providers.aptible.answers import AppAnswer, Configuration, ServiceAnswer
from providers.aptible.client import Api, created
from providers.aptible.deploy import deploy
from providers.aptible.operations import Operations
from wizard.model.secret import Secret, config_value
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import Environment, Log, TargetApp, TargetService

_REPOSITORY = re.compile(
    r"(ssh://)?[a-z0-9_][a-z0-9_.-]*@[a-z0-9][a-z0-9.-]*(:[0-9]{1,5})?[:/][a-z0-9._/-]+", re.IGNORECASE
)
"""An address that git may be given; anything else that the API may say is not repeated to a person."""


class Apps:
    """Apps of all environments, with their services."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._api = api
        self._operations = operations

    async def find(self, environment: Environment, handle: str) -> TargetApp | None:
        found = await self._find(environment, handle)
        return None if found is None else await self._noun(found, environment.id)

    async def create(self, environment: Environment, handle: str, log: Log) -> TargetApp:
        """Adopt the app of that handle, or create it."""
        found = await self._find(environment, handle)
        if found is not None:
            log(f"The app {handle} is there already.")
            return await self._noun(found, environment.id)
        log(f"Creating the app {handle}.")

        async def post() -> AppAnswer:
            path = f"/accounts/{environment.id}/apps"
            return await self._api.post(path, {"handle": handle}, AppAnswer, what=f"create the app {handle}")

        made = await created(self._api.patience, post, lambda: self._find(environment, handle))
        return await self._noun(made, environment.id)

    async def config(self, app: TargetApp) -> dict[str, Secret]:
        """The whole configuration; a sensitive read. Empty before the first `configure`."""
        answer = await self._app(app)
        configuration_id = answer.linked_id("current_configuration")
        if configuration_id is None:
            return {}
        found = await self._api.get(
            f"/configurations/{configuration_id}",
            Configuration,
            what=f"the configuration of {app.handle}",
            sensitive=True,
        )
        return {clean(name): config_value(str(value), name) for name, value in (found.env or {}).items()}

    async def configure(self, app: TargetApp, values: Mapping[str, Secret], log: Log) -> None:
        """Merge values. An empty one is left out: Aptible would delete the variable of that name."""
        env = {name: value.reveal() for name, value in values.items() if value}
        for name in sorted(set(values) - set(env)):
            log(f"{name} is empty and is left out: Aptible cannot hold an empty value.")
        if not env:
            log("There is nothing to configure.")
            return
        log(f"Configuring {', '.join(sorted(env))}.")
        await self._operations.run(
            f"apps/{app.id}",
            {"type": "configure", "env": env},
            log,
            what=f"configure the app {app.handle}",
            untouched="The app goes on with the configuration it had.",
        )

    async def deploy(
        self,
        app: TargetApp,
        ref: str,
        log: Log,
        *,
        folder: Path | None = None,
        count: int | None = None,
        memory_mb: int | None = None,
    ) -> TargetApp:
        """Deploy `ref` (a pushed branch, or a commit in it); with a `folder` its log is shown as it comes."""
        await deploy(
            self._operations,
            app,
            {"git_ref": ref},
            log,
            what=ref,
            folder=folder,
            count=count,
            memory_mb=memory_mb,
        )
        return await self._noun(await self._app(app), app.environment_id)

    async def under_way(self, app: TargetApp) -> str:
        """The type of an operation on the app or one of its services that has not ended; "" for none."""
        resources = [f"apps/{app.id}", *(f"services/{one.id}" for one in await self.services(app))]
        for resource in resources:
            for operation in await self._operations.listed(resource):
                if not operation.finished:
                    return operation.type
        return ""

    async def services(self, app: TargetApp) -> list[TargetService]:
        """Services by their type. There are none before the first deploy."""
        found = await self._api.listed(
            f"/apps/{app.id}/services", "services", ServiceAnswer, what=f"the services of {app.handle}"
        )
        nouns = [_service(service, app.id) for service in found]
        return sorted(nouns, key=lambda service: service.type)

    async def scale(
        self, service: TargetService, count: int, memory_mb: int, log: Log, *, profile: str = ""
    ) -> TargetService:
        """Set count, size (0: leave the size as it is) and container profile ("": leave it)."""
        now = await self._service(service)
        wanted = memory_mb or now.memory_mb
        if (now.count, now.memory_mb, now.profile) == (count, wanted, profile or now.profile):
            log(f"{service.type} has {count}{f' x {wanted} MB' if wanted else ''} already.")
            return now
        size = (f" x {wanted} MB" if wanted else "") + (f", profile {profile}" if profile else "")
        log(f"Scaling {service.type} to {count}{size}.")
        body: dict[str, Any] = {"type": "scale", "container_count": count}
        if profile:
            body["instance_profile"] = profile
        if wanted:
            # A service may have no limit, and zero is none.
            body["container_size"] = wanted
        await self._operations.run(
            f"services/{service.id}",
            body,
            log,
            what=f"scale the service {service.type}",
            untouched="It goes on with the containers it had.",
        )
        return await self._service(service)

    async def set_grace(self, service: TargetService, seconds: int, log: Log) -> None:
        """The service's own setting, no operation: it counts from the next release of the service on."""
        log(f"Giving {service.type} {seconds} s to end.")
        what = f"set the stop timeout of the service {service.type}"
        await self._api.put(f"/services/{service.id}", {"stop_timeout": seconds}, what=what)

    async def _find(self, environment: Environment, handle: str) -> AppAnswer | None:
        return await self._api.find(
            "/find/app",
            AppAnswer,
            what=f"the app {handle}",
            query={"handle": handle, "environment": environment.handle},
        )

    async def _app(self, app: TargetApp) -> AppAnswer:
        return await self._api.get(f"/apps/{app.id}", AppAnswer, what=f"the app {app.handle}")

    async def _service(self, service: TargetService) -> TargetService:
        what = f"the service {service.type}"
        found = await self._api.get(f"/services/{service.id}", ServiceAnswer, what=what)
        return _service(found, service.app_id)

    async def _noun(self, found: AppAnswer, environment_id: str) -> TargetApp:
        if found.status in {"deprovisioning", "deprovisioned"}:
            raise Trouble(
                f"The app {found.handle} is being removed at Aptible.",
                remedy="Wait until it is gone, or choose another handle.",
                code="app-going",
            )
        repository = found.git_repo or ""
        operations = await self._operations.listed(f"apps/{found.id}")
        deployed = [done for done in operations if done.type == "deploy" and done.status == "succeeded"]
        return TargetApp(
            id=str(found.id),
            handle=found.handle,
            environment_id=environment_id,
            state=found.status,
            git_ref=deployed[0].git_ref if deployed else None,
            repository=repository if _REPOSITORY.fullmatch(repository) else "",
        )


def _service(found: ServiceAnswer, app_id: str) -> TargetService:
    return TargetService(
        id=str(found.id),
        app_id=app_id,
        type=found.process_type,
        command=found.command or "",
        count=found.container_count or 0,
        memory_mb=found.container_memory_limit_mb or 0,
        # "m5" is the profile m on the fifth generation of machines.
        profile=(found.instance_class or "")[:1],
        grace=found.stop_timeout,
    )
