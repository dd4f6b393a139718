"""A cluster's routes for capsules: making, telling, sizes, variables, what is bound, deleting."""

from typing import Any

from aiohttp import web

from providers.sandbox.code_capsules.creation import Creation
from providers.sandbox.code_capsules.http import ApiError, Server, answer, json_body, text_of
from providers.sandbox.code_capsules.life import Life
from providers.sandbox.code_capsules.limits import products_of
from providers.sandbox.code_capsules.records import Capsule, Config
from providers.sandbox.code_capsules.routes.lookup import Lookup
from providers.sandbox.code_capsules.shapes import Shapes


class CapsuleRoutes:
    """Of one cluster."""

    def __init__(self, look: Lookup, shapes: Shapes, creation: Creation, life: Life) -> None:
        self._look = look
        self._shapes = shapes
        self._creation = creation
        self._life = life

    def add_to(self, server: Server) -> None:
        for method, path, handler in (
            ("GET", "/namespaces/{ns}/capsules", self._list),
            ("POST", "/namespaces/{ns}/capsules", self._create),
            ("DELETE", "/namespaces/{ns}/capsules/{id}", self._delete),
            ("PATCH", "/namespaces/{ns}/capsule/{id}", self._describe),
            ("GET", "/capsule/{id}", self._get),
            ("GET", "/data-capsule/{id}/status", self._data_status),
            ("PATCH", "/data-capsule/{id}/bind-to", self._bind),
            ("PATCH", "/data-capsule/{id}/unbind-from", self._unbind),
            ("PATCH", "/capsules/{id}/products", self._products),
            ("GET", "/capsules/{id}/configs", self._configs),
            ("PUT", "/capsules/{id}/configs", self._replace_configs),
        ):
            server.route(method, path, handler)

    async def _list(self, request: web.Request) -> web.Response:
        here = self._look.world.capsules_in(self._look.space(request).id)
        return answer({"capsules": [self._shapes.capsule(capsule) for capsule in here]})

    async def _create(self, request: web.Request) -> web.Response:
        space = self._look.space(request)
        return answer(self._shapes.capsule(await self._creation.create(space, await json_body(request))))

    async def _delete(self, request: web.Request) -> web.Response:
        await self._life.delete(self._look.capsule(request))
        return web.Response(status=204)

    async def _describe(self, request: web.Request) -> web.Response:
        """Only the description is written, whatever else is said."""
        capsule = self._look.capsule(request)
        capsule.description = text_of(await json_body(request), "description")
        return answer(self._shapes.capsule(capsule))

    async def _get(self, request: web.Request) -> web.Response:
        return answer(self._shapes.capsule(self._look.capsule(request)))

    async def _data_status(self, request: web.Request) -> web.Response:
        return answer(self._shapes.capsule(self._look.data(request)))

    async def _products(self, request: web.Request) -> web.Response:
        capsule = self._look.capsule(request)
        capsule.products = products_of(await json_body(request), capsule.kind, capsule.products)
        self._life.settle(capsule)
        return answer(self._shapes.capsule(capsule))

    async def _configs(self, request: web.Request) -> web.Response:
        return answer(self._told(self._look.app(request)))

    async def _replace_configs(self, request: web.Request) -> web.Response:
        capsule = self._look.app(request)
        given = (await json_body(request)).get("configs")
        if not isinstance(given, list):
            raise ApiError(422, "The request body is invalid: must have required property 'configs'")
        self._life.replace_configs(capsule, [_config(item) for item in given])
        return answer(self._told(capsule))

    async def _bind(self, request: web.Request) -> web.Response:
        data, app = await self._pair(request)
        self._life.bind(data, app)
        return answer(self._shapes.capsule(data))

    async def _unbind(self, request: web.Request) -> web.Response:
        data, app = await self._pair(request)
        self._life.unbind(data, app)
        return answer(self._shapes.capsule(data))

    async def _pair(self, request: web.Request) -> tuple[Capsule, Capsule]:
        data = self._look.data(request)
        key = text_of(await json_body(request), "capsuleId", wanted=True)
        app = self._look.world.capsules.get(key)
        if app is None or app.engine or app.space_id != data.space_id:
            raise ApiError(400, "Invalid capsule_id")
        return data, app

    def _told(self, capsule: Capsule) -> dict[str, Any]:
        return {"configs": [self._shapes.config(capsule, config) for config in capsule.configs]}


def _config(item: Any) -> Config:
    if not isinstance(item, dict):
        raise ApiError(422, "The request body is invalid: configs must hold objects")
    key = text_of(item, "key", wanted=True)
    value = item.get("value")
    if not isinstance(value, str):
        raise ApiError(422, "The request body is invalid: value must be string")
    set_by = item.get("setBy", "User")
    if set_by not in {"User", "System"}:
        raise ApiError(422, "The request body is invalid: setBy must be User or System")
    return Config(key, value, set_by)
