"""The service that links apps and pipelines to GitHub (kolkrabbi).

Shapes: `src/repositories/schemas.json` of heroku/typescript-api-schema, 2026. What has no link is 404 (that
much is a guess; Heroku's CLI takes 404 so).
"""

import zlib
from collections.abc import Iterable
from typing import Any

from aiohttp import web

from providers.sandbox.heroku.routes.gate import app_of, not_found
from providers.sandbox.heroku.world.world import App, Pipeline, World, stable_id


class KolkrabbiRoutes:
    """Routes of links, by app or pipeline id or name."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> Iterable[web.RouteDef]:
        """All routes. A person's own GitHub token is at `/account/github/token` at Heroku, and not here."""
        return (
            web.get("/apps/{app}/github", self._link),
            web.get("/pipelines/{pipeline}/repository", self._repository),
            web.get("/pipelines/{pipeline}/github", self._old_repository),
        )

    async def _link(self, request: web.Request) -> web.Response:
        app = app_of(self._world, request)
        if app.github is None:
            raise not_found("app link")
        return web.json_response(self._shown(app))

    def _shown(self, app: App) -> dict[str, Any]:
        link = app.github
        assert link is not None
        return {
            "app": {"id": app.id},
            "app_id": app.id,
            "id": stable_id("github", app.id),
            "repo": link.repository,
            "repo_id": number_of(link.repository),
            "repo_host": "github.com",
            "branch": link.branch,
            "auto_deploy": link.auto_deploy,
            "wait_for_ci": link.wait_for_ci,
            "parent": None,
            "pull_request": None,
            "pull_requests": {"enabled": link.pull_requests, "auto_deploy": link.auto_pull_requests},
            "owner": self._person(),
            "created_at": app.created_at,
            "updated_at": app.updated_at or app.created_at,
        }

    def _person(self) -> dict[str, Any]:
        account = self._world.account_id
        return {
            "id": stable_id("kolkrabbi-user", account),
            "heroku": {"user_id": account},
            "github": {"user_id": 1_234_567},
        }

    def _pipeline(self, request: web.Request) -> Pipeline:
        for one in self._world.pipelines.values():
            if request.match_info["pipeline"] in (one.id, one.name):
                if one.repository is None:
                    raise not_found("pipeline link")
                return one
        raise not_found("pipeline")

    async def _repository(self, request: web.Request) -> web.Response:
        one = self._pipeline(request)
        assert one.repository is not None
        return web.json_response(
            {
                "ci": False,
                "created_at": one.created_at,
                "creator": self._person(),
                "id": stable_id("pipeline-repository", one.id),
                "organization": None,
                "owner": self._person(),
                "pipeline": {"id": one.id},
                "repository": {
                    "created_at": one.created_at,
                    "id": number_of(one.repository),
                    "name": one.repository,
                    "type": "github",
                    "updated_at": one.created_at,
                    "host": "github.com",
                },
                "statuses": [],
                "updated_at": one.created_at,
            }
        )

    async def _old_repository(self, request: web.Request) -> web.Response:
        """The older form of the same."""
        one = self._pipeline(request)
        assert one.repository is not None
        number = number_of(one.repository)
        return web.json_response(
            {"pipeline": {"id": one.id}, "repository": {"id": number, "name": one.repository}}
        )


def number_of(repository: str) -> int:
    """GitHub's number of a repository, made up, the same at every start."""
    return 10_000_000 + zlib.crc32(repository.encode()) % 900_000_000
