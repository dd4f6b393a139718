"""The only writes to Heroku: maintenance mode, scheduler jobs, the formation. Each remembers what was."""

import asyncio
from collections.abc import Callable, Collection, Sequence

from wizard.database.control import Stopped
from wizard.model.noun import decode, encode
from wizard.model.plan import Evidence, Step
from wizard.model.secret import redact
from wizard.model.system import App, Job
from wizard.model.trouble import Trouble, Unreachable
from wizard.plan.gates import job_in_words
from wizard.ports import AppState
from wizard.run.context import Context
from wizard.run.kinds.health import BEFORE, answers
from wizard.run.kinds.kind import Kind

CHANGED = "changed"
"""A fact of a step that writes to Heroku: what it did was undone by somebody else, so that what stands
there now, and not what stood there once, is what the way back restores."""

STOP_LIMIT = 60.0
"""Seconds for dynos to end: Heroku sends SIGTERM and kills after 30."""

JOB_LIMIT = 600.0
"""Seconds for a scheduler job that runs already to come to its end. The apps serve meanwhile."""


def remember(context: Context, step: Step, before: str, **more: int | None) -> None:
    """Write what stood before the first write, once: a second attempt must not take its own work for it.
    Written anew where somebody else has undone that work since: what stands then is what is restored."""
    if was_changed(context, step) or recall(context, step) is None:
        facts: dict[str, str | int | float | bool | None] = {"before": before, **more}
        context.journal.note(step.key, Evidence(summary="about to be changed", facts=facts))


def was_changed(context: Context, step: Step) -> bool:
    """Whether somebody else has undone what the step did."""
    record = context.journal.steps().get(step.key)
    return bool(record and record.evidence and CHANGED in record.evidence.facts)


def recall(context: Context, step: Step) -> str | None:
    """What stood before, None when nothing was written."""
    record = context.journal.steps().get(step.key)
    before = record.evidence.facts.get("before") if record and record.evidence else None
    return before if isinstance(before, str) else None


class Maintenance(Kind):
    """Maintenance mode on. It stops web traffic only."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        app = context.source_app(step)
        if recall(context, step) is None or not (await context.source.state(app.id, jobs=False)).maintenance:
            return None
        record = context.journal.steps()[step.key]
        facts = record.evidence.facts if record.evidence else {}
        return Evidence(
            summary=f"{app.name} is in maintenance mode",
            facts={key: value for key, value in facts.items() if key in ("before", BEFORE)},
        )

    async def do(self, context: Context, step: Step) -> None:
        app = context.source_app(step)
        state = await context.source.state(app.id, jobs=False)
        serves = app.web_url and not state.maintenance and state.quantities.get("web")
        # How it answers is known from now on: the same answer on the target is a good one.
        status = {BEFORE: await answers(app.web_url)} if serves else {}
        remember(context, step, "on" if state.maintenance else "off", **status)
        await context.source.set_maintenance(app.id, True)

    async def undo(self, context: Context, step: Step) -> str:
        app = context.source_app(step)
        before = recall(context, step)
        if before != "off" or was_changed(context, step):
            return ""
        if not (await context.source.state(app.id, jobs=False)).maintenance:
            return ""
        await context.source.set_maintenance(app.id, False)
        return f"{app.name} serves again"


class Scheduler(Kind):
    """Scheduler jobs removed, so that none starts; those that run are waited for. Jobs that only a person
    knows were removed by that person at a gate before; they are put back by a person, too."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        before = recall(context, step)
        if before is None:
            return None
        app = context.source_app(step)
        # Not known is not none. What was done once is believed; what is under way is looked at again.
        done, by_person = context.journal.steps()[step.key].state == "done", _by_person(before)
        state = await (jobs_if_told if done or by_person else _state)(context, app)
        if state.jobs is None and not by_person:
            raise _unreadable(app, retry=not done)
        if state.jobs or _scheduled(state):
            return None
        said = "runs; you removed them" if state.jobs is None else "is left or runs"
        return Evidence(summary=f"no scheduler job of {app.name} {said}", facts={"before": before})

    async def do(self, context: Context, step: Step) -> None:
        app = context.source_app(step)
        by_hand = step.args.get("by_hand")
        state = await (jobs_if_told if by_hand else _state)(context, app)
        known = state.jobs
        if known is None:
            if not by_hand:
                raise _unreadable(app, retry=True)
            known = app.jobs or ()
        before = encode(known)
        if not known:
            # Somebody made a job run by hand; what was removed once is still what is to be put back.
            before = recall(context, step) or before
        if state.jobs:
            # Values are registered by being read: one of them in a command is known for what it is.
            await context.source.config(app.id)
        if state.jobs and redact(before) != before:
            raise Trouble(
                f"A scheduler job of {app.name} holds a secret in its command.",
                untouched="No job was removed: Offramp would have to write the secret down to put it back.",
                remedy="Remove that job in the Heroku dashboard yourself, then press r.",
                code="scheduler-secret",
            )
        remember(context, step, before)
        for job in state.jobs or ():
            await context.source.remove_job(app.id, job.id)
        await _wait_until(
            context,
            app.id,
            lambda now: not _scheduled(now),
            f"a scheduler job of {app.name} still runs",
            JOB_LIMIT,
        )

    async def undo(self, context: Context, step: Step) -> str:
        before = recall(context, step)
        if before is None:
            return ""
        app = context.source_app(step)
        wanted = decode(before, tuple[Job, ...], what="the journal")
        if not wanted:
            return ""
        if _by_person(before):
            return jobs_to_create(app, wanted, str(step.args.get("page", "")))
        there = (await context.source.state(app.id)).jobs
        if there is None:
            # To take it for "none" would create jobs that are still there a second time.
            raise _unreadable(app, retry=False)
        if there and was_changed(context, step):
            return ""
        known = [(job.command, job.every, job.at) for job in there]
        again = 0
        for job in wanted:
            # Looked up first, each of equal jobs counted once: a POST is never repeated blindly.
            if (job.command, job.every, job.at) in known:
                known.remove((job.command, job.every, job.at))
                continue
            await context.source.add_job(app.id, job)
            again += 1
        return f"{again} scheduler job{'s' * (again != 1)} of {app.name} created again" if again else ""


