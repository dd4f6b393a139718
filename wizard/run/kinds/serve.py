"""What makes the apps serve on the target: config, deploy, scale, web address, links; and their stop."""

import msgspec

from wizard.choose.price import CLOCK_MB
from wizard.mapping.names import clock_service, cron_service
from wizard.mapping.stores import moved_stores
from wizard.model.grace import HEROKU_GRACE
from wizard.model.mapping import ConfigChoice
from wizard.model.plan import Evidence, Step
from wizard.model.secret import Secret, config_value
from wizard.model.trouble import Trouble
from wizard.ports import Log, TargetApp, TargetService
from wizard.run.address import moved_address
from wizard.run.context import Context
from wizard.run.kinds.half_done import HalfDone
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.rounded_up import RoundedUp
from wizard.run.stores import value_for_app
from wizard.session.places import private_folder

BUSY = "target-busy"
"""Code of the Trouble that says that an app cannot be stopped before something has ended."""


def _choices(context: Context, step: Step) -> list[ConfigChoice]:
    return [choice for choice in context.mapping.config if choice.app_id == step.args["app"]]


async def wanted_config(context: Context, step: Step) -> dict[str, Secret]:
    """The values that an app gets: Heroku's own, read now, with what is replaced replaced. Web addresses
    of the target are not known yet: those keep Heroku's until `Link`, since an app may not start without
    them."""
    choices = _choices(context, step)
    values = await context.source.config(str(step.args["app"]))
    wanted: dict[str, Secret] = {}
    for choice in choices:
        if choice.action == "copy" or choice.replacement == "app-url":
            if choice.name not in values:
                raise Trouble(
                    f"The config var {choice.name} is not on Heroku any more.",
                    remedy="Read the system again (document), and make the plan again.",
                    code="config-changed",
                )
            if values[choice.name]:
                wanted[choice.name] = values[choice.name]
        elif choice.replacement == "port":
            wanted[choice.name] = config_value(str(context.mapping.port), choice.name)
        elif choice.replacement == "database":
            old = values[choice.name].reveal() if choice.name in values else ""
            wanted[choice.name] = await _database_url(context, choice, old)
    return wanted | _of_builders(step)


def _of_builders(step: Step) -> dict[str, Secret]:
    """Config vars that the target's builders want of the prepared code: versions, no secrets."""
    pairs = step.args.get("variables", ())
    found = {}
    for pair in pairs if isinstance(pairs, tuple) else ():
        name, _, value = pair.partition("=")
        found[name] = config_value(value, name)
    return found


async def _database_url(context: Context, choice: ConfigChoice, old: str) -> Secret:
    for database in context.mapping.databases:
        if database.add_on_id == choice.refers_to:
            return await context.target.database_url(await context.database(database.handle))
    for store in moved_stores(context.mapping):
        if store.add_on_id == choice.refers_to:
            return await value_for_app(context, choice, store, old)
    raise Trouble(
        f"{choice.name} is to name a database that does not move.",
        remedy="Decide it again on the map, and make the plan again.",
        code="mapping-broken",
    )


def _groups(
    context: Context, step: Step, app: TargetApp, wanted: dict[str, Secret]
) -> list[tuple[TargetApp, dict[str, Secret]]]:
    """The parts of an app that get the same config vars. A static site beside other capsules reaches no
    database, and its build has no business with what opens one."""
    sites = {
        one.service
        for one in context.mapping.processes
        if one.app_id == step.args["app"] and one.capsule == "frontend" and one.service in app.parts
    }
    rest = {part: id_ for part, id_ in app.parts.items() if part not in sites}
    if not sites or not rest:
        return [(app, wanted)]
    own = {part: app.parts[part] for part in sites}
    databases = {one.name for one in _choices(context, step) if one.replacement == "database"}
    return [
        (msgspec.structs.replace(app, parts=rest), wanted),
        (
            msgspec.structs.replace(app, parts=own),
            {name: value for name, value in wanted.items() if name not in databases},
        ),
    ]


