"""The data API's routes of a Postgres: what stands about it, its credentials, settings and schedules."""

from collections.abc import Iterable, Mapping

from aiohttp import web

from providers.sandbox.heroku.routes.gate import ApiError
from providers.sandbox.heroku.routes.platform import json_body
from providers.sandbox.heroku.running.database import Database
from providers.sandbox.heroku.shapes import postgres as shapes
from providers.sandbox.heroku.shapes.postgres import Shown, seen
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.settings import POSTGRES_SETTINGS, change_settings, shown_settings
from providers.sandbox.heroku.world.stores import POSTGRES, StoreLink, StoreSchedule, plan_of
from providers.sandbox.heroku.world.world import AddOn, World

DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")


def find_store(world: World, reference: str, service: str) -> AddOn:
    """The add-on of that service by id or name; ApiError 404 while it is not there yet, or not any more."""
    one = world.add_on(reference)
    if one is None or one.service != service or one.state != "provisioned":
        raise ApiError(404, "not_found", "Not found.")
    if one.app_id in world.apps and not world.is_open(one.app_id) and not _shared(world, one):
        raise ApiError(404, "not_found", "Not found.")
    return one


def _shared(world: World, one: AddOn) -> bool:
    """Whether some app that the account may read has it attached."""
    return any(world.is_open(attachment.app_id) for attachment in world.attached(one.id))


