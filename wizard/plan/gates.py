"""The steps at which a person must say yes, and what they read before."""

from collections.abc import Iterable

from wizard.document.answers import when
from wizard.model.mapping import AppChoice
from wizard.model.plan import GateText, Step
from wizard.model.system import App, Job
from wizard.ports import Profile

CUT_OVER = "gate:cut-over"
FINISH = "gate:finish"

DASHBOARD = "https://dashboard.heroku.com/apps"


def cut_over_gate(
    name: str, steps: Iterable[Step], copies: tuple[str, ...], *, source_title: str, target_title: str
) -> Step:
    """The gate before the first write to the source.

    Args:
        steps: all that follow up to the last gate; the expected downtime is theirs.
        copies: keys of the first copies, which must be done.
    """
    steps = tuple(steps)
    yours = [step for step in steps if step.by == "person"]
    low, high = (sum(step.seconds[end] for step in steps) for end in (0, 1))
    return Step(
        key=CUT_OVER,
        kind="gate",
        title="Gate: cut-over",
        phase="cut-over",
        by="person",
        needs=copies,
        args={"gate": "cut-over"},
        seconds=(0, 0),
        way_back=f"until you type the name, {source_title} is untouched",
        gate=GateText(
            word=name,
            will_happen=(
                *(
                    step.title.removeprefix("Gate: ")
                    for step in steps
                    if step.writes == "heroku" or step in yours
                ),
                f"Then: last copy, proof, config, deploy, start and health check on {target_title}",
            ),
            duration=f"{_span(low, high)} in which the apps do not serve (an estimate)"
            + (", and as long as you take for what is yours to do in it" if yours else ""),
            way_back=f"Any failure, or b: {source_title} serves again as before.",
        ),
    )


def jobs_gate(name: str, app: App, page: str, source_title: str) -> Step:
    """The step at which a person removes scheduler jobs that no API tells. The apps go on serving."""
    jobs = app.jobs or ()
    many = "s" * (len(jobs) != 1)
    return Step(
        key=f"gate:jobs:{app.name}",
        kind="gate",
        title=f"Gate: you remove {len(jobs)} scheduler job{many} of {app.name}",
        phase="cut-over",
        by="person",
        writes="heroku",
        needs=(CUT_OVER,),
        args={"gate": "jobs", "app": app.id, "page": page},
        seconds=(0, 0),
        way_back=f"you create the job{many} again: {source_title} lets nobody else do it",
        gate=GateText(
            word=name,
            will_happen=(
                "You open this page and remove the jobs named below it:",
                page,
                *(job_in_words(job) for job in jobs),
                "When they are gone, type the name: the cut-over goes on.",
            ),
            duration=f"as long as you need; {source_title} goes on serving meanwhile",
            way_back=f"b: {source_title} serves on; jobs that you removed you create again yourself.",
        ),
    )


def scheduler_page(app_id: str, *, heroku_scheduler: bool) -> str:
    """Where a person finds the jobs of an app: Heroku Scheduler's own page, else the list of its add-ons."""
    return f"{DASHBOARD}/{app_id}/{'scheduler' if heroku_scheduler else 'resources'}"


def finish_gate(name: str, apps: list[tuple[App, AppChoice]], source_title: str, profile: Profile) -> Step:
    """The gate after which nothing is taken back any more."""
    return Step(
        key=FINISH,
        kind="gate",
        title="Gate: the move is final",
        phase="finish",
        by="person",
        needs=tuple(f"health:{choice.handle}" for _, choice in apps),
        args={"gate": "finish"},
        seconds=(0, 0),
        way_back=f"b, before you type the name: {source_title} serves again as before",
        gate=GateText(
            word=name,
            will_happen=(
                f"Offramp stops watching; {profile.title} is where the apps live.",
                f"{source_title} stays as it is: in maintenance mode, scaled to zero, its data untouched.",
                "DNS and the end of the Heroku apps are yours; the report says how.",
            ),
            duration="at once",
            way_back=(
                f"After this, b no longer works. Going back then means starting {source_title} by hand, "
                f"without what was written on {profile.title} since."
            ),
        ),
    )


def job_in_words(job: Job) -> str:
    """A scheduler job as a person finds it in the dashboard: "every day at 02:30 UTC: node job.js"."""
    return f"{when(job)}: {job.command}"


def _span(low: int, high: int) -> str:
    def words(seconds: int) -> str:
        return f"{seconds} s" if seconds < 90 else f"{round(seconds / 60)} min"

    return f"{words(low)} to {words(high)}"
