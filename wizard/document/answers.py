"""What a person adds to the inventory: scheduler jobs typed in, and gaps that were read."""

import hashlib

import msgspec

from wizard.model.secret import redact
from wizard.model.system import Gap, Job, System
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.session.parts import Answers

INTERVALS = {10: "every 10 minutes", 60: "every hour", 1440: "every day"}
"""What Heroku Scheduler offers, in minutes, and how it is said."""


def apply_answers(system: System, answers: Answers) -> System:
    """The system with the answers in it: typed jobs stand in their apps, answered gaps are gone.

    Jobs that Heroku's API told are never replaced by typed ones, and a list that nobody called complete is
    none. Answers about apps that are no longer there are ignored.
    """
    apps = tuple(
        msgspec.structs.replace(app, jobs=answers.jobs[app.id])
        if app.jobs is None and _complete(answers, app.id)
        else app
        for app in system.apps
    )
    return msgspec.structs.replace(system, apps=apps, gaps=open_gaps(system, answers))


def open_gaps(system: System, answers: Answers) -> tuple[Gap, ...]:
    """The gaps that no answer closes yet, in the order of the inventory."""
    return tuple(gap for gap in system.gaps if not is_answered(gap, answers))


def is_answered(gap: Gap, answers: Answers) -> bool:
    """Whether `answers` close `gap`."""
    if gap.kind == "jobs":
        return gap.app_id is not None and _complete(answers, gap.app_id)
    if gap.kind == "deploy":
        return gap.app_id in answers.deploys
    return gap.key in answers.acknowledged


def _complete(answers: Answers, app_id: str) -> bool:
    return app_id in answers.jobs and app_id not in answers.unfinished


def acknowledge(answers: Answers, key: str) -> Answers:
    """The answers with the gap `key` read; twice is as once."""
    if key in answers.acknowledged:
        return answers
    return msgspec.structs.replace(answers, acknowledged=(*answers.acknowledged, key))


def set_jobs(answers: Answers, app_id: str, jobs: tuple[Job, ...], *, complete: bool) -> Answers:
    """The answers with what was typed of an app's jobs. Only a `complete` list is an answer; a complete empty
    one says that there are none."""
    others = tuple(one for one in answers.unfinished if one != app_id)
    return msgspec.structs.replace(
        answers,
        jobs={**answers.jobs, app_id: jobs},
        unfinished=others if complete else (*others, app_id),
    )


def with_job(jobs: tuple[Job, ...], job: Job) -> tuple[Job, ...]:
    """The jobs with one more; one with the same id is replaced in its place. A secret that was typed into its
    command is not kept."""
    job = msgspec.structs.replace(job, command=redact(job.command))
    if any(known.id == job.id for known in jobs):
        return tuple(job if known.id == job.id else known for known in jobs)
    return (*jobs, job)


def typed_job(app_id: str, command: str, every: int, at: int = 0, dyno_size: str = "") -> Job:
    """A job as a person typed it in. Its id follows from what was typed, so typing it twice is once.

    Args:
        every: 10, 60 or 1440 minutes.
        at: minute of the hour (0 to 59) for hourly jobs, of the UTC day (0 to 1439) for daily ones.

    Raises:
        Trouble: the command is empty, or the interval or the time is none that Scheduler has.
    """
    command = clean(command.strip())
    if not command:
        raise Trouble(
            "A scheduler job needs a command.",
            remedy="Copy it from the Heroku Scheduler dashboard.",
            code="job-without-command",
        )
    if every not in INTERVALS:
        raise Trouble(
            f"Heroku Scheduler has no interval of {every} minutes, only 10 minutes, an hour and a day.",
            remedy="Choose 10, 60 or 1440.",
            code="job-interval",
        )
    if not 0 <= at < every:
        raise Trouble(
            f"The time of a job that runs {INTERVALS[every]} lies between 0 and {every - 1} minutes.",
            remedy="Copy the time from the Heroku Scheduler dashboard; it is in UTC.",
            code="job-time",
        )
    said = "\0".join((app_id, command, str(every), str(at)))
    return Job(
        id="typed-" + hashlib.sha256(said.encode()).hexdigest()[:12],
        command=command,
        every=every,
        at=at,
        dyno_size=clean(dyno_size),
        told_by="person",
    )


def when(job: Job) -> str:
    """When a job runs, in words: "every day at 02:30 UTC"."""
    if job.every == 1440:
        return f"every day at {job.at // 60:02d}:{job.at % 60:02d} UTC"
    if job.every == 60:
        return f"every hour at :{job.at:02d}"
    return f"every {job.every} minutes"
