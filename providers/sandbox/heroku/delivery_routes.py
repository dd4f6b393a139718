"""The Platform API: releases, slugs, builds, pipelines and teams."""

from collections.abc import Iterable

from aiohttp import web

from providers.sandbox.heroku import delivery_shapes, shapes
from providers.sandbox.heroku.gate import app_of, not_found
from providers.sandbox.heroku.platform import Platform
from providers.sandbox.heroku.ranges import Pages
from providers.sandbox.heroku.world import App, Release, Team


class DeliveryRoutes:
    """Routes of what was built and released, and of groups of apps."""

    def __init__(self, platform: Platform, pages: Pages) -> None:
        self._world = platform.world
        self._pages = pages

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/apps/{app}/releases", self._releases),
            web.get("/apps/{app}/releases/{release}", self._release),
            web.get("/apps/{app}/releases/{release}/config-vars", self._release_config),
            web.get("/apps/{app}/slugs/{slug}", self._slug),
            web.get("/apps/{app}/builds", self._builds),
            web.get("/apps/{app}/builds/{build}", self._build),
            web.get("/pipelines", self._pipelines),
            web.get("/pipelines/{pipeline}", self._pipeline),
            web.get("/pipelines/{pipeline}/pipeline-couplings", self._couplings_of),
            web.get("/pipeline-couplings", self._couplings),
            web.get("/apps/{app}/pipeline-couplings", self._coupling),
            web.get("/teams", self._teams),
            web.get("/teams/{team}", self._team),
            web.get("/teams/{team}/apps", self._team_apps),
        )

    def _app(self, request: web.Request) -> App:
        return app_of(self._world, request)

    async def _releases(self, request: web.Request) -> web.Response:
        app = self._app(request)
        rows = [delivery_shapes.release(self._world, app, one) for one in app.releases]
        return self._pages.answer(request, rows, "version", "id")

    def _find_release(self, request: web.Request, app: App) -> Release:
        named = request.match_info["release"].removeprefix("v")
        for one in app.releases:
            if named in (one.id, str(one.version)):
                return one
        raise not_found("release")

    async def _release(self, request: web.Request) -> web.Response:
        app = self._app(request)
        return web.json_response(delivery_shapes.release(self._world, app, self._find_release(request, app)))

    async def _release_config(self, request: web.Request) -> web.Response:
        return web.json_response(self._find_release(request, self._app(request)).config)

    async def _slug(self, request: web.Request) -> web.Response:
        app = self._app(request)
        slug = app.slugs.get(request.match_info["slug"])
        if slug is None:
            raise not_found("slug")
        return web.json_response(delivery_shapes.slug(app, slug))

    async def _builds(self, request: web.Request) -> web.Response:
        app = self._app(request)
        rows = [delivery_shapes.build(self._world, app, slug) for slug in app.slugs.values()]
        return self._pages.answer(request, rows, "id")

    async def _build(self, request: web.Request) -> web.Response:
        app = self._app(request)
        for slug in app.slugs.values():
            row = delivery_shapes.build(self._world, app, slug)
            if row["id"] == request.match_info["build"]:
                return web.json_response(row)
        raise not_found("build")

    async def _pipelines(self, request: web.Request) -> web.Response:
        rows = [delivery_shapes.pipeline(self._world, one) for one in self._world.pipelines.values()]
        return self._pages.answer(request, rows, "id", "name")

    async def _pipeline(self, request: web.Request) -> web.Response:
        for one in self._world.pipelines.values():
            if request.match_info["pipeline"] in (one.id, one.name):
                return web.json_response(delivery_shapes.pipeline(self._world, one))
        raise not_found("pipeline")

    async def _couplings(self, request: web.Request) -> web.Response:
        rows = [delivery_shapes.coupling(self._world, app_id) for app_id in self._world.couplings]
        return self._pages.answer(request, rows)

    async def _couplings_of(self, request: web.Request) -> web.Response:
        wanted = request.match_info["pipeline"]
        rows = [delivery_shapes.coupling(self._world, app_id) for app_id in self._world.couplings]
        return self._pages.answer(request, [row for row in rows if row["pipeline"]["id"] == wanted])

    async def _coupling(self, request: web.Request) -> web.Response:
        app = self._app(request)
        if app.id not in self._world.couplings:
            raise not_found("pipeline coupling")
        return web.json_response(delivery_shapes.coupling(self._world, app.id))

    async def _teams(self, request: web.Request) -> web.Response:
        rows = [delivery_shapes.team(one) for one in self._world.teams.values()]
        return self._pages.answer(request, rows, "id", "name")

    def _find_team(self, request: web.Request) -> Team:
        for one in self._world.teams.values():
            if request.match_info["team"] in (one.id, one.name):
                return one
        raise not_found("team")

    async def _team(self, request: web.Request) -> web.Response:
        return web.json_response(delivery_shapes.team(self._find_team(request)))

    async def _team_apps(self, request: web.Request) -> web.Response:
        team = self._find_team(request)
        rows = [
            shapes.team_app(self._world, app) for app in self._world.apps.values() if app.team_id == team.id
        ]
        return self._pages.answer(request, rows, "id", "name")
