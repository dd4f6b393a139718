"""The jobs of Heroku Scheduler, which only the dashboard's back end (particleboard) tells.

Undocumented: `GET /apps/{app id}/jobs` with JSON:API; known from herokux, a Terraform provider that uses it.
"""

import urllib.parse
from collections.abc import Iterable
from typing import Any, Final

from providers.heroku.answers import Gone
from providers.heroku.client import Client
from providers.heroku.fields import number, text
from wizard.model.system import Job
from wizard.model.trouble import Trouble, Unreachable

SCHEDULER: Final = "scheduler"
OTHER_SCHEDULERS: Final = frozenset({"advanced-scheduler", "crontogo", "cron-to-go", "temporize"})
"""Add-ons that keep jobs where no API of Heroku tells them."""


async def read_jobs(client: Client, app_id: str) -> tuple[Job, ...]:
    """Return the jobs of an app; raises Trouble whenever they cannot be read."""
    answer = await client.get(_path(app_id), host="particleboard")
    rows = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(rows, list):
        raise _changed()
    return tuple(_job(row) for row in rows)


async def remove_job(client: Client, app_id: str, job_id: str) -> None:
    """Delete a job; one that is not there any more is no error."""
    try:
        await client.write("DELETE", f"{_path(app_id)}/{_quoted(job_id)}", None, host="particleboard")
    except Gone:
        # Also an app without the add-on is "gone": only the list tells whether the job is.
        if any(job.id == job_id for job in await read_jobs(client, app_id)):
            raise
    except Unreachable:
        if any(job.id == job_id for job in await read_jobs(client, app_id)):
            raise


async def add_job(client: Client, app_id: str, job: Job) -> None:
    """Create a job. Sent once; when the answer is lost, the list says whether it was created."""
    before = _count(await read_jobs(client, app_id), job)
    attributes: dict[str, Any] = {"command": job.command, "every": job.every, "at": job.at}
    if job.dyno_size:
        attributes["dyno-size"] = job.dyno_size
    body = {"data": {"type": "jobs", "attributes": attributes}}
    try:
        await client.write("POST", _path(app_id), body, host="particleboard")
    except Unreachable:
        if _count(await read_jobs(client, app_id), job) <= before:
            raise


def _count(jobs: Iterable[Job], wanted: Job) -> int:
    return sum((job.command, job.every, job.at) == (wanted.command, wanted.every, wanted.at) for job in jobs)


def _job(row: Any) -> Job:
    said = row.get("attributes") if isinstance(row, dict) else None
    every, command, mark = number(said, "every"), text(said, "command"), text(row, "id")
    if every is None or not command or not mark:
        raise _changed()
    return Job(
        id=mark, command=command, every=every, at=number(said, "at") or 0, dyno_size=text(said, "dyno-size")
    )


def _path(app_id: str) -> str:
    return f"/apps/{_quoted(app_id)}/jobs"


def _quoted(part: str) -> str:
    return urllib.parse.quote(part, safe="")


def _changed() -> Trouble:
    return Trouble(
        "Heroku's dashboard tells the scheduler's jobs in a form that Offramp does not know.",
        remedy="Type the jobs in; they stand on the scheduler's page in Heroku's dashboard.",
        code="not-the-api",
    )
