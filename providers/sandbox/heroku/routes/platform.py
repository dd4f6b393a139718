"""The Platform API: apps and what runs in them."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.routes.asked import is_sdk, json_body, shown_one, variant
from providers.sandbox.heroku.routes.gate import ApiError, app_of, not_found
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.running.platform import Platform
from providers.sandbox.heroku.shapes import apps as shapes
from providers.sandbox.heroku.shapes import delivery as delivery_shapes
from providers.sandbox.heroku.world.world import App

__all__ = ["PlatformRoutes", "json_body"]

_BY = ("name", "id", "updated_at")
"""By what lists of apps are cut into pages."""


class PlatformRoutes:
    """Routes of apps; what is read needs the app to be there and open to the account."""

    def __init__(self, platform: Platform, pages: Pages) -> None:
        self._platform = platform
        self._world = platform.world
        self._pages = pages

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/apps", self._apps),
            web.get("/users/{user}/apps", self._own_apps),
            web.post("/filters/apps", self._filter),
            web.get("/apps/{app}", self._app),
            web.patch("/apps/{app}", self._change_app),
            web.put("/apps/{app}/pre-authorizations", self._pre_authorize),
            web.get("/apps/{app}/formation", self._formation),
            web.patch("/apps/{app}/formation", self._scale),
            web.get("/apps/{app}/formation/{type}", self._line),
            web.patch("/apps/{app}/formation/{type}", self._scale_one),
            web.get("/apps/{app}/dynos", self._dynos),
            web.get("/apps/{app}/dynos/{dyno}", self._dyno),
            web.delete("/apps/{app}/dynos", self._restart),
            web.get("/apps/{app}/config-vars", self._config),
            web.patch("/apps/{app}/config-vars", self._change_config),
            web.get("/apps/{app}/features", self._features),
            web.get("/apps/{app}/features/{feature}", self._feature),
            web.get("/apps/{app}/collaborators", self._collaborators),
            web.get("/apps/{app}/collaborators/{collaborator}", self._collaborator),
            web.get("/apps/{app}/buildpack-installations", self._buildpacks),
            web.post("/apps/{app}/log-sessions", self._log_session),
        )

    def _rows(self, request: web.Request, rows: list[Any], *by: str) -> web.Response:
        return self._pages.answer(request, rows, *by)

    def _open(self, request: web.Request) -> App:
        return app_of(self._world, request)

    def _shown(self, request: web.Request, apps: Iterable[App]) -> web.Response:
        sdk = is_sdk(request)
        rows = [shapes.app(self._world, app, sdk=sdk) for app in apps if app.joined]
        return self._rows(request, rows, *_BY)

    async def _apps(self, request: web.Request) -> web.Response:
        return self._shown(request, self._world.apps.values())

    async def _own_apps(self, request: web.Request) -> web.Response:
        """Own ones and those that the account collaborates in, without those of teams."""
        if request.match_info["user"] not in ("~", self._world.email, self._world.account_id):
            raise not_found("user")
        return self._shown(request, (app for app in self._world.apps.values() if app.team_id is None))

    async def _filter(self, request: web.Request) -> web.Response:
        wanted = (await json_body(request)).get("in")
        if not isinstance(wanted, dict) or not all(isinstance(each, list) for each in wanted.values()):
            raise ApiError(422, "invalid_params", "A filter is {'in': {'id': [...]}}.")
        marks = {mark for each in wanted.values() for mark in each}
        chosen = [app for app in self._world.apps.values() if app.joined and {app.id, app.name} & marks]
        rows = [shapes.team_app(self._world, app, sdk=is_sdk(request)) for app in chosen]
        return self._rows(request, rows, *_BY)

    async def _app(self, request: web.Request) -> web.Response:
        return web.json_response(shapes.app(self._world, self._open(request), sdk=is_sdk(request)))

    async def _change_app(self, request: web.Request) -> web.Response:
        app, body = self._open(request), await json_body(request)
        on = body.get("maintenance")
        if set(body) - {"maintenance"} or not isinstance(on, bool):
            raise ApiError(422, "invalid_params", "Only maintenance (true or false) can be changed here.")
        self._platform.set_maintenance(app, on)
        return web.json_response(shapes.app(self._world, app, sdk=is_sdk(request)))

    async def _pre_authorize(self, request: web.Request) -> web.Response:
        """Open an app that wants a second factor; at Heroku for a short time, here until it is refused."""
        app = self._open(request)
        if request.headers.get("Heroku-Two-Factor-Code") != self._world.two_factor_code:
            raise ApiError(403, "two_factor", "A second authentication factor is required.")
        app.refused = ""
        return web.json_response({})

    async def _formation(self, request: web.Request) -> web.Response:
        app, docker = self._open(request), variant(request) == "docker-releases"
        return self._rows(
            request, [shapes.process(app, line, docker=docker) for line in app.processes.values()]
        )

    async def _line(self, request: web.Request) -> web.Response:
        app = self._open(request)
        named = request.match_info["type"]
        line = next((one for one in app.processes.values() if named in (one.type, one.id)), None)
        if line is None:
            raise not_found("process type")
        return web.json_response(shapes.process(app, line, docker=variant(request) == "docker-releases"))

    async def _scale(self, request: web.Request) -> web.Response:
        app, body = self._open(request), await json_body(request)
        updates = body.get("updates")
        if not isinstance(updates, list) or not all(isinstance(one, dict) for one in updates):
            raise ApiError(422, "invalid_params", "Invalid updates.")
        self._platform.scale(app, updates)
        named = {update.get("type") for update in updates}
        lines = [line for line in app.processes.values() if line.type in named]
        return web.json_response([shapes.process(app, line) for line in lines])

    async def _scale_one(self, request: web.Request) -> web.Response:
        app, body = self._open(request), await json_body(request)
        self._platform.scale(app, [{**body, "type": request.match_info["type"]}])
        return await self._line(request)

    async def _dynos(self, request: web.Request) -> web.Response:
        app = self._open(request)
        rows = [shapes.dyno(app, dyno) for dyno in self._platform.dynos_of(app)]
        return self._rows(request, rows, "id", "name")

    async def _dyno(self, request: web.Request) -> web.Response:
        app = self._open(request)
        rows = [shapes.dyno(app, dyno) for dyno in self._platform.dynos_of(app)]
        return shown_one(rows, request.match_info["dyno"], "dyno")

    async def _restart(self, request: web.Request) -> web.Response:
        self._platform.restart(self._open(request))
        return web.json_response({}, status=202)

    async def _config(self, request: web.Request) -> web.Response:
        return web.json_response(self._open(request).config)

    async def _change_config(self, request: web.Request) -> web.Response:
        app, body = self._open(request), await json_body(request)
        if not all(value is None or isinstance(value, str) for value in body.values()):
            raise ApiError(422, "invalid_params", "Config vars must be texts or null.")
        self._platform.change_config(app, body)
        return web.json_response(app.config)

    async def _features(self, request: web.Request) -> web.Response:
        return self._rows(request, shapes.features(self._open(request)), "id", "name")

    async def _feature(self, request: web.Request) -> web.Response:
        rows = shapes.features(self._open(request))
        return shown_one(rows, request.match_info["feature"], "app feature")

    async def _collaborators(self, request: web.Request) -> web.Response:
        return self._rows(request, shapes.collaborators(self._world, self._open(request)))

    async def _collaborator(self, request: web.Request) -> web.Response:
        named = request.match_info["collaborator"]
        for row in shapes.collaborators(self._world, self._open(request)):
            if named in (row["id"], row["user"]["email"]):
                return web.json_response(row)
        raise not_found("collaborator")

    async def _buildpacks(self, request: web.Request) -> web.Response:
        return self._rows(request, delivery_shapes.buildpacks(self._open(request)), "ordinal", "id")

    async def _log_session(self, request: web.Request) -> web.Response:
        app = self._open(request)
        return web.json_response(self._platform.log_session(app), status=201)
