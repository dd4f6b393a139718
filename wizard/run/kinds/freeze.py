"""The only writes to Heroku: maintenance mode, scheduler jobs, the formation. Each remembers what was."""

import asyncio
from collections.abc import Callable

from wizard.model.noun import decode, encode
from wizard.model.plan import Evidence, Step
from wizard.model.secret import redact
from wizard.model.system import Job
from wizard.model.trouble import Trouble
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind

STOP_LIMIT = 60.0
"""Seconds for dynos to end: Heroku sends SIGTERM and kills after 30."""


def remember(context: Context, step: Step, before: str) -> None:
    """Write what stood before the first write, once: a second attempt must not take its own work for it."""
    if recall(context, step) is None:
        context.journal.note(step.key, Evidence(summary="about to be changed", facts={"before": before}))


def recall(context: Context, step: Step) -> str | None:
    """What stood before, None when nothing was written."""
    record = context.journal.steps().get(step.key)
    before = record.evidence.facts.get("before") if record and record.evidence else None
    return before if isinstance(before, str) else None


class Maintenance(Kind):
    """Maintenance mode on. It stops web traffic only."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        app = context.source_app(step)
        if recall(context, step) is None or not (await context.source.state(app.id)).maintenance:
            return None
        before = recall(context, step) or "off"
        return Evidence(summary=f"{app.name} is in maintenance mode", facts={"before": before})

    async def do(self, context: Context, step: Step) -> None:
        app = context.source_app(step)
        state = await context.source.state(app.id)
        remember(context, step, "on" if state.maintenance else "off")
        await context.source.set_maintenance(app.id, True)

    async def undo(self, context: Context, step: Step) -> str:
        app = context.source_app(step)
        before = recall(context, step)
        if before != "off" or not (await context.source.state(app.id)).maintenance:
            return ""
        await context.source.set_maintenance(app.id, False)
        return f"{app.name} serves again"


class Scheduler(Kind):
    """Scheduler jobs removed, so that none starts; those that run are waited for."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        before = recall(context, step)
        if before is None:
            return None
        app = context.source_app(step)
        state = await context.source.state(app.id)
        if state.jobs or _scheduled(state.running):
            return None
        return Evidence(summary=f"no scheduler job of {app.name} is left or runs", facts={"before": before})

    async def do(self, context: Context, step: Step) -> None:
        app = context.source_app(step)
        state = await context.source.state(app.id)
        if state.jobs is None:
            raise Trouble(
                f"Heroku does not let Offramp read the scheduler jobs of {app.name}.",
                untouched="No job was removed.",
                remedy="Remove them in the Heroku dashboard (Scheduler), or leave them behind on the map.",
                code="scheduler-unreadable",
            )
        before = encode(state.jobs)
        if redact(before) != before:
            raise Trouble(
                f"A scheduler job of {app.name} holds a secret in its command.",
                untouched="No job was removed: Offramp would have to write the secret down to put it back.",
                remedy="Remove that job in the Heroku dashboard yourself, then press r.",
                code="scheduler-secret",
            )
        remember(context, step, before)
        for job in state.jobs:
            await context.source.remove_job(app.id, job.id)
        await _wait_until(
            context,
            lambda running: not _scheduled(running),
            app.id,
            f"a scheduler job of {app.name} still runs",
        )

    async def undo(self, context: Context, step: Step) -> str:
        before = recall(context, step)
        if before is None:
            return ""
        app = context.source_app(step)
        there = (await context.source.state(app.id)).jobs or ()
        known = [(job.command, job.every, job.at) for job in there]
        again = 0
        for job in decode(before, tuple[Job, ...], what="the journal"):
            # Looked up first, each of equal jobs counted once: a POST is never repeated blindly.
            if (job.command, job.every, job.at) in known:
                known.remove((job.command, job.every, job.at))
                continue
            await context.source.add_job(app.id, job)
            again += 1
        return f"{again} scheduler job{'s' * (again != 1)} of {app.name} created again" if again else ""


class ScaleDown(Kind):
    """All process types at zero: workers and clocks write too."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        before = recall(context, step)
        if before is None:
            return None
        app = context.source_app(step)
        state = await context.source.state(app.id)
        if any(state.quantities.values()) or _formation(state.running, state.quantities):
            return None
        return Evidence(summary=f"{app.name} is scaled to zero, no dyno runs", facts={"before": before})

    async def do(self, context: Context, step: Step) -> None:
        app = context.source_app(step)
        state = await context.source.state(app.id)
        remember(context, step, encode({kind: n for kind, n in state.quantities.items() if n}))
        await context.source.scale(app.id, {kind: 0 for kind, n in state.quantities.items() if n})
        kinds = state.quantities
        await _wait_until(
            context, lambda running: not _formation(running, kinds), app.id, f"dynos of {app.name} still run"
        )

    async def undo(self, context: Context, step: Step) -> str:
        before = recall(context, step)
        if before is None:
            return ""
        app = context.source_app(step)
        wanted = decode(before, dict[str, int], what="the journal")
        now = (await context.source.state(app.id)).quantities
        missing = {kind: count for kind, count in wanted.items() if now.get(kind, 0) != count}
        if not missing:
            return ""
        await context.source.scale(app.id, missing)
        return f"{app.name} is scaled back: " + ", ".join(f"{k} {n}" for k, n in sorted(wanted.items()))


def _scheduled(running: tuple[str, ...]) -> bool:
    return any(name.startswith("scheduler.") for name in running)


def _formation(running: tuple[str, ...], kinds: dict[str, int]) -> bool:
    # "web.1" on Cedar, "web-<hash>-<id>" on Fir.
    return any(name.partition(".")[0] in kinds or name.partition("-")[0] in kinds for name in running)


async def _wait_until(
    context: Context, quiet: Callable[[tuple[str, ...]], bool], app_id: str, words: str
) -> None:
    end = context.loop.time() + STOP_LIMIT
    while not quiet((await context.source.state(app_id)).running):
        if context.loop.time() > end:
            raise Trouble(
                f"After {STOP_LIMIT:.0f} s {words}.",
                untouched="Nothing was copied again.",
                remedy="See `heroku ps` for what runs; press r to go on when it has ended.",
                code="still-running",
            )
        await asyncio.sleep(1)
