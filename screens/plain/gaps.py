"""What no API tells, asked one by one; each answer is saved at once."""

from collections.abc import Callable
from typing import cast

from screens.plain.desk import Desk
from screens.plain.question import Answer, Help, ask_one, ask_text
from screens.scheduler_times import interval, time_of
from wizard.document.answers import (
    acknowledge,
    acknowledge_all,
    gap_groups,
    set_deploy,
    set_jobs,
    typed_job,
    when,
    with_job,
)
from wizard.document.pages.delivery import WAYS, deploy_words
from wizard.model.delivery import DeployKind
from wizard.model.system import App, Gap, Job
from wizard.model.trouble import Trouble
from wizard.session.parts import ANSWERS, SYSTEM

KNOWN = Help(
    "No API of Heroku tells this. Offramp cannot look it up, so somebody has to know; nothing is changed by "
    "the answer."
)
JOBS = Help(
    "Heroku has no API for the jobs of Heroku Scheduler. Copy them from its dashboard: the command, how "
    "often (10 minutes, hour, day) and, in UTC, at what time. What is not told is not moved.",
    "the jobs are mapped like everything else.",
)
DEPLOYED = Help(
    "By which way new code comes to the app today. The report repeats it, and what is advised for the target "
    "follows from it."
)


def ask_open(desk: Desk) -> None:
    """Ask everything that is open.

    Raises:
        Back, Leave, EndOfInput.
    """
    while (system := desk.system()) is not None and system.gaps:
        group = gap_groups(system.gaps)[0]
        if len(group.at_once) > 1:
            _ask_read_at_once(desk, group.name, group.at_once)
        else:
            _ask(desk, group.gaps[0], len(system.gaps))


def change_answer(desk: Desk) -> None:
    """Ask which of the questions that were answered is to be asked again.

    Raises:
        Back, Leave, EndOfInput, Interrupted.
    """
    read = desk.session.load(SYSTEM)
    gaps = {gap.key: gap for gap in read.gaps} if read is not None else {}
    answers = [Answer(key, gap.question) for key, gap in gaps.items()]
    key = ask_one(desk.console, "Which answer is to change?", answers, help_=KNOWN)
    _ask(desk, gaps[key], 0)


def _ask_read_at_once(desk: Desk, name: str, gaps: tuple[Gap, ...]) -> None:
    desk.console.say()
    desk.console.say(f"No API tells {len(gaps)} things: {name}.")
    for gap in gaps:
        desk.console.say(f"- {gap.question} {gap.why}", indent="  ")
    ask_one(desk.console, "Is that known?", [Answer("known", f"I know all {len(gaps)}, go on")], help_=KNOWN)
    desk.save(ANSWERS, acknowledge_all(desk.answers(), gaps))


def _ask(desk: Desk, gap: Gap, left: int) -> None:
    system = desk.system()
    app = next((one for one in system.apps if one.id == gap.app_id), None) if system else None
    if gap.kind == "jobs" and app is not None:
        _ask_jobs(desk, app)
    elif gap.kind == "deploy" and app is not None:
        ask_deploy(desk, app)
    else:
        question = f"{gap.question} {gap.why}{f' ({left} open)' if left else ''}"
        ask_one(desk.console, question, [Answer("known", "I know, go on")], help_=KNOWN)
        desk.save(ANSWERS, acknowledge(desk.answers(), gap.key))


def _ask_jobs(desk: Desk, app: App) -> None:
    jobs = desk.answers().jobs.get(app.id, ())

    def listed() -> str:
        said = "; ".join(f"{job.command}, {when(job)}" for job in jobs) or "none so far"
        return f"Scheduler jobs of {app.name}: {said}."

    while True:
        answers = [Answer("add", "Add a job")]
        whole = f"The list is complete: {len(jobs)}" if jobs else f"{app.name} has no scheduler job"
        answers.append(Answer("complete", whole))
        if jobs:
            answers.append(Answer("remove", "Take the last one away"))
        chosen = ask_one(desk.console, listed(), answers, help_=JOBS, default="complete" if jobs else "add")
        if chosen == "complete":
            desk.save(ANSWERS, set_jobs(desk.answers(), app.id, jobs, complete=True))
            return
        jobs = jobs[:-1] if chosen == "remove" else with_job(jobs, _ask_job(desk, app))
        desk.save(ANSWERS, set_jobs(desk.answers(), app.id, jobs, complete=False))


def _ask_job(desk: Desk, app: App) -> Job:
    console = desk.console
    command = ask_text(console, f"Which command does the job of {app.name} run?", help_=JOBS)
    every = interval(
        ask_text(
            console,
            "How often: 10 minutes, hour, or day?",
            help_=JOBS,
            default="day",
            check=_wrong(interval),
        )
    )
    at = 0
    if every != 10:
        shape = ":30" if every == 60 else "02:30"
        typed = ask_text(
            console,
            f"At what time (UTC), as in {shape}?",
            help_=JOBS,
            check=_wrong(lambda text: time_of(text, every)),
        )
        at = time_of(typed, every)
    return typed_job(app.id, command, every, at)


def _wrong(read: Callable[[str], object]) -> Callable[[str], str]:
    """What is wrong with a text, by what reads it."""

    def check(text: str) -> str:
        try:
            read(text)
        except Trouble as trouble:
            return trouble.brief()
        return ""

    return check


def ask_deploy(desk: Desk, app: App) -> None:
    """Ask by which way an app is deployed; what is thought now stands first.

    Raises:
        Back, Leave, EndOfInput.
    """
    told = app.deploy
    who = "You said" if told.told_by == "person" else "It looks like"
    now = "Heroku does not tell." if told.kind == "unknown" else f"{who}: {deploy_words(told)}."
    kinds = sorted((kind for kind in WAYS if kind != "unknown"), key=lambda kind: kind != told.kind)
    answers = [Answer(kind, WAYS[kind]) for kind in kinds]
    question = f"By which way does new code come to {app.name}? {now}"
    kind = ask_one(desk.console, question, answers, help_=DEPLOYED)
    known = desk.answers().deploys.get(app.id)
    words = ask_text(
        desk.console,
        "What should the next person know of it? The repository, the branch, who may; enter for nothing.",
        help_=DEPLOYED,
        default=known.evidence if known else "",
        check=lambda _: "",
    )
    desk.save(ANSWERS, set_deploy(desk.answers(), app.id, cast(DeployKind, kind), words))
