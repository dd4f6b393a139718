"""A capsule of the target: made stopped before the cut-over, and what its API cannot set, set by a person."""

from wizard.model.plan import Evidence, Step
from wizard.model.repository_address import same_repository
from wizard.model.trouble import Trouble
from wizard.plan.gates import CUT_OVER, FINISH
from wizard.ports import Capsule, CapsuleWish, Repository, StorageCapsule
from wizard.run.capsules import builds_begun, capsule, capsule_target, space_of
from wizard.run.context import Context
from wizard.run.guide import COPIED, Guide, guide_lines
from wizard.run.kinds.guided import Guided
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.linked import linked_repository
from wizard.run.kinds.own_capsules import is_own, note_own, refuse_strange
from wizard.run.kinds.rounded_up import RoundedUp

SETTINGS = {
    "folder": "Project path",
    "dockerfile": "Docker File",
    "context": "Docker Build Context",
    "port": "Network port",
    "run": "Run command",
    "build": "Build command",
}
"""What a step may want that only the dashboard sets for sure, and what it is called there."""


class CapsuleStep(RoundedUp):
    """A capsule, stopped: nothing runs there before the data is proven and the config is set."""

    async def look(self, context: Context, step: Step, *, applied: bool) -> Evidence | None:
        name = str(step.args["name"])
        found = await capsule_target(context).find_capsule(await context.environment(space_of(step)), name)
        if found is None:
            return None
        _refuse_another(found, step)
        # Whether it runs counts until the cut-over begins; from then on it is to.
        if found.replicas and not _may_run(context):
            _refuse_serving(context, found)
            refuse_strange(context, step, found)
            return None
        wanted = int(str(step.args.get("cpu_percent", found.cpu_percent)))
        fits = found.cpu_percent == wanted or (applied and found.cpu_percent > wanted)
        if not fits and not _may_run(context):
            return None
        how = "stopped" if not found.replicas else f"{found.replicas} running"
        return Evidence(summary=f"{name} is there, {how}", facts={"id": found.id, "kind": found.kind})

    async def do(self, context: Context, step: Step) -> None:
        target, log = capsule_target(context), context.log(step)
        address = str(step.args["repository"])
        linked = await linked_repository(context, address, space_of(step))
        if linked is None:
            raise Trouble(
                f"{address} is not linked to the team any more.",
                untouched="Nothing was made.",
                remedy="Link it again in the dashboard, then press r.",
                code="repository-not-linked",
            )
        environment = await context.environment(space_of(step))
        if await target.find_capsule(environment, str(step.args["name"])) is None:
            note_own(context, step)
        made = await target.create_capsule(environment, _wish(step, linked), log)
        note_own(context, step, made.id)
        if made.replicas and not _may_run(context):
            await _stop(context, step, made)

    async def undo(self, context: Context, step: Step) -> str:
        return ""


async def stop_what_runs(context: Context) -> None:
    """Stop the capsules that were made, and run although the cut-over has not begun: after a way back a push
    builds them, and may start them beside the source."""
    records = context.journal.steps()
    made = [one for one in context.plan.steps if one.kind == "capsule" and records[one.key].state == "done"]
    if not made or _may_run(context):
        return
    for step in made:
        environment = await context.environment(space_of(step))
        found = await capsule_target(context).find_capsule(environment, str(step.args["name"]))
        if found is not None and found.replicas and is_own(context, step, found):
            await _stop(context, step, found)


async def _stop(context: Context, step: Step, made: Capsule) -> None:
    log = context.log(step)
    context.journal.event(
        "look",
        f"{made.name} runs on {context.plan.target}, started by a push, by somebody there, or by itself: it "
        "is stopped until the cut-over.",
        step=step.key,
    )
    handle = str(step.args["handle"])
    app = await context.find_app(handle)
    for service in await context.target.services(app) if app is not None else ():
        if service.type == step.args["service"] and service.count:
            log(f"{made.name} was started by the target itself: it is stopped until the cut-over.")
            await context.target.scale(service, 0, service.memory_mb, log)


