"""The data API's routes of maintenances, the same for every data service of Heroku's own.

Names and types: Heroku's recorded schemas and the CLI's `data:maintenances`. A service for which nothing was
ever planned has status `none`.
"""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.routes.gate import ApiError
from providers.sandbox.heroku.routes.platform import json_body
from providers.sandbox.heroku.world.stores import StoreMaintenance
from providers.sandbox.heroku.world.world import AddOn, World

_DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


class MaintenanceRoutes:
    """Routes by add-on id, and by the id of the app that owns the add-ons."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> Iterable[web.RouteDef]:
        """All routes; an app's comes first, since its path fits the others, too."""
        one = "/data/maintenances/v1/{addon}"
        return (
            web.get("/data/maintenances/v1/apps/{app}", self._of_app),
            web.get(one, self._one),
            web.get(f"{one}/history", self._history),
            web.get(f"{one}/history/", self._history),
            web.get(f"{one}/window", self._window),
            web.post(f"{one}/window", self._change_window),
        )

    async def _of_app(self, request: web.Request) -> web.Response:
        app = self._world.app(request.match_info["app"])
        if app is None or not self._world.is_open(app.id):
            raise ApiError(404, "not_found", "Not found.")
        rows = [
            self._shown(one, planned)
            for one in self._world.owned(app.id)
            if (planned := self._world.stores.maintenance_of(one.id, one.service)) is not None
        ]
        return web.json_response({"maintenances": rows})

    def _find(self, request: web.Request) -> tuple[AddOn, StoreMaintenance]:
        one = self._world.add_on(request.match_info["addon"])
        planned = self._world.stores.maintenance_of(one.id, one.service) if one else None
        if one is None or planned is None or one.state != "provisioned":
            raise ApiError(404, "not_found", "Not found.")
        return one, planned

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(self._shown(*self._find(request)))

    async def _history(self, request: web.Request) -> web.Response:
        one, planned = self._find(request)
        past = [self._shown(one, planned)] if planned.completed_at else []
        return web.json_response({"maintenances": past})

    async def _window(self, request: web.Request) -> web.Response:
        return web.json_response(_window(self._find(request)[1], None))

    async def _change_window(self, request: web.Request) -> web.Response:
        _, planned = self._find(request)
        body = await json_body(request)
        day = str(body.get("day_of_week", "")).capitalize()
        time = str(body.get("time_of_day", ""))
        if day not in _DAYS or len(time) > 8:
            raise ApiError(422, "invalid_params", "Invalid maintenance window.")
        before, planned.window = planned.window, f"{day}s {time} UTC"
        return web.json_response(_window(planned, before))

    def _shown(self, one: AddOn, planned: StoreMaintenance) -> dict[str, Any]:
        return {
            "addon": {
                "uuid": one.id,
                "name": one.name,
                "attachments": sorted(each.name for each in self._world.attached(one.id)),
                "kind": one.service,
                "plan": one.plan.partition(":")[2],
                "window": planned.window,
            },
            "app": {"name": self._world.named(one.app_id), "uuid": one.app_id},
            "window": planned.window,
            "status": planned.status,
            "required_by": planned.required_by,
            "scheduled_for": planned.scheduled_for,
            "method": planned.method,
            "addon_description": one.name,
            "started_at": None,
            "completed_at": planned.completed_at,
            "duration_seconds": None,
            "reason": planned.reason or None,
            "server_created_at": one.created_at,
        }


def _window(planned: StoreMaintenance, before: str | None) -> dict[str, Any]:
    return {
        "window": planned.window,
        "previous_window": before,
        "scheduled_for": planned.scheduled_for,
        "previously_scheduled_for": None,
    }
