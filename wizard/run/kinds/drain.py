"""Log drains: read from Heroku, handed to the target, kept nowhere. One there serves a whole environment."""

from wizard.model.plan import Evidence, Step
from wizard.model.secret import Secret
from wizard.plan.network import SPACE
from wizard.ports import TargetDrain
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind


class DrainKind(Kind):
    """The drains of Heroku that have one name on the target. As a rule they are one; where their addresses
    differ in what the document does not show (a token), there is one for each, with the logs of all apps."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        environment = await context.environment()
        found: list[TargetDrain] = []
        for handle in await _wanted(context, step):
            drain = await context.target.find_drain(environment, handle)
            if drain is None or drain.state != "provisioned":
                return None
            found.append(drain)
        names = ", ".join(f"{one.handle} ({one.kind}{f' {one.host}' if one.host else ''})" for one in found)
        all_apps = f"it gets the logs of every app of {environment.handle}"
        if len(found) > 1:
            all_apps = f"their addresses differ; each gets the logs of every app of {environment.handle}"
        return Evidence(summary=f"log drain {names}: {all_apps}", facts={"drains": len(found)})

    async def do(self, context: Context, step: Step) -> None:
        environment, log = await context.environment(), context.log(step)
        databases = step.args["databases"] is True
        for handle, address in (await _wanted(context, step)).items():
            await context.target.create_drain(environment, handle, address, databases=databases, log=log)


async def _wanted(context: Context, step: Step) -> dict[str, Secret]:
    """Addresses by handle, each destination once."""
    drains = step.args["drains"]
    assert isinstance(drains, tuple | list)
    by_destination: dict[Secret, Secret] = {}
    for marks in drains:
        owner, _, drain_id = str(marks).partition(" ")
        if owner.startswith(SPACE):
            address = await context.source.space_drain_address(owner.removeprefix(SPACE))
        else:
            address = await context.source.drain_address(owner, drain_id)
        by_destination.setdefault(context.target.drain_destination(address), address)
    handle = str(step.args["handle"])
    names = (handle if number == 1 else f"{handle}-{number}" for number in range(1, len(by_destination) + 1))
    return dict(zip(names, by_destination.values(), strict=True))
