"""All routes of the Platform API in one table."""

from aiohttp import web

from providers.sandbox.heroku.routes.account import AccountRoutes
from providers.sandbox.heroku.routes.add_ons import AddOnRoutes
from providers.sandbox.heroku.routes.delivery import DeliveryRoutes
from providers.sandbox.heroku.routes.gate import Bucket
from providers.sandbox.heroku.routes.network import NetworkRoutes, SpaceRoutes
from providers.sandbox.heroku.routes.pipelines import PipelineRoutes
from providers.sandbox.heroku.routes.platform import PlatformRoutes
from providers.sandbox.heroku.routes.ranges import Pages
from providers.sandbox.heroku.routes.teams import TeamRoutes
from providers.sandbox.heroku.running.platform import Platform


def api_routes(platform: Platform, pages: Pages, bucket: Bucket) -> tuple[web.RouteDef, ...]:
    """The routes that `api.heroku.com` answers; of two that fit a path, the first is taken."""
    world = platform.world
    return (
        *PlatformRoutes(platform, pages).table(),
        *AccountRoutes(world, pages, bucket).table(),
        *DeliveryRoutes(world, pages).table(),
        *PipelineRoutes(world, pages).table(),
        *NetworkRoutes(world, pages).table(),
        *TeamRoutes(world, pages).table(),
        *SpaceRoutes(world, pages).table(),
        *AddOnRoutes(world, pages).table(),
    )
