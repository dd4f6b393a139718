"""The data API: what stands about a Postgres, and its credentials."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.database import Database
from providers.sandbox.heroku.gate import ApiError
from providers.sandbox.heroku.world import AddOn, World, stable_id


class DataRoutes:
    """Routes of databases by add-on id or name. `databases` holds them by add-on id."""

    def __init__(self, world: World, databases: dict[str, Database]) -> None:
        self._world = world
        self._databases = databases

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/client/v11/databases/{name}", self._info),
            web.get("/client/v11/databases/{name}/wait_status", self._wait_status),
            web.get("/postgres/v0/databases/{name}/credentials", self._credentials),
            web.get("/postgres/v0/databases/{name}/credentials/{credential}", self._credential),
        )

    def _find(self, request: web.Request) -> tuple[AddOn, Database]:
        add_on = self._world.add_on(request.match_info["name"])
        database = self._databases.get(add_on.id) if add_on else None
        if add_on is None or database is None or add_on.state != "provisioned":
            raise ApiError(404, "not_found", "Not found.")
        return add_on, database

    async def _info(self, request: web.Request) -> web.Response:
        add_on, database = self._find(request)
        version, size, tables, connections = await database.figures()
        shown = (
            ("Plan", "Essential 1"),
            ("Status", "Available"),
            ("Connections", f"{connections}/{database.connection_limit}"),
            ("PG Version", version),
            ("Created", add_on.created_at.replace("T", " ").replace("Z", " UTC")[:16] + " UTC"),
            ("Data Size", f"{size / 1024**2:.1f} MB / 10 GB ({size / 1024**3 / 10:.2%})"),
            ("Tables", f"{tables}/4000 (In compliance)"),
            ("Fork/Follow", "Unsupported"),
            ("Rollback", "Unsupported"),
            ("Continuous Protection", "Off"),
        )
        return web.json_response(
            {
                "addon_id": add_on.id,
                "name": add_on.name,
                "heroku_resource_id": add_on.id,
                "created_at": add_on.created_at,
                "formation": {"id": stable_id("formation", add_on.id), "primary": add_on.id},
                "metaas_source": f"metaas/{add_on.id}",
                "metaas_server_source": f"metaas/server/{add_on.id}",
                "plan": add_on.plan.partition(":")[2],
                "port": database.port,
                "database_name": database.name,
                "database_user": database.role,
                "target_transaction": None,
                "available_for_ingress": False,
                "resource_url": database.url,
                "database_password": database.password,
                "waiting?": False,
                "credentials": 1,
                "leader": None,
                "info": [{"name": name, "values": [value]} for name, value in shown],
                "valid": "true",
                "num_bytes": size,
            }
        )

    async def _wait_status(self, request: web.Request) -> web.Response:
        self._find(request)
        return web.json_response({"message": "available", "waiting?": False})

    def _default(self, add_on: AddOn, database: Database) -> dict[str, Any]:
        return {
            "uuid": stable_id("credential", add_on.id),
            "name": "default",
            "state": "active",
            "database": database.name,
            "host": "127.0.0.1",
            "port": database.port,
            "credentials": [{"user": database.role, "password": database.password, "state": "active"}],
        }

    async def _credentials(self, request: web.Request) -> web.Response:
        return web.json_response([self._default(*self._find(request))])

    async def _credential(self, request: web.Request) -> web.Response:
        if request.match_info["credential"] != "default":
            raise ApiError(404, "not_found", "Not found.")
        return web.json_response(self._default(*self._find(request)))
