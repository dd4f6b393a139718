"""Routes of databases, their images, credentials, disks and backups."""

from typing import Any

from aiohttp import web

from providers.sandbox.aptible.databases.images import IMAGES
from providers.sandbox.aptible.databases.work import DatabaseWork
from providers.sandbox.aptible.http import (
    hal,
    json_body,
    not_found,
    number,
    page,
    unprocessable,
    wants_embedded,
    wants_secrets,
)
from providers.sandbox.aptible.limits import check_sizes
from providers.sandbox.aptible.lookup import checked_handle, found, last_number, only_one
from providers.sandbox.aptible.records import Backup, Database
from providers.sandbox.aptible.shapes import Shapes
from providers.sandbox.aptible.world import World


class DatabaseRoutes:
    """Everything below `/databases`, `/database_images` and `/backups`, but their operations."""

    def __init__(self, world: World, shapes: Shapes, work: DatabaseWork) -> None:
        self._world = world
        self._shapes = shapes
        self._work = work

    def add_to(self, routes: web.UrlDispatcher) -> None:
        for path, handler in {
            "/database_images": self._images,
            "/database_images/{id}": self._image,
            "/accounts/{id}/databases": self._databases,
            "/databases": self._databases,
            "/databases/{id}": self._database,
            "/find/database": self._find,
            "/databases/{id}/database_credentials": self._credentials,
            "/databases/{id}/dependents": self._dependents,
            "/databases/{id}/backups": self._backups,
            "/databases/{id}/configurations": self._configurations,
            "/database_credentials/{id}": self._credential,
            "/accounts/{id}/disks": self._disks,
            "/disks/{id}": self._disk,
            "/backups": self._backups,
            "/accounts/{id}/backups": self._backups,
            "/backups/{id}": self._backup,
            "/backups/{id}/copies": self._copies,
        }.items():
            routes.add_get(path, handler)
        routes.add_post("/accounts/{id}/databases", self._create)
        for method in ("PUT", "PATCH"):
            routes.add_route(method, "/databases/{id}", self._change)

    async def _images(self, request: web.Request) -> web.Response:
        return page(
            request, "database_images", [self._shapes.database_image(item) for item in IMAGES.values()]
        )

    async def _image(self, request: web.Request) -> web.Response:
        return hal(self._shapes.database_image(found(IMAGES, number(request))))

    async def _databases(self, request: web.Request) -> web.Response:
        account = number(request) if "id" in request.match_info else None
        rows = [item for item in self._world.databases.values() if account in {None, item.account_id}]
        return page(request, "databases", [self._shown(request, item) for item in rows])

    async def _database(self, request: web.Request) -> web.Response:
        return hal(self._shown(request, found(self._world.databases, number(request))))

    async def _find(self, request: web.Request) -> web.Response:
        return hal(self._shown(request, only_one(request, self._world, list(self._world.databases.values()))))

    async def _create(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        body = await json_body(request)
        handle = checked_handle(body, self._handles(account.id))
        image = IMAGES.get(last_number(body.get("database_image_id", body.get("database_image"))))
        if image is None or body.get("type") != image.type or not image.visible:
            raise unprocessable("Database image is not available")
        sizes = {
            "container_size": body.get("initial_container_size"),
            "disk_size": body.get("initial_disk_size"),
        }
        check_sizes(sizes, account.stack, image.type)
        database = self._work.record(account.id, handle, image)
        database.container_mb = sizes["container_size"] or database.container_mb
        database.disk_gb = sizes["disk_size"] or database.disk_gb
        database.enable_backups = bool(body.get("enable_backups", True))
        database.enable_pitr = bool(body.get("enable_pitr", False))
        return hal(self._shown(request, database), 201)

    async def _change(self, request: web.Request) -> web.Response:
        database = found(self._world.databases, number(request))
        body = await json_body(request)
        if "handle" in body and body["handle"] != database.handle:
            database.handle = checked_handle(body, self._handles(database.account_id))
        database.enable_backups = bool(body.get("enable_backups", database.enable_backups))
        database.enable_pitr = bool(body.get("enable_pitr", database.enable_pitr))
        return hal(self._shown(request, database))

    async def _credentials(self, request: web.Request) -> web.Response:
        database = found(self._world.databases, number(request))
        secret = wants_secrets(request)
        if secret:
            self._world.sensitive_reads.append(f"database_credentials of {database.handle}")
        rows = [
            self._shapes.credential(database, credential, secrets=secret)
            for credential in database.credentials
            if credential.url
        ]
        return page(request, "database_credentials", rows)

    async def _credential(self, request: web.Request) -> web.Response:
        known = self._world.credential(number(request))
        if known is None:
            raise not_found()
        secret = wants_secrets(request)
        if secret:
            self._world.sensitive_reads.append(f"database_credential of {known[0].handle}")
        return hal(self._shapes.credential(*known, secrets=secret))

    async def _dependents(self, request: web.Request) -> web.Response:
        found(self._world.databases, number(request))
        return page(request, "databases", [])

    async def _configurations(self, request: web.Request) -> web.Response:
        found(self._world.databases, number(request))
        return page(request, "configurations", [])

    async def _disks(self, request: web.Request) -> web.Response:
        account = found(self._world.accounts, number(request))
        rows = [item for item in self._world.databases.values() if item.account_id == account.id]
        return page(request, "disks", [self._shapes.disk(item) for item in rows])

    async def _disk(self, request: web.Request) -> web.Response:
        for database in self._world.databases.values():
            if database.disk_id == number(request):
                return hal(self._shapes.disk(database))
        raise not_found()

    async def _backups(self, request: web.Request) -> web.Response:
        rows = list(self._world.backups.values())
        if request.path.startswith("/databases/"):
            rows = [item for item in rows if item.database_id == number(request)]
        elif request.path.startswith("/accounts/"):
            rows = [item for item in rows if item.account_id == number(request)]
        return page(request, "backups", [self._shown_backup(request, item) for item in reversed(rows)])

    async def _backup(self, request: web.Request) -> web.Response:
        return hal(self._shown_backup(request, found(self._world.backups, number(request))))

    async def _copies(self, request: web.Request) -> web.Response:
        found(self._world.backups, number(request))
        return page(request, "backups", [])

    def _handles(self, account: int) -> list[str]:
        return [item.handle for item in self._world.databases.values() if item.account_id == account]

    def _shown(self, request: web.Request, database: Database) -> dict[str, Any]:
        """A database with its URL or without, as the request prefers."""
        secret = wants_secrets(request)
        if secret:
            self._world.sensitive_reads.append(f"database {database.handle}")
        return self._shapes.database(database, embedded=wants_embedded(request), secrets=secret)

    def _shown_backup(self, request: web.Request, backup: Backup) -> dict[str, Any]:
        return self._shapes.backup(backup, embedded=wants_embedded(request))
