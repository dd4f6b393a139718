"""The steps that change the source: what starts jobs first, then what serves, then what else writes."""

from collections.abc import Iterable

from wizard.model.mapping import AppChoice
from wizard.model.plan import Step
from wizard.model.system import App, System
from wizard.plan.gates import CUT_OVER, jobs_gate, scheduler_page

SCHEDULER_SERVICE = "scheduler"
"""Heroku Scheduler as a service of add-ons; others keep their jobs where Heroku does not reach."""


def told_by_person(app: App) -> bool:
    """Whether the jobs of an app are known from a person only: then a person removes them, too."""
    return any(job.told_by == "person" for job in app.jobs or ())


def scheduled(system: System, app: App) -> bool:
    """Whether an app has jobs that start by themselves, or may have got some since it was documented."""
    return bool(app.jobs) or (app.jobs is not None and SCHEDULER_SERVICE in _services(system, app))


def freeze(name: str, system: System, apps: list[tuple[App, AppChoice]], source_title: str) -> Iterable[Step]:
    """Jobs come first, so that their end is waited for while the apps serve, and that on the way back a
    scheduler that does not answer keeps nothing else from coming back.

    Apps that ran nothing when they were documented are stopped like the others: somebody may have scaled a
    process up, or made a job, since.
    """
    for app, _ in apps:
        if scheduled(system, app):
            yield from _jobs(name, system, app, source_title)
    for app, _ in apps:
        yield Step(
            key=f"maintenance:{app.name}",
            kind="maintenance",
            title=f"Maintenance mode on for {app.name}",
            phase="cut-over",
            writes="heroku",
            needs=(CUT_OVER,),
            args={"app": app.id},
            seconds=(1, 5),
            way_back="maintenance mode off again",
        )
    for app, _ in apps:
        if app.processes:
            quantities = {process.type: process.quantity for process in app.processes if process.quantity}
            now = ", ".join(f"{kind} {count}" for kind, count in sorted(quantities.items())) or "nothing"
            yield Step(
                key=f"scale-down:{app.name}",
                kind="scale-down",
                title=f"Scale {app.name} to zero on {source_title} (now {now})",
                phase="cut-over",
                writes="heroku",
                needs=(f"maintenance:{app.name}",),
                args={"app": app.id},
                seconds=(5, 40),
                way_back="scaled back to what it was",
            )


def _jobs(name: str, system: System, app: App, source_title: str) -> Iterable[Step]:
    count = len(app.jobs or ())
    many = "s" * (count != 1)
    by_hand = told_by_person(app)
    page = scheduler_page(app.id, heroku_scheduler=SCHEDULER_SERVICE in _services(system, app))
    if by_hand:
        yield jobs_gate(name, app, page, source_title)
    yield Step(
        key=f"scheduler:{app.name}",
        kind="scheduler",
        title=(
            f"Wait until no scheduler job of {app.name} runs"
            if by_hand or not count
            else f"Stop {count} scheduler job{many} of {app.name}"
        ),
        phase="cut-over",
        writes="heroku",
        needs=(f"gate:jobs:{app.name}",) if by_hand else (CUT_OVER,),
        # Where a person said that there are none, their word stands when Heroku does not tell.
        args={"app": app.id, "by_hand": by_hand or not count, "page": page},
        seconds=(1, 60),
        way_back=(
            f"you create the job{many} again; Offramp lists what there was"
            if by_hand
            else "the same jobs are created again"
        ),
    )


def _services(system: System, app: App) -> set[str]:
    return {add_on.service for add_on in system.add_ons if add_on.app_id == app.id}