class DataRoutes:
    """Routes of databases by add-on id or name. `databases` holds real ones by add-on id."""

    def __init__(self, world: World, databases: Mapping[str, Database]) -> None:
        self._world = world
        self._databases = databases

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        old, new = "/client/v11/databases/{name}", "/postgres/v0/databases/{name}"
        return (
            web.get(old, self._info),
            web.get(f"{old}/wait_status", self._wait_status),
            web.get(f"{old}/followers", self._followers),
            web.get(f"{old}/bastion", self._bastion),
            web.get(f"{old}/user_connections", self._user_connections),
            web.get(f"{old}/links", self._links),
            web.get(f"{old}/connection-pooling", self._pooling),
            web.get(f"{old}/maintenance", self._maintenance),
            web.get(f"{old}/transfer-schedules", self._schedules),
            web.post(f"{old}/transfer-schedules", self._add_schedule),
            web.delete(f"{old}/transfer-schedules/{{schedule}}", self._remove_schedule),
            web.get(f"{new}/credentials", self._credentials),
            web.get(f"{new}/credentials/{{credential}}", self._credential),
            web.get(f"{new}/config", self._config),
            web.patch(f"{new}/config", self._change_config),
        )

    async def _find(self, request: web.Request) -> Shown:
        add_on = find_store(self._world, request.match_info["name"], POSTGRES)
        if plan_of(add_on.plan).family == "advanced":
            # Such databases have routes of their own; what Heroku says here is a guess.
            raise ApiError(422, "unprocessable_entity", "You can't use this endpoint on Advanced databases.")
        return await seen(self._world, add_on, self._databases)

    async def _service(self, request: web.Request, what: str) -> Shown:
        """What a tenant does not have."""
        shown = await self._find(request)
        if shown.plan.family != "classic":
            raise ApiError(
                422, "unprocessable_entity", f"{what} is not available for Essential-tier databases."
            )
        return shown

    async def _info(self, request: web.Request) -> web.Response:
        return web.json_response(shapes.database(await self._find(request)))

    async def _wait_status(self, request: web.Request) -> web.Response:
        store = (await self._find(request)).store
        return web.json_response({"message": store.message, "waiting?": store.waiting})

    async def _followers(self, request: web.Request) -> web.Response:
        shown = await self._service(request, "Following")
        found = [await seen(self._world, one, self._databases) for one in shapes.followers(shown)]
        return web.json_response([shapes.database(one) for one in found])

    async def _bastion(self, request: web.Request) -> web.Response:
        shown = await self._find(request)
        if not shown.add_on.plan.partition(":")[2].startswith("private"):
            raise ApiError(404, "not_found", "Not found.")
        key = stable_id("bastion", shown.add_on.id)
        begin, end = (f"-----{word} OPENSSH PRIVATE KEY-----" for word in ("BEGIN", "END"))
        host = f"bastion-{key[:8]}.example"
        return web.json_response({"host": host, "private_key": f"{begin}\n{key}\n{end}\n"})

    async def _user_connections(self, request: web.Request) -> web.Response:
        shown = await self._find(request)
        return web.json_response({"connections": {shown.address.role: shown.figures.connections}})

    async def _links(self, request: web.Request) -> web.Response:
        shown = await self._find(request)
        return web.json_response([self._link(shown, one) for one in shown.store.links])

    def _link(self, shown: Shown, one: StoreLink) -> dict[str, object]:
        return {
            "id": stable_id("link", shown.add_on.id, one.name),
            "name": one.name,
            "created_at": shown.add_on.created_at,
            "remote": {"attachment_name": one.attachment, "name": one.remote},
            "remote_name": one.attachment,
        }

    async def _pooling(self, request: web.Request) -> web.Response:
        shown = await self._service(request, "Connection pooling")
        status = "enabled" if shown.store.pooling else "available"
        return web.json_response({"status": status, "message": f"Connection pooling is {status}."})

    async def _maintenance(self, request: web.Request) -> web.Response:
        planned = (await self._service(request, "Maintenance")).store.maintenance
        word = f"required by {planned.required_by}" if planned.required_by else "not required"
        return web.json_response({"message": f"Maintenance is {word}."})

    async def _schedules(self, request: web.Request) -> web.Response:
        shown = await self._find(request)
        return web.json_response([shown_schedule(shown.add_on.id, one) for one in shown.store.schedules])

    async def _add_schedule(self, request: web.Request) -> web.Response:
        """One a name; a second replaces the first."""
        shown, body = await self._find(request), await json_body(request)
        hour, zone, name = body.get("hour"), body.get("timezone", "UTC"), body.get("schedule_name")
        hour = int(hour) if isinstance(hour, str) and hour.isdigit() else hour
        if type(hour) is not int or not 0 <= hour <= 23 or not isinstance(zone, str):
            raise ApiError(422, "invalid_params", "Invalid schedule.")
        one = StoreSchedule(name=str(name or "DATABASE_URL"), hour=hour, timezone=zone)
        kept = [other for other in shown.store.schedules if other.name != one.name]
        shown.store.schedules = [*kept, one]
        return web.json_response(shown_schedule(shown.add_on.id, one), status=201)

    async def _remove_schedule(self, request: web.Request) -> web.Response:
        shown, wanted = await self._find(request), request.match_info["schedule"]
        for one in shown.store.schedules:
            row = shown_schedule(shown.add_on.id, one)
            if wanted in (row["uuid"], one.name):
                shown.store.schedules.remove(one)
                return web.json_response(row)
        raise ApiError(404, "not_found", "Not found.")

    async def _credentials(self, request: web.Request) -> web.Response:
        shown = await self._find(request)
        return web.json_response([shapes.credential(shown, one.name) for one in shown.store.credentials])

    async def _credential(self, request: web.Request) -> web.Response:
        shown, name = await self._find(request), request.match_info["credential"]
        if name not in {one.name for one in shown.store.credentials}:
            raise ApiError(404, "not_found", "Not found.")
        return web.json_response(shapes.credential(shown, name))

    async def _config(self, request: web.Request) -> web.Response:
        shown = await self._service(request, "Changing settings")
        return web.json_response(shown_settings(POSTGRES_SETTINGS, shown.store.settings))

    async def _change_config(self, request: web.Request) -> web.Response:
        shown = await self._service(request, "Changing settings")
        change_settings(POSTGRES_SETTINGS, shown.store.settings, await json_body(request))
        return web.json_response(shown_settings(POSTGRES_SETTINGS, shown.store.settings))


def schedule_id(add_on_id: str, name: str) -> str:
    """The uuid of a schedule of a database."""
    return stable_id("schedule", add_on_id, name)


def shown_schedule(add_on_id: str, one: StoreSchedule) -> dict[str, object]:
    mark = schedule_id(add_on_id, one.name)
    return {
        "uuid": mark,
        "name": one.name,
        "callback_url": f"https://postgres-api.heroku.example/schedules/{mark}",
        "days": list(DAYS),
        "hour": one.hour,
        "timezone": one.timezone,
        "retain_weeks": one.retain_weeks,
        "retain_months": one.retain_months,
    }
