"""The Platform API: account, apps and what hangs on an app."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku import delivery_shapes, shapes
from providers.sandbox.heroku.gate import ApiError, Bucket, app_of, not_found
from providers.sandbox.heroku.platform import Platform
from providers.sandbox.heroku.ranges import Pages
from providers.sandbox.heroku.sizes import SIZES
from providers.sandbox.heroku.world import App


async def json_body(request: web.Request) -> dict[str, Any]:
    """The JSON object sent; ApiError 400 when it is none."""
    try:
        body = await request.json()
    except (ValueError, UnicodeDecodeError):
        body = None
    if not isinstance(body, dict):
        raise ApiError(400, "bad_request", "The request body must be a JSON object.")
    return body


class PlatformRoutes:
    """Routes of apps; what is read needs the app to be there and open to the account."""

    def __init__(self, platform: Platform, pages: Pages, bucket: Bucket) -> None:
        self._platform = platform
        self._world = platform.world
        self._pages = pages
        self._bucket = bucket

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/account", self._account),
            web.get("/users/{user}", self._account),
            web.get("/account/rate-limits", self._rate_limits),
            web.get("/account/features", self._nothing),
            web.get("/dyno-sizes", self._sizes),
            web.get("/apps/{app}/available-dyno-sizes", self._sizes),
            web.get("/apps", self._apps),
            web.get("/users/{user}/apps", self._apps),
            web.get("/apps/{app}", self._app),
            web.patch("/apps/{app}", self._change_app),
            web.put("/apps/{app}/pre-authorizations", self._pre_authorize),
            web.get("/apps/{app}/formation", self._formation),
            web.patch("/apps/{app}/formation", self._scale),
            web.get("/apps/{app}/formation/{type}", self._line),
            web.patch("/apps/{app}/formation/{type}", self._scale_one),
            web.get("/apps/{app}/dynos", self._dynos),
            web.delete("/apps/{app}/dynos", self._restart),
            web.get("/apps/{app}/config-vars", self._config),
            web.patch("/apps/{app}/config-vars", self._change_config),
            web.get("/apps/{app}/domains", self._domains),
            web.get("/apps/{app}/sni-endpoints", self._certificates),
            web.get("/apps/{app}/log-drains", self._drains),
            web.get("/apps/{app}/telemetry-drains", self._telemetry),
            web.get("/apps/{app}/features", self._features),
            web.get("/apps/{app}/collaborators", self._collaborators),
            web.get("/apps/{app}/webhooks", self._webhooks),
            web.get("/apps/{app}/buildpack-installations", self._buildpacks),
        )

    def _rows(self, request: web.Request, rows: list[Any], *by: str) -> web.Response:
        return self._pages.answer(request, rows, *by)

    def _open(self, request: web.Request) -> App:
        return app_of(self._world, request)

    async def _account(self, request: web.Request) -> web.Response:
        if request.match_info.get("user", "~") not in ("~", self._world.email, self._world.account_id):
            raise not_found("user")
        return web.json_response(shapes.account(self._world))

    async def _rate_limits(self, request: web.Request) -> web.Response:
        return web.json_response({"remaining": self._bucket.look()})

    async def _nothing(self, request: web.Request) -> web.Response:
        return web.json_response([])

    async def _sizes(self, request: web.Request) -> web.Response:
        return self._rows(request, [shapes.size(one) for one in SIZES], "id")

    async def _apps(self, request: web.Request) -> web.Response:
        rows = [shapes.app(self._world, app) for app in self._world.apps.values() if app.joined]
        return self._rows(request, rows, "name", "id", "updated_at")

    async def _app(self, request: web.Request) -> web.Response:
        return web.json_response(shapes.app(self._world, self._open(request)))

    async def _change_app(self, request: web.Request) -> web.Response:
        app, body = self._open(request), await json_body(request)
        on = body.get("maintenance")
        if set(body) - {"maintenance"} or not isinstance(on, bool):
            raise ApiError(422, "invalid_params", "Only maintenance (true or false) can be changed here.")
        self._platform.set_maintenance(app, on)
        return web.json_response(shapes.app(self._world, app))

    async def _pre_authorize(self, request: web.Request) -> web.Response:
        """Open an app that wants a second factor; at Heroku for a short time, here until it is refused."""
        app = self._open(request)
        if request.headers.get("Heroku-Two-Factor-Code") != self._world.two_factor_code:
            raise ApiError(403, "two_factor", "A second authentication factor is required.")
        app.refused = ""
        return web.json_response({})

    async def _formation(self, request: web.Request) -> web.Response:
        app = self._open(request)
        return self._rows(request, [shapes.process(app, line) for line in app.processes.values()])

    async def _line(self, request: web.Request) -> web.Response:
        app = self._open(request)
        line = app.processes.get(request.match_info["type"])
        if line is None:
            raise not_found("process type")
        return web.json_response(shapes.process(app, line))

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
        return self._rows(request, [shapes.dyno(app, dyno) for dyno in app.dynos.values()], "id", "name")

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

    async def _domains(self, request: web.Request) -> web.Response:
        app = self._open(request)
        return self._rows(request, [shapes.domain(app, one) for one in app.domains], "id", "hostname")

    async def _certificates(self, request: web.Request) -> web.Response:
        app = self._open(request)
        return self._rows(request, [shapes.certificate(app, one) for one in app.certificates], "id", "name")

    async def _drains(self, request: web.Request) -> web.Response:
        app = self._open(request)
        return self._rows(request, [shapes.drain(self._world, app, one) for one in app.drains])

    async def _telemetry(self, request: web.Request) -> web.Response:
        app = self._open(request)
        return self._rows(request, [shapes.telemetry(app, one) for one in app.telemetry])

    async def _features(self, request: web.Request) -> web.Response:
        return self._rows(request, shapes.features(self._open(request)), "id", "name")

    async def _collaborators(self, request: web.Request) -> web.Response:
        return self._rows(request, [shapes.collaborator(self._world, self._open(request))])

    async def _webhooks(self, request: web.Request) -> web.Response:
        app = self._open(request)
        return self._rows(request, [shapes.webhook(app, one) for one in app.webhooks])

    async def _buildpacks(self, request: web.Request) -> web.Response:
        return self._rows(request, delivery_shapes.buildpacks(self._open(request)), "ordinal", "id")
