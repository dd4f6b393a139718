"""What a person adds to the inventory: scheduler jobs typed in, deploy paths confirmed, notes, gaps read."""

import hashlib
from collections.abc import Iterable
from typing import Final

import msgspec

from wizard.model.delivery import Deploy, DeployKind
from wizard.model.noun import Noun
from wizard.model.secret import redact
from wizard.model.system import App, Gap, Job, System
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.session.parts import Answers, Note

INTERVALS = {10: "every 10 minutes", 60: "every hour", 1440: "every day"}
"""What Heroku Scheduler offers, in minutes, and how it is said."""


class GapGroup(Noun, frozen=True, kw_only=True):
    """Gaps of one kind. `at_once` are those of them that are answered by reading."""

    name: str
    gaps: tuple[Gap, ...]

    @property
    def at_once(self) -> tuple[Gap, ...]:
        """The gaps that one may read together."""
        return tuple(gap for gap in self.gaps if gap.kind == "acknowledge")


def apply_answers(system: System, answers: Answers) -> System:
    """The system with the answers in it: typed jobs and confirmed deploy paths stand in their apps, answered
    gaps are gone.

    Jobs that Heroku's API told are never replaced by typed ones, and a list that nobody called complete is
    none. A deploy path that a person told goes before what Heroku lets one guess. Answers about apps that
    are no longer there are ignored.
    """
    gaps = open_gaps(system, answers)
    if not answers.jobs and not answers.deploys:
        return system if gaps == system.gaps else msgspec.structs.replace(system, gaps=gaps)
    apps = tuple(_answered(app, answers) for app in system.apps)
    return msgspec.structs.replace(system, apps=apps, gaps=gaps)


def _answered(app: App, answers: Answers) -> App:
    if app.jobs is None and _complete(answers, app.id):
        app = msgspec.structs.replace(app, jobs=answers.jobs[app.id])
    told = answers.deploys.get(app.id)
    if told is None:
        return app
    # When and by whom is what Heroku said last; only the way is the person's.
    deploy = msgspec.structs.replace(
        app.deploy,
        kind=told.kind,
        evidence=told.evidence or app.deploy.evidence,
        github=(app.deploy.github or told.github) if told.kind == "github" else None,
        told_by="person",
    )
    return msgspec.structs.replace(app, deploy=deploy)


def open_gaps(system: System, answers: Answers) -> tuple[Gap, ...]:
    """The gaps that no answer closes yet, in the order of the inventory."""
    read = frozenset(answers.acknowledged)
    return tuple(gap for gap in system.gaps if not _is_answered(gap, answers, read))


def is_answered(gap: Gap, answers: Answers) -> bool:
    """Whether `answers` close `gap`."""
    return _is_answered(gap, answers, answers.acknowledged)


def _is_answered(gap: Gap, answers: Answers, read: frozenset[str] | tuple[str, ...]) -> bool:
    if gap.kind == "jobs":
        return gap.app_id is not None and _complete(answers, gap.app_id)
    if gap.kind == "deploy":
        return gap.app_id in answers.deploys
    return gap.key in read


_IN_WORDS: Final = {"deploy": "how apps are deployed", "fir": "apps of the Fir generation"}
"""Names of groups that say nothing to a reader."""


def gap_groups(gaps: Iterable[Gap]) -> tuple[GapGroup, ...]:
    """Gaps by what they are about, in the order in which each kind first comes."""
    groups: dict[str, list[Gap]] = {}
    usual = {"jobs": "scheduler jobs", "acknowledge": "other"}
    for gap in gaps:
        group = gap.group or usual.get(gap.kind, gap.kind)
        groups.setdefault(_IN_WORDS.get(group, group), []).append(gap)
    return tuple(GapGroup(name=name, gaps=tuple(listed)) for name, listed in groups.items())


def _complete(answers: Answers, app_id: str) -> bool:
    return app_id in answers.jobs and app_id not in answers.unfinished


def acknowledge(answers: Answers, key: str) -> Answers:
    """The answers with the gap `key` read; twice is as once."""
    if key in answers.acknowledged:
        return answers
    return msgspec.structs.replace(answers, acknowledged=(*answers.acknowledged, key))


def acknowledge_all(answers: Answers, gaps: Iterable[Gap]) -> Answers:
    """The answers with all of `gaps` read that are answered by reading."""
    known = frozenset(answers.acknowledged)
    fresh = [gap.key for gap in gaps if gap.kind == "acknowledge" and gap.key not in known]
    if not fresh:
        return answers
    return msgspec.structs.replace(answers, acknowledged=(*answers.acknowledged, *dict.fromkeys(fresh)))


def set_deploy(answers: Answers, app_id: str, kind: DeployKind, words: str = "") -> Answers:
    """The answers with how an app is deployed, as a person says; `words` is what they add. A secret that was
    typed into them is not kept."""
    deploy = Deploy(kind=kind, evidence=redact(clean(words.strip())), told_by="person")
    return msgspec.structs.replace(answers, deploys={**answers.deploys, app_id: deploy})


def set_note(answers: Answers, key: str, text: str, owner: str) -> Answers:
    """The answers with a note on the component `key`; an empty one is taken away. A secret that was typed
    into it is not kept."""
    note = Note(text=redact(clean(text.strip())), owner=redact(clean(owner.strip())))
    notes = {one: known for one, known in answers.notes.items() if one != key}
    if note.text or note.owner:
        notes[key] = note
    return msgspec.structs.replace(answers, notes=notes)


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
