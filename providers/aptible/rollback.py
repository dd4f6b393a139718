"""Back to the code of an earlier deploy: Aptible has no operation for that, so it is deployed once more."""

from pathlib import Path
from typing import Any

from providers.aptible.deploy import IMAGE, deploy
from providers.aptible.images import Images
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
        to: TargetDeploy,
        log: Log,
        *,
        login: RegistryLogin | None = None,
        folder: Path | None = None,
    ) -> TargetDeploy:
        """See `wizard.ports.Target.roll_back`."""
        if to.image:
            return await self._images.deploy(app, to.image, log, login=login, folder=folder)
        # A branch may stand for other code by now; the commit that it stood for does not change.
        ref = to.commit or to.ref
        if not ref:
            raise Trouble(
                f"Aptible does not tell what code operation {to.number} deployed to {app.handle}.",
                remedy="Deploy the commit or the image that is wanted yourself.",
                code="code-unknown",
            )
        body: dict[str, Any] = {"git_ref": ref}
        current = next((one for one in await self._images.deploys(app) if one.state == "succeeded"), None)
        if current is not None and current.image:
            # The setting would have the image pulled again at the next deploy without a ref.
            body["settings"] = {IMAGE: ""}
        done = await deploy(self._operations, app, body, log, what=f"{to.in_words()} again", folder=folder)
        return await self._images.told(app, done)
