"""Both main hosts: teams, clusters, plans, linked repositories, spaces, and one of the two ways to create."""

from typing import Any

from aiohttp import web

from providers.sandbox.code_capsules.creation import Creation
from providers.sandbox.code_capsules.http import (
    ACCOUNT,
    ApiError,
    Json,
    Server,
    json_body,
    not_found,
    text_of,
    wrapped,
)
from providers.sandbox.code_capsules.plans import plans
from providers.sandbox.code_capsules.records import Space, Team
from providers.sandbox.code_capsules.shapes import Shapes
from providers.sandbox.code_capsules.world import World, slugged
from providers.sandbox.faults import Faults


class MainRoutes:
    """Added to each of the two servers."""

    def __init__(self, world: World, shapes: Shapes, faults: Faults, creation: Creation) -> None:
        self._world = world
        self._shapes = shapes
        self._faults = faults
        self._creation = creation

    def add_to(self, server: Server) -> None:
        for method, path, handler in (
            ("GET", "/teams", self._teams),
            ("POST", "/teams", self._new_team),
            ("PATCH", "/teams/update", self._rename_team),
            ("GET", "/teams/{id}", self._team),
            ("DELETE", "/teams/{id}", self._drop_team),
            ("GET", "/clusters", self._clusters),
            ("GET", "/plans", self._plans),
            ("GET", "/git/repo/connected", self._repos),
            ("GET", "/git/team-repo/{id}", self._team_repos),
            ("GET", "/spaces", self._spaces),
            ("POST", "/spaces", self._new_space),
            ("GET", "/spaces/slug/{slug}", self._space_by_slug),
            ("GET", "/spaces/{id}", self._space),
            ("PATCH", "/spaces/{id}/name", self._rename_space),
            ("DELETE", "/spaces/{id}/delete", self._drop_space),
            ("POST", "/capsules/capsules", self._new_capsule),
        ):
            server.route(method, path, handler)

    async def _teams(self, request: web.Request) -> web.Response:
        mine = self._world.teams_of(request[ACCOUNT].id)
        return wrapped([self._shapes.team(team) for team in mine])

    async def _team(self, request: web.Request) -> web.Response:
        return wrapped(self._shapes.team(self._my_team(request, request.match_info["id"])))

    async def _new_team(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        name = text_of(body, "name", wanted=True)
        slug = text_of(body, "slug") or self._world.free_slug(name)
        if any(team.slug == slug for team in self._world.teams.values()):
            raise ApiError(409, "Team slug already exists")
        owner = request[ACCOUNT].id
        team = Team(name, slug, owner, {owner: "owner"})
        self._world.teams[team.id] = team
        return wrapped(self._shapes.team(team))

    async def _rename_team(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        team = self._my_team(request, text_of(body, "id", wanted=True))
        team.name = text_of(body, "name", wanted=True)
        return wrapped(self._shapes.team(team))

    async def _drop_team(self, request: web.Request) -> web.Response:
        team = self._my_team(request, request.match_info["id"])
        if any(space.team_id == team.id for space in self._world.spaces.values()):
            raise ApiError(400, "Team still has spaces")
        del self._world.teams[team.id]
        return wrapped(True)

    async def _clusters(self, request: web.Request) -> web.Response:
        return wrapped([self._shapes.cluster(cluster) for cluster in self._world.clusters.values()])

    async def _plans(self, request: web.Request) -> web.Response:
        return wrapped(plans(list(self._world.clusters)))

    async def _repos(self, request: web.Request) -> web.Response:
        mine = {team.id for team in self._world.teams_of(request[ACCOUNT].id)}
        return wrapped([self._shapes.repo(repo) for repo in self._world.repos_of(mine)])

    async def _team_repos(self, request: web.Request) -> web.Response:
        team = self._my_team(request, request.match_info["id"])
        return wrapped([self._shapes.repo(repo) for repo in self._world.repos_of({team.id})])

    async def _spaces(self, request: web.Request) -> web.Response:
        mine = self._world.spaces_of(request[ACCOUNT].id)
        return wrapped([self._shapes.space(space) for space in mine])

    async def _space(self, request: web.Request) -> web.Response:
        return wrapped(self._shapes.space(self._my_space(request)))

    async def _space_by_slug(self, request: web.Request) -> web.Response:
        slug = request.match_info["slug"]
        space = self._world.space_by_slug(slug)
        if space is None or space not in self._world.spaces_of(request[ACCOUNT].id):
            raise not_found("Space", slug)
        return wrapped(self._shapes.space(space))

    async def _new_space(self, request: web.Request) -> web.Response:
        body = await json_body(request)
        name = text_of(body, "name", wanted=True)
        if text_of(body, "teamId") not in {team.id for team in self._world.teams_of(request[ACCOUNT].id)}:
            raise ApiError(400, "Invalid team")
        if text_of(body, "clusterId") not in self._world.clusters:
            raise ApiError(400, "Invalid cluster")
        slug = slugged(text_of(body, "slug")) if text_of(body, "slug") else self._world.free_slug(name)
        taken = self._faults.take("SPACE", "space:/") is not None
        if taken or self._world.space_by_slug(slug) is not None:
            raise ApiError(409, "Space slug already exists")
        space = Space(name, slug, body["teamId"], body["clusterId"])
        self._world.spaces[space.id] = space
        return wrapped(self._shapes.space(space))

    async def _rename_space(self, request: web.Request) -> web.Response:
        space = self._my_space(request)
        space.name = text_of(await json_body(request), "name", wanted=True)
        return wrapped(self._shapes.space(space))

    async def _drop_space(self, request: web.Request) -> web.Response:
        space = self._my_space(request)
        if self._world.capsules_in(space.id):
            raise ApiError(400, "Space still has capsules")
        del self._world.spaces[space.id]
        return wrapped(True)

    async def _new_capsule(self, request: web.Request) -> web.Response:
        """The space has to be given whole: with anything trimmed off, the vendor fails."""
        body = await json_body(request)
        given = body.get("space")
        known = self._world.spaces.get(str(given.get("id"))) if isinstance(given, dict) else None
        if known is None or known not in self._world.spaces_of(request[ACCOUNT].id):
            raise ApiError(500, "")
        if _lacks(given, self._shapes.space(known)):
            raise ApiError(500, "")
        wish = body.get("capsuleRequest")
        if not isinstance(wish, dict):
            raise ApiError(422, "The request body is invalid: must have required property 'capsuleRequest'")
        return wrapped(self._shapes.capsule(await self._creation.create(known, wish)))

    def _my_team(self, request: web.Request, key: str) -> Team:
        for team in self._world.teams_of(request[ACCOUNT].id):
            if key in {team.id, team.slug}:
                return team
        raise not_found("Team", key)

    def _my_space(self, request: web.Request) -> Space:
        key = request.match_info["id"]
        for space in self._world.spaces_of(request[ACCOUNT].id):
            if space.id == key:
                return space
        raise not_found("Space", key)


def _lacks(given: Any, whole: Json) -> bool:
    """Whether something of `whole` is not in `given`."""
    if not isinstance(given, dict):
        return True
    return any(
        key not in given or (isinstance(value, dict) and _lacks(given[key], value))
        for key, value in whole.items()
    )
