"""The Platform API: domains, certificates, drains and webhooks of apps, and Private Spaces."""

from collections.abc import Iterable

from aiohttp import web

from providers.sandbox.heroku.routes.asked import find, is_sdk, shown_one
from providers.sandbox.heroku.routes.gate import ApiError, app_of, not_found
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.shapes import network as network_shapes
from providers.sandbox.heroku.shapes import spaces as space_shapes
from providers.sandbox.heroku.shapes.apps import Json
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.world import Space, World


class NetworkRoutes:
    """Routes of what leads to an app and away from it."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/apps/{app}/domains", self._domains),
            web.get("/apps/{app}/domains/{domain}", self._domain),
            web.get("/apps/{app}/sni-endpoints", self._certificates),
            web.get("/apps/{app}/sni-endpoints/{endpoint}", self._certificate),
            web.get("/apps/{app}/log-drains", self._drains),
            web.get("/apps/{app}/log-drains/{drain}", self._drain),
            web.get("/addons/{addon}/log-drains", self._drains_of_add_on),
            web.get("/apps/{app}/telemetry-drains", self._telemetry),
            web.get("/telemetry-drains/{drain}", self._telemetry_drain),
            web.get("/apps/{app}/webhooks", self._webhooks),
            web.get("/apps/{app}/webhooks/{webhook}", self._webhook),
        )

    def _domain_rows(self, request: web.Request) -> list[Json]:
        app = app_of(self._world, request)
        return [network_shapes.domain(app, one) for one in app.domains]

    async def _domains(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, self._domain_rows(request), "id", "hostname")

    async def _domain(self, request: web.Request) -> web.Response:
        for row in self._domain_rows(request):
            if request.match_info["domain"] in (row["id"], row["hostname"]):
                return web.json_response(row)
        raise not_found("domain")

    def _certificate_rows(self, request: web.Request) -> list[Json]:
        app = app_of(self._world, request)
        return [network_shapes.certificate(app, one) for one in app.certificates]

    async def _certificates(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, self._certificate_rows(request), "id", "name")

    async def _certificate(self, request: web.Request) -> web.Response:
        return shown_one(self._certificate_rows(request), request.match_info["endpoint"], "sni endpoint")

    def _drain_rows(self, request: web.Request) -> list[Json]:
        app = app_of(self._world, request)
        return [network_shapes.drain(self._world, app, one) for one in app.drains]

    async def _drains(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, self._drain_rows(request))

    async def _drain(self, request: web.Request) -> web.Response:
        for row in self._drain_rows(request):
            if request.match_info["drain"] in (row["id"], row["url"], row["token"]):
                return web.json_response(row)
        raise not_found("log drain")

    async def _drains_of_add_on(self, request: web.Request) -> web.Response:
        add_on = self._world.add_on(request.match_info["addon"])
        if add_on is None or not self._world.is_open(add_on.app_id):
            raise not_found("add on")
        app = self._world.apps[add_on.app_id]
        made = [one for one in app.drains if one.add_on_id == add_on.id]
        return self._pages.answer(request, [network_shapes.drain(self._world, app, one) for one in made])

    async def _telemetry(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        rows = [network_shapes.telemetry(one, "app", app.id) for one in app.telemetry]
        return self._pages.answer(request, rows)

    async def _telemetry_drain(self, request: web.Request) -> web.Response:
        rows = [
            network_shapes.telemetry(one, kind, owner.id)
            for kind, owners in (("app", self._world.apps), ("space", self._world.spaces))
            for owner in owners.values()
            for one in owner.telemetry
        ]
        return shown_one(rows, request.match_info["drain"], "telemetry drain")

    async def _webhooks(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        return self._pages.answer(request, [network_shapes.webhook(app, one) for one in app.webhooks])

    async def _webhook(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        rows = [network_shapes.webhook(app, one) for one in app.webhooks]
        return shown_one(rows, request.match_info["webhook"], "webhook")


class SpaceRoutes:
    """Routes of Private Spaces. Of a space that is refused only its row is told."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/spaces", self._all),
            web.get("/spaces/{space}", self._one),
            web.get("/spaces/{space}/nat", self._nat),
            web.get("/spaces/{space}/topology", self._topology),
            web.get("/spaces/{space}/inbound-ruleset", self._ruleset),
            web.get("/spaces/{space}/inbound-rulesets", self._rulesets),
            web.get("/spaces/{space}/inbound-rulesets/{ruleset}", self._past_ruleset),
            web.get("/spaces/{space}/peerings", self._peerings),
            web.get("/spaces/{space}/peerings/{peering}", self._peering),
            web.get("/spaces/{space}/peering-info", self._peering_info),
            web.get("/spaces/{space}/vpn-connections", self._vpns),
            web.get("/spaces/{space}/vpn-connections/{vpn}", self._vpn),
            web.get("/spaces/{space}/log-drain", self._drain),
            web.get("/spaces/{space}/telemetry-drains", self._telemetry),
            web.get("/spaces/{space}/members", self._members),
            web.get("/spaces/{space}/members/{user}", self._member),
            web.get("/teams/{team}/spaces", self._of_team),
        )

    def _find(self, request: web.Request) -> Space:
        space = find(self._world.spaces.values(), request.match_info["space"], "space")
        if space.refused:
            raise ApiError(403, space.refused, f"You do not have access to the space {space.name}.")
        return space

    def _shown(self, request: web.Request, spaces: Iterable[Space]) -> web.Response:
        rows = [space_shapes.space(self._world, one, sdk=is_sdk(request)) for one in spaces]
        return self._pages.answer(request, rows, "id", "name")

    async def _all(self, request: web.Request) -> web.Response:
        return self._shown(request, self._world.spaces.values())

    async def _of_team(self, request: web.Request) -> web.Response:
        team = find(self._world.teams.values(), request.match_info["team"], "team")
        return self._shown(request, [one for one in self._world.spaces.values() if one.team_id == team.id])

    async def _one(self, request: web.Request) -> web.Response:
        one = find(self._world.spaces.values(), request.match_info["space"], "space")
        return web.json_response(space_shapes.space(self._world, one, sdk=is_sdk(request)))

    async def _nat(self, request: web.Request) -> web.Response:
        return web.json_response(space_shapes.nat(self._find(request)))

    async def _topology(self, request: web.Request) -> web.Response:
        space = self._find(request)
        apps = [app for app in self._world.apps.values() if app.space_id == space.id and app.joined]
        return web.json_response(space_shapes.topology(space, apps))

    async def _ruleset(self, request: web.Request) -> web.Response:
        return web.json_response(space_shapes.ruleset(self._world, self._find(request)))

    async def _rulesets(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, [space_shapes.ruleset(self._world, self._find(request))])

    async def _past_ruleset(self, request: web.Request) -> web.Response:
        space = self._find(request)
        if request.match_info["ruleset"] != stable_id("ruleset", space.id):
            raise not_found("inbound ruleset")
        return web.json_response(space_shapes.ruleset(self._world, space))

    async def _peerings(self, request: web.Request) -> web.Response:
        space = self._find(request)
        rows = [space_shapes.peering(space, one) for one in space.peerings]
        return self._pages.answer(request, rows, "pcx_id", "id")

    async def _peering(self, request: web.Request) -> web.Response:
        space = self._find(request)
        for one in space.peerings:
            if one.pcx_id == request.match_info["peering"]:
                return web.json_response(space_shapes.peering(space, one))
        raise not_found("peering")

    async def _peering_info(self, request: web.Request) -> web.Response:
        return web.json_response(space_shapes.peering_info(self._find(request)))

    async def _vpns(self, request: web.Request) -> web.Response:
        space = self._find(request)
        return self._pages.answer(request, [space_shapes.vpn(space, one) for one in space.vpns])

    async def _vpn(self, request: web.Request) -> web.Response:
        space = self._find(request)
        rows = [space_shapes.vpn(space, one) for one in space.vpns]
        return shown_one(rows, request.match_info["vpn"], "vpn connection")

    async def _drain(self, request: web.Request) -> web.Response:
        """A space has one drain at most (`3.dogwood`); 404 where it has none is a guess."""
        space = self._find(request)
        if space.drain is None:
            raise not_found("log drain")
        return web.json_response(network_shapes.drain(self._world, None, space.drain))

    async def _telemetry(self, request: web.Request) -> web.Response:
        space = self._find(request)
        rows = [network_shapes.telemetry(one, "space", space.id) for one in space.telemetry]
        return self._pages.answer(request, rows)

    async def _members(self, request: web.Request) -> web.Response:
        space = self._find(request)
        rows = [space_shapes.member(self._world, space, email) for email in space.members]
        return self._pages.answer(request, rows)

    async def _member(self, request: web.Request) -> web.Response:
        space, named = self._find(request), request.match_info["user"]
        for email in space.members:
            row = space_shapes.member(self._world, space, email)
            if named in (email, row["user"]["id"]):
                return web.json_response(row)
        raise not_found("user")
