"""What operations on apps and services do."""

import asyncio

from providers.sandbox.aptible.builds import git_says
from providers.sandbox.aptible.containers import ReleaseFailed
from providers.sandbox.aptible.endpoints.work import EndpointWork
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import (
    App,
    CodeScan,
    Configuration,
    Deployment,
    Image,
    Service,
    Setting,
)
from providers.sandbox.aptible.releases import DETACH, Builder, Wanted, wanted
from providers.sandbox.aptible.rollout import Rollout
from providers.sandbox.aptible.work import Work
from providers.sandbox.aptible.world import World

LANGUAGES = {
    "requirements.txt": "python",
    "Gemfile": "ruby",
    "package.json": "javascript",
    "go.mod": "go",
    "pom.xml": "java",
    "composer.json": "php",
}


class AppWork:
    """Deploys, configures, restarts, scans and removes apps; scales services."""

    def __init__(self, world: World, rollout: Rollout, builder: Builder, endpoints: EndpointWork) -> None:
        self._world = world
        self._rollout = rollout
        self._builder = builder
        self._endpoints = endpoints

    def teach(self, work: Work) -> None:
        work.teach(
            "apps",
            {
                "deploy": self._deploy,
                "configure": self._configure,
                "restart": self._restart,
                "rebuild": self._rebuild,
                "scan_code": self._scan,
                "deprovision": self._deprovision,
            },
        )
        work.teach("services", {"scale": self._rollout.scale})

    async def _deploy(self, operation: Operation) -> None:
        app = self._world.apps[operation.resource[1]]
        what = wanted(app, operation.body)
        deployment = Deployment(self._world.new_id(), app.id, operation.id)
        ref = str(operation.body.get("git_ref") or "")
        deployment.git_ref = ref if ref != DETACH else None
        self._world.deployments[deployment.id] = deployment
        try:
            image = await self._builder.image(app, what, operation)
            await self._drop(await self._rollout.deploy(app, image, what.env, operation))
        except BaseException:
            deployment.status = "failed"
            raise
        self._settle(app, what)
        self._take(app, image)
        deployment.status = "succeeded"
        deployment.image_id = image.id
        deployment.git_ref = image.git_ref or None
        deployment.git_sha = image.sha or None
        deployment.docker_image = image.docker_repo
        deployment.configuration_id = app.configuration_id
        deployment.setting_id = app.setting_id
        app.deployment_id = deployment.id

    async def _configure(self, operation: Operation) -> None:
        """A deployed app is released anew with its new configuration; another one just keeps it."""
        app = self._world.apps[operation.resource[1]]
        what = wanted(app, operation.body)
        if app.image is not None:
            await self._rollout.renew(app, app.image, what.env, operation)
        self._settle(app, what)

    async def _restart(self, operation: Operation) -> None:
        app = self._world.apps[operation.resource[1]]
        if app.image is None:
            raise ReleaseFailed("The app has not been deployed yet")
        await self._rollout.renew(app, app.image, app.env, operation)

    async def _rebuild(self, operation: Operation) -> None:
        app = self._world.apps[operation.resource[1]]
        image = await self._builder.again(app, operation)
        await self._rollout.renew(app, image, app.env, operation)
        self._take(app, image)

    async def _scan(self, operation: Operation) -> None:
        """Look at a commit without deploying it."""
        app = self._world.apps[operation.resource[1]]
        ref = str(operation.body.get("git_ref") or "main")
        repository = await asyncio.to_thread(self._builder.repository, app)
        names = await asyncio.to_thread(git_says, repository, "ls-tree", "--name-only", f"{ref}^{{commit}}")
        if names is None:
            raise ReleaseFailed(f"git ref {ref} was not found in the app's repository")
        here = names.splitlines()
        texts = {
            name: await asyncio.to_thread(git_says, repository, "show", f"{ref}:{name}")
            if name in here
            else None
            for name in ("Dockerfile", "Procfile", ".aptible.yml")
        }
        scan = CodeScan(
            id=self._world.new_id(),
            app_id=app.id,
            operation_id=operation.id,
            git_ref=ref,
            dockerfile=texts["Dockerfile"],
            procfile=texts["Procfile"],
            aptible_yml=texts[".aptible.yml"],
            languages=[language for name, language in LANGUAGES.items() if name in here],
        )
        self._world.code_scans[scan.id] = scan
        operation.code_scan_id = scan.id

    async def _deprovision(self, operation: Operation) -> None:
        app = self._world.apps[operation.resource[1]]
        await self._rollout.stop_app(app)
        await self._drop(self._world.services_of(app.id))
        del self._world.apps[app.id]
        operation.deleted = True

    async def _drop(self, services: list[Service]) -> None:
        """Take services away, and their endpoints with them. Of an app that goes Aptible says that it is so
        (its page on deprovisioning); of a service that a new Procfile does not have it is a guess."""
        for service in services:
            for vhost in self._world.vhosts_of(service.id):
                await self._endpoints.remove(vhost)
            del self._world.services[service.id]

    def _take(self, app: App, image: Image) -> None:
        app.image = image
        app.source = "git" if image.sha else "docker"
        app.status = "provisioned"

    def _settle(self, app: App, what: Wanted) -> None:
        """Make this the app's current configuration and setting."""
        self.set_env(app, what.env)
        if (what.settings, what.sensitive) != (app.settings, app.sensitive):
            self.set_settings(app, what.settings, what.sensitive)

    def set_env(self, app: App, env: dict[str, str]) -> Configuration:
        app.env = dict(env)
        configuration = Configuration(self._world.new_id(), ("apps", app.id), dict(env))
        self._world.configurations[configuration.id] = configuration
        app.configuration_id = configuration.id
        return configuration

    def set_settings(self, app: App, settings: dict[str, str], sensitive: dict[str, str]) -> Setting:
        app.settings, app.sensitive = dict(settings), dict(sensitive)
        setting = Setting(self._world.new_id(), ("apps", app.id), dict(settings), dict(sensitive))
        self._world.settings[setting.id] = setting
        app.setting_id = setting.id
        return setting
