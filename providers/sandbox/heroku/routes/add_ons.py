"""The Platform API: add-ons, their attachments, and the resolving of names that the CLI uses."""

from collections.abc import Iterable

from aiohttp import web

from providers.sandbox.heroku.routes.asked import added, json_body, shown_one
from providers.sandbox.heroku.routes.gate import app_of, not_found
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.shapes import add_ons as add_on_shapes
from providers.sandbox.heroku.shapes.apps import Json
from providers.sandbox.heroku.world.catalogue import PLANS, SERVICES
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import AddOn, App, Attachment, World


class AddOnRoutes:
    """Routes of add-ons. With `3.sdk`, `Accept-Expansion` and `Accept-Inclusion` add what they name."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/addons", self._all),
            web.get("/users/{user}/addons", self._all),
            web.get("/addons/{addon}", self._one),
            web.get("/addons/{addon}/config", self._config),
            web.get("/addons/{addon}/config/{namespace}", self._config),
            web.get("/addons/{addon}/addon-attachments", self._attachments_of),
            web.get("/apps/{app}/addons", self._of_app),
            web.get("/apps/{app}/addons/{addon}", self._one_in_app),
            web.get("/apps/{app}/usage", self._usage),
            web.get("/addon-attachments", self._all_attachments),
            web.get("/addon-attachments/{attachment}", self._attachment),
            web.get("/apps/{app}/addon-attachments", self._attachments_of_app),
            web.get("/apps/{app}/addon-attachments/{attachment}", self._attachment_in_app),
            web.post("/actions/addons/resolve", self._resolve),
            web.post("/actions/addon-attachments/resolve", self._resolve_attachment),
            web.get("/addon-services", self._services),
            web.get("/addon-services/{service}", self._service),
            web.get("/addon-services/{service}/plans", self._plans),
            web.get("/addon-services/{service}/plans/{plan}", self._plan),
            web.get("/plans/{plan}", self._plan),
        )

    def _shown(self, request: web.Request, one: AddOn) -> Json:
        return add_on_shapes.add_on(self._world, one, expand=added(request, "Accept-Expansion"))

    def _shown_attachment(self, request: web.Request, one: Attachment) -> Json:
        return add_on_shapes.attachment(self._world, one, include=added(request, "Accept-Inclusion"))

    async def _all(self, request: web.Request) -> web.Response:
        found = [one for one in self._world.add_ons.values() if self._world.is_open(one.app_id)]
        return self._pages.answer(request, [self._shown(request, one) for one in found], "id", "name")

    async def _of_app(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        rows = [self._shown(request, one) for one in self._world.owned(app.id)]
        return self._pages.answer(request, rows, "id", "name")

    def _find(self, request: web.Request) -> AddOn:
        one = self._world.add_on(request.match_info["addon"])
        if one is None or not self._world.is_open(one.app_id):
            raise not_found("add on")
        return one

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(self._shown(request, self._find(request)))

    async def _one_in_app(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        rows = [self._shown(request, one) for one in self._world.owned(app.id)]
        return shown_one(rows, request.match_info["addon"], "add on")

    async def _config(self, request: web.Request) -> web.Response:
        """What it sets in its own app; under a namespace, what an attachment of that namespace sets."""
        one, namespace = self._find(request), request.match_info.get("namespace")
        values = self._world.apps[one.app_id].config
        names = one.config_vars
        if namespace is not None:
            attached = [each for each in self._world.attached(one.id) if each.namespace == namespace]
            if not attached:
                raise not_found("add on config")
            values, names = self._world.apps[attached[0].app_id].config, attached[0].config_vars
        rows: list[Json] = [{"name": name, "value": values.get(name)} for name in names]
        return self._pages.answer(request, rows, "name")

    async def _attachments_of(self, request: web.Request) -> web.Response:
        one = self._find(request)
        rows = [self._shown_attachment(request, each) for each in self._world.attached(one.id)]
        return self._pages.answer(request, rows, "id", "name")

    async def _usage(self, request: web.Request) -> web.Response:
        """Of metered add-ons; none of the catalogue's is metered."""
        app_of(self._world, request)
        return web.json_response({"addons": []})

    async def _all_attachments(self, request: web.Request) -> web.Response:
        found = [one for one in self._world.attachments.values() if self._world.is_open(one.app_id)]
        return self._pages.answer(request, [self._shown_attachment(request, one) for one in found], "id")

    async def _attachment(self, request: web.Request) -> web.Response:
        one = self._world.attachments.get(request.match_info["attachment"])
        if one is None or not self._world.is_open(one.app_id):
            raise not_found("add on attachment")
        return web.json_response(self._shown_attachment(request, one))

    def _in_app(self, app: App) -> list[Attachment]:
        return [one for one in self._world.attachments.values() if one.app_id == app.id]

    async def _attachments_of_app(self, request: web.Request) -> web.Response:
        rows = [self._shown_attachment(request, one) for one in self._in_app(app_of(self._world, request))]
        return self._pages.answer(request, rows, "id", "name")

    async def _attachment_in_app(self, request: web.Request) -> web.Response:
        rows = [self._shown_attachment(request, one) for one in self._in_app(app_of(self._world, request))]
        return shown_one(rows, request.match_info["attachment"], "add on attachment")

    async def _resolve(self, request: web.Request) -> web.Response:
        """An add-on by its id or name, or by what it is called in `app`; within `addon_service` if named."""
        body = await json_body(request)
        named, app = str(body.get("addon") or ""), self._world.app(str(body.get("app") or ""))
        found = [self._world.add_on(named)]
        if found == [None] and app is not None:
            found = [self._world.add_ons[one.add_on_id] for one in self._in_app(app) if one.name == named]
        service = body.get("addon_service")
        rows = [
            self._shown(request, one)
            for one in found
            if one is not None and self._world.is_open(one.app_id) and service in (None, one.service)
        ]
        if not rows:
            raise not_found("add on")
        return web.json_response(rows)

    async def _resolve_attachment(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        app = self._world.app(str(body.get("app") or ""))
        wanted = str(body.get("addon_attachment", ""))
        found = [
            one
            for one in (self._in_app(app) if app is not None and self._world.is_open(app.id) else [])
            if wanted in (one.id, one.name, self._world.add_ons[one.add_on_id].name, *one.config_vars)
        ]
        if not found:
            raise not_found("add on attachment")
        return web.json_response([self._shown_attachment(request, one) for one in found[:1]])

    def _service_names(self) -> list[str]:
        return sorted({*SERVICES, *(one.service for one in self._world.add_ons.values())})

    async def _services(self, request: web.Request) -> web.Response:
        rows = [add_on_shapes.service(name) for name in self._service_names()]
        return self._pages.answer(request, rows, "id", "name")

    async def _service(self, request: web.Request) -> web.Response:
        rows = (add_on_shapes.service(name) for name in self._service_names())
        return shown_one(rows, request.match_info["service"], "add on service")

    def _plan_names(self) -> list[str]:
        return sorted({*PLANS, *(one.plan for one in self._world.add_ons.values())})

    async def _plan(self, request: web.Request) -> web.Response:
        wanted = request.match_info["plan"]
        for name in self._plan_names():
            if wanted in (name, stable_id("plan", name)):
                return web.json_response(add_on_shapes.plan(name))
        raise not_found("plan")

    async def _plans(self, request: web.Request) -> web.Response:
        wanted = request.match_info["service"]
        rows = [
            add_on_shapes.plan(name)
            for name in self._plan_names()
            if wanted in (name.partition(":")[0], stable_id("service", name.partition(":")[0]))
        ]
        if not rows:
            raise not_found("add on service")
        return self._pages.answer(request, rows, "id", "name")
