"""The Platform API: teams, enterprise accounts, and who is in them."""

from collections.abc import Iterable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.routes.asked import added, find, is_sdk, shown_one
from providers.sandbox.heroku.routes.gate import ApiError, not_found
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.shapes import add_ons as add_on_shapes
from providers.sandbox.heroku.shapes import apps as shapes
from providers.sandbox.heroku.shapes import catalogue as catalogue_shapes
from providers.sandbox.heroku.shapes import people as people_shapes
from providers.sandbox.heroku.world.catalogue import GENERATIONS
from providers.sandbox.heroku.world.world import App, Enterprise, Team, World


class TeamRoutes:
    """Routes of teams. A team that is refused tells its row and its apps, and nothing else."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/teams", self._all),
            web.get("/teams/permissions", self._permissions),
            web.get("/teams/apps/{app}", self._team_app),
            web.get("/teams/apps/{app}/collaborators", self._collaborators),
            web.get("/teams/apps/{app}/collaborators/{collaborator}", self._collaborator),
            web.get("/teams/{team}", self._one),
            web.get("/teams/{team}/apps", self._apps),
            web.get("/teams/{team}/addons", self._add_ons),
            web.get("/teams/{team}/members", self._members),
            web.get("/teams/{team}/members/{member}/apps", self._apps_of_member),
            web.get("/teams/{team}/invitations", self._invitations),
            web.get("/teams/{team}/features", self._features),
            web.get("/teams/{team}/features/{feature}", self._feature),
            web.get("/teams/{team}/permissions", self._rights),
            web.get("/teams/{team}/preferences", self._preferences),
            web.get("/teams/{team}/usage/monthly", self._usage),
            web.get("/teams/{team}/available-generations", self._generations),
            web.get("/teams/{team}/allowed-addon-services", self._nothing),
            web.get("/teams/{team}/identity-providers", self._nothing),
            web.get("/enterprise-accounts", self._enterprises),
            web.get("/enterprise-accounts/{enterprise}", self._enterprise),
            web.get("/enterprise-accounts/{enterprise}/members", self._enterprise_members),
            web.get("/enterprise-accounts/{enterprise}/teams", self._enterprise_teams),
        )

    def _find(self, request: web.Request) -> Team:
        return find(self._world.teams.values(), request.match_info["team"], "team")

    def _inside(self, request: web.Request) -> Team:
        team = self._find(request)
        if team.refused:
            raise ApiError(403, team.refused, f"You do not have access to the team {team.name}.")
        return team

    def _apps_in(self, team: Team) -> list[App]:
        return [app for app in self._world.apps.values() if app.team_id == team.id]

    async def _all(self, request: web.Request) -> web.Response:
        rows = [people_shapes.team(self._world, one) for one in self._world.teams.values()]
        return self._pages.answer(request, rows, "id", "name")

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(people_shapes.team(self._world, self._find(request)))

    async def _nothing(self, request: web.Request) -> web.Response:
        self._inside(request)
        return self._pages.answer(request, [])

    async def _permissions(self, request: web.Request) -> web.Response:
        return web.json_response(shapes.permissions())

    def _team_apps(self, request: web.Request, apps: list[App]) -> web.Response:
        rows = [shapes.team_app(self._world, app, sdk=is_sdk(request)) for app in apps]
        return self._pages.answer(request, rows, "id", "name", "updated_at")

    async def _apps(self, request: web.Request) -> web.Response:
        return self._team_apps(request, self._apps_in(self._find(request)))

    def _named_app(self, request: web.Request) -> App:
        """A team's app, joined or not: its row is told to every member of the team."""
        app = self._world.app(request.match_info["app"])
        if app is None or app.gone or app.team_id is None:
            raise not_found("app")
        return app

    async def _team_app(self, request: web.Request) -> web.Response:
        shown = shapes.team_app(self._world, self._named_app(request), sdk=is_sdk(request))
        return web.json_response(shown)

    def _people(self, request: web.Request) -> list[dict[str, Any]]:
        app = self._named_app(request)
        if app.refused or not app.joined:
            raise ApiError(403, "forbidden", f"You do not have access to the app {app.name}.")
        return shapes.collaborators(self._world, app)

    async def _collaborators(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, self._people(request))

    async def _collaborator(self, request: web.Request) -> web.Response:
        named = request.match_info["collaborator"]
        for row in self._people(request):
            if named in (row["id"], row["user"]["email"]):
                return web.json_response(row)
        raise not_found("collaborator")

    async def _add_ons(self, request: web.Request) -> web.Response:
        apps = {app.id for app in self._apps_in(self._inside(request))}
        expand = added(request, "Accept-Expansion")
        rows = [
            add_on_shapes.add_on(self._world, one, expand=expand)
            for one in self._world.add_ons.values()
            if one.app_id in apps
        ]
        return self._pages.answer(request, rows, "id", "name")

    async def _members(self, request: web.Request) -> web.Response:
        team = self._inside(request)
        rows = [people_shapes.member(self._world, team, one) for one in team.members]
        return self._pages.answer(request, rows, "email", "id")

    async def _apps_of_member(self, request: web.Request) -> web.Response:
        team, named = self._inside(request), request.match_info["member"]
        email = next((one.email for one in team.members if one.email == named), None)
        if email is None:
            raise not_found("member")
        named_in = [app for app in self._apps_in(team) if email in {one.email for one in app.collaborators}]
        return self._team_apps(request, named_in)

    async def _invitations(self, request: web.Request) -> web.Response:
        team = self._inside(request)
        rows = [people_shapes.invitation(self._world, team, one) for one in team.invitations]
        return self._pages.answer(request, rows)

    async def _features(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, people_shapes.team_features(self._inside(request)), "id", "name")

    async def _feature(self, request: web.Request) -> web.Response:
        rows = people_shapes.team_features(self._inside(request))
        return shown_one(rows, request.match_info["feature"], "team feature")

    async def _rights(self, request: web.Request) -> web.Response:
        team = self._inside(request)
        rows = [people_shapes.rights_in(self._world, team, app) for app in self._apps_in(team)]
        return self._pages.answer(request, rows, "id", "name")

    async def _preferences(self, request: web.Request) -> web.Response:
        self._inside(request)
        return web.json_response(people_shapes.preferences())

    async def _usage(self, request: web.Request) -> web.Response:
        team = self._inside(request)
        return web.json_response([people_shapes.usage(self._world, team, self._apps_in(team))])

    async def _generations(self, request: web.Request) -> web.Response:
        self._inside(request)
        rows = [catalogue_shapes.generation(name) for name in GENERATIONS]
        return self._pages.answer(request, rows, "id", "name")

    async def _enterprises(self, request: web.Request) -> web.Response:
        rows = [people_shapes.enterprise(one) for one in self._world.enterprises.values()]
        return self._pages.answer(request, rows, "id", "name")

    def _above(self, request: web.Request) -> Enterprise:
        named = request.match_info["enterprise"]
        return find(self._world.enterprises.values(), named, "enterprise account")

    async def _enterprise(self, request: web.Request) -> web.Response:
        return web.json_response(people_shapes.enterprise(self._above(request)))

    async def _enterprise_members(self, request: web.Request) -> web.Response:
        one = self._above(request)
        rows = [people_shapes.enterprise_member(self._world, one, who) for who in one.members]
        return self._pages.answer(request, rows)

    async def _enterprise_teams(self, request: web.Request) -> web.Response:
        above = self._above(request)
        below = [team for team in self._world.teams.values() if team.enterprise_id == above.id]
        rows = [people_shapes.team(self._world, one) for one in below]
        return self._pages.answer(request, rows, "id", "name")
