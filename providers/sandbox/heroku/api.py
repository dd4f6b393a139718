"""All routes of the Platform API in one table."""

from aiohttp import web

from providers.sandbox.heroku.add_on_routes import AddOnRoutes
from providers.sandbox.heroku.delivery_routes import DeliveryRoutes
from providers.sandbox.heroku.gate import Bucket
from providers.sandbox.heroku.platform import Platform
from providers.sandbox.heroku.platform_routes import PlatformRoutes
from providers.sandbox.heroku.ranges import Pages


def api_routes(platform: Platform, pages: Pages, bucket: Bucket) -> tuple[web.RouteDef, ...]:
    """The routes that `api.heroku.com` answers; of two that fit a path, the first is taken."""
    return (
        *PlatformRoutes(platform, pages, bucket).table(),
        *DeliveryRoutes(platform, pages).table(),
        *AddOnRoutes(platform, pages).table(),
    )
