"""An app that Terraform makes: the person applies the files that Offramp wrote, Offramp looks what came of
it.

Databases are Offramp's: they have to be there and full before anything starts. So are log drains, of which
one serves all apps of an environment, and whose name is taken once. Terraform adopts both. The app, its
config vars, services and web address are Terraform's, made and deployed by one `terraform apply`.
"""

import asyncio
import shlex
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING

from wizard.mapping.stores import moved_stores
from wizard.model.plan import Step
from wizard.ports import Environment, TargetApp
from wizard.run.context import Context
from wizard.run.guide import COPIED, Guide, guide_lines
from wizard.run.kinds.handed_over import HandedOver, before
from wizard.run.kinds.serve import wanted_services

if TYPE_CHECKING:
    from wizard.run.terraform_files import Files


class ApplyTerraform(HandedOver):
    """Applied by a person; done when app, services and web address are there as mapped."""

    async def guide(self, context: Context, step: Step) -> Guide:
        handle, at = str(step.args["handle"]), str(step.args["folder"])
        return Guide(
            step=step.key,
            waits=f"apply Terraform for {handle}; what it makes is seen by itself",
            lines=guide_lines(
                "Have Terraform adopt what is there, if you have not yet:",
                *[f"{COPIED}{line}" for line in await import_lines(context, step)],
                f"Apply, in the folder {at}:",
                f"{COPIED}cd {shlex.quote(at)} && {with_values(context, step, 'terraform apply')}",
                *[line async for line in told_lines(context, step)],
                "Or give the values by hand, as README.md there says.",
            ),
        )

    async def begin(self, context: Context, step: Step) -> None:
        """Where all was applied before the cut-over, Terraform has nothing to change but what was stopped.
        The same code is then deployed once more, so that its release command runs on the proven rows."""
        handle = str(step.args["handle"])
        app = await context.target.find_app(await context.environment(), handle)
        newest = next(iter(await context.target.deploys(app) if app else ()), None)
        if app is None or newest is None or newest.state != "succeeded":
            return
        if newest.number > before(context, handle) or await self.missing(context, step):
            return
        log = context.log(step)
        log(f"Terraform made {handle} before the cut-over. It is deployed once more, on the proven data.")
        await context.target.roll_back(app, newest, log, folder=context.folder)

    async def missing(self, context: Context, step: Step) -> str:
        handle = str(step.args["handle"])
        environment = await context.environment()
        app = await context.target.find_app(environment, handle)
        if app is None:
            return f"the app {handle}"
        lacking = await _databases(context, environment)
        services = {service.type: service for service in await context.target.services(app)}
        for name, (count, memory) in wanted_services(context, str(step.args["app"])).items():
            there = services.get(name)
            if there is None:
                lacking.append(f"the service {name}")
            elif there.count != count or (count and there.memory_mb != memory):
                lacking.append(
                    f"{name} with {count} x {memory} MB (it has {there.count} x {there.memory_mb} MB)"
                )
        if step.args.get("web") and (web := services.get("web")) is not None:
            endpoint = await context.target.find_endpoint(web)
            if endpoint is None or endpoint.state != "provisioned":
                lacking.append("the web address")
        # Only then: each look at config vars is noted in the target's audit trail.
        return ", ".join(lacking or [line async for line in _config(context, step, app)])


async def _config(context: Context, step: Step, app: TargetApp) -> AsyncIterator[str]:
    """Config vars that an app has not, and those that lead to Heroku still."""
    there, before = await context.target.config(app), await context.source.config(str(step.args["app"]))
    for choice in context.mapping.config:
        if choice.app_id != step.args["app"] or choice.action not in ("copy", "replace"):
            continue
        old = before.get(choice.name)
        if choice.name not in there:
            if choice.action == "replace" or old:
                yield f"the config var {choice.name}"
        elif choice.action == "replace" and there[choice.name] == old and old:
            if choice.replacement == "database":
                yield f"{choice.name} with the URL of the new database (it has Heroku's)"
            elif choice.replacement == "app-url" and await _address(context, choice.refers_to):
                yield f"{choice.name} with the new web address (it has Heroku's)"


async def _address(context: Context, app_id: str) -> str:
    """The web address of an app of Heroku on the target, "" while it has none there."""
    choice = context.mapping.app(app_id)
    app = await context.target.find_app(await context.environment(), choice.handle) if choice else None
    for service in await context.target.services(app) if app else ():
        endpoint = await context.target.find_endpoint(service)
        if endpoint is not None and endpoint.state == "provisioned":
            return endpoint.url
    return ""


async def told_lines(context: Context, step: Step) -> AsyncIterator[str]:
    """What a person gives Terraform besides, since only the cut-over makes it: new web addresses."""
    files = await asyncio.to_thread(files_of, context, step)
    for variable, name, app_id in files.told:
        url = await _address(context, app_id)
        where = f"which is {url}" if url else "which has none yet; for import and plan any text does"
        whose = context.system.app(app_id).name
        yield f"Give TF_VAR_{variable} ({name}) with the new web address of {whose}, {where}."


async def _databases(context: Context, environment: Environment) -> list[str]:
    handles = [choice.handle for choice in context.mapping.moved_databases()]
    handles += [choice.handle for choice in moved_stores(context.mapping)]
    return [
        f"the database {handle}"
        for handle in handles
        if await context.target.find_database(environment, handle) is None
    ]


def with_values(context: Context, step: Step, command: str) -> str:
    """The command with the values of config vars in its environment; without them Terraform asks for each."""
    app = context.source_app(step).name
    return f"offramp values {shlex.quote(context.session.id)} --app {shlex.quote(app)} -- {command}"


async def import_lines(context: Context, step: Step) -> list[str]:
    """`terraform import ADDRESS ID` for all that is there already and that the files name."""
    files = await asyncio.to_thread(files_of, context, step)
    environment = await context.environment()
    lines = []
    for address, handle in files.databases:
        database = await context.target.find_database(environment, handle)
        if database is not None:
            lines.append(with_values(context, step, f"terraform import {address} {database.id}"))
    for address, handle in files.drains:
        drain = await context.target.find_drain(environment, handle)
        if drain is not None:
            lines.append(with_values(context, step, f"terraform import {address} {drain.id}"))
    app = await context.target.find_app(environment, str(step.args["handle"]))
    if app is not None and files.app:
        lines.append(with_values(context, step, f"terraform import {files.app} {app.id}"))
    return lines


def files_of(context: Context, step: Step) -> "Files":
    """What the written files name. Blocks; runs git."""
    # Imported here: it brings along all that reads code, and few runs need it.
    from wizard.run.terraform_files import read_files

    return read_files(context, step)
