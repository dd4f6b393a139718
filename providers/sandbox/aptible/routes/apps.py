"""Routes of apps, their images, configurations, settings, deployments and code scans."""

from typing import Any

from aiohttp import web

from providers.sandbox.aptible.app_work import AppWork
from providers.sandbox.aptible.http import (
    hal,
    json_body,
    not_found,
    number,
    page,
    wants_embedded,
    wants_secrets,
)
from providers.sandbox.aptible.lookup import checked_handle, found, only_one
from providers.sandbox.aptible.records import App, Configuration, Setting
from providers.sandbox.aptible.releases import merged
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.world import World


class AppRoutes:
    """Everything below `/apps` but operations, services and endpoints."""

    def __init__(self, world: World, shapes: Shapes, work: AppWork) -> None:
        self._world = world
        self._shapes = shapes
        self._work = work

    def add_to(self, routes: web.UrlDispatcher) -> None:
        for path, handler in {
            "/apps": self._apps,
            "/accounts/{id}/apps": self._apps,
            "/apps/{id}": self._app,
            "/find/app": self._find,
            "/apps/{id}/images": self._images,
            "/images/{id}": self._image,
            "/apps/{id}/configurations": self._configurations,
            "/configurations/{id}": self._configuration,
            "/apps/{id}/settings": self._settings,
            "/settings/{id}": self._setting,
            "/apps/{id}/deployments": self._deployments,
            "/deployments": self._deployments,
            "/deployments/{id}": self._deployment,
            "/apps/{id}/code_scan_results": self._scans,
            "/code_scan_results/{id}": self._scan,
        }.items():
            routes.add_get(path, handler)
        routes.add_post("/accounts/{id}/apps", self._create)
        routes.add_post("/apps/{id}/configurations", self._configure)
        routes.add_post("/apps/{id}/settings", self._set)
        for method in ("PUT", "PATCH"):
            routes.add_route(method, "/apps/{id}", self._change)

    async def _apps(self, request: web.Request) -> web.Response:
        account = number(request) if "id" in request.match_info else None
        rows = [app for app in self._world.apps.values() if account in {None, app.account_id}]
        embedded = wants_embedded(request)
        return page(request, "apps", [self._shapes.app(app, embedded=embedded) for app in rows])

    async def _app(self, request: web.Request) -> web.Response:
        return hal(self._shapes.app(self._found(request), embedded=wants_embedded(request)))

    async def _find(self, request: web.Request) -> web.Response:
        app = only_one(request, self._world, list(self._world.apps.values()))
        return hal(self._shapes.app(app, embedded=wants_embedded(request)))

    async def _create(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        body = await json_body(request)
        app = App(self._world.new_id(), checked_handle(body, self._handles(account.id)), account.id)
        self._world.apps[app.id] = app
        return hal(self._shapes.app(app, embedded=wants_embedded(request)), 201)

    async def _change(self, request: web.Request) -> web.Response:
        app = self._found(request)
        body = await json_body(request)
        if "handle" in body and body["handle"] != app.handle:
            app.handle = checked_handle(body, self._handles(app.account_id))
        return hal(self._shapes.app(app, embedded=wants_embedded(request)))

    async def _images(self, request: web.Request) -> web.Response:
        app = self._found(request)
        rows = [item for item in self._world.images.values() if item.app_id == app.id]
        return page(request, "images", [self._shapes.image(item) for item in reversed(rows)])

    async def _image(self, request: web.Request) -> web.Response:
        return hal(self._shapes.image(found(self._world.images, number(request))))

    async def _configurations(self, request: web.Request) -> web.Response:
        app = self._found(request)
        rows = [item for item in self._world.configurations.values() if item.resource == ("apps", app.id)]
        secret = wants_secrets(request)
        if secret:
            self._world.sensitive_reads.append(f"configurations of {app.handle}")
        shown = [self._shapes.configuration(item, secrets=secret) for item in reversed(rows)]
        return page(request, "configurations", shown)

    async def _configuration(self, request: web.Request) -> web.Response:
        return self._shown_configuration(
            request, found(self._world.configurations, number(request)), status=200
        )

    def _shown_configuration(
        self, request: web.Request, configuration: Configuration, *, status: int
    ) -> web.Response:
        app = found(self._world.apps, configuration.resource[1])
        secret = wants_secrets(request)
        if secret:
            self._world.sensitive_reads.append(f"configuration of {app.handle}")
        return hal(self._shapes.configuration(configuration, secrets=secret), status)

    async def _configure(self, request: web.Request) -> web.Response:
        """Makes it current without releasing it; no client of Aptible's own does this."""
        app = self._found(request)
        env = merged(app.env, (await json_body(request)).get("env") or {})
        return self._shown_configuration(request, self._work.set_env(app, env), status=201)

    async def _settings(self, request: web.Request) -> web.Response:
        app = self._found(request)
        rows = [item for item in self._world.settings.values() if item.resource == ("apps", app.id)]
        return page(request, "settings", [self._shown_setting(request, item) for item in reversed(rows)])

    async def _setting(self, request: web.Request) -> web.Response:
        return hal(self._shown_setting(request, found(self._world.settings, number(request))))

    async def _set(self, request: web.Request) -> web.Response:
        app = self._found(request)
        body = await json_body(request)
        settings = merged(app.settings, body.get("settings") or {})
        sensitive = merged(app.sensitive, body.get("sensitive_settings") or {})
        made = self._work.set_settings(app, settings, sensitive)
        return hal(self._shown_setting(request, made), 201)

    def _shown_setting(self, request: web.Request, setting: Setting) -> dict[str, Any]:
        secret = wants_secrets(request)
        if secret:
            self._world.sensitive_reads.append(f"setting {setting.id}")
        return self._shapes.setting(setting, secrets=secret)

    async def _deployments(self, request: web.Request) -> web.Response:
        rows = list(self._world.deployments.values())
        if "id" in request.match_info:
            rows = [item for item in rows if item.app_id == self._found(request).id]
        rows = [item for item in rows if item.app_id in self._world.apps]
        return page(request, "deployments", [self._shapes.deployment(item) for item in reversed(rows)])

    async def _deployment(self, request: web.Request) -> web.Response:
        deployment = found(self._world.deployments, number(request))
        if deployment.app_id not in self._world.apps:
            raise not_found()
        return hal(self._shapes.deployment(deployment))

    async def _scans(self, request: web.Request) -> web.Response:
        app = self._found(request)
        rows = [item for item in self._world.code_scans.values() if item.app_id == app.id]
        return page(request, "code_scan_results", [self._shapes.code_scan(item) for item in reversed(rows)])

    async def _scan(self, request: web.Request) -> web.Response:
        return hal(self._shapes.code_scan(found(self._world.code_scans, number(request))))

    def _handles(self, account: int) -> list[str]:
        return [app.handle for app in self._world.apps.values() if app.account_id == account]

    def _found(self, request: web.Request) -> App:
        return found(self._world.apps, number(request))
