"""Routes of services: settings, autoscaling, releases, containers."""

from typing import Any

from aiohttp import web

from providers.sandbox.aptible.http import hal, json_body, not_found, number, page, unprocessable
from providers.sandbox.aptible.lookup import found
from providers.sandbox.aptible.records import Service
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.shapes.services import POLICY
from providers.sandbox.aptible.world import World

SETTINGS = ("force_zero_downtime", "naive_health_check", "restart_free_scaling", "stop_timeout")
LONGEST_STOP = 900
_HORIZONTAL = ("min_containers", "max_containers", "min_cpu_threshold", "max_cpu_threshold")


class ServiceRoutes:
    """Everything below `/services` but operations and endpoints."""

    def __init__(self, world: World, shapes: Shapes) -> None:
        self._world = world
        self._shapes = shapes

    def add_to(self, routes: web.UrlDispatcher) -> None:
        for path, handler in {
            "/apps/{id}/services": self._of_app,
            "/accounts/{id}/services": self._of_account,
            "/services/{id}": self._service,
            "/services/{id}/releases": self._releases,
            "/releases/{id}": self._release,
            "/releases/{id}/containers": self._containers,
            "/containers/{id}": self._container,
            "/services/{id}/service_sizing_policies": self._policies,
            "/accounts/{id}/service_sizing_policies": self._policies_of_account,
            "/service_sizing_policies/{id}": self._policy,
        }.items():
            routes.add_get(path, handler)
        for method in ("PUT", "PATCH"):
            routes.add_route(method, "/services/{id}", self._change)
        for method in ("POST", "PUT"):
            routes.add_route(method, "/services/{id}/service_sizing_policies", self._set_policy)
        routes.add_delete("/services/{id}/service_sizing_policy", self._drop_policy)

    async def _of_app(self, request: web.Request) -> web.Response:
        app = found(self._world.apps, number(request))
        return page(
            request, "services", [self._shapes.service(item) for item in self._world.services_of(app.id)]
        )

    async def _of_account(self, request: web.Request) -> web.Response:
        """Those of apps, and those of databases, one each."""
        account = found(self._world.accounts, number(request))
        every = self._world.services.values()
        rows = [
            self._shapes.service(item)
            for item in every
            if self._world.account_of(("services", item.id)) == account.id
        ]
        databases = [item for item in self._world.databases.values() if item.account_id == account.id]
        return page(request, "services", rows + [self._shapes.database_service(item) for item in databases])

    async def _service(self, request: web.Request) -> web.Response:
        database = self._world.database_by_service(number(request))
        if database is not None:
            return hal(self._shapes.database_service(database))
        return hal(self._shapes.service(self._found(request)))

    async def _change(self, request: web.Request) -> web.Response:
        service = self._found(request)
        body = await json_body(request)
        stop = body.get("stop_timeout")
        if stop is not None and not (isinstance(stop, int) and 0 < stop <= LONGEST_STOP):
            raise unprocessable(f"Stop timeout must be between 1 and {LONGEST_STOP}")
        service.settings.update({name: body[name] for name in SETTINGS if name in body})
        return hal(self._shapes.service(service))

    async def _releases(self, request: web.Request) -> web.Response:
        """Newest first. `with_deleted` shows earlier ones too."""
        service = self._found(request)
        rows = [item for item in self._world.releases.values() if item.service_id == service.id]
        if request.query.get("with_deleted") != "true":
            rows = [item for item in rows if item.id == service.release_id]
        return page(request, "releases", [self._shapes.release(item) for item in reversed(rows)])

    async def _release(self, request: web.Request) -> web.Response:
        return hal(self._shapes.release(found(self._world.releases, number(request))))

    async def _containers(self, request: web.Request) -> web.Response:
        release = found(self._world.releases, number(request))
        rows = [self._shapes.container(release, item) for item in release.containers]
        return page(request, "containers", rows)

    async def _container(self, request: web.Request) -> web.Response:
        for release in self._world.releases.values():
            if number(request) in release.containers:
                return hal(self._shapes.container(release, number(request)))
        raise not_found()

    async def _policies(self, request: web.Request) -> web.Response:
        service = self._found(request)
        rows = [self._shapes.policy(service)] if service.policy else []
        return page(request, "service_sizing_policies", rows)

    async def _policies_of_account(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        every = self._world.services.values()
        rows = [
            self._shapes.policy(item)
            for item in every
            if item.policy and self._world.account_of(("services", item.id)) == account.id
        ]
        return page(request, "service_sizing_policies", rows)

    async def _policy(self, request: web.Request) -> web.Response:
        for service in self._world.services.values():
            if service.policy and service.policy["id"] == number(request):
                return hal(self._shapes.policy(service))
        raise not_found()

    async def _set_policy(self, request: web.Request) -> web.Response:
        """Not incremental: what is not sent has its default (terraform-provider-aptible)."""
        service = self._found(request)
        body = await json_body(request)
        if request.method == "POST" and service.policy is not None:
            raise unprocessable("Service already has a sizing policy")
        if request.method == "PUT" and service.policy is None:
            raise not_found()
        kind = str(body.get("autoscaling") or "")
        stack = self._world.accounts[self._world.apps[service.app_id].account_id].stack
        if kind not in {"horizontal", "vertical"}:
            raise unprocessable("Autoscaling is not included in the list")
        if kind == "vertical" and not stack.organization:
            raise unprocessable("Vertical autoscaling is not available on this stack")
        if kind == "horizontal":
            self._check_horizontal(body)
        unknown = sorted(set(body) - set(POLICY) - {"autoscaling"})
        if unknown:
            raise unprocessable(f"Unknown field: {unknown[0]}")
        number_ = service.policy["id"] if service.policy else self._world.new_id()
        service.policy = {**POLICY, **body, "autoscaling": kind, "id": number_}
        return hal(self._shapes.policy(service), 201 if request.method == "POST" else 200)

    def _check_horizontal(self, body: dict[str, Any]) -> None:
        missing = [name for name in _HORIZONTAL if body.get(name) is None]
        if missing:
            raise unprocessable(f"{missing[0].replace('_', ' ').capitalize()} can't be blank")
        if body["min_containers"] > body["max_containers"] or body["max_containers"] > 32:
            raise unprocessable("Max containers must not be below min containers, nor above 32")
        if body["min_cpu_threshold"] >= body["max_cpu_threshold"]:
            raise unprocessable("Max cpu threshold must be above min cpu threshold")

    async def _drop_policy(self, request: web.Request) -> web.Response:
        service = self._found(request)
        if service.policy is None:
            raise not_found()
        service.policy = None
        return web.Response(status=204)

    def _found(self, request: web.Request) -> Service:
        return found(self._world.services, number(request))
