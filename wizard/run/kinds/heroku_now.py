"""Heroku as it is at the gate before the first write to it, and what differs from what the plan was made of.
That holds up nothing: who knows it types the word, or stops the run and reads the system again."""

from wizard.model.plan import Finding
from wizard.model.system import App, System
from wizard.plan.differences import differences, differences_in_what_runs, not_compared
from wizard.plan.freeze import scheduled, told_by_person
from wizard.plan.preflight_jobs import scheduler_findings
from wizard.run.context import Context
from wizard.run.dns import when_its_record_comes
from wizard.run.view import can_go_back

Fact = tuple[str, str]

WAY_OUT = (
    "stop the run (s) to take that in: Heroku is untouched; read the system again (document), decide on "
    "the map, and start it anew"
)


async def heroku_now(context: Context) -> list[Fact]:
    """Facts of the cut-over gate about each app that moves. Reads only.

    Raises:
        SignInNeeded, Trouble: Heroku does not tell its apps.
    """
    now = await _now(context)
    found = await _differences(context, now)
    facts = [_fact(one) for one in (*found, *not_compared(now))]
    if any(one.state == "blocks" for one in found):
        facts.append(("look", WAY_OUT))
    there = {app.id: app for app in now.apps}
    for choice in context.mapping.moved_apps():
        if choice.app_id in there:
            facts += _of_app(context, there[choice.app_id])
    return facts


async def news(context: Context, told: tuple[Fact, ...]) -> tuple[Fact, ...]:
    """What differs by now and was not `told` when the gate opened. Raises as `heroku_now`."""
    now = await _now(context)
    return tuple(fact for one in await _differences(context, now) if (fact := _fact(one)) not in told)


async def _now(context: Context) -> System:
    moved = [choice.app_id for choice in context.mapping.moved_apps()]
    return await context.source.refresh(context.system, moved)


async def _differences(context: Context, now: System) -> list[Finding]:
    system, mapping = context.system, context.mapping
    found = differences(system, now, mapping)
    if can_go_back(context.plan, context.journal.steps()):
        return found  # the cut-over was begun before: what runs and what does not is its own work
    found += differences_in_what_runs(system, now, mapping)
    there = {app.id for app in now.apps}
    for app in (system.app(choice.app_id) for choice in mapping.moved_apps() if choice.app_id in there):
        # Jobs that a person removes have a gate of their own.
        if scheduled(system, app) and not told_by_person(app):
            found += await scheduler_findings(context.source, app)
    return found


def _of_app(context: Context, app: App) -> list[Fact]:
    running = ", ".join(
        f"{one.type} {one.quantity}"
        for one in sorted(app.processes, key=lambda one: one.type)
        if one.quantity
    )
    facts: list[Fact] = [("good", f"{app.name} on Heroku: {running or 'nothing runs'}")]
    known = {one.hostname for one in context.system.app(app.id).domains if one.kind == "custom"}
    facts += [
        (
            "look",
            f"{domain.hostname} points at Heroku: lower its TTL now; "
            + when_its_record_comes(context.mapping, domain.hostname),
        )
        for domain in app.domains
        if domain.hostname in known
    ]
    return facts


def _fact(finding: Finding) -> Fact:
    return "look", f"{finding.what}; {finding.detail}" if finding.detail else finding.what
