"""The data API's routes of a Postgres on the Advanced plans, which the other databases' routes refuse.

Names and types are those of Heroku's recorded schemas (`/data/postgres/v1/{uuid}/...`) and of the CLI's
`data:pg:info`, which reads them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.routes.data import find_store
from providers.sandbox.heroku.routes.gate import ApiError
from providers.sandbox.heroku.running.database import Database
from providers.sandbox.heroku.shapes import postgres as shapes
from providers.sandbox.heroku.shapes.postgres import Shown, seen
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.stores import GB, POSTGRES, StoreCredential
from providers.sandbox.heroku.world.world import World


class AdvancedRoutes:
    """Routes of Advanced databases by add-on id."""

    def __init__(self, world: World, databases: Mapping[str, Database]) -> None:
        self._world = world
        self._databases = databases

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        one = "/data/postgres/v1/{name}"
        return (
            web.get(f"{one}/info", self._info),
            web.get(f"{one}/wait_status", self._wait_status),
            web.get(f"{one}/credentials", self._credentials),
            web.get(f"{one}/quotas", self._quotas),
        )

    async def _find(self, request: web.Request) -> Shown:
        add_on = find_store(self._world, request.match_info["name"], POSTGRES)
        shown = await seen(self._world, add_on, self._databases)
        if shown.plan.family != "advanced":
            raise ApiError(404, "not_found", "Not found.")
        return shown

    async def _info(self, request: web.Request) -> web.Response:
        shown = await self._find(request)
        one, store = shown.add_on, shown.store
        other = self._world.add_on(store.forked_from) if store.forked_from else None
        back = store.rollback_from is None or store.rollback_from != ""
        gigabytes = round(shown.figures.bytes / GB)
        return web.json_response(
            {
                "addon": {"id": one.id, "name": one.name},
                "app": {"id": one.app_id, "name": self._world.named(one.app_id)},
                "created_at": one.created_at,
                "features": {
                    "continuous_protection": {"enabled": store.continuous_protection is not False},
                    "credentials": {"enabled": True, "current_count": len(store.credentials)},
                    "data_encryption": {"enabled": True},
                    "fork": {"enabled": True},
                    "highly_available": {"enabled": store.high_availability is not False},
                    "rollback": {
                        "enabled": back,
                        "earliest_time": store.rollback_from or None,
                        "latest_time": None,
                    },
                },
                "forked_from": {"id": other.id, "name": other.name} if other else None,
                "metrics_sources": {"cluster": one.id, "database": None, "leader": None},
                "plan_limits": [
                    {
                        "name": "storage-limit-in-gb",
                        "current": gigabytes,
                        "limit": shown.plan.storage_bytes // GB,
                    },
                    {"name": "table-limit", "current": shown.figures.tables, "limit": shapes.TABLE_LIMIT},
                ],
                "pools": [_pool(shown)],
                "quotas": [_quota(shown)],
                "region": store.region,
                "status": store.status.lower(),
                "tier": "advanced",
                "version": shown.figures.version,
                "wait_status": {"waiting": store.waiting, "message": _message(shown)},
            }
        )

    async def _wait_status(self, request: web.Request) -> web.Response:
        shown = await self._find(request)
        return web.json_response({"waiting": shown.store.waiting, "message": _message(shown)})

    async def _credentials(self, request: web.Request) -> web.Response:
        shown = await self._find(request)
        return web.json_response({"items": [_credential(shown, one) for one in shown.store.credentials]})

    async def _quotas(self, request: web.Request) -> web.Response:
        return web.json_response({"items": [_quota(await self._find(request))]})


def _message(shown: Shown) -> str | None:
    return shown.store.message if shown.store.waiting else None


def _pool(shown: Shown) -> dict[str, Any]:
    return {
        "id": stable_id("pool", shown.add_on.id),
        "name": "leader",
        "expected_level": "4G-Performance",
        "expected_count": 1 if shown.store.high_availability is False else 2,
        "expected_connection_limit": shown.figures.limit,
        "connections_used": shown.figures.connections,
        "status": "available",
        "endpoints": [{"host": shown.address.host, "port": shown.address.port, "status": "available"}],
        "compute_instances": [],
    }


def _quota(shown: Shown) -> dict[str, Any]:
    return {
        "type": "storage",
        "current_gb": round(shown.figures.bytes / GB, 3),
        "warning_gb": None,
        "critical_gb": None,
        "enforcement_active": False,
        "enforcement_action": "none",
    }


def _credential(shown: Shown, one: StoreCredential) -> dict[str, Any]:
    place = shapes.address(shown.world, shown.add_on, shown.databases, one.name)
    return {
        "id": stable_id("credential", shown.add_on.id, one.name),
        "name": one.name,
        "created_at": shown.add_on.created_at,
        "type": "owner" if one.name == "default" else "additional",
        "state": one.state,
        "database": place.database,
        "host": place.host,
        "port": place.port,
        "roles": [{"user": place.role, "password": place.password, "state": one.state}],
    }
