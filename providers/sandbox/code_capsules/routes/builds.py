"""A cluster's routes for builds, logs and metrics."""

import datetime
import time

from aiohttp import web

from providers.sandbox.code_capsules.building import Builds
from providers.sandbox.code_capsules.fleet import Fleet
from providers.sandbox.code_capsules.http import ApiError, Json, Server, answer, not_found
from providers.sandbox.code_capsules.records import Build, Capsule, LogLine
from providers.sandbox.code_capsules.routes.lookup import Lookup
from providers.sandbox.code_capsules.shapes import Shapes

DAY = 24 * 3600 * 10**9
_OLDEST, _AHEAD, _LONGEST = 40 * DAY, DAY, 31 * DAY
"""How far a window of a log may reach back and ahead, and how long it may be: beyond, the vendor fails."""

_MOST = 5000
_MOST_POINTS = 1000


class BuildRoutes:
    """Of one cluster."""

    def __init__(self, look: Lookup, shapes: Shapes, builds: Builds, fleet: Fleet) -> None:
        self._look = look
        self._shapes = shapes
        self._builds = builds
        self._fleet = fleet

    def add_to(self, server: Server) -> None:
        for method, path, handler in (
            ("GET", "/capsules/{id}/builds", self._list),
            ("POST", "/capsules/{id}/builds", self._begin),
            ("GET", "/builds/{id}/logs", self._build_log),
            ("GET", "/capsules/{id}/logs", self._log),
            ("GET", "/capsules/{id}/access-logs", self._access_log),
            ("GET", "/capsules/{id}/metrics", self._metrics),
        ):
            server.route(method, path, handler)

    async def _list(self, request: web.Request) -> web.Response:
        """The newest first."""
        capsule = self._look.app(request)
        return answer({"builds": [self._shapes.build(build) for build in reversed(capsule.builds)]})

    async def _begin(self, request: web.Request) -> web.Response:
        return answer(self._shapes.build(await self._builds.begin(self._look.app(request), "manual")))

    async def _build_log(self, request: web.Request) -> web.Response:
        capsule, build = self._build(request)
        return self._lines(request, build.lines, capsule.id, "build", build.id)

    async def _log(self, request: web.Request) -> web.Response:
        capsule = self._look.capsule(request)
        return self._lines(request, capsule.lines, capsule.id, "app")

    async def _access_log(self, request: web.Request) -> web.Response:
        capsule = self._look.app(request)
        return self._lines(request, capsule.access, capsule.id, "access")

    async def _metrics(self, request: web.Request) -> web.Response:
        capsule = self._look.capsule(request)
        start, end = _moment(request, "start"), _moment(request, "end")
        step = request.query.get("intervalSeconds", "")
        if not step.isdecimal() or int(step) == 0 or not 0 < end - start <= int(step) * _MOST_POINTS:
            raise ApiError(500, "")
        moments = [start + number * int(step) for number in range(int((end - start) // int(step)) + 1)]
        names = [f"{capsule.slug}-{number}" for number in range(len(self._fleet.pids(capsule)))]
        share = {"cpuUsage": (capsule.products.cpu_m / 1000 * 0.2, "cpu", "cpu usage")}
        share["memUsage"] = (capsule.products.memory_gb * 1e9 * 0.4, "b", "memory usage")
        share["netTxUsage"] = (1200.0, "b", "network transmit usage")
        share["netRxUsage"] = (800.0, "b", "network receive usage")
        told = {
            key: {
                "instances": [
                    {"name": name, "values": [[moment, value] for moment in moments]} for name in names
                ],
                "unit": unit,
                "name": words,
            }
            for key, (value, unit, words) in share.items()
        }
        return answer({"data": told})

    def _build(self, request: web.Request) -> tuple[Capsule, Build]:
        key = request.match_info["id"]
        for space in self._look.spaces(request):
            for capsule in self._look.world.capsules_in(space.id):
                for build in capsule.builds:
                    if build.id == key:
                        return capsule, build
        raise not_found("Build", key)

    def _lines(
        self, request: web.Request, lines: list[LogLine], capsule_id: str, kind: str, build_id: str = ""
    ) -> web.Response:
        start, end = _window(request)
        limit = request.query.get("limit", "100")
        if not limit.isdecimal() or not 0 < int(limit) <= _MOST:
            raise ApiError(500, "")
        within = sorted((line for line in lines if start <= line.time < end), key=lambda line: line.time)
        if request.query.get("direction", "backward") != "forward":
            within.reverse()
        shown = [self._shapes.line(line, capsule_id, kind, build_id) for line in within[: int(limit)]]
        told: Json = {"logs": shown, "totalLogCount": len(within), "start": str(start), "end": str(end)}
        return answer({"data": told})


def _window(request: web.Request) -> tuple[int, int]:
    """Nanoseconds since the epoch. Raises ApiError (500): left out, 0, or absurd, as at the vendor."""
    said = [request.query.get(name, "") for name in ("start", "end")]
    if not all(text.isdecimal() for text in said):
        raise ApiError(500, "")
    start, end = (int(text) for text in said)
    now = time.time_ns()
    if not now - _OLDEST < start < end < now + _AHEAD or end - start > _LONGEST:
        raise ApiError(500, "")
    return start, end


def _moment(request: web.Request, name: str) -> float:
    """Seconds since the epoch of an ISO 8601 time."""
    try:
        return datetime.datetime.fromisoformat(request.query[name]).timestamp()
    except (KeyError, ValueError) as error:
        raise ApiError(500, "") from error
