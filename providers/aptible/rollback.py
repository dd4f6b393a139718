"""Back to the code of an earlier deploy: Aptible has no operation for that, so it is deployed once more."""

from pathlib import Path
from typing import Any

from providers.aptible.images import IMAGE, UNTOUCHED, Images
from providers.aptible.operations import Operations
from wizard.model.trouble import Trouble
from wizard.ports import Log, RegistryLogin, TargetApp, TargetDeploy


class Rollback:
    """Deploys earlier code; what was asked for already is followed, never asked for twice."""

    def __init__(self, operations: Operations, images: Images) -> None:
        self._operations = operations
        self._images = images

    async def to(
        self,
        app: TargetApp,
        deploy: TargetDeploy,
        log: Log,
        *,
        login: RegistryLogin | None = None,
        folder: Path | None = None,
    ) -> TargetDeploy:
        """See `wizard.ports.Target.roll_back`."""
        if deploy.image:
            return await self._images.deploy(app, deploy.image, log, login=login, folder=folder)
        # A branch may stand for other code by now; the commit that it stood for does not change.
        ref = deploy.commit or deploy.ref
        if not ref:
            raise Trouble(
                f"Aptible does not tell what code operation {deploy.number} deployed to {app.handle}.",
                remedy="Deploy the commit or the image that is wanted yourself.",
                code="code-unknown",
            )
        resource, what = f"apps/{app.id}", f"deploy {deploy.in_words()} to the app {app.handle} again"
        running = await self._operations.unfinished(resource, "deploy")
        if running is not None and running.git_ref == ref:
            log("This deploy is under way already.")
            done = await self._operations.follow(running, log, what=what, untouched=UNTOUCHED, live=folder)
        else:
            body: dict[str, Any] = {"type": "deploy", "git_ref": ref}
            if (await self._current(app)).image:
                # The setting would have the image pulled again at the next deploy without a ref.
                body["settings"] = {IMAGE: ""}
            done = await self._operations.run(
                resource, body, log, what=what, untouched=UNTOUCHED, live=folder
            )
        return next(one for one in await self._images.deploys(app) if one.number == done.id)

    async def _current(self, app: TargetApp) -> TargetDeploy:
        found = await self._images.deploys(app)
        return next(
            (one for one in found if one.state == "succeeded"), TargetDeploy(number=0, state="failed")
        )