def _refuse_serving(context: Context, found: Capsule) -> None:
    """After a move that is final, a plan that is made anew would stop what people use."""
    if context.journal.done_before(FINISH):
        raise Trouble(
            f"{found.name} runs since an earlier run of this migration was made final: it may be in use.",
            untouched="It was left as it is, and runs on.",
            remedy="Move what is left on Heroku as a migration of its own. Or, where nobody uses it, stop it "
            "in the dashboard, then press r.",
            code="capsule-serves",
        )


def _may_run(context: Context) -> bool:
    """Whether the cut-over has begun: from then on its own steps stop and start what runs."""
    gate = context.journal.steps().get(CUT_OVER)
    return builds_begun(context) or (gate is not None and gate.state == "done")


def _wish(step: Step, linked: Repository) -> CapsuleWish:
    args = step.args
    return CapsuleWish(
        name=str(args["name"]),
        kind=args["kind"],  # type: ignore[arg-type]  # the plan's own word, one of the three
        repository=linked.id,
        url=linked.url,  # as the target writes it, not as a person did
        branch=str(args["branch"]),
        folder=str(args.get("folder", "")),
        run=str(args.get("run", "")),
        build=str(args.get("build", "")),
        output=str(args.get("output", "")),
        port=int(str(args["port"])),
        memory_mb=int(str(args["memory_mb"])),
        cpu_percent=int(str(args.get("cpu_percent", 0))),
    )


def _refuse_another(found: Capsule, step: Step) -> None:
    """A capsule of the same name that is something else is not ours to use, and one that would run something
    else is not what was planned. What the target does not tell is left to the build."""
    address = str(step.args["repository"])
    different = [
        f"{word} {there!r}, not {wanted!r}"
        for word, there, wanted in (
            ("its kind is", found.kind, str(step.args["kind"])),
            ("it builds the branch", found.branch, str(step.args["branch"])),
            ("it is built from", "" if same_repository(found.url, address) else found.url, address),
        )
        if there and there != wanted
    ]
    if different:
        raise Trouble(
            f"There is a capsule {found.name} already, and it is another: {'; '.join(different)}.",
            untouched="It was left as it is.",
            remedy="Remove or rename it in the dashboard, or choose another name on the map and make the "
            "plan again; then press r.",
            code="capsule-differs",
        )
    otherwise = [
        f"{words} `{there}`, not `{wanted}`"
        for words, there, wanted in (
            ("the Run command", found.run, str(step.args.get("run", ""))),
            ("the Build command", found.build, str(step.args.get("build", ""))),
            ("the folder of built files", found.output, str(step.args.get("output", ""))),
        )
        if there and wanted and there.split() != wanted.split()
    ]
    if otherwise:
        raise Trouble(
            f"The capsule {found.name} is there from before, with other settings: {'; '.join(otherwise)}.",
            untouched="It was left as it is.",
            remedy=f"Set it so in the dashboard ({found.name}, Config), or remove the capsule there; then "
            "press r.",
            code="capsule-differs",
        )


