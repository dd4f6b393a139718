"""Routes of endpoints (the API's vhosts) and certificates."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from aiohttp import web

from providers.sandbox.aptible.endpoints.certificates import read_certificate
from providers.sandbox.aptible.endpoints.work import EndpointWork
from providers.sandbox.aptible.http import (
    hal,
    json_body,
    not_found,
    number,
    page,
    unprocessable,
    wants_secrets,
)
from providers.sandbox.aptible.limits import check_endpoint_settings, check_filters
from providers.sandbox.aptible.lookup import found, last_number
from providers.sandbox.aptible.records import Certificate, Vhost
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.world import World

PLATFORMS = {
    "http": {"alb", "elb"},
    "http_proxy_protocol": {"alb", "elb"},
    "tcp": {"elb", "nlb"},
    "tls": {"elb", "nlb"},
    "grpc": {"elb", "alb", "nlb"},
}
BALANCING = (None, "round_robin", "least_outstanding_requests", "weighted_random")
MOST_PORTS = 10


class EndpointRoutes:
    """Everything below `/vhosts` and `/certificates`, but their operations."""

    def __init__(self, world: World, shapes: Shapes, work: EndpointWork) -> None:
        self._world = world
        self._shapes = shapes
        self._work = work

    def add_to(self, routes: web.UrlDispatcher) -> None:
        for path, handler in {
            "/services/{id}/vhosts": self._of_service,
            "/apps/{id}/vhosts": self._of_app,
            "/accounts/{id}/vhosts": self._of_account,
            "/certificates/{id}/vhosts": self._of_certificate,
            "/vhosts/{id}": self._vhost,
            "/vhosts/{id}/settings": self._settings,
            "/accounts/{id}/certificates": self._certificates,
            "/certificates/{id}": self._certificate,
            "/certificates/{id}/apps": self._apps_of_certificate,
        }.items():
            routes.add_get(path, handler)
        routes.add_post("/services/{id}/vhosts", self._create)
        routes.add_post("/vhosts/{id}/settings", self._set)
        routes.add_post("/accounts/{id}/certificates", self._upload)
        routes.add_delete("/certificates/{id}", self._remove)
        for method in ("PUT", "PATCH"):
            routes.add_route(method, "/vhosts/{id}", self._change)

    def _page(self, request: web.Request, vhosts: Iterable[Vhost]) -> web.Response:
        return page(request, "vhosts", [self._shapes.vhost(item) for item in vhosts])

    async def _of_service(self, request: web.Request) -> web.Response:
        if self._world.account_of(("services", number(request))) is None:
            raise not_found()
        return self._page(request, self._world.vhosts_of(number(request)))

    async def _of_app(self, request: web.Request) -> web.Response:
        return self._page(request, self._world.vhosts_of_app(found(self._world.apps, number(request)).id))

    async def _of_account(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        every = self._world.vhosts.values()
        return self._page(
            request, [item for item in every if self._world.account_of(("vhosts", item.id)) == account.id]
        )

    async def _of_certificate(self, request: web.Request) -> web.Response:
        certificate = found(self._world.certificates, number(request))
        every = self._world.vhosts.values()
        return self._page(request, [item for item in every if item.certificate_id == certificate.id])

    async def _vhost(self, request: web.Request) -> web.Response:
        return hal(self._shapes.vhost(found(self._world.vhosts, number(request))))

    async def _create(self, request: web.Request) -> web.Response:
        account = self._world.account_of(("services", number(request)))
        if account is None:
            raise not_found()
        body = await json_body(request)
        kind, platform = str(body.get("type") or "http"), str(body.get("platform") or "alb")
        if platform not in PLATFORMS.get(kind, set()):
            raise unprocessable(f"Platform {platform} is not possible for type {kind}")
        default = bool(body.get("default"))
        service = self._world.services.get(number(request))
        if default and service is not None:
            self._check_default(service.app_id)
        database = None if service is not None else self._world.database_by_service(number(request))
        vhost = Vhost(
            id=self._world.new_id(),
            service_id=number(request),
            type=kind,
            platform=platform,
            container_port=None,
            default=default,
            internal=bool(body.get("internal")),
            acme=bool(body.get("acme")),
            user_domain=None,
            ip_whitelist=[],
            database_id=database.id if database else None,
        )
        self._take(vhost, body, account)
        self._check(vhost)
        if vhost.acme:
            vhost.acme_status = "pending"
        self._world.vhosts[vhost.id] = vhost
        return hal(self._shapes.vhost(vhost), 201)

    def _check_default(self, app_id: int) -> None:
        if any(vhost.default for vhost in self._world.vhosts_of_app(app_id)):
            raise unprocessable("An app can only have one default domain endpoint")

    def _take(self, vhost: Vhost, body: dict[str, Any], account: int) -> None:
        """What can be said when it is created and later."""
        if "container_port" in body:
            port = body["container_port"]
            if port is not None and not (isinstance(port, int) and 0 < port < 65536):
                raise unprocessable("Container port is invalid")
            vhost.container_port = port
        if "container_ports" in body:
            vhost.container_ports = list(body["container_ports"] or [])
        if "ip_whitelist" in body:
            check_filters(list(body["ip_whitelist"] or []))
            vhost.ip_whitelist = list(body["ip_whitelist"] or [])
        if "user_domain" in body:
            vhost.user_domain = body["user_domain"] or None
        if body.get("certificate") or body.get("certificate_id"):
            certificate = last_number(body.get("certificate_id") or body.get("certificate"))
            known = self._world.certificates.get(certificate)
            if known is None or known.account_id != account:
                raise unprocessable("Certificate is not accessible")
            vhost.certificate_id = certificate
        vhost.platform = str(body.get("platform") or vhost.platform)
        vhost.shared = bool(body.get("shared", vhost.shared))
        vhost.balancing = body.get("load_balancing_algorithm_type", vhost.balancing)

    def _check(self, vhost: Vhost) -> None:
        if vhost.acme and not vhost.user_domain:
            raise unprocessable("User domain can't be blank")
        needs = vhost.type in {"http", "http_proxy_protocol", "tls", "grpc"}
        if needs and not (vhost.default or vhost.acme or vhost.certificate_id):
            raise unprocessable("Certificate can't be blank")
        if len(vhost.container_ports) > MOST_PORTS:
            raise unprocessable(f"Container ports can't be more than {MOST_PORTS}")
        if vhost.balancing not in BALANCING:
            raise unprocessable("Load balancing algorithm type is not included in the list")
        others = [item for item in self._world.vhosts.values() if item.id != vhost.id]
        if vhost.user_domain and any(item.user_domain == vhost.user_domain for item in others):
            raise unprocessable("User domain has already been taken")

    async def _change(self, request: web.Request) -> web.Response:
        vhost = found(self._world.vhosts, number(request))
        body = await json_body(request)
        # Not before the body is there: an operation may change the endpoint while it comes.
        changed = replace(vhost)
        self._take(changed, body, self._world.account_of(("vhosts", vhost.id)) or 0)
        self._check(changed)
        vars(vhost).update(vars(changed))
        return hal(self._shapes.vhost(vhost))

    async def _settings(self, request: web.Request) -> web.Response:
        vhost = found(self._world.vhosts, number(request))
        secret = wants_secrets(request)
        every = self._world.settings.values()
        rows = [item for item in every if item.resource == ("vhosts", vhost.id)]
        return page(request, "settings", [self._shapes.setting(item, secrets=secret) for item in rows])

    async def _set(self, request: web.Request) -> web.Response:
        vhost = found(self._world.vhosts, number(request))
        settings = dict((await json_body(request)).get("settings") or {})
        check_endpoint_settings(settings)
        setting = self._work.set_settings(vhost, settings)
        return hal(self._shapes.setting(setting, secrets=wants_secrets(request)), 201)

    async def _certificates(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        every = self._world.certificates.values()
        secret = wants_secrets(request)
        rows = [
            self._shapes.certificate(item, secrets=secret) for item in every if item.account_id == account.id
        ]
        return page(request, "certificates", rows)

    async def _certificate(self, request: web.Request) -> web.Response:
        certificate = found(self._world.certificates, number(request))
        return hal(self._shapes.certificate(certificate, secrets=wants_secrets(request)))

    async def _apps_of_certificate(self, request: web.Request) -> web.Response:
        certificate = found(self._world.certificates, number(request))
        using = [item for item in self._world.vhosts.values() if item.certificate_id == certificate.id]
        ids = {self._world.services[item.service_id].app_id for item in using if item.database_id is None}
        rows = [self._shapes.app(self._world.apps[item], embedded=True) for item in sorted(ids)]
        return page(request, "apps", rows)

    async def _upload(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        body = await json_body(request)
        text, key = str(body.get("certificate_body") or ""), str(body.get("private_key") or "")
        shown = read_certificate(text, key)
        made = Certificate(self._world.new_id(), account.id, text, key, False, shown)
        self._world.certificates[made.id] = made
        return hal(self._shapes.certificate(made, secrets=wants_secrets(request)), 201)

    async def _remove(self, request: web.Request) -> web.Response:
        certificate = found(self._world.certificates, number(request))
        if any(item.certificate_id == certificate.id for item in self._world.vhosts.values()):
            raise unprocessable("Certificate is in use by an endpoint")
        del self._world.certificates[certificate.id]
        return web.Response(status=204)
