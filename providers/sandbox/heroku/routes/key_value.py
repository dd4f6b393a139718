"""The data API's routes of a Key-Value Store (`heroku-redis`).

Names and types: Heroku's recorded schemas; what `info` says in words is as the articles on Heroku Key-Value
Store print it, or a guess.
"""

import random
from collections.abc import Iterable
from typing import Any, Final

from aiohttp import web

from providers.sandbox.heroku.routes.data import find_store
from providers.sandbox.heroku.routes.platform import json_body
from providers.sandbox.heroku.shapes.postgres import moment
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.settings import KEY_VALUE_SETTINGS, change_settings, shown_settings
from providers.sandbox.heroku.world.stores import KEY_VALUE, KeyValueStore
from providers.sandbox.heroku.world.world import AddOn, World

_CONNECTIONS: Final = {
    "mini": 20,
    "premium-0": 40,
    "premium-1": 80,
    "premium-2": 200,
    "premium-3": 400,
    "premium-5": 1000,
    "premium-7": 10_000,
    "premium-9": 25_000,
}
"""By plan (Heroku's price page)."""


class KeyValueRoutes:
    """Routes by add-on id or name."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        one = "/redis/v0/databases/{name}"
        return (
            web.get(one, self._one),
            web.get(f"{one}/wait", self._wait),
            web.get(f"{one}/config", self._config),
            web.patch(f"{one}/config", self._change_config),
            web.get(f"{one}/maintenance", self._maintenance),
        )

    def _find(self, request: web.Request) -> tuple[AddOn, KeyValueStore]:
        one = find_store(self._world, request.match_info["name"], KEY_VALUE)
        return one, self._world.stores.key_value_of(one.id)

    async def _one(self, request: web.Request) -> web.Response:
        one, store = self._find(request)
        url, port = self._address(one)
        return web.json_response(
            {
                "addon_id": one.id,
                "name": one.name,
                "plan": one.plan.partition(":")[2],
                "created_at": one.created_at,
                "formation": {"id": stable_id("formation", one.id), "primary": one.id},
                "metaas_source": f"metaas/{one.id}",
                "port": port,
                "resource_url": url,
                "info": _info(one, store),
                "version": store.version,
                "prefer_native_tls": store.requires_tls,
            }
        )

    def _address(self, one: AddOn) -> tuple[str, int]:
        """URL and port, as a config var has them, else made up, the same at every call."""
        for attachment in self._world.attached(one.id):
            app = self._world.apps.get(attachment.app_id)
            for name in attachment.config_vars:
                url = app.config.get(name, "") if app else ""
                last = url.partition("?")[0].rpartition(":")[2].rstrip("/").partition("/")[0]
                if url.startswith(("redis://", "rediss://")) and last.isdigit():
                    return url, int(last)
        dice = random.Random(one.id)
        secret = "".join(dice.choices("0123456789abcdef", k=64))
        port = dice.randrange(10_000, 30_000)
        return f"rediss://:p{secret}@ec2-{dice.randrange(256)}.compute-1.amazonaws.example:{port}", port

    async def _wait(self, request: web.Request) -> web.Response:
        _, store = self._find(request)
        return web.json_response({"message": store.message, "waiting?": store.waiting})

    async def _config(self, request: web.Request) -> web.Response:
        return web.json_response(shown_settings(KEY_VALUE_SETTINGS, self._find(request)[1].settings))

    async def _change_config(self, request: web.Request) -> web.Response:
        _, store = self._find(request)
        change_settings(KEY_VALUE_SETTINGS, store.settings, await json_body(request))
        return web.json_response(shown_settings(KEY_VALUE_SETTINGS, store.settings))

    async def _maintenance(self, request: web.Request) -> web.Response:
        planned = self._find(request)[1].maintenance
        word = f"required by {planned.required_by}" if planned.required_by else "not required"
        return web.json_response({"message": f"Maintenance is {word}."})


def _info(one: AddOn, store: KeyValueStore) -> list[dict[str, Any]]:
    plan = one.plan.partition(":")[2]
    premium = not plan.startswith("mini")
    limit = store.connection_limit or _CONNECTIONS.get(plan.removeprefix("private-"), 40)
    settings = {name: store.settings.get(name, each.default) for name, each in KEY_VALUE_SETTINGS.items()}
    planned = store.maintenance
    kept = store.persistence or ("AOF" if premium else "None")
    available = premium if store.high_availability is None else store.high_availability
    rows: list[tuple[str, list[int | str]]] = [
        ("Plan", [plan.replace("-", " ").title()]),
        ("Status", [store.status]),
        ("Created", [moment(one.created_at)]),
        ("Version", [store.version]),
        ("Timeout", [int(settings["timeout"])]),
        ("Maxmemory", [str(settings["maxmemory_policy"])]),
        ("Maintenance", [f"required by {planned.required_by}" if planned.required_by else "not required"]),
        ("Maintenance window", [planned.window] if planned.window else []),
        ("Persistence", [kept]),
        ("HA Status", ["Available" if available else "Unavailable"]),
        ("Requires TLS", ["Yes" if store.requires_tls else "No"]),
        ("Keyspace Notifications", [str(settings["notify_keyspace_events"]) or "Disabled"]),
        ("Connections", [f"{store.connections}/{limit}"]),
    ]
    return [{"name": name, "values": values} for name, values in rows]
