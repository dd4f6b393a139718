"""The Platform API: pipelines, what is in them, and review apps."""

from collections.abc import Iterable

from aiohttp import web

from providers.sandbox.heroku.routes.asked import find, is_sdk, shown_one
from providers.sandbox.heroku.routes.gate import app_of, not_found
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.shapes import delivery as delivery_shapes
from providers.sandbox.heroku.shapes import pipelines as pipeline_shapes
from providers.sandbox.heroku.world.world import App, Pipeline, Promotion, World


class PipelineRoutes:
    """Routes of pipelines by id or name."""

    def __init__(self, world: World, pages: Pages) -> None:
        self._world = world
        self._pages = pages

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        return (
            web.get("/pipelines", self._all),
            web.get("/pipelines/{pipeline}", self._one),
            web.get("/pipelines/{pipeline}/repo", self._repository),
            web.get("/pipelines/{pipeline}/pipeline-couplings", self._couplings_of),
            web.get("/pipelines/{pipeline}/pipeline-stack", self._stack),
            web.get("/pipelines/{pipeline}/latest-releases", self._latest_releases),
            web.get("/pipelines/{pipeline}/latest-deployments", self._latest_releases),
            web.get("/pipelines/{pipeline}/latest-builds", self._latest_builds),
            web.get("/pipelines/{pipeline}/review-app-config", self._review_config),
            web.get("/pipelines/{pipeline}/review-apps", self._review_apps),
            web.get("/pipelines/{pipeline}/stage/{stage}/config-vars", self._stage_config),
            web.get("/pipeline-promotions/{promotion}", self._promotion),
            web.get("/pipeline-promotions/{promotion}/promotion-targets", self._targets),
            web.get("/review-apps/{review}", self._review_app),
            web.get("/apps/{app}/review-app", self._review_of_app),
            web.get("/pipeline-couplings", self._couplings),
            web.get("/users/~/pipeline-couplings", self._couplings),
            web.get("/teams/{team}/pipeline-couplings", self._couplings_of_team),
            web.get("/pipeline-couplings/{coupling}", self._coupling),
            web.get("/apps/{app}/pipeline-couplings", self._coupling_of),
        )

    def _find(self, request: web.Request) -> Pipeline:
        return find(self._world.pipelines.values(), request.match_info["pipeline"], "pipeline")

    async def _all(self, request: web.Request) -> web.Response:
        """`eq[name]` asks for the one of that name (`3.pipelines`)."""
        named = request.query.get("eq[name]")
        rows = [
            pipeline_shapes.pipeline(self._world, one)
            for one in self._world.pipelines.values()
            if named is None or named == one.name
        ]
        return self._pages.answer(request, rows, "id", "name")

    async def _one(self, request: web.Request) -> web.Response:
        return web.json_response(pipeline_shapes.pipeline(self._world, self._find(request)))

    async def _repository(self, request: web.Request) -> web.Response:
        """The newer way to the repository (`3.repositories-api`); only `full_name` is known from the CLI."""
        repository = self._find(request).repository
        if repository is None:
            raise not_found("repository")
        return web.json_response({"full_name": repository})

    def _rows(self, pipeline_id: str | None = None) -> list[dict[str, object]]:
        return [
            pipeline_shapes.coupling(self._world, app_id)
            for app_id, (mark, _) in self._world.couplings.items()
            if pipeline_id in (None, mark)
        ]

    def _apps_of(self, pipeline: Pipeline) -> list[App]:
        """Those that this account can read."""
        marks = [app_id for app_id, (mark, _) in self._world.couplings.items() if mark == pipeline.id]
        return [self._world.apps[mark] for mark in marks if self._world.is_open(mark)]

    async def _couplings(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, self._rows())

    async def _couplings_of(self, request: web.Request) -> web.Response:
        return self._pages.answer(request, self._rows(self._find(request).id))

    async def _couplings_of_team(self, request: web.Request) -> web.Response:
        team = find(self._world.teams.values(), request.match_info["team"], "team")
        lines = self._world.pipelines.values()
        rows = [row for one in lines if one.team_id == team.id for row in self._rows(one.id)]
        return self._pages.answer(request, rows)

    async def _coupling(self, request: web.Request) -> web.Response:
        return shown_one(self._rows(), request.match_info["coupling"], "pipeline coupling")

    async def _coupling_of(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        if app.id not in self._world.couplings:
            raise not_found("pipeline coupling")
        return web.json_response(pipeline_shapes.coupling(self._world, app.id))

    async def _stack(self, request: web.Request) -> web.Response:
        return web.json_response(pipeline_shapes.pipeline_stack(self._world, self._find(request)))

    async def _latest_releases(self, request: web.Request) -> web.Response:
        sdk = is_sdk(request)
        rows = [
            delivery_shapes.release(self._world, app, app.releases[-1], sdk=sdk)
            for app in self._apps_of(self._find(request))
            if app.releases
        ]
        return self._pages.answer(request, rows)

    async def _latest_builds(self, request: web.Request) -> web.Response:
        rows = []
        for app in self._apps_of(self._find(request)):
            builds = delivery_shapes.builds_of(self._world, app)
            if builds:
                row = delivery_shapes.build(self._world, app, builds[-1])
                del row["generation"]
                rows.append(row)
        return self._pages.answer(request, rows)

    async def _review_config(self, request: web.Request) -> web.Response:
        one = self._find(request)
        if one.review is None:
            raise not_found("review app config")
        return web.json_response(pipeline_shapes.review_config(self._world, one))

    async def _review_apps(self, request: web.Request) -> web.Response:
        one = self._find(request)
        rows = [pipeline_shapes.review_app(self._world, one, each) for each in one.review_apps]
        return self._pages.answer(request, rows)

    def _review_rows(self) -> list[dict[str, object]]:
        return [
            pipeline_shapes.review_app(self._world, one, each)
            for one in self._world.pipelines.values()
            for each in one.review_apps
        ]

    async def _review_app(self, request: web.Request) -> web.Response:
        return shown_one(self._review_rows(), request.match_info["review"], "review app")

    async def _review_of_app(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        for row in self._review_rows():
            if row["app"] == {"id": app.id}:
                return web.json_response(row)
        raise not_found("review app")

    async def _stage_config(self, request: web.Request) -> web.Response:
        return web.json_response(self._find(request).stage_config.get(request.match_info["stage"], {}))

    def _find_promotion(self, request: web.Request) -> tuple[Pipeline, Promotion]:
        for one in self._world.pipelines.values():
            for promotion in one.promotions:
                if promotion.id == request.match_info["promotion"]:
                    return one, promotion
        raise not_found("pipeline promotion")

    async def _promotion(self, request: web.Request) -> web.Response:
        return web.json_response(pipeline_shapes.promotion(self._world, *self._find_promotion(request)))

    async def _targets(self, request: web.Request) -> web.Response:
        _, promotion = self._find_promotion(request)
        return self._pages.answer(request, pipeline_shapes.promotion_targets(promotion))
