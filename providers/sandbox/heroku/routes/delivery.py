"""The Platform API: releases, slugs, images and builds."""

from collections.abc import Iterable

from aiohttp import web

from providers.sandbox.heroku.routes.asked import is_sdk
from providers.sandbox.heroku.routes.gate import app_of, not_found
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.shapes import delivery as delivery_shapes
from providers.sandbox.heroku.world.world import App, Release, World


class DeliveryRoutes:
    """Routes of what was built and released."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/apps/{app}/releases", self._releases),
            web.get("/apps/{app}/releases/{release}", self._release),
            web.get("/apps/{app}/releases/{release}/config-vars", self._release_config),
            web.get("/apps/{app}/slugs/{slug}", self._slug),
            web.get("/apps/{app}/oci-images/{image}", self._image),
            web.get("/apps/{app}/builds", self._builds),
            web.get("/apps/{app}/builds/{build}", self._build),
        )

    def _app(self, request: web.Request) -> App:
        return app_of(self._world, request)

    async def _releases(self, request: web.Request) -> web.Response:
        app, sdk = self._app(request), is_sdk(request)
        plans = [one.plan for one in self._world.owned(app.id)]
        rows = [delivery_shapes.release(self._world, app, one, plans=plans, sdk=sdk) for one in app.releases]
        return self._pages.answer(request, rows, "version", "id")

    def _find_release(self, request: web.Request, app: App) -> Release:
        named = request.match_info["release"].removeprefix("v")
        for one in app.releases:
            if named in (one.id, str(one.version)):
                return one
        raise not_found("release")

    async def _release(self, request: web.Request) -> web.Response:
        app = self._app(request)
        found = self._find_release(request, app)
        return web.json_response(delivery_shapes.release(self._world, app, found, sdk=is_sdk(request)))

    async def _release_config(self, request: web.Request) -> web.Response:
        return web.json_response(self._find_release(request, self._app(request)).config)

    async def _slug(self, request: web.Request) -> web.Response:
        app = self._app(request)
        slug = app.slugs.get(request.match_info["slug"])
        if slug is None:
            raise not_found("slug")
        return web.json_response(delivery_shapes.slug(app, slug))

    async def _image(self, request: web.Request) -> web.Response:
        """An array of one: so the published schema says, and so `3.sdk` answers."""
        app = self._app(request)
        image = app.images.get(request.match_info["image"])
        if image is None:
            raise not_found("oci image")
        return web.json_response([delivery_shapes.image(app, image)])

    async def _builds(self, request: web.Request) -> web.Response:
        app = self._app(request)
        builds = delivery_shapes.builds_of(self._world, app)
        rows = [delivery_shapes.build(self._world, app, one) for one in builds]
        return self._pages.answer(request, rows, "id", "created_at", "started_at")

    async def _build(self, request: web.Request) -> web.Response:
        app = self._app(request)
        for one in delivery_shapes.builds_of(self._world, app):
            if one.id == request.match_info["build"]:
                return web.json_response(delivery_shapes.build(self._world, app, one))
        raise not_found("build")
