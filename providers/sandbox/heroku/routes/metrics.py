"""The metrics service: monitors, which scale web dynos or tell people of trouble. Undocumented at Heroku."""

from collections.abc import Iterable

from aiohttp import web

from providers.sandbox.heroku.routes.gate import app_of
from providers.sandbox.heroku.world.world import World


class MetricsRoutes:
    """Routes of monitors."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (web.get("/apps/{app}/formation/{type}/monitors", self._monitors),)

    async def _monitors(self, request: web.Request) -> web.Response:
        """Shape: heroku/cli (ps:autoscale) and herokux; `notification_channels` and the rest are not read."""
        app, kind = app_of(self._world, request), request.match_info["type"]
        return web.json_response(
            [
                {
                    "id": one.id,
                    "app_id": app.id,
                    "process_type": kind,
                    "action_type": one.action,
                    "name": "LATENCY_SCALE" if one.action == "scale" else "LATENCY",
                    "min_quantity": one.least,
                    "max_quantity": one.most,
                    "metric_uuid": "00000000-0000-0000-0000-000000000000",
                    "notification_channels": ["app"] if one.email else [],
                    "notification_period": 1440,
                    "op": "GREATER_OR_EQUAL",
                    "period": 1,
                    "state": "",
                    "value": one.value,
                    "is_active": one.active,
                }
                for one in app.monitors
                if kind == one.process
            ]
        )
