"""Jobs of Heroku Scheduler on a target without cron: a clock that starts them, in the app's language.

A new file of the code starts each job's command as a child, at its minute in UTC, by the library that
people use for it: node-cron, APScheduler or rufus-scheduler; for other languages by bash alone.
"""

import json
import re
import shlex
import zlib

from wizard.document.answers import when
from wizard.mapping.problem import Problem
from wizard.model.system import Job
from wizard.model.text import clean
from wizard.prepare.capsules.capsule_case import CapsuleCase
from wizard.prepare.capsules.clock_lock import Lock, lock_of
from wizard.prepare.capsules.clock_names import clock_file
from wizard.prepare.capsules.clock_package import with_library
from wizard.prepare.command import exec_form, resolve
from wizard.prepare.schedules import schedule
from wizard.prepare.template import fill

LOCKS = zlib.crc32(b"offramp clock") & 0x7FFFFFFF
"""The first of two keys of the locks in Postgres; the second tells the jobs apart."""

_LIBRARIES = {
    "go": "github.com/robfig/cron",
    "java": "Quartz, or @Scheduled where it is Spring",
    "gradle": "Quartz, or @Scheduled where it is Spring",
    "php": "a loop of its own (`php artisan schedule:work` in Laravel)",
    "dotnet": "Quartz.NET, or a BackgroundService",
}
"""What does it in the language itself, where a person wants that."""


def clock(case: CapsuleCase) -> list[Problem]:
    """Write the clock, and say what it means. Nothing where no job has one."""
    if not case.clock_jobs:
        return []
    places = {process for _, process in case.clock_jobs}
    if len(places) > 1:
        return [
            case.problem(
                "clock-places",
                "its jobs have clocks in several capsules, and there is one file for it",
                "Choose the same place for all its jobs on the map.",
                blocks=True,
            )
        ]
    path = clock_file(case.language)
    if case.draft.foreign(path):
        return [
            case.problem(
                "clock-file",
                f"has a file {path} of its own, which Offramp does not write over",
                "Give that file another name and commit it.",
                blocks=True,
            )
        ]
    lock = lock_of(case)
    jobs = [job for job, _ in case.clock_jobs]
    count = "the job" if len(jobs) == 1 else f"the {len(jobs)} jobs"
    case.draft.write(
        path,
        clock_text(case.language, jobs, case.commands, lock),
        f"{case.profile.title} has no scheduler: this starts {count} of Heroku Scheduler",
    )
    return [*with_library(case), *_words(case, lock, places.pop())]


def clock_text(language: str, jobs: list[Job], commands: dict[str, str], lock: Lock | None) -> str:
    """The file of the clock.

    Args:
        commands: by process type, since a job on Heroku may name one.
        lock: by which one of several copies starts a job, None for no such lock.
    """
    path = clock_file(language)
    rows = [
        _row(language, job, name, resolve(job.command, commands), lock is not None)
        for job, name in _named(jobs)
    ]
    if path.endswith(".sh"):
        return fill(path, jobs="\n".join(rows))
    template = f"{path}.txt" if path.endswith(".py") else path
    stem, _, ending = template.partition(".")
    values = {"variable": lock.variable, "driver": lock.driver, "locks": str(LOCKS)} if lock else {}
    guard = fill(f"{stem}-guard.{ending}", **values) if lock else ""
    return fill(
        template,
        **{"import": lock.line if lock else ""},
        guard=guard,
        guarded=_GUARDED[language][bool(lock)],
        jobs="\n".join(rows),
        time="import time\n" if lock else "",
    )


_GUARDED = {
    "nodejs": ("await run(job);", "await alone(job, () => run(job));"),
    "python": ("run(job)", "alone(job, lambda: run(job))"),
    "ruby": ("run(job)", "alone(job) { run(job) }"),
}
"""How a job is started, without and with a lock."""


