"""The data API's routes of an Apache Kafka on Heroku. Names and types: Heroku's recorded schemas; the limits
are those of no plan in particular."""

from collections.abc import Iterable
from typing import Any, Final

from aiohttp import web

from providers.sandbox.heroku.routes.data import find_store
from providers.sandbox.heroku.world.ids import stable_id
from providers.sandbox.heroku.world.stores import GB, KAFKA, KafkaStore, StoreTopic
from providers.sandbox.heroku.world.world import AddOn, World

_DAY: Final = 86_400_000


class KafkaRoutes:
    """Routes by add-on id or name."""

    def __init__(self, world: World) -> None:
        self._world = world

    def table(self) -> Iterable[web.RouteDef]:
        """All routes."""
        one = "/data/kafka/v0/clusters/{name}"
        return (
            web.get(one, self._one),
            web.get(f"{one}/topics", self._topics),
            web.get(f"{one}/consumer_groups", self._groups),
        )

    def _find(self, request: web.Request) -> tuple[AddOn, KafkaStore]:
        one = find_store(self._world, request.match_info["name"], KAFKA)
        return one, self._world.stores.kafka_of(one.id)

    def _attachment(self, one: AddOn) -> str:
        return next((each.name for each in self._world.attached(one.id)), one.name)

    async def _one(self, request: web.Request) -> web.Response:
        one, store = self._find(request)
        shown: dict[str, Any] = {
            "addon_id": one.id,
            "name": one.name,
            "attachment_name": self._attachment(one),
            "created_at": one.created_at,
            "state": {
                "message": store.status,
                "waiting?": False,
                "healthy?": store.status == "available",
                "status": store.status,
                "degraded_topics": [],
                "degraded_brokers": [],
            },
            "limits": _limits(),
            "defaults": {"partition_count": 8, "retention_time_ms": _DAY},
            "robot": {"is_robot": False, "robot_ttl": None},
            "topics": [topic.name for topic in store.topics],
            "admin_topic_names": ["__consumer_offsets"],
            "shared_cluster": store.prefix is not None,
            "formation": {
                "id": stable_id("formation", one.id),
                "kafkas": [stable_id("broker", one.id, str(number)) for number in range(3)],
                "zookeepers": [],
            },
            "capabilities": {"supports_mixed_cleanup_policy": True},
            "metaas_source": f"metaas/{one.id}",
            "messages_in_per_sec": 0,
            "bytes_in_per_sec": 0,
            "bytes_out_per_sec": 0,
            "version": [store.version],
            "partition_replica_count": sum(topic.partitions * topic.replication for topic in store.topics),
            "data_size": sum(topic.bytes for topic in store.topics),
        }
        if store.prefix is not None:
            shown["topic_prefix"] = store.prefix
        return web.json_response(shown)

    async def _topics(self, request: web.Request) -> web.Response:
        one, store = self._find(request)
        return web.json_response(
            {
                "attachment_name": self._attachment(one),
                "prefix": store.prefix,
                "topics": [_topic(topic) for topic in store.topics],
                "limits": {"max_topics": 40},
            }
        )

    async def _groups(self, request: web.Request) -> web.Response:
        one, store = self._find(request)
        return web.json_response(
            {
                "attachment_name": self._attachment(one),
                "consumer_groups": [{"name": name} for name in store.consumer_groups],
            }
        )


def _limits() -> dict[str, Any]:
    return {
        "minimum_replication": 3,
        "maximum_replication": 3,
        "minimum_retention_ms": _DAY,
        "maximum_retention_ms": 14 * _DAY,
        "default_retention_ms": _DAY,
        "max_partition_replica_count": 12_000,
        "max_number_of_total_partitions": 4000,
        "max_number_of_partitions_per_topic": 256,
        "max_number_of_topics": None,
        "data_size": {
            "subcritical_percentage": 80,
            "critical_percentage": 90,
            "supercritical_percentage": 95,
            "limit_bytes": 150 * GB,
        },
    }


def _topic(one: StoreTopic) -> dict[str, Any]:
    kept = one.retention_ms >= 0
    policy = [word for word, on in (("compact", one.compaction), ("delete", kept)) if on]
    return {
        "name": one.name,
        "prefix": None,
        "messages_in_per_second": 0,
        "bytes_in_per_second": 0,
        "bytes_out_per_second": 0,
        "partitions": one.partitions,
        "replication_factor": one.replication,
        "status": "available",
        "status_label": "Available",
        "data_size": one.bytes,
        "compaction": one.compaction,
        "retention_time_ms": one.retention_ms,
        "cleanup_policy": ",".join(policy) or "delete",
        "compaction_enabled": one.compaction,
        "retention_enabled": kept,
    }
