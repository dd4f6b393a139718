"""The Platform API: the account, its tokens, and what Heroku offers everybody."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.routes.asked import is_sdk, json_body, shown_one
from providers.sandbox.heroku.routes.gate import ApiError, Bucket, app_of, not_found
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.shapes import apps as shapes
from providers.sandbox.heroku.shapes import catalogue as catalogue_shapes
from providers.sandbox.heroku.world.catalogue import GENERATIONS, REGIONS, STACKS
from providers.sandbox.heroku.world.ids import now, stable_id
from providers.sandbox.heroku.world.sizes import SIZES, offered
from providers.sandbox.heroku.world.world import SCOPES, World


class AccountRoutes:
    """Routes of whoever a token belongs to, and of the catalogue."""

    def __init__(self, world: World, pages: Pages, bucket: Bucket) -> None:
        self._world = world
        self._pages = pages
        self._bucket = bucket

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/account", self._account),
            web.get("/users/{user}", self._account),
            web.get("/account/rate-limits", self._rate_limits),
            web.get("/account/features", self._features),
            web.get("/account/features/{feature}", self._feature),
            web.get("/account/keys", self._keys),
            web.get("/account/keys/{key}", self._key),
            web.get("/account/invoices", self._invoices),
            web.get("/account/app-transfers", self._nothing),
            web.get("/account/credits", self._nothing),
            web.get("/oauth/authorizations", self._authorizations),
            web.post("/oauth/authorizations", self._authorize),
            web.get("/dyno-sizes", self._sizes),
            web.get("/dyno-sizes/{size}", self._size),
            web.get("/apps/{app}/available-dyno-sizes", self._sizes_of),
            web.get("/regions", self._regions),
            web.get("/regions/{region}", self._region),
            web.get("/stacks", self._stacks),
            web.get("/stacks/{stack}", self._stack),
            web.get("/apps/{app}/available-stacks", self._stacks_of),
            web.get("/generations", self._generations),
            web.get("/generations/{generation}", self._generation),
        )

    async def _account(self, request: web.Request) -> web.Response:
        if request.match_info.get("user", "~") not in ("~", self._world.email, self._world.account_id):
            raise not_found("user")
        return web.json_response(shapes.account(self._world, sdk=is_sdk(request)))

    async def _rate_limits(self, request: web.Request) -> web.Response:
        return web.json_response({"remaining": self._bucket.look()})

    async def _nothing(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, [], "id")

    async def _features(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, shapes.account_features(self._world), "id", "name")

    async def _feature(self, request: web.Request) -> web.Response:
        rows = shapes.account_features(self._world)
        return shown_one(rows, request.match_info["feature"], "account feature")

    async def _keys(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, [shapes.key(self._world, one) for one in self._world.keys], "id")

    async def _key(self, request: web.Request) -> web.Response:
        rows = [shapes.key(self._world, one) for one in self._world.keys]
        return shown_one(rows, request.match_info["key"], "key")

    async def _invoices(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, [shapes.invoice(one) for one in self._world.invoices], "id")

    def _authorization(self, token: str, description: str, *, whole: bool = False) -> dict[str, Any]:
        mark = stable_id("authorization", token)
        # Heroku may show the beginning and the end of a token only.
        shown = token if whole else f"{token[:9]}{'*' * 10}{token[-4:]}"
        return {
            "access_token": {"expires_in": None, "id": stable_id("token", token), "token": shown},
            "client": None,
            "created_at": now(),
            "description": description,
            "grant": None,
            "id": mark,
            "refresh_token": None,
            "scope": sorted(self._world.scope_of(token)),
            "session": None,
            "updated_at": now(),
            "user": {
                "email": self._world.email,
                "full_name": self._world.name,
                "id": self._world.account_id,
            },
        }

    async def _authorizations(self, request: web.Request) -> web.Response:
        rows = [self._authorization(token, "Sandbox") for token in self._world.tokens]
        return self._pages.answer(request, rows, "id")

    async def _authorize(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        scope = body.get("scope")
        if not isinstance(scope, list) or not scope or any(one not in SCOPES for one in scope):
            raise ApiError(422, "invalid_params", "Invalid scope.")
        token = self._world.new_token(scope=scope)
        row = self._authorization(token, str(body.get("description") or ""), whole=True)
        return web.json_response(row, status=201)

    async def _sizes(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, [shapes.size(one) for one in SIZES], "id")

    async def _size(self, request: web.Request) -> web.Response:
        return shown_one([shapes.size(one) for one in SIZES], request.match_info["size"], "dyno size")

    async def _sizes_of(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        sizes = offered(app.generation, private=app.space_id is not None)
        return self._pages.answer(request, [shapes.size(one) for one in sizes], "id")

    async def _regions(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, [catalogue_shapes.region(name) for name in REGIONS], "id", "name")

    async def _region(self, request: web.Request) -> web.Response:
        rows = (catalogue_shapes.region(name) for name in REGIONS)
        return shown_one(rows, request.match_info["region"], "region")

    async def _stacks(self, request: web.Request) -> web.Response:
        rows = [catalogue_shapes.whole_stack(name) for name in STACKS]
        return self._pages.answer(request, rows, "id", "name")

    async def _stack(self, request: web.Request) -> web.Response:
        rows = (catalogue_shapes.whole_stack(name) for name in STACKS)
        return shown_one(rows, request.match_info["stack"], "stack")

    async def _stacks_of(self, request: web.Request) -> web.Response:
        app_of(self._world, request)
        return await self._stacks(request)

    async def _generations(self, request: web.Request) -> web.Response:
        rows = [catalogue_shapes.generation(name) for name in GENERATIONS]
        return self._pages.answer(request, rows, "id", "name")

    async def _generation(self, request: web.Request) -> web.Response:
        rows = (catalogue_shapes.generation(name) for name in GENERATIONS)
        return shown_one(rows, request.match_info["generation"], "generation")
