"""Routes of log drains and metric drains."""

from typing import Any

from aiohttp import web

from providers.sandbox.aptible.drains.work import LOG_TYPES, METRIC_TYPES
from providers.sandbox.aptible.http import (
    hal,
    json_body,
    not_found,
    number,
    page,
    unprocessable,
    wants_secrets,
)
from providers.sandbox.aptible.lookup import checked_handle, found, last_number
from providers.sandbox.aptible.records import Drain
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.world import World

_ANY = "{collection:log_drains|metric_drains}"
_CHANGEABLE = ("drain_apps", "drain_databases", "drain_ephemeral_sessions", "drain_proxies")


class DrainRoutes:
    """Everything below `/log_drains` and `/metric_drains`, but their operations."""

    def __init__(self, world: World, shapes: Shapes) -> None:
        self._world = world
        self._shapes = shapes

    def add_to(self, routes: web.UrlDispatcher) -> None:
        routes.add_get(f"/accounts/{{id}}/{_ANY}", self._listed)
        routes.add_get(f"/{_ANY}/{{id}}", self._drain)
        routes.add_get(f"/{_ANY}/{{id}}/containers", self._containers)
        routes.add_post(f"/accounts/{{id}}/{_ANY}", self._create)
        for method in ("PUT", "PATCH"):
            routes.add_route(method, "/{collection:log_drains}/{id}", self._change)

    async def _listed(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        collection = request.match_info["collection"]
        secret = wants_secrets(request)
        rows = [
            self._shapes.drain(item, secrets=secret)
            for item in self._world.drains.values()
            if item.account_id == account.id and item.collection == collection
        ]
        return page(request, collection, rows)

    async def _drain(self, request: web.Request) -> web.Response:
        return hal(self._shapes.drain(self._found(request), secrets=wants_secrets(request)))

    async def _containers(self, request: web.Request) -> web.Response:
        self._found(request)
        return page(request, "containers", [])

    async def _create(self, request: web.Request) -> web.Response:
        """Handles are unique in all of Aptible, log drains' and metric drains' each."""
        account = found(self._world.accounts, number(request))
        collection = request.match_info["collection"]
        body = await json_body(request)
        same = [item.handle for item in self._world.drains.values() if item.collection == collection]
        handle = checked_handle(body, same)
        kind = str(body.get("drain_type") or "")
        if body.get("database") and not body.get("database_id"):
            body["database_id"] = last_number(body["database"])
        self._check(collection, kind, body, account.id)
        fields = {name: value for name, value in body.items() if name not in {"handle", "drain_type"}}
        drain = Drain(self._world.new_id(), collection, account.id, handle, kind, fields)
        self._world.drains[drain.id] = drain
        return hal(self._shapes.drain(drain, secrets=wants_secrets(request)), 201)

    def _check(self, collection: str, kind: str, body: dict[str, Any], account: int) -> None:
        types = LOG_TYPES if collection == "log_drains" else METRIC_TYPES
        if kind not in types:
            raise unprocessable("Drain type is not included in the list")
        given = body if collection == "log_drains" else body.get("drain_configuration") or {}
        missing = [name for name in types[kind] if not given.get(name)]
        if missing:
            raise unprocessable(f"{missing[0].replace('_', ' ').capitalize()} can't be blank")
        if kind.endswith("_database"):
            database = self._world.databases.get(last_number(body.get("database_id")))
            if database is None or database.account_id != account:
                raise unprocessable("Database is not accessible")
            if database.image.type != kind.removesuffix("_database"):
                raise unprocessable(f"Database is not of type {kind.removesuffix('_database')}")

    async def _change(self, request: web.Request) -> web.Response:
        drain = self._found(request)
        body = await json_body(request)
        drain.fields.update({name: bool(body[name]) for name in _CHANGEABLE if name in body})
        return hal(self._shapes.drain(drain, secrets=wants_secrets(request)))

    def _found(self, request: web.Request) -> Drain:
        drain = found(self._world.drains, number(request))
        if drain.collection != request.match_info["collection"]:
            raise not_found()
        return drain