class Configure(Kind):
    """Config vars, copied and replaced; merged into what is there."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        wanted = await wanted_config(context, step)
        names = {choice.name: choice for choice in _choices(context, step)}
        app = await context.app(str(step.args["handle"]))
        for part, values in _groups(context, step, app, wanted):
            there = await context.target.config(part)
            if any(
                name not in there
                if name in names and names[name].replacement == "app-url"
                else there.get(name) != value
                for name, value in values.items()
            ):
                return None
        # An empty value is none at the target; the map asks for a decision, but it may be empty since then.
        empty = [name for name, choice in names.items() if choice.action == "copy" and name not in wanted]
        replaced = [
            name for name in wanted if name in names and names[name].replacement in ("database", "port")
        ]
        return Evidence(
            summary=f"{len(wanted)} config vars of {step.args['handle']} are set"
            + (f", {', '.join(replaced)} new" if replaced else "")
            + (f"; left out, since empty on Heroku: {', '.join(empty)}" if empty else ""),
            facts={"set": len(wanted), "replaced": len(replaced), "empty": len(empty)},
        )

    async def do(self, context: Context, step: Step) -> None:
        wanted = await wanted_config(context, step)
        app = await context.app(str(step.args["handle"]))
        for part, values in _groups(context, step, app, wanted):
            await context.target.configure(part, values, context.log(step))

    async def undo(self, context: Context, step: Step) -> str:
        """A capsule exists before its build, and config vars start what runs of it anew."""
        handle = str(step.args["handle"])
        return await stop(context, handle, context.log(step)) if context.capsules(handle) else ""


class Deploy(Kind):
    """The pushed commit, built and started by the target."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if context.journal.steps()[step.key].state in ("pending", "undone"):
            # The release command has to run on the rows that were just copied: an older deploy of the same
            # commit is none.
            return None
        app = await context.app(str(step.args["handle"]))
        commit = str(step.args["commit"])
        if app.git_ref is None or commit[:12] not in app.git_ref:
            return None
        return Evidence(summary=f"{app.handle} runs commit {commit[:10]}", facts={"commit": commit})

    async def do(self, context: Context, step: Step) -> None:
        app = await context.app(str(step.args["handle"]))
        folder = private_folder(context.folder / "git" / app.handle)
        remote, _ = await context.target.git_remote(app, str(folder), str(step.args["commit"]))
        count, memory_mb = beginnings(context, str(step.args["app"]))
        await context.target.deploy(
            app, remote.branch, context.log(step), folder=folder, count=count, memory_mb=memory_mb
        )

    async def undo(self, context: Context, step: Step) -> str:
        return await stop(context, str(step.args["handle"]), context.log(step))


def beginnings(context: Context, app_id: str) -> tuple[int | None, int | None]:
    """Count and memory (MB) with which the services of a deploy begin, None for the target's own.

    All new services of a deploy begin alike. What is to stand still must not run for a moment, not even until
    its own scaling, and nothing may begin smaller than it needs.
    """
    wanted = wanted_services(context, app_id).values()
    count = 0 if any(count == 0 for count, _ in wanted) else None
    return count, max((memory for _, memory in wanted), default=None)


def wanted_machines(context: Context, app_id: str) -> dict[str, str]:
    """The kind of machine of each service for which one was chosen, by name."""
    return {
        choice.service: choice.profile
        for choice in context.mapping.processes
        if choice.app_id == app_id and choice.action == "service" and choice.profile
    }


def wanted_services(context: Context, app_id: str) -> dict[str, tuple[int, int]]:
    """Count and memory (MB) of each service that an app gets, by name."""
    mapping = context.mapping
    wanted = {
        choice.service: (choice.count, choice.memory_mb)
        for choice in mapping.processes
        if choice.app_id == app_id and choice.action == "service" and not choice.joined
    }
    if (cron := cron_service(mapping, app_id)) is not None:
        wanted.setdefault(cron, (1, 512))
    if (clock := clock_service(mapping, app_id)) is not None:
        capsules = context.profile().capabilities.layout == "capsules"
        wanted.setdefault(clock, (1, CLOCK_MB if capsules else 512))
    return wanted


async def stop(context: Context, handle: str, log: Log, *, building: bool = False) -> str:
    """Scale every service of an app to zero, so that jobs run on one side only.

    Args:
        building: stop them all the same while a build is under way.

    Raises:
        Trouble: a deploy or another operation is under way, and would start them again when it ends.
    """
    try:
        app = await context.find_app(handle)
    except Trouble as trouble:
        if trouble.code != "environment-missing":
            raise
        app = None
    if app and not building and (under_way := await context.target.under_way(app)):
        raise Trouble(
            f"The target is still at work on {handle} ({under_way}).",
            remedy="Its services are stopped when that has ended. Press r to look again.",
            code=BUSY,
            retry=True,
        )
    services = await context.target.services(app) if app else []
    stopped = [service for service in services if service.count]
    for service in stopped:
        await context.target.scale(service, 0, service.memory_mb, log)
    return f"{handle} is stopped on the target" if stopped else ""


