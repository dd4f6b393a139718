"""The service behind Heroku's dataclips: GraphQL, of which one query is played. Undocumented at Heroku."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import Dataclip, World


class DataclipRoutes:
    """The route of queries."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (web.get("/graphql", self._query),)

    async def _query(self, request: web.Request) -> web.Response:
        """Shape: herokux (api/data/postgres_dataclip.go); all fields come, asked for or not."""
        if "listClips" not in request.query.get("query", ""):
            return web.json_response({"errors": [{"message": "Cannot query field"}]})
        return web.json_response({"data": {"listClips": [self._shown(one) for one in self._world.dataclips]}})

    def _shown(self, one: Dataclip) -> dict[str, Any]:
        mark = stable_id("dataclip", one.title, one.database or "")
        return {
            "id": mark,
            "slug": mark.replace("-", "")[:26],
            "title": one.title,
            "creator": {"id": stable_id("user", one.creator), "email": one.creator},
            "created_at": one.created_at,
            "edited_at": one.edited_at,
            "datasource": one.database and {"addon_name": one.database, "attachment_id": None},
            "detached": one.detached,
            "editable": True,
        }
