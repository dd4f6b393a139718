"""Deploys of Docker images, and what was deployed so far.

An image is named by the app's setting APTIBLE_DOCKER_IMAGE, and who may pull it by two sensitive settings;
both go with the deploy operation (aptible-cli, commit 8e8b785 of 2026-01-07; as config variables, the older
way, they still work with a warning). Credentials that live for hours, as ECR's do, come with each deploy.
Procfile and hooks are read from `/.aptible` inside the image.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from providers.aptible.answers import AppAnswer, Deployment, ImageAnswer, Operation
from providers.aptible.client import Api
from providers.aptible.deploy import IMAGE, UNTOUCHED, deploy, image_of
from providers.aptible.operations import Operations
from wizard.model.trouble import Trouble
from wizard.ports import DeployState, Log, RegistryLogin, TargetApp, TargetDeploy

USERNAME = "APTIBLE_PRIVATE_REGISTRY_USERNAME"
PASSWORD = "APTIBLE_PRIVATE_REGISTRY_PASSWORD"  # noqa: S105 - a name

FROM_NO_GIT = "0" * 40
"""A git_ref that detaches an app from git, needed where its repository has a Dockerfile (aptible-cli,
deploy.rb, --git-detach)."""

_STATES: Mapping[str, DeployState] = {
    "queued": "queued",
    "running": "running",
    "succeeded": "succeeded",
    "failed": "failed",
}


class Images:
    """Deploys of any app that pull instead of build, and the list of all deploys."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._api = api
        self._operations = operations

    async def deploys(self, app: TargetApp) -> list[TargetDeploy]:
        """All deploys, newest first. The digest of an image is told for the newest that succeeded."""
        known = await self._deployments(app)
        found = [
            _deploy(operation, known.get(operation.id))
            for operation in await self._operations.listed(f"apps/{app.id}")
            if operation.type == "deploy"
        ]
        current = next((one for one in found if one.state == "succeeded"), None)
        if current is None or not current.image:
            return found
        answer = await self._api.get(f"/apps/{app.id}", AppAnswer, what=f"the app {app.handle}")
        if (image_id := answer.linked_id("current_image")) is None:
            return found
        image = await self._api.get(
            f"/images/{image_id}", ImageAnswer, what=f"the image of the app {app.handle}"
        )
        return [_with_digest(one, image) if one is current else one for one in found]

    async def deploy(
        self,
        app: TargetApp,
        image: str,
        log: Log,
        *,
        login: RegistryLogin | None = None,
        folder: Path | None = None,
        count: int | None = None,
        memory_mb: int | None = None,
    ) -> TargetDeploy:
        """See `wizard.ports.Target.deploy_image`."""
        body: dict[str, Any] = {"settings": {IMAGE: image}}
        if login is not None:
            body["sensitive_settings"] = {USERNAME: login.username, PASSWORD: login.password.reveal()}
        if await self._from_git(app):
            body["git_ref"] = FROM_NO_GIT
            log(f"{app.handle} was deployed by git until now; from here on it is deployed by image.")
        done = await deploy(
            self._operations,
            app,
            body,
            log,
            what=f"the image {image}",
            folder=folder,
            count=count,
            memory_mb=memory_mb,
        )
        return await self.told(app, done)

    async def follow(
        self, app: TargetApp, deploy: TargetDeploy, log: Log, folder: Path | None
    ) -> TargetDeploy:
        """See `wizard.ports.Target.follow_deploy`."""
        operation = await self._api.get(
            f"/operations/{deploy.number}", Operation, what=f"operation {deploy.number}"
        )
        done = await self._operations.follow(
            operation,
            log,
            what=f"deploy {deploy.in_words()} to the app {app.handle}",
            untouched=UNTOUCHED,
            live=folder,
        )
        return await self.told(app, done)

    async def told(self, app: TargetApp, done: Operation) -> TargetDeploy:
        """The deploy that an operation was.

        Raises:
            Trouble: it is not in the list any more.
        """
        for one in await self.deploys(app):
            if one.number == done.id:
                return one
        raise Trouble(
            f"The deploy of {app.handle} (operation {done.id}) is not in Aptible's list any more.",
            remedy=f"Look at https://app.aptible.com/operations/{done.id}.",
            code="operation-gone",
        )

    async def _from_git(self, app: TargetApp) -> bool:
        for operation in await self._operations.listed(f"apps/{app.id}"):
            if operation.type == "deploy" and operation.status == "succeeded":
                return not image_of(operation.settings) and operation.git_ref not in (None, "", FROM_NO_GIT)
        return False

    async def _deployments(self, app: TargetApp) -> dict[int, Deployment]:
        found = await self._api.listed(
            f"/apps/{app.id}/deployments", "deployments", Deployment, what=f"the deploys of {app.handle}"
        )
        return {one.operation_id: one for one in found if one.operation_id is not None}


def _deploy(operation: Operation, brought: Deployment | None) -> TargetDeploy:
    # A deploy without an image of its own pulls again what the app has; only its deployment names that.
    image = image_of(operation.settings) or (brought.docker_image if brought else "") or ""
    state: DeployState = "cancelled" if operation.called_off else _STATES.get(operation.status, "running")
    ref = operation.git_ref or ""
    return TargetDeploy(
        number=operation.id,
        state=state,
        ref="" if image or ref == FROM_NO_GIT else ref,
        commit="" if image else (brought.git_commit_sha if brought else "") or "",
        image=image,
        at=operation.created_at or "",
    )


def _with_digest(deploy: TargetDeploy, image: ImageAnswer) -> TargetDeploy:
    return msgspec.structs.replace(deploy, digest=image.docker_ref or "")
