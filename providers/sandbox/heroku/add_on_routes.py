"""The Platform API: add-ons, their attachments, and the resolving of names that the CLI uses."""

from collections.abc import Iterable

from aiohttp import web

from providers.sandbox.heroku import shapes
from providers.sandbox.heroku.catalogue import PLANS
from providers.sandbox.heroku.gate import app_of, not_found
from providers.sandbox.heroku.platform import Platform
from providers.sandbox.heroku.platform_routes import json_body
from providers.sandbox.heroku.ranges import Pages
from providers.sandbox.heroku.world import AddOn, Attachment


def _sdk(request: web.Request) -> bool:
    return "version=3.sdk" in request.headers.get("Accept", "")


class AddOnRoutes:
    """Routes of add-ons. With `3.sdk`, `Accept-Expansion` and `Accept-Inclusion` add what they name."""

    def __init__(self, platform: Platform, pages: Pages) -> None:
        self._world = platform.world
        self._pages = pages

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/addons", self._all),
            web.get("/addons/{addon}", self._one),
            web.get("/addons/{addon}/config", self._config),
            web.get("/addons/{addon}/addon-attachments", self._attachments_of),
            web.get("/apps/{app}/addons", self._of_app),
            web.get("/apps/{app}/addons/{addon}", self._one),
            web.get("/addon-attachments", self._all_attachments),
            web.get("/apps/{app}/addon-attachments", self._attachments_of_app),
            web.post("/actions/addons/resolve", self._resolve),
            web.post("/actions/addon-attachments/resolve", self._resolve_attachment),
            web.get("/plans/{plan}", self._plan),
            web.get("/addon-services/{service}/plans", self._plans),
        )

    def _shown(self, request: web.Request, one: AddOn) -> shapes.Json:
        expanded = _sdk(request) and "plan" in request.headers.get("Accept-Expansion", "")
        return shapes.add_on(self._world, one, expanded=expanded)

    def _shown_attachment(self, request: web.Request, one: Attachment) -> shapes.Json:
        included = _sdk(request) and "config_vars" in request.headers.get("Accept-Inclusion", "")
        return shapes.attachment(self._world, one, included=included)

    def _open(self, app_id: str) -> bool:
        app = self._world.apps[app_id]
        return not app.gone and not app.refused and app.joined

    async def _all(self, request: web.Request) -> web.Response:
        found = [one for one in self._world.add_ons.values() if self._open(one.app_id)]
        return self._pages.answer(request, [self._shown(request, one) for one in found], "id", "name")

    async def _of_app(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        rows = [self._shown(request, one) for one in self._world.add_ons.values() if one.app_id == app.id]
        return self._pages.answer(request, rows, "id", "name")

    def _find(self, request: web.Request) -> AddOn:
        one = self._world.add_on(request.match_info["addon"])
        if one is None or not self._open(one.app_id):
            raise not_found("add on")
        return one

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(self._shown(request, self._find(request)))

    async def _config(self, request: web.Request) -> web.Response:
        one = self._find(request)
        values = self._world.apps[one.app_id].config
        return web.json_response([{"name": name, "value": values.get(name)} for name in one.config_vars])

    async def _attachments_of(self, request: web.Request) -> web.Response:
        one = self._find(request)
        rows = [self._shown_attachment(request, each) for each in self._world.attached(one.id)]
        return self._pages.answer(request, rows, "id", "name")

    async def _all_attachments(self, request: web.Request) -> web.Response:
        found = [one for one in self._world.attachments.values() if self._open(one.app_id)]
        return self._pages.answer(request, [self._shown_attachment(request, one) for one in found], "id")

    async def _attachments_of_app(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        found = [one for one in self._world.attachments.values() if one.app_id == app.id]
        rows = [self._shown_attachment(request, one) for one in found]
        return self._pages.answer(request, rows, "id", "name")

    async def _resolve(self, request: web.Request) -> web.Response:
        one = self._world.add_on(str((await json_body(request)).get("addon", "")))
        if one is None or not self._open(one.app_id):
            raise not_found("add on")
        return web.json_response([self._shown(request, one)])

    async def _resolve_attachment(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        app = self._world.app(str(body.get("app", "")))
        wanted = str(body.get("addon_attachment", ""))
        found = [
            one
            for one in self._world.attachments.values()
            if app is not None
            and one.app_id == app.id
            and (wanted in (one.id, one.name, self._world.add_ons[one.add_on_id].name, *one.config_vars))
        ]
        if not found:
            raise not_found("add on attachment")
        return web.json_response([self._shown_attachment(request, one) for one in found[:1]])

    async def _plan(self, request: web.Request) -> web.Response:
        name = request.match_info["plan"]
        if name not in PLANS:
            raise not_found("plan")
        return web.json_response(shapes.plan(name))

    async def _plans(self, request: web.Request) -> web.Response:
        service = request.match_info["service"]
        rows = [shapes.plan(name) for name in PLANS if name.partition(":")[0] == service]
        if not rows:
            raise not_found("add on service")
        return self._pages.answer(request, rows, "id", "name")
