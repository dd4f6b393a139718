"""What the data API tells of an Apache Kafka: `/data/kafka/v0/clusters/{id}`, `…/topics`,
`…/consumer_groups` (heroku/cli, herokux, Heroku's recorded schemas). Multi-tenant plans prefix the names."""

import urllib.parse
from typing import Any, Final

from providers.heroku.client import Client
from providers.heroku.fields import flag, number, objects, text, texts
from wizard.model.stores import Kafka, KafkaTopic

SERVICE: Final = "heroku-kafka"


async def read_kafka(client: Client, add_on_id: str, plan: str) -> Kafka:
    """Ask about one cluster; raises Trouble (404: it is still being made)."""
    said = await client.get(_path(add_on_id), host="data")
    told = {
        name: shown
        for name, shown in (
            ("State", text(said, "state", "message") or text(said, "state", "status")),
            ("Topic prefix", text(said, "topic_prefix")),
            ("Shared cluster", "yes" if flag(said, "shared_cluster") else ""),
            ("Data size in bytes", _shown(said, "data_size")),
            ("Data size limit in bytes", _shown(said, "limits", "data_size", "limit_bytes")),
            ("Default retention in ms", _shown(said, "limits", "default_retention_ms")),
            ("Most topics", _shown(said, "limits", "max_topics")),
        )
        if shown
    }
    return Kafka(
        version=", ".join(texts(said, "version")) or text(said, "version"),
        plan=plan,
        state=text(said, "state", "status") or text(said, "state", "message") or text(said, "state"),
        told=told,
    )


async def read_topics(client: Client, add_on_id: str) -> tuple[KafkaTopic, ...]:
    """The topics, sorted by name. Raises Trouble."""
    said = await client.get(f"{_path(add_on_id)}/topics", host="data")
    topics = (
        KafkaTopic(
            name=text(row, "name"),
            partitions=number(row, "partitions"),
            replication=number(row, "replication_factor"),
            retention_ms=_retention(row),
            compaction=flag(row, "compaction")
            or flag(row, "compaction_enabled")
            or "compact" in text(row, "cleanup_policy"),
            bytes=number(row, "data_size"),
        )
        for row in objects(said, "topics")
    )
    return tuple(sorted((one for one in topics if one.name), key=lambda one: one.name))


async def read_consumer_groups(client: Client, add_on_id: str) -> tuple[str, ...]:
    """Names of consumer groups. Raises Trouble."""
    said = await client.get(f"{_path(add_on_id)}/consumer_groups", host="data")
    return tuple(sorted(name for row in objects(said, "consumer_groups") if (name := text(row, "name"))))


def _retention(row: Any) -> int | None:
    """Milliseconds; None where messages are kept for ever (compaction only)."""
    if row.get("retention_enabled") is False:
        return None
    return number(row, "retention_time_ms")


def _shown(value: Any, *path: str) -> str:
    found = number(value, *path)
    return "" if found is None else str(found)


def _path(add_on_id: str) -> str:
    return f"/data/kafka/v0/clusters/{urllib.parse.quote(add_on_id, safe='')}"
