"""What of an app runs otherwise on Heroku than was documented: the part of it that the cut-over stops."""

from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from wizard.model.plan import Finding
from wizard.model.system import App, Job
from wizard.plan.differences_of_app import AGAIN, DECIDE


def differences_in_running(then: App, now: App) -> Iterator[Finding]:
    """One finding for each thing that differs; the jobs are not compared here."""
    yield from _new_types(then, now)
    if words := formation_change(then, now):
        yield Finding(
            state="look",
            what=f"{now.name} was scaled since it was documented",
            detail=f"{words}; the target gets what the map says",
            remedy=AGAIN,
        )
    if now.maintenance:
        yield Finding(
            state="look",
            what=f"{now.name} is in maintenance mode already",
            detail="it stays so if you go back, since it was so before",
        )


def formation_change(then: App, now: App) -> str:
    """The process types that run in another number than was documented: "web 1, now 3"; empty for none, or
    where they were not told. What Heroku scales by itself is no news."""
    if "process types" in (*then.unread, *now.unread):
        return ""
    quantities = {process.type: process.quantity for process in now.processes}
    return ", ".join(
        f"{one.type} {one.quantity}, now {quantities.get(one.type, 0)}"
        for one in sorted(then.processes, key=lambda one: one.type)
        if one.autoscale is None and one.quantity != quantities.get(one.type, 0)
    )


def _new_types(then: App, now: App) -> Iterator[Finding]:
    """Process types that a release brought since, and that the target would not run."""
    if "process types" in then.unread:
        return
    known = {process.type for process in then.processes}
    for process in now.processes:
        if process.type not in known:
            yield Finding(
                state="blocks" if process.quantity else "look",
                what=f"{now.name} has a new process type: {process.type}",
                detail=f"nobody has decided on it; {process.quantity} run now, the target would run none",
                remedy=DECIDE,
            )


def other_jobs(app: App, now: tuple[Job, ...]) -> list[Finding]:
    """That the scheduler has other jobs than were documented: one that came would run nowhere. One that a way
    back has created again has another id, and is the same job."""
    if app.jobs is None or _alike(now) == _alike(app.jobs):
        return []
    came = _alike(now) - _alike(app.jobs)
    return [
        Finding(
            state="blocks" if came else "look",
            what=f"The scheduler jobs of {app.name} are not those that were documented",
            detail=f"{len(app.jobs)} then, {len(now)} now"
            + (": one that came since would be stopped, and run nowhere" if came else ""),
            remedy=DECIDE if came else AGAIN,
        )
    ]


def _alike(jobs: Iterable[Job]) -> Counter[Job]:
    return Counter(msgspec.structs.replace(job, id="") for job in jobs)