class CapsuleSettings(Guided):
    """What the target's API sets for nobody, set by a person: looked up where the target tells it, and a
    person's word where it does not; the build then shows whether it is so."""

    by_word = True

    async def guide(self, context: Context, step: Step) -> Guide:
        name = str(step.args["name"])
        lines = [
            f"Open {step.args['page']}: Spaces, {space_of(step) or context.mapping.environment}, the capsule "
            f"{name}, its tab Config; there Edit in Capsule Parameters.",
            f"{COPIED}{step.args['page']}",
        ]
        for field, words in SETTINGS.items():
            if value := str(step.args.get(field, "")):
                lines += [f"Set the {words} to:", f"{COPIED}{value}"]
        if step.args.get("dockerfile") or step.args.get("context"):
            # The vendor's page on Docker capsules: a change of either "triggers a new build".
            lines.append(
                "Save it there. That begins a build, which may fail now: it is built again in the cut-over, "
                "and nothing of it runs before."
            )
        else:
            lines.append("Save it there. It counts from the next build on; until then nothing runs.")
        told = await self._told(context, step)
        return Guide(
            step=step.key,
            waits=f"set {_names(step)} of {name}",
            lines=guide_lines(*lines),
            blind=not all(told.values()),
        )

    async def _told(self, context: Context, step: Step) -> dict[str, str]:
        """What the target tells of each setting that is wanted, "" where it tells nothing."""
        found = await capsule(context, str(step.args["name"]))
        return {name: str(getattr(found, name, "") or "") for name in SETTINGS if step.args.get(name)}

    async def look(self, context: Context, step: Step) -> tuple[Evidence | None, str]:
        told = await self._told(context, step)
        wanted = {name: str(step.args[name]) for name in told}
        unknown = [SETTINGS[name] for name in wanted if not told[name]]
        # "/api" and "api/" are the same folder to whoever set it.
        wrong = [
            f"{SETTINGS[name]} is {told[name]}"
            for name in wanted
            if told[name] and told[name].strip("/") != wanted[name].strip("/")
        ]
        if wrong:
            return None, "; ".join(wrong)
        if unknown:
            return None, f"{context.plan.target} does not tell the {', '.join(unknown)}: say when it is set"
        return Evidence(summary=f"{step.args['name']}: {_names(step)} as wanted", facts=dict(told)), ""


def _names(step: Step) -> str:
    return ", ".join(words for name, words in SETTINGS.items() if step.args.get(name))


class StorageStep(Kind):
    """A store of files, mounted into the capsules of an app."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        target = capsule_target(context)
        environment = await context.environment(space_of(step))
        found = await target.find_storage(environment, str(step.args["name"]))
        wanted = int(str(step.args["disk_gb"]))
        if found is None or 0 < found.disk_gb < wanted:
            return None
        app = await context.app(str(step.args["handle"]))
        parts = self._parts(app.parts, step)
        missing = [part for part in parts if part not in found.bound_to]
        if missing and not await self._as_noted(context, step, found, missing):
            return None
        where = f", its folder in {found.variable}" if found.variable else ""
        return Evidence(
            summary=f"{found.name} is mounted ({found.disk_gb} GB{where})",
            facts={"id": found.id, "variable": found.variable, "bound": " ".join(parts)},
        )

    async def _as_noted(self, context: Context, step: Step, found: StorageCapsule, parts: list[str]) -> bool:
        """Whether these capsules (by id) are those that it was mounted into, and have its variable still. Of
        several stores the target does not tell which one is mounted where."""
        record = context.journal.steps()[step.key]
        facts = record.evidence.facts if record.state == "done" and record.evidence else {}
        if found.id != facts.get("id") or not set(parts) <= set(str(facts.get("bound", "")).split()):
            return False
        for name in context.capsules(str(step.args["handle"])).values():
            one = await capsule(context, name)
            if one.id in parts and found.variable not in await capsule_target(context).values(one):
                return False
        return True

    def _parts(self, parts: dict[str, str], step: Step) -> list[str]:
        services = step.args["services"]
        return [
            id_ for name, id_ in parts.items() if name in (services if isinstance(services, tuple) else ())
        ]

    async def do(self, context: Context, step: Step) -> None:
        target, log = capsule_target(context), context.log(step)
        environment = await context.environment(space_of(step))
        storage = await target.create_storage(
            environment, str(step.args["name"]), int(str(step.args["disk_gb"])), log
        )
        app = await context.app(str(step.args["handle"]))
        names = context.capsules(str(step.args["handle"]))
        for service in app.parts:
            if app.parts[service] in self._parts(app.parts, step):
                found = await capsule(context, names[service])
                storage = await target.bind_storage(storage, found, log)