class Scale(RoundedUp):
    """Count and memory of each service."""

    async def _services(self, context: Context, step: Step) -> dict[str, TargetService]:
        app = await context.app(str(step.args["handle"]))
        return {one.type: one for one in await context.target.services(app)}

    def _different(
        self, context: Context, step: Step, services: dict[str, TargetService], *, applied: bool = False
    ) -> list[tuple[TargetService, int, int, str]]:
        """`applied`: the target was asked for these sizes, and may have rounded them up."""
        different = []
        machines = wanted_machines(context, str(step.args["app"]))
        for name, (count, memory) in wanted_services(context, str(step.args["app"])).items():
            service = services.get(name)
            if service is None:
                raise Trouble(
                    f"{step.args['handle']} has no service {name} after the deploy.",
                    remedy="Look at the Procfile of the pushed commit; press b to go back to Heroku.",
                    code="service-missing",
                )
            machine = machines.get(name, "")
            fits = service.memory_mb == memory or (applied and service.memory_mb > memory)
            other = not fits or (machine and service.profile != machine)
            if service.count != count or (count and other):
                different.append((service, count, memory, machine))
        return different

    async def _hurried(self, context: Context, step: Step) -> list[TargetService]:
        """Services that have less time to end than on Heroku: what ends in good order there may need as much.
        A setting of somebody's own stands."""
        usual = context.profile().capabilities.grace
        if usual is None or usual >= HEROKU_GRACE:
            return []
        services = await context.target.services(await context.app(str(step.args["handle"])))
        return [service for service in services if service.grace is None]

    async def look(self, context: Context, step: Step, *, applied: bool) -> Evidence | None:
        services = await self._services(context, step)
        if self._different(context, step, services, applied=applied) or await self._hurried(context, step):
            return None
        machines = wanted_machines(context, str(step.args["app"]))
        words = ", ".join(
            f"{name} {count} x {services[name].memory_mb if count else memory} MB"
            + (f" on {machines[name]}" if name in machines else "")
            for name, (count, memory) in wanted_services(context, str(step.args["app"])).items()
        )
        return Evidence(summary=f"{step.args['handle']}: {words}", facts={"services": words})

    async def do(self, context: Context, step: Step) -> None:
        for service in await self._hurried(context, step):
            await context.target.set_grace(service, HEROKU_GRACE, context.log(step))
        services = await self._services(context, step)
        for service, count, memory, machine in self._different(context, step, services):
            await context.target.scale(service, count, memory, context.log(step), profile=machine)

    async def undo(self, context: Context, step: Step) -> str:
        return await stop(context, str(step.args["handle"]), context.log(step))


class EndpointKind(HalfDone):
    """A web address for the web service."""

    async def _web(self, context: Context, step: Step) -> TargetService:
        for service in await context.target.services(await context.app(str(step.args["handle"]))):
            if service.type == "web":
                return service
        raise Trouble(
            f"{step.args['handle']} has no web service.",
            remedy="Look at the Procfile of the pushed commit.",
            code="service-missing",
        )

    async def look(self, context: Context, step: Step) -> Evidence | None:
        endpoint = await context.target.find_endpoint(await self._web(context, step))
        if endpoint is None or endpoint.state != "provisioned":
            return None
        # Where a plan names none, the target's own choice stands.
        if endpoint.port != step.args.get("port", endpoint.port):
            return None
        return Evidence(
            summary=f"{step.args['handle']} has the address {endpoint.url}",
            facts={"url": endpoint.url, "dns_target": endpoint.dns_target},
        )

    async def make(self, context: Context, step: Step) -> None:
        await context.target.create_endpoint(
            await self._web(context, step), int(str(step.args.get("port", 0))), context.log(step)
        )


class Link(Kind):
    """Config vars that hold web addresses of apps that have moved too."""

    async def _wanted(self, context: Context, step: Step) -> dict[str, Secret]:
        values = await context.source.config(str(step.args["app"]))
        wanted = {}
        for choice in _choices(context, step):
            if choice.replacement == "app-url" and choice.action == "replace" and choice.name in values:
                wanted[choice.name] = await self._new(context, choice, values[choice.name])
        return wanted

    async def _new(self, context: Context, choice: ConfigChoice, old: Secret) -> Secret:
        value = old.reveal()
        for moved in context.mapping.moved_apps():
            # A list may name several apps; the one that the choice is about must be in it.
            url = await self._url(context, moved.handle)
            named = moved_address(value, context.system.app(moved.app_id).web_url, url) if url else value
            if moved.app_id == choice.refers_to and named == value:
                raise Trouble(
                    f"{choice.name} is to name the web address of {moved.handle}, "
                    + ("which has none." if not url else "but Heroku's address is not in it any more."),
                    untouched="Heroku is as it was, and serves again after b.",
                    remedy="Press r to look again, or b to go back to Heroku and read the system again.",
                    code="endpoint-missing",
                )
            value = named
        return config_value(value, choice.name)

    async def _url(self, context: Context, handle: str) -> str:
        for service in await context.target.services(await context.app(handle)):
            endpoint = await context.target.find_endpoint(service)
            if endpoint is not None:
                return endpoint.url
        return ""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        wanted = await self._wanted(context, step)
        there = await context.target.config(await context.app(str(step.args["handle"])))
        if any(there.get(name) != value for name, value in wanted.items()):
            return None
        return Evidence(summary=f"new addresses in {step.args['handle']}: {', '.join(wanted) or 'none'}")

    async def do(self, context: Context, step: Step) -> None:
        await context.target.configure(
            await context.app(str(step.args["handle"])), await self._wanted(context, step), context.log(step)
        )
