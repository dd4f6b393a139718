"""All routes of the data API in one table, and of the store of backups, which stands beside it."""

from collections.abc import Mapping

from aiohttp import web

from providers.sandbox.heroku.advanced_routes import AdvancedRoutes
from providers.sandbox.heroku.backup_routes import BackupRoutes
from providers.sandbox.heroku.data_routes import DataRoutes
from providers.sandbox.heroku.database import Database
from providers.sandbox.heroku.kafka_routes import KafkaRoutes
from providers.sandbox.heroku.key_value_routes import KeyValueRoutes
from providers.sandbox.heroku.maintenance_routes import MaintenanceRoutes
from providers.sandbox.heroku.world import World


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