def _named(jobs: list[Job]) -> list[tuple[Job, str]]:
    """Each job with a short name of its own, for the log."""
    found: list[tuple[Job, str]] = []
    for job in jobs:
        name = clean(job.command, limit=60)
        taken = {one for _, one in found}
        number = 2
        while name in taken:
            name = f"{clean(job.command, limit=60)} ({number})"
            number += 1
        found.append((job, name))
    return found


def _row(language: str, job: Job, name: str, command: str, locked: bool) -> str:
    told = clean(command)
    if language not in _GUARDED:
        words = shlex.quote(name), job.at % job.every, job.every, shlex.quote(told)
        return f"  {' '.join(map(str, words))} # {when(job)}"
    fields = {
        "name": json.dumps(name, ensure_ascii=False),
        "when": json.dumps(schedule(job)),
        "command": json.dumps(json.loads(exec_form(told)), ensure_ascii=False),
    }
    if locked:
        fields["lock"] = str(zlib.crc32(f"{job.command}\n{schedule(job)}".encode()) & 0x7FFFFFFF)
    if language == "ruby":
        # Ruby would put in what stands in "#{}".
        fields = {key: re.sub(r"#(?=[{$@])", r"\\#", value) for key, value in fields.items()}
    if language == "python":
        inner = ", ".join(f'"{key}": {value}' for key, value in fields.items())
        return f"    # {when(job)}\n    {{{inner}}},"
    inner = ", ".join(f"{key}: {value}" for key, value in fields.items())
    comment = "#" if language == "ruby" else "//"
    return f"  {comment} {when(job)}\n  {{ {inner} }},"


def _words(case: CapsuleCase, lock: Lock | None, process: str) -> list[Problem]:
    """The three things that are otherwise than with Heroku Scheduler."""
    where = f"the capsule of `{process}`" if process else f"a capsule of its own (`{case.clock}`)"
    problems = [
        case.problem(
            "clock-restart",
            f"its jobs are started by {where}: a job that runs when it is restarted or built anew is cut "
            "off, and what should start meanwhile is not made up for",
            "Write the jobs so that a run that was cut off or left out can be repeated.",
        )
    ]
    if lock:
        problems.append(
            case.problem(
                "clock-replicas",
                "with more than one replica each has a clock: a lock in the Postgres database "
                f"({lock.variable}) lets one of them start a job",
                "Keep that capsule at one replica all the same: it is enough.",
            )
        )
    else:
        count = next((one.count for one in case.processes if one.type == process), 1)
        problems.append(
            case.problem(
                "clock-replicas",
                "with more than one replica each starts every job: nothing here keeps them from it",
                "Keep that capsule at one replica, or give the jobs a lock of their own.",
                blocks=count > 1,
            )
        )
    if (library := _LIBRARIES.get(case.language)) is not None:
        problems.append(
            case.problem(
                "clock-library",
                f"its clock is a loop of bash: Offramp adds no library to {case.built.language.title}",
                f"It works as it is. In the language itself: {library}.",
            )
        )
    return problems


def outside(case: CapsuleCase) -> list[Problem]:
    """What is to be done for jobs that somebody else's cron service starts."""
    chosen = {
        one.job_id for one in case.mapping.jobs if one.app_id == case.app.id and one.action == "outside"
    }
    jobs = [job for job in case.app.jobs or () if job.id in chosen]
    if not jobs:
        return []
    lines = [f"{when(job)}: {clean(job.command, limit=120)}" for job in jobs]
    return [
        Problem(
            code="job-outside",
            component=case.app.name,
            text=f"{len(jobs)} of its jobs are to be started from outside: the code needs an address that "
            "does their work",
            remedy="Add one for each: by POST, refused without a secret of its own (a config var), answered "
            "at once with the work behind it, since requests end after a while, and doing nothing when it is "
            "asked twice. Then enter it with its time (UTC) at the cron service.",
            copies=tuple(lines),
        )
    ]
