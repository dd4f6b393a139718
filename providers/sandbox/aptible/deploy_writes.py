"""Writing to the deploy API of the sandbox's Aptible."""

import secrets

import asyncssh
from aiohttp import web

from providers.sandbox.aptible.deploy_reads import OPERATIONS
from providers.sandbox.aptible.http import (
    TOKEN,
    hal,
    json_body,
    not_found,
    number,
    unprocessable,
    wants_embedded,
)
from providers.sandbox.aptible.lookup import checked_handle, found, shown_database, visible
from providers.sandbox.aptible.portal import Portal
from providers.sandbox.aptible.shapes import DATABASE_IMAGES, Shapes
from providers.sandbox.aptible.work import TYPES, Work
from providers.sandbox.aptible.world import (
    ORGANIZATION,
    SHARED_STACKS,
    Account,
    App,
    Database,
    Operation,
    Vhost,
    World,
)

DEFAULT_STACK = next(stack.id for stack in SHARED_STACKS if stack.default)


class Writes:
    """Creates records, and hands operations over to `work`."""

    def __init__(self, world: World, shapes: Shapes, work: Work, portal: Portal) -> None:
        self._world = world
        self._shapes = shapes
        self._work = work
        self._portal = portal

    def add_routes(self, routes: web.UrlDispatcher) -> None:
        routes.add_post(OPERATIONS, self._start_operation)
        routes.add_post("/accounts", self._create_account)
        routes.add_post("/accounts/{id}/apps", self._create_app)
        routes.add_post("/accounts/{id}/databases", self._create_database)
        routes.add_post("/services/{id}/vhosts", self._create_vhost)
        routes.add_post("/operations/{id}/ssh_portal_connections", self._open_portal)
        for method in ("PUT", "PATCH"):
            routes.add_route(method, "/services/{id}", self._change_service)
            routes.add_route(method, "/vhosts/{id}", self._change_vhost)

    async def _create_account(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        handle = checked_handle(body, [account.handle for account in self._world.accounts.values()])
        if body.get("organization_id") != ORGANIZATION:
            raise unprocessable("Organization is not accessible")
        stack = self._world.stacks.get(body.get("stack_id", DEFAULT_STACK))
        if stack is None:
            raise unprocessable("Stack is not accessible")
        account = Account(self._world.new_id(), handle, str(body.get("type") or "development"), stack)
        self._world.accounts[account.id] = account
        return hal(self._shapes.account(account, embedded=wants_embedded(request)), 201)

    async def _create_app(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        taken = [app.handle for app in self._world.apps.values() if app.account_id == account.id]
        app = App(self._world.new_id(), checked_handle(await json_body(request), taken), account.id)
        self._world.apps[app.id] = app
        return hal(self._shapes.app(app, embedded=wants_embedded(request)), 201)

    async def _create_database(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        body = await json_body(request)
        taken = [item.handle for item in self._world.databases.values() if item.account_id == account.id]
        handle = checked_handle(body, taken)
        image = body.get("database_image_id", body.get("database_image"))
        if image not in DATABASE_IMAGES or body.get("type") != "postgresql":
            raise unprocessable("Database image is not available")
        database = Database(
            id=self._world.new_id(),
            handle=handle,
            account_id=account.id,
            image_id=int(image),
            version=DATABASE_IMAGES[int(image)],
            credential_id=self._world.new_id(),
            container_mb=int(body.get("initial_container_size") or 1024),
            disk_gb=int(body.get("initial_disk_size") or 10),
        )
        self._world.databases[database.id] = database
        return hal(shown_database(request, self._world, self._shapes, database), 201)

    async def _create_vhost(self, request: web.Request) -> web.Response:
        service = found(self._world.services, number(request))
        body = await json_body(request)
        default = bool(body.get("default"))
        siblings = [
            vhost
            for other in self._world.services_of(service.app_id)
            for vhost in self._world.vhosts_of(other.id)
        ]
        if default and any(vhost.default for vhost in siblings):
            raise unprocessable("An app can only have one default domain endpoint")
        vhost = Vhost(
            id=self._world.new_id(),
            service_id=service.id,
            type=str(body.get("type") or "http"),
            platform=str(body.get("platform") or "alb"),
            container_port=body.get("container_port"),
            default=default,
            internal=bool(body.get("internal")),
            acme=bool(body.get("acme")),
            user_domain=body.get("user_domain"),
            ip_whitelist=list(body.get("ip_whitelist") or []),
        )
        self._world.vhosts[vhost.id] = vhost
        return hal(self._shapes.vhost(vhost), 201)

    async def _change_service(self, request: web.Request) -> web.Response:
        service = found(self._world.services, number(request))
        body = await json_body(request)
        known = ("force_zero_downtime", "naive_health_check", "restart_free_scaling", "stop_timeout")
        service.settings.update({name: body[name] for name in known if name in body})
        return hal(self._shapes.service(service))

    async def _change_vhost(self, request: web.Request) -> web.Response:
        vhost = found(self._world.vhosts, number(request))
        body = await json_body(request)
        if "container_port" in body:
            vhost.container_port = int(body["container_port"])
        return hal(self._shapes.vhost(vhost))

    async def _start_operation(self, request: web.Request) -> web.Response:
        resource = (request.match_info["collection"], number(request))
        account = self._world.account_of(resource)
        if account is None:
            raise not_found()
        body = await json_body(request)
        kind = str(body.get("type") or "")
        if kind not in TYPES[resource[0]]:
            raise unprocessable(f"Type {kind!r} is not possible here")
        operation = Operation(
            id=self._world.new_id(),
            type=kind,
            resource=resource,
            account_id=account,
            body=body,
            user_email=request[TOKEN].user.email,
            log_key=secrets.token_urlsafe(18),
        )
        self._world.operations[operation.id] = operation
        if kind in {"tunnel", "logs"}:
            # The client itself says that there is nothing to be done.
            operation.become(str(body.get("status") or "succeeded"))
        else:
            self._work.begin(operation)
        return hal(self._shapes.operation(operation), 201)

    async def _open_portal(self, request: web.Request) -> web.Response:
        operation = visible(self._world, number(request))
        body = await json_body(request)
        try:
            connection = self._portal.connection(operation, str(body.get("ssh_public_key") or ""))
        except asyncssh.KeyImportError as error:
            raise unprocessable("SSH public key is not a key") from error
        return hal(self._shapes.connection(connection), 201)
