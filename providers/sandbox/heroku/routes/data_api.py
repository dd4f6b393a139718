"""All routes of the data API in one table, and of the store of backups, which stands beside it."""

from collections.abc import Mapping

from aiohttp import web

from providers.sandbox.heroku.routes.advanced import AdvancedRoutes
from providers.sandbox.heroku.routes.backups import BackupRoutes
from providers.sandbox.heroku.routes.data import DataRoutes
from providers.sandbox.heroku.routes.kafka import KafkaRoutes
from providers.sandbox.heroku.routes.key_value import KeyValueRoutes
from providers.sandbox.heroku.routes.maintenance import MaintenanceRoutes
from providers.sandbox.heroku.running.database import Database
from providers.sandbox.heroku.world.world import World


def data_routes(
    world: World, databases: Mapping[str, Database], backups: BackupRoutes
) -> tuple[web.RouteDef, ...]:
    """The routes that `api.data.heroku.com` answers."""
    return (
        *DataRoutes(world, databases).table(),
        *AdvancedRoutes(world, databases).table(),
        *backups.table(),
        *MaintenanceRoutes(world).table(),
        *KeyValueRoutes(world).table(),
        *KafkaRoutes(world).table(),
    )
