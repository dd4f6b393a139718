"""What builds and release commands printed, and what apps log: read by whoever has the address.

An output is 404 until its command has begun (heroku/cli). At Heroku these are release-output.heroku.com,
build-output.heroku.com and Logplex.
"""

from collections.abc import Iterable

from aiohttp import web

from providers.sandbox.heroku.shapes.delivery import builds_of
from providers.sandbox.heroku.world.world import World


class OutputRoutes:
    """Routes of streams; a stream is answered as it is now, and ends."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (web.get("/streams/{stream}", self._stream), web.get("/logs/{app}", self._log))

    async def _stream(self, request: web.Request) -> web.Response:
        wanted = request.match_info["stream"]
        for app in self._world.apps.values():
            for release in app.releases:
                if release.id == wanted and release.output:
                    return _lines(release.output)
            if any(made.id == wanted and made.status != "pending" for made in builds_of(self._world, app)):
                return _lines(["-----> Building", "-----> Done"])
        return web.Response(status=404, text="Not found\n")

    async def _log(self, request: web.Request) -> web.Response:
        app = self._world.apps.get(request.match_info["app"])
        return _lines(list(app.log)) if app else web.Response(status=404, text="Not found\n")


def _lines(lines: Iterable[str]) -> web.Response:
    return web.Response(text="".join(f"{line}\n" for line in lines))
