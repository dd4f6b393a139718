"""Routes of operations: start, watch, list, cancel, read the log, open a way over the SSH portal."""

import secrets
from collections.abc import Callable

import asyncssh
from aiohttp import web

from providers.sandbox.aptible.gate import NEEDED
from providers.sandbox.aptible.http import (
    TOKEN,
    ApiError,
    hal,
    json_body,
    not_found,
    number,
    page,
    require,
    unprocessable,
    wants_secrets,
)
from providers.sandbox.aptible.limits import check_endpoint_settings, check_sizes
from providers.sandbox.aptible.lookup import found, visible
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.portal import Portal
from providers.sandbox.aptible.records import Resource
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.work import AT_ONCE, Work
from providers.sandbox.aptible.world import World

COLLECTIONS = (
    "apps",
    "databases",
    "database_credentials",
    "services",
    "vhosts",
    "images",
    "log_drains",
    "metric_drains",
    "backups",
)
_OF_ONE = f"/{{collection:{'|'.join(COLLECTIONS)}}}/{{id}}/operations"


class OperationRoutes:
    """Everything below `/operations`, and the lists of operations of things.

    Attributes:
        presigned_with_token: how often a bearer was sent to a presigned address.
    """

    def __init__(self, world: World, shapes: Shapes, work: Work, portal: Portal) -> None:
        self.presigned_with_token = 0
        self._world = world
        self._shapes = shapes
        self._work = work
        self._portal = portal

    def add_to(self, routes: web.UrlDispatcher) -> None:
        routes.add_get(_OF_ONE, self._of_one)
        routes.add_post(_OF_ONE, self._start)
        routes.add_get("/accounts/{id}/operations", self._of_account)
        routes.add_get("/organizations/{id}/operations", self._of_all)
        routes.add_get("/operations/{id}", self._operation)
        routes.add_get("/operations/{id}/logs", self._logs)
        routes.add_get("/operations/{id}/ssh_portal_connections", self._connections)
        routes.add_post("/operations/{id}/ssh_portal_connections", self._open_portal)
        routes.add_get("/ssh_portal_connections/{id}", self._connection)
        routes.add_get("/presigned/operations/{id}.log", self._presigned)
        for method in ("PUT", "PATCH"):
            routes.add_route(method, "/operations/{id}", self._change)

    async def _start(self, request: web.Request) -> web.Response:
        resource = (request.match_info["collection"], number(request))
        account = self._world.account_of(resource)
        if account is None:
            raise not_found()
        body = await json_body(request)
        kind = str(body.get("type") or "")
        at_once = kind in AT_ONCE.get(resource[0], ())
        if not at_once and not self._work.knows(resource[0], kind):
            raise unprocessable(f"Type {kind!r} is not possible here")
        require(request, NEEDED.get(kind, "deploy"), f"{kind} this resource")
        self._check(resource, account, body)
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
        if at_once:
            operation.become(str(body.get("status") or "succeeded"))
        else:
            self._work.begin(operation)
        return hal(self._shapes.operation(operation, secrets=wants_secrets(request)), 201)

    def _check(self, resource: Resource, account: int, body: dict[str, object]) -> None:
        """Raise a 422 for what can be seen to be wrong without doing anything."""
        collection, number_ = resource
        database = self._world.databases.get(number_) if collection == "databases" else None
        stack = self._world.accounts[account].stack
        check_sizes(body, stack, database.image.type if database else "")
        settings = body.get("settings")
        if collection == "vhosts" and isinstance(settings, dict):
            check_endpoint_settings(settings)
        going = database is not None and database.status in {"deprovisioning", "deprovisioned"}
        if going and body.get("type") == "provision":
            raise unprocessable("The database is being deprovisioned")

    async def _change(self, request: web.Request) -> web.Response:
        """Cancel it; nothing else can be changed."""
        require(request, "deploy", "change this operation")
        operation = visible(self._world, number(request))
        if (await json_body(request)).get("cancelled") is True:
            if operation.finished:
                raise unprocessable("Operation has already finished")
            self._work.cancel(operation)
        return hal(self._shapes.operation(operation))

    async def _operation(self, request: web.Request) -> web.Response:
        operation = visible(self._world, number(request))
        return hal(self._shapes.operation(operation, secrets=wants_secrets(request)))

    async def _of_account(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        return self._listed(request, lambda item: item.account_id == account.id)

    async def _of_all(self, request: web.Request) -> web.Response:
        return self._listed(request, lambda item: True)

    async def _of_one(self, request: web.Request) -> web.Response:
        """With `with_services`, those of an app's or a database's services too."""
        resource = (request.match_info["collection"], number(request))
        if self._world.account_of(resource) is None:
            raise not_found()
        wider = request.query.get("with_services") == "true"

        def fits(item: Operation) -> bool:
            if item.resource == resource:
                return True
            return wider and item.resource[0] == "services" and self._world.owner(item.resource) == resource

        return self._listed(request, fits)

    def _listed(self, request: web.Request, fits: Callable[[Operation], bool]) -> web.Response:
        """Newest first; filtered by `type`, `status` and `resource_type` (app-ui, operation/index.ts)."""
        wanted = {name: request.query[name] for name in ("type", "status") if name in request.query}
        about = request.query.get("resource_type", "").lower()
        rows = [
            self._shapes.operation(item)
            for item in reversed(self._world.operations.values())
            if fits(item)
            and not (item.deleted and item.finished)
            and all(getattr(item, name) == value for name, value in wanted.items())
            and (not about or item.resource[0].removesuffix("s") == about.removesuffix("s"))
        ]
        return page(request, "operations", rows)

    async def _logs(self, request: web.Request) -> web.Response:
        operation = visible(self._world, number(request))
        if not operation.finished:
            raise not_found()
        path = f"/presigned/operations/{operation.id}.log?signature={operation.log_key}"
        return web.Response(text=f"{self._shapes.api}{path}", content_type="text/plain")

    async def _presigned(self, request: web.Request) -> web.Response:
        """Stands for the object store: knows no token, and must not be sent one."""
        operation = visible(self._world, number(request))
        if "Authorization" in request.headers:
            self.presigned_with_token += 1
        if not secrets.compare_digest(request.query.get("signature", ""), operation.log_key):
            raise ApiError(403, "access_denied", "Signature does not match")
        return web.Response(text="\n".join(operation.lines) + "\n", content_type="text/plain")

    async def _connections(self, request: web.Request) -> web.Response:
        operation = visible(self._world, number(request))
        rows = [item for item in self._world.connections.values() if item.operation_id == operation.id]
        return page(request, "ssh_portal_connections", [self._shapes.connection(item) for item in rows])

    async def _connection(self, request: web.Request) -> web.Response:
        connection = self._world.connections.get(request.match_info["id"])
        if connection is None:
            raise not_found()
        return hal(self._shapes.connection(connection))

    async def _open_portal(self, request: web.Request) -> web.Response:
        operation = visible(self._world, number(request))
        require(request, NEEDED.get(operation.type, "observability"), "connect to this operation")
        body = await json_body(request)
        try:
            connection = self._portal.connection(operation, str(body.get("ssh_public_key") or ""))
        except asyncssh.KeyImportError as error:
            raise unprocessable("SSH public key is not a key") from error
        return hal(self._shapes.connection(connection), 201)
