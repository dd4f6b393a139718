"""Scheduler jobs as a crontab, and the program that runs it."""

import functools
from collections.abc import Callable, Iterable
from importlib.resources import as_file, files

from wizard.document.answers import when
from wizard.model.mapping import Mapping
from wizard.model.noun import Noun, decode_toml
from wizard.model.system import App, Job
from wizard.model.text import clean
from wizard.prepare.command import resolve
from wizard.prepare.start_script import plain
from wizard.prepare.template import fill

CRONTAB = "crontab"
"""Name of the file in the root of the code; the working folder of every process is that root."""

PROGRAM = f"supercronic {CRONTAB}"
"""What the cron service runs: one container, jobs as its children, their output in its log."""

COPY_LINE = "COPY --from=cron /usr/local/bin/supercronic /usr/local/bin/supercronic\n"


GUARANTEES = (
    "its jobs move from Heroku Scheduler, which may skip a run or start it twice, to supercronic, which "
    "starts each at its minute in UTC and lets no run of a job overlap itself. All share one container: its "
    "memory, and its end at each deploy, in the middle of a job",
    "Keep that service at one container, with memory for the largest job and a stop timeout for the longest; "
    "write the jobs so that a run that was cut off can be repeated.",
)
"""How the guarantees differ, and what to do (Dev Center, "Heroku Scheduler"; supercronic's README)."""


class Supercronic(Noun, frozen=True, kw_only=True):
    """A release of supercronic: version, where it is, and SHA-256 by architecture."""

    version: str
    url: str
    amd64: str
    arm64: str


def cron_command(*, entrypoint: bool) -> str:
    """The line of the cron service. An image with an ENTRYPOINT gets it word by word, and has no `exec`."""
    return PROGRAM if entrypoint else f"exec {PROGRAM}"


def cron_jobs(app: App, mapping: Mapping) -> tuple[Job, ...]:
    """The jobs of an app that become crontab lines, in the order of the inventory."""
    chosen = {job.job_id for job in mapping.jobs if job.app_id == app.id and job.action == "cron"}
    return tuple(job for job in app.jobs or () if job.id in chosen)


def crontab(jobs: Iterable[Job], processes: dict[str, str], start: Callable[[str], str] | None = None) -> str:
    """The crontab of these jobs.

    Args:
        processes: commands by process type, since a job on Heroku may name one.
        start: what makes the command of a line out of that of a job; None: it stays as it is.
    """
    lines = [
        "# The jobs of Heroku Scheduler, written by Offramp. Times are UTC, as they were there.",
        "CRON_TZ=UTC",
        # Heroku runs commands with bash; supercronic would take sh.
        "SHELL=/bin/bash",
    ]
    # A job adds words of its own to the command of a process, and not to the line that starts it.
    known = {type_: plain(command) for type_, command in processes.items()}
    for job in jobs:
        command = resolve(job.command, known)
        told = start(command) if start else command
        lines += ["", f"# {when(job)}", f"{schedule(job)} {clean(told)}"]
    return "\n".join(lines) + "\n"


def schedule(job: Job) -> str:
    """The five fields of a job. The interval is one of Heroku Scheduler's: 10, 60 or 1440 minutes."""
    if job.every == 1440:
        return f"{job.at % 60} {job.at // 60 % 24} * * *"
    if job.every == 60:
        return f"{job.at % 60} * * * *"
    first = job.at % job.every
    return f"*/{job.every} * * * *" if not first else f"{first}-59/{job.every} * * * *"


def cron_stage() -> str:
    """The stage of a Dockerfile that fetches supercronic and checks it."""
    release = _supercronic()
    return fill(
        "supercronic.dockerfile",
        version=release.version,
        url=release.url,
        amd64=release.amd64,
        arm64=release.arm64,
    )


@functools.cache
def _supercronic() -> Supercronic:
    with as_file(files("assets") / "catalogue" / "supercronic.toml") as path:
        return decode_toml(path, Supercronic)
