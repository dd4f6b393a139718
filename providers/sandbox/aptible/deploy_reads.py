"""Reading from the deploy API of the sandbox's Aptible."""

import secrets
from typing import Any

from aiohttp import web

from providers.sandbox.aptible.http import (
    ApiError,
    hal,
    not_found,
    number,
    page,
    wants_embedded,
    wants_secrets,
)
from providers.sandbox.aptible.lookup import found, shown_database, visible
from providers.sandbox.aptible.shapes import DATABASE_IMAGES, Shapes
from providers.sandbox.aptible.work import TYPES
from providers.sandbox.aptible.world import ORGANIZATION, Operation, World

OPERATIONS = f"/{{collection:{'|'.join(TYPES)}}}/{{id}}/operations"


class Reads:
    """All GET routes.

    Attributes:
        presigned_with_token: how often a bearer was sent to a presigned address.
    """

    def __init__(self, world: World, shapes: Shapes) -> None:
        self.presigned_with_token = 0
        self._world = world
        self._shapes = shapes

    def add_routes(self, routes: web.UrlDispatcher) -> None:
        for path, handler in {
            "/": self._root,
            "/stacks": self._stacks,
            "/stacks/{id}": self._stack,
            "/stacks/{id}/accounts": self._stack_accounts,
            "/accounts": self._accounts,
            "/accounts/{id}": self._account,
            "/accounts/{id}/permissions": self._permissions,
            "/accounts/{id}/apps": self._apps,
            "/accounts/{id}/databases": self._databases,
            "/accounts/{id}/operations": self._account_operations,
            "/apps": self._apps,
            "/databases": self._databases,
            "/find/account": self._find_account,
            "/find/app": self._find_app,
            "/find/database": self._find_database,
            "/database_images": self._images_of_databases,
            "/database_images/{id}": self._image_of_databases,
            "/databases/{id}": self._database,
            "/databases/{id}/database_credentials": self._credentials,
            "/database_credentials/{id}": self._credential,
            "/apps/{id}": self._app,
            "/apps/{id}/services": self._services,
            "/apps/{id}/vhosts": self._app_vhosts,
            "/apps/{id}/images": self._images,
            "/images/{id}": self._image,
            "/configurations/{id}": self._configuration,
            "/services/{id}": self._service,
            "/services/{id}/vhosts": self._vhosts,
            "/vhosts/{id}": self._vhost,
            "/operations/{id}": self._operation,
            "/operations/{id}/logs": self._logs,
            "/presigned/operations/{id}.log": self._presigned,
            "/costs/{organization}/rates": self._rates,
        }.items():
            routes.add_get(path, handler)
        routes.add_get(OPERATIONS, self._operations)

    async def _root(self, request: web.Request) -> web.Response:
        return hal(self._shapes.root())

    async def _stacks(self, request: web.Request) -> web.Response:
        return page(request, "stacks", [self._shapes.stack(item) for item in self._world.stacks.values()])

    async def _stack(self, request: web.Request) -> web.Response:
        return hal(self._shapes.stack(found(self._world.stacks, number(request))))

    async def _accounts(self, request: web.Request) -> web.Response:
        embedded = wants_embedded(request)
        rows = [self._shapes.account(item, embedded=embedded) for item in self._world.accounts.values()]
        return page(request, "accounts", rows)

    async def _stack_accounts(self, request: web.Request) -> web.Response:
        stack = found(self._world.stacks, number(request))
        here = [item for item in self._world.accounts.values() if item.stack.id == stack.id]
        rows = [self._shapes.account(item, embedded=wants_embedded(request)) for item in here]
        return page(request, "accounts", rows)

    async def _account(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        return hal(self._shapes.account(account, embedded=wants_embedded(request)))

    async def _permissions(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        return page(request, "permissions", self._shapes.permissions(account))

    async def _apps(self, request: web.Request) -> web.Response:
        account = number(request) if "id" in request.match_info else None
        rows = [app for app in self._world.apps.values() if account in {None, app.account_id}]
        embedded = wants_embedded(request)
        return page(request, "apps", [self._shapes.app(app, embedded=embedded) for app in rows])

    async def _databases(self, request: web.Request) -> web.Response:
        account = number(request) if "id" in request.match_info else None
        rows = [item for item in self._world.databases.values() if account in {None, item.account_id}]
        return page(
            request, "databases", [shown_database(request, self._world, self._shapes, item) for item in rows]
        )

    async def _find_account(self, request: web.Request) -> web.Response:
        account = self._world.account_by_handle(request.query.get("handle", ""))
        if account is None:
            raise not_found()
        return hal(self._shapes.account(account, embedded=wants_embedded(request)))

    async def _find_app(self, request: web.Request) -> web.Response:
        app = self._only_one(request, list(self._world.apps.values()))
        return hal(self._shapes.app(app, embedded=wants_embedded(request)))

    async def _find_database(self, request: web.Request) -> web.Response:
        database = self._only_one(request, list(self._world.databases.values()))
        return hal(shown_database(request, self._world, self._shapes, database))

    async def _images_of_databases(self, request: web.Request) -> web.Response:
        return page(
            request, "database_images", [self._shapes.database_image(item) for item in DATABASE_IMAGES]
        )

    async def _image_of_databases(self, request: web.Request) -> web.Response:
        if number(request) not in DATABASE_IMAGES:
            raise not_found()
        return hal(self._shapes.database_image(number(request)))

    async def _database(self, request: web.Request) -> web.Response:
        return hal(
            shown_database(request, self._world, self._shapes, found(self._world.databases, number(request)))
        )

    async def _credentials(self, request: web.Request) -> web.Response:
        database = found(self._world.databases, number(request))
        secret = wants_secrets(request)
        if secret:
            self._world.sensitive_reads.append(f"database_credentials of {database.handle}")
        rows = [self._shapes.credential(database, secrets=secret)] if database.url else []
        return page(request, "database_credentials", rows)

    async def _credential(self, request: web.Request) -> web.Response:
        for database in self._world.databases.values():
            if database.credential_id == number(request):
                return hal(self._shapes.credential(database, secrets=wants_secrets(request)))
        raise not_found()

    async def _app(self, request: web.Request) -> web.Response:
        app = found(self._world.apps, number(request))
        return hal(self._shapes.app(app, embedded=wants_embedded(request)))

    async def _services(self, request: web.Request) -> web.Response:
        app = found(self._world.apps, number(request))
        return page(
            request, "services", [self._shapes.service(item) for item in self._world.services_of(app.id)]
        )

    async def _app_vhosts(self, request: web.Request) -> web.Response:
        app = found(self._world.apps, number(request))
        services = self._world.services_of(app.id)
        rows = [vhost for service in services for vhost in self._world.vhosts_of(service.id)]
        return page(request, "vhosts", [self._shapes.vhost(vhost) for vhost in rows])

    async def _images(self, request: web.Request) -> web.Response:
        app = found(self._world.apps, number(request))
        rows = [self._shapes.image(item) for item in self._world.images.values() if item.app_id == app.id]
        return page(request, "images", rows)

    async def _image(self, request: web.Request) -> web.Response:
        return hal(self._shapes.image(found(self._world.images, number(request))))

    async def _configuration(self, request: web.Request) -> web.Response:
        app = found(self._world.apps, found(self._world.configurations, number(request)))
        secret = wants_secrets(request)
        if secret:
            self._world.sensitive_reads.append(f"configuration of {app.handle}")
        return hal(self._shapes.configuration(number(request), app, secrets=secret))

    async def _service(self, request: web.Request) -> web.Response:
        return hal(self._shapes.service(found(self._world.services, number(request))))

    async def _vhosts(self, request: web.Request) -> web.Response:
        service = found(self._world.services, number(request))
        return page(
            request, "vhosts", [self._shapes.vhost(item) for item in self._world.vhosts_of(service.id)]
        )

    async def _vhost(self, request: web.Request) -> web.Response:
        return hal(self._shapes.vhost(found(self._world.vhosts, number(request))))

    async def _operation(self, request: web.Request) -> web.Response:
        return hal(self._shapes.operation(visible(self._world, number(request))))

    async def _account_operations(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        everything = self._world.operations.values()
        return self._listed(request, [item for item in everything if item.account_id == account.id])

    async def _operations(self, request: web.Request) -> web.Response:
        resource = (request.match_info["collection"], number(request))
        if self._world.account_of(resource) is None:
            raise not_found()
        everything = self._world.operations.values()
        return self._listed(request, [item for item in everything if item.resource == resource])

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

    async def _rates(self, request: web.Request) -> web.Response:
        if request.match_info["organization"] != ORGANIZATION:
            raise not_found()
        return hal(self._shapes.rates())

    def _listed(self, request: web.Request, operations: list[Operation]) -> web.Response:
        wanted = {name: request.query[name] for name in ("type", "status") if name in request.query}
        rows = [
            self._shapes.operation(item)
            for item in reversed(operations)
            if not (item.deleted and item.finished)
            and all(getattr(item, name) == value for name, value in wanted.items())
        ]
        return page(request, "operations", rows)

    def _only_one(self, request: web.Request, things: list[Any]) -> Any:
        handle = request.query.get("handle", "")
        fitting = [thing for thing in things if thing.handle == handle]
        if "environment" in request.query:
            account = self._world.account_by_handle(request.query["environment"])
            fitting = [thing for thing in fitting if account and thing.account_id == account.id]
        if not fitting:
            raise not_found()
        if len(fitting) > 1:
            raise ApiError(400, "multiple_resources_found", "More than one resource has this handle")
        return fitting[0]
