"""What has changed on Heroku since the system was documented, as far as the state of an app tells: the plan
was made of what stood there then."""

from wizard.model.plan import Finding
from wizard.model.system import App, Job
from wizard.ports import AppState

AGAIN = "Read the system again (document), so that nothing is missed."


def changed_since(app: App, state: AppState) -> list[Finding]:
    """One for each thing that differs; the jobs are not looked at here."""
    findings = []
    if app.release is not None and state.release != app.release:
        findings.append(
            Finding(
                state="look",
                what=f"{app.name} has had a release since it was documented",
                detail=f"v{app.release} then, v{state.release} now: code or config may have changed",
                remedy=AGAIN,
            )
        )
    if words := formation_change(app, state):
        findings.append(
            Finding(
                state="look",
                what=f"{app.name} was scaled since it was documented",
                detail=f"{words}; the target gets what the map says",
                remedy=AGAIN,
            )
        )
    if state.maintenance:
        findings.append(
            Finding(
                state="look",
                what=f"{app.name} is in maintenance mode already",
                detail="it stays so if you go back, since it was so before",
            )
        )
    return findings


def formation_change(app: App, state: AppState) -> str:
    """The process types that run in another number than was documented: "web 1, now 3"; empty for none, or
    where they were not told then. What Heroku scales by itself is no news."""
    if "process types" in app.unread:
        return ""
    then = {process.type: process.quantity for process in app.processes}
    by_itself = {process.type for process in app.processes if process.autoscale is not None}
    return ", ".join(
        f"{kind} {then.get(kind, 0)}, now {state.quantities.get(kind, 0)}"
        for kind in sorted({*then, *state.quantities} - by_itself)
        if then.get(kind, 0) != state.quantities.get(kind, 0)
    )


def other_jobs(app: App, now: tuple[Job, ...]) -> list[Finding]:
    """That the scheduler has other jobs than were documented."""
    if app.jobs is None or set(now) == set(app.jobs):
        return []
    return [
        Finding(
            state="look",
            what=f"The scheduler jobs of {app.name} are not those that were documented",
            detail=f"{len(app.jobs)} then, {len(now)} now",
            remedy=AGAIN,
        )
    ]