async def _state(context: Context, app: App) -> AppState:
    return await context.source.state(app.id)


async def jobs_if_told(context: Context, app: App) -> AppState:
    """The state of an app, its jobs None also where its scheduler does not answer: that alone is waited for
    by nobody, where the jobs are known otherwise. All of Heroku being away is."""
    try:
        return await context.source.state(app.id)
    except Unreachable:
        return await context.source.state(app.id, jobs=False)


def _by_person(before: str) -> bool:
    """Whether a person's word is all there is: about the jobs, or that there are none."""
    jobs = decode(before, tuple[Job, ...], what="the journal")
    return not jobs or any(job.told_by == "person" for job in jobs)


class ScaleDown(Kind):
    """All process types at zero: workers and clocks write too."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        before = recall(context, step)
        if before is None:
            return None
        app = context.source_app(step)
        state = await context.source.state(app.id, jobs=False)
        if any(state.quantities.values()) or _of_formation(state, state.quantities):
            return None
        return Evidence(summary=f"{app.name} is scaled to zero, no dyno runs", facts={"before": before})

    async def do(self, context: Context, step: Step) -> None:
        app = context.source_app(step)
        state = await context.source.state(app.id, jobs=False)
        before = {kind: n for kind, n in state.quantities.items() if n}
        if (known := recall(context, step)) is not None:
            # A type that still stands where we put it is restored as it was.
            before = decode(known, dict[str, int], what="the journal") | before
        remember(context, step, encode(before))
        await context.source.scale(app.id, {kind: 0 for kind, n in state.quantities.items() if n})
        kinds = state.quantities
        await _wait_until(
            context, app.id, lambda now: not _of_formation(now, kinds), f"dynos of {app.name} still run"
        )

    async def undo(self, context: Context, step: Step) -> str:
        before = recall(context, step)
        if before is None:
            return ""
        app = context.source_app(step)
        wanted = decode(before, dict[str, int], what="the journal")
        now = (await context.source.state(app.id, jobs=False)).quantities
        missing = {kind: count for kind, count in wanted.items() if now.get(kind, 0) != count}
        if was_changed(context, step):
            missing = {kind: count for kind, count in missing.items() if not now.get(kind)}
        if not missing:
            return ""
        await context.source.scale(app.id, missing)
        return f"{app.name} is scaled back: " + ", ".join(f"{k} {n}" for k, n in sorted(wanted.items()))


def _scheduled(state: AppState) -> bool:
    return "scheduler" in state.kinds or any(name.startswith("scheduler.") for name in state.running)


def _of_formation(state: AppState, kinds: Collection[str]) -> bool:
    return any(kind in kinds for kind in state.kinds)


async def _wait_until(
    context: Context, app_id: str, quiet: Callable[[AppState], bool], words: str, limit: float = STOP_LIMIT
) -> None:
    end = context.loop.time() + limit
    while not quiet(await context.source.state(app_id, jobs=False)):
        if context.control.stopped:
            raise Stopped
        if context.loop.time() > end:
            raise Trouble(
                f"After {limit:.0f} s {words}.",
                untouched="Nothing was copied again.",
                remedy="See `heroku ps` for what runs; press r to go on when it has ended.",
                code="still-running",
            )
        await asyncio.sleep(1)


def _unreadable(app: App, *, retry: bool) -> Trouble:
    return Trouble(
        f"Heroku does not tell Offramp the scheduler jobs of {app.name} now.",
        untouched="No job was removed or created by this.",
        remedy="Press r to look again. If it stays so, read the system again (document) and type the jobs "
        "in: the plan then asks you to remove them in the dashboard.",
        code="scheduler-unreadable",
        retry=retry,
    )


def jobs_to_create(app: App, jobs: Sequence[Job], page: str) -> str:
    """What a person is told to put back by hand."""
    words = "; ".join(job_in_words(job) for job in jobs)
    return f"Create what you removed of these scheduler jobs of {app.name} again at {page}: {words}"
