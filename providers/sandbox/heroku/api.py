"""All routes of the Platform API in one table."""

from aiohttp import web

from providers.sandbox.heroku.account_routes import AccountRoutes
from providers.sandbox.heroku.add_on_routes import AddOnRoutes
from providers.sandbox.heroku.delivery_routes import DeliveryRoutes
from providers.sandbox.heroku.gate import Bucket
from providers.sandbox.heroku.network_routes import NetworkRoutes, SpaceRoutes
from providers.sandbox.heroku.pipeline_routes import PipelineRoutes
from providers.sandbox.heroku.platform import Platform
from providers.sandbox.heroku.platform_routes import PlatformRoutes
from providers.sandbox.heroku.ranges import Pages
from providers.sandbox.heroku.team_routes import TeamRoutes


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
