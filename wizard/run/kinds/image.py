"""A deploy of a Docker image that was built elsewhere: the target pulls it."""

from wizard.model.image_reference import registry_of
from wizard.model.plan import Evidence, Step
from wizard.ports import RegistryLogin, TargetDeploy
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.serve import beginnings, stop
from wizard.session.image_login import login_of
from wizard.session.places import private_folder


class DeployImage(Kind):
    """The image of the map, pulled and started by the target. Who may pull comes with each deploy: such
    credentials may live for hours only."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if context.journal.steps()[step.key].state in ("pending", "undone"):
            # As with a pushed commit: an older deploy ran its release command on other rows.
            return None
        deploys = await context.target.deploys(await context.app(str(step.args["handle"])))
        newest = next((one for one in deploys if one.state == "succeeded"), None)
        if newest is None or newest.image != step.args["image"]:
            return None
        return _evidence(str(step.args["handle"]), newest)

    async def do(self, context: Context, step: Step) -> None:
        app = await context.app(str(step.args["handle"]))
        image = str(step.args["image"])
        count, memory_mb = beginnings(context, str(step.args["app"]))
        await context.target.deploy_image(
            app,
            image,
            context.log(step),
            login=self._login(context, step, image),
            folder=private_folder(context.folder / "git" / app.handle),
            count=count,
            memory_mb=memory_mb,
        )

    def _login(self, context: Context, step: Step, image: str) -> RegistryLogin | None:
        return login_of(context.vault, registry_of(image)) if step.args.get("private") else None

    async def undo(self, context: Context, step: Step) -> str:
        return await stop(context, str(step.args["handle"]), context.log(step))


def _evidence(handle: str, deploy: TargetDeploy) -> Evidence:
    content = f", {deploy.digest[:19]}" if deploy.digest else ""
    return Evidence(
        summary=f"{handle} runs {deploy.image}{content}",
        facts={"image": deploy.image, "digest": deploy.digest, "operation": deploy.number},
    )
