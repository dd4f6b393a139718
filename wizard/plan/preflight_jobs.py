"""Can the scheduler's jobs be stopped by Offramp, or is that a person's part of the cut-over?"""

from wizard.model.plan import Finding
from wizard.model.system import App
from wizard.model.trouble import Unreachable
from wizard.plan.differences_in_running import other_jobs
from wizard.plan.freeze import told_by_person
from wizard.ports import Source


async def scheduler_findings(source: Source, app: App) -> list[Finding]:
    """What is to be looked at when Heroku does not tell the jobs of `app`, or tells others; else nothing."""
    try:
        now = (await source.state(app.id)).jobs
        if now is not None:
            return [] if told_by_person(app) else other_jobs(app, now)
    except Unreachable as trouble:
        return [
            Finding(
                state="look",
                what=f"The scheduler of {app.name} does not answer now",
                detail=trouble.cause,
                remedy="Look again before you start: the cut-over stops its jobs there.",
            )
        ]
    if not app.jobs:
        return []  # a person said that there are none, and Heroku does not tell
    count = len(app.jobs)
    if told_by_person(app):
        return [
            Finding(
                state="look",
                what=f"You remove {count} scheduler job{'s' * (count != 1)} of {app.name} yourself",
                detail="Heroku does not tell them; the cut-over waits for you at a gate of its own",
                remedy="Have the scheduler's page of the Heroku dashboard open then.",
            )
        ]
    return [
        Finding(
            state="look",
            what=f"Heroku no longer tells the scheduler jobs of {app.name}",
            detail="so Offramp cannot stop them, and the cut-over would go back to Heroku",
            remedy="Read the system again (document) and type the jobs in.",
        )
    ]
