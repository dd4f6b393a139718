"""The dashboard's back end (particleboard): the scheduler's jobs, as JSON:API."""

import random
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.routes.gate import ApiError, app_of, not_found
from providers.sandbox.heroku.world.world import App, Job, World, now

_STEPS = {10: (0,), 60: tuple(range(0, 60, 10)), 1440: tuple(range(0, 1440, 30))}
"""At which minutes a job may run, by how often it does."""


class JobRoutes:
    """Routes of jobs; apps without the add-on have none."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> Iterable[web.RouteDef]:
        """All routes. One job cannot be read alone, as at Heroku."""
        return (
            web.get("/apps/{app}/jobs", self._list),
            web.post("/apps/{app}/jobs", self._create),
            web.patch("/apps/{app}/jobs/{job}", self._change),
            web.delete("/apps/{app}/jobs/{job}", self._delete),
        )

    def _app(self, request: web.Request) -> App:
        app = app_of(self._world, request)
        services = {one.service for one in self._world.add_ons.values() if one.app_id == app.id}
        if "scheduler" not in services:
            raise not_found("resource")
        return app

    async def _attributes(self, request: web.Request) -> dict[str, Any]:
        try:
            said = (await request.json())["data"]["attributes"]
        except (ValueError, KeyError, TypeError) as error:
            raise ApiError(400, "bad_request", "A JSON:API document is wanted.") from error
        if not isinstance(said, dict):
            raise ApiError(400, "bad_request", "A JSON:API document is wanted.")
        return said

    async def _list(self, request: web.Request) -> web.Response:
        return _document([_shown(job) for job in self._app(request).jobs.values()])

    async def _create(self, request: web.Request) -> web.Response:
        app, said = self._app(request), await self._attributes(request)
        job = Job(
            id=str(random.randrange(800_000, 999_999)),
            command=_command(said),
            every=_every(said),
            at=0,
            dyno_size=str(said.get("dyno-size") or "Basic"),
            created_at=now(),
        )
        job.at = _at(said, job.every)
        app.jobs[job.id] = job
        return _document(_shown(job), status=201)

    async def _change(self, request: web.Request) -> web.Response:
        app, said = self._app(request), await self._attributes(request)
        job = app.jobs.get(request.match_info["job"])
        if job is None:
            raise not_found("job")
        every = _every({"every": job.every, **said})
        at = _at({"at": job.at, **said}, every)
        job.command, job.every, job.at = _command({"command": job.command, **said}), every, at
        return _document(_shown(job))

    async def _delete(self, request: web.Request) -> web.Response:
        app = self._app(request)
        if app.jobs.pop(request.match_info["job"], None) is None:
            raise not_found("job")
        return web.Response(status=204)


def _document(data: Any, *, status: int = 200) -> web.Response:
    return web.json_response({"data": data}, status=status, content_type="application/vnd.api+json")


def _shown(job: Job) -> dict[str, Any]:
    attributes = {
        "command": job.command,
        "every": job.every,
        "at": job.at,
        "dyno-size": job.dyno_size,
        "ran-at": job.ran_at,
        "created-at": job.created_at,
    }
    return {"type": "jobs", "id": job.id, "attributes": attributes}


def _command(said: dict[str, Any]) -> str:
    command = said.get("command")
    if not isinstance(command, str) or not command.strip():
        raise ApiError(422, "invalid_params", "Command can't be blank.")
    return command


def _every(said: dict[str, Any]) -> int:
    every = said.get("every")
    if every not in _STEPS:
        raise ApiError(422, "invalid_params", "Every must be 10, 60 or 1440.")
    return int(every)


def _at(said: dict[str, Any], every: int) -> int:
    at = said.get("at", 0)
    if at not in _STEPS[every]:
        raise ApiError(422, "invalid_params", "At is not allowed for this interval.")
    return int(at)
