"""What is made on the target before the cut-over: environment, databases, apps. Adopted by handle."""

from wizard.choose.stores import type_name
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.ports import CapsuleTarget, DatabaseWish, Environment, TargetDatabase
from wizard.run.capsules import space_of
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind, not_verified, was_done


class EnvironmentKind(Kind):
    """The environment that everything goes into."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        for environment in await context.target.environments():
            if environment.handle == step.args["handle"]:
                _check_region(environment, str(step.args.get("region", "")))
                _check_stack(environment, str(step.args.get("stack", "")))
                _check_team(environment, str(step.args.get("team", "")))
                region = f" in {environment.region}" if environment.region else ""
                region += f", on {environment.stack}" if environment.stack else ""
                return Evidence(
                    summary=f"{environment.handle} is there{region}", facts={"id": environment.id}
                )
        return None

    async def do(self, context: Context, step: Step) -> None:
        if not step.args["create"]:
            raise Trouble(
                f"The environment {step.args['handle']} is not there any more.",
                remedy="Choose another on the map, and make the plan again.",
                code="environment-missing",
            )
        region = str(step.args.get("region", ""))
        stack = str(step.args.get("stack", ""))
        handle, log, target = str(step.args["handle"]), context.log(step), context.target
        if isinstance(target, CapsuleTarget):
            team = str(step.args.get("team", ""))
            await target.create_environment(handle, region, log, stack=stack, team=team)
        else:
            await target.create_environment(handle, region, log, stack=stack)


def _check_region(environment: Environment, wanted: str) -> None:
    if wanted and environment.region and environment.region != wanted:
        raise Trouble(
            f"There is an environment {environment.handle} already, in {environment.region}; the plan is to "
            f"create one in {wanted}.",
            remedy="Choose another name on the map, or say there that this one is to be used; then make the "
            "plan again.",
            code="environment-elsewhere",
        )


def _check_stack(environment: Environment, wanted: str) -> None:
    if wanted and environment.stack and environment.stack != wanted:
        raise Trouble(
            f"There is an environment {environment.handle} already, on the stack {environment.stack}; the "
            f"plan is to create one on {wanted}.",
            remedy="Choose another name on the map, or say there that this one is to be used; then make the "
            "plan again.",
            code="environment-elsewhere",
        )


def _check_team(environment: Environment, wanted: str) -> None:
    if wanted and environment.team and environment.team != wanted:
        raise Trouble(
            f"There is an environment {environment.handle} already, of the team {environment.team}; the plan "
            f"is to create one for the team {wanted}, which is to pay.",
            remedy="Choose another name on the map, or say there that this one is to be used; then make the "
            "plan again.",
            code="environment-elsewhere",
        )


class DatabaseKind(Kind):
    """A database of the target, provisioned.

    Where the target can give one that is there another size, a plan with another size does so. Once that is
    done, what somebody changes of it by hand stands: it holds data by then.
    """

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        database = await self._there(context, step)
        if database is None or database.state != "provisioned":
            return None
        sized = isinstance(context.target, CapsuleTarget)
        if sized and not was_done(context, step) and not _fits(database, step):
            return None
        return self._evidence(database, step)

    async def verify(self, context: Context, step: Step) -> Evidence:
        """Another size than was wished is the target's own choice by now, or it has raised that."""
        database = await self._there(context, step)
        if database is None or database.state != "provisioned":
            raise not_verified(step)
        return self._evidence(database, step)

    async def _there(self, context: Context, step: Step) -> TargetDatabase | None:
        environment = await context.environment(space_of(step))
        return await context.target.find_database(environment, str(step.args["handle"]))

    def _evidence(self, database: TargetDatabase, step: Step) -> Evidence:
        name = type_name(str(step.args.get("type", "postgresql")))
        memory = {"memory_mb": database.memory_mb} if database.memory_mb is not None else {}
        return Evidence(
            summary=f"{database.handle} is provisioned: {name} {database.version}".rstrip(),
            facts={"id": database.id, "version": database.version, "disk_gb": database.disk_gb, **memory},
        )

    async def do(self, context: Context, step: Step) -> None:
        wish = DatabaseWish(
            handle=str(step.args["handle"]),
            version=str(step.args["version"]),
            memory_mb=int(str(step.args["memory_mb"])),
            disk_gb=int(str(step.args["disk_gb"])),
            type=str(step.args.get("type", "postgresql")),
            profile=str(step.args.get("profile", "")),
            backups=bool(step.args.get("backups", True)),
        )
        environment = await context.environment(space_of(step))
        await context.target.create_database(environment, wish, context.log(step))


def _fits(database: TargetDatabase, step: Step) -> bool:
    """Whether it has the size of the plan, as far as the target tells. A disk may be larger: none shrinks."""
    memory, disk = int(str(step.args["memory_mb"])), int(str(step.args["disk_gb"]))
    return database.memory_mb in (None, memory) and (database.disk_gb is None or database.disk_gb >= disk)


class AppKind(Kind):
    """An app of the target: a record, nothing runs yet."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        app = await context.find_app(str(step.args["handle"]))
        return Evidence(summary=f"{app.handle} is there", facts={"id": app.id}) if app else None

    async def do(self, context: Context, step: Step) -> None:
        await context.target.create_app(
            await context.environment(), str(step.args["handle"]), context.log(step)
        )
