"""What stands in Heroku's data services, as far as their APIs tell it: plain state, by add-on id.

A service that nobody described has what its plan brings. `stores_from` reads descriptions, as TOML holds
them; databases name each other by the names of their add-ons.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

import msgspec

POSTGRES: Final = "heroku-postgresql"
KEY_VALUE: Final = "heroku-redis"
KAFKA: Final = "heroku-kafka"

GB: Final = 1024**3


class _Described(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Plain and changeable; an unknown word in a description is an error that names it."""


class StoreCredential(_Described):
    """A role: `default`, or one that a person made. `state` is active, rotating, wait_for_provision ..."""

    name: str
    state: str = "active"


class StoreSchedule(_Described):
    """A daily backup at `hour` o'clock. `name` is an attachment's ("DATABASE_URL")."""

    name: str = "DATABASE_URL"
    hour: int = 2
    timezone: str = "UTC"
    retain_weeks: int = 1
    retain_months: int = 0


class PastTransfer(_Described):
    """A transfer that is over. `kind`: backup, copy (to another database) or restore (from a backup). Of a
    `purged` one only the entry is left. `scheduled`: nobody began it by hand."""

    kind: str = "backup"
    at: str = "2026-11-02 02:00:11 +0000"
    bytes: int = 1_048_576
    succeeded: bool = True
    canceled: bool = False
    purged: bool = False
    scheduled: bool = False
    other: str = ""
    """Where a copy goes to, what a restore comes from."""


class StoreMaintenance(_Described):
    """What Heroku plans to do to a service. `status`: none, pending, preparing, ready, running, completed."""

    status: str = "none"
    window: str | None = None
    required_by: str | None = None
    scheduled_for: str | None = None
    completed_at: str | None = None
    reason: str = ""
    method: str | None = None


class StoreLink(_Described):
    """A link from a database to another data source."""

    name: str
    remote: str
    """The add-on's name."""
    attachment: str = "DATABASE"


class PostgresStore(_Described):
    """A Heroku Postgres. None means: as the plan has it.

    `following`, `forked_from`: names of add-ons. `rollback_from`: since when it can be rolled back to, "" if
    it cannot. `upgradable` are extensions that a newer version is there for. `message` with `waiting`: what
    it is still busy with ("preparing (2/5)").
    """

    version: str = "17.6"
    bytes: int = 12_582_912
    tables: int = 12
    connections: int = 3
    connection_limit: int | None = None
    storage_bytes: int | None = None
    status: str = "Available"
    high_availability: bool | None = None
    following: str = ""
    behind_by: str = "0 commits"
    forked_from: str = ""
    rollback_from: str | None = None
    continuous_protection: bool | None = None
    customer_key: str = ""
    credentials: list[StoreCredential] = msgspec.field(
        default_factory=lambda: [StoreCredential(name="default")]
    )
    pooling: bool = False
    restricted_credentials: int = 0
    infrastructure: str = ""
    mutual_tls: bool = False
    enhanced_certificates: bool = False
    region: str = "us"
    upgradable: list[str] = msgspec.field(default_factory=list)
    warning: str = ""
    waiting: bool = False
    message: str = "available"
    schedules: list[StoreSchedule] = msgspec.field(default_factory=list)
    transfers: list[PastTransfer] = msgspec.field(default_factory=list)
    links: list[StoreLink] = msgspec.field(default_factory=list)
    settings: dict[str, bool | int | str] = msgspec.field(default_factory=dict)
    maintenance: StoreMaintenance = msgspec.field(default_factory=StoreMaintenance)


class KeyValueStore(_Described):
    """A Heroku Key-Value Store. None means: as the plan has it."""

    version: str = "7.2.4"
    status: str = "available"
    connections: int = 1
    connection_limit: int | None = None
    persistence: str | None = None
    high_availability: bool | None = None
    requires_tls: bool = True
    settings: dict[str, bool | int | str] = msgspec.field(default_factory=dict)
    waiting: bool = False
    message: str = "available"
    maintenance: StoreMaintenance = msgspec.field(default_factory=StoreMaintenance)


class StoreTopic(_Described):
    """A Kafka topic. `retention_ms` -1, which is Kafka's own word for it: kept for ever."""

    name: str
    partitions: int = 8
    replication: int = 3
    retention_ms: int = 86_400_000
    compaction: bool = False
    bytes: int = 0


class KafkaStore(_Described):
    """An Apache Kafka on Heroku. `prefix` is that of multi-tenant plans, None elsewhere."""

    version: str = "3.7.1"
    status: str = "available"
    topics: list[StoreTopic] = msgspec.field(default_factory=list)
    consumer_groups: list[str] = msgspec.field(default_factory=list)
    prefix: str | None = None
    maintenance: StoreMaintenance = msgspec.field(default_factory=StoreMaintenance)


class Stores(_Described):
    """All data services by add-on id. One that is missing is made when it is asked for."""

    postgres: dict[str, PostgresStore] = msgspec.field(default_factory=dict)
    key_value: dict[str, KeyValueStore] = msgspec.field(default_factory=dict)
    kafka: dict[str, KafkaStore] = msgspec.field(default_factory=dict)

    def postgres_of(self, add_on_id: str) -> PostgresStore:
        return self.postgres.setdefault(add_on_id, PostgresStore())

    def key_value_of(self, add_on_id: str) -> KeyValueStore:
        return self.key_value.setdefault(add_on_id, KeyValueStore())

    def kafka_of(self, add_on_id: str) -> KafkaStore:
        return self.kafka.setdefault(add_on_id, KafkaStore())

    def maintenance_of(self, add_on_id: str, service: str) -> StoreMaintenance | None:
        """What is planned for a service of Heroku's own; None for any other's."""
        if service == POSTGRES:
            return self.postgres_of(add_on_id).maintenance
        if service == KEY_VALUE:
            return self.key_value_of(add_on_id).maintenance
        return self.kafka_of(add_on_id).maintenance if service == KAFKA else None


def stores_from(description: Mapping[str, Any], id_of: Callable[[str], str]) -> Stores:
    """Read `{"postgres": {add-on name: ...}, "key_value": {...}, "kafka": {...}}`.

    Args:
        id_of: the id of an add-on by its name.

    Raises:
        msgspec.ValidationError: a word or a value is wrong; it says where.
    """
    found = msgspec.convert(description, Stores)
    return Stores(
        postgres={id_of(name): one for name, one in found.postgres.items()},
        key_value={id_of(name): one for name, one in found.key_value.items()},
        kafka={id_of(name): one for name, one in found.kafka.items()},
    )


class Plan(NamedTuple):
    """What a plan of a database brings. `family`: essential, legacy (Essential's forerunners), advanced,
    or classic, which is everything else (heroku/heroku-cli-util tells them apart by these names)."""

    family: str
    title: str
    storage_bytes: int
    connections: int
    high_availability: bool
    private: bool


_SIZES: Final = {
    "essential-0": (1, 20),
    "essential-1": (10, 20),
    "essential-2": (32, 40),
    "mini": (1, 20),
    "dev": (1, 20),
    "basic": (10, 20),
    "0": (64, 200),
    "2": (256, 400),
    "3": (512, 500),
    "4": (768, 500),
    "5": (1024, 500),
    "6": (1536, 500),
    "7": (2048, 500),
    "8": (3072, 500),
    "9": (4096, 500),
}
"""GB and connections by plan, or by what follows the plan's tier (Heroku's price pages: several lists
that agree; connections of the larger ones are a guess)."""


def plan_of(name: str) -> Plan:
    """`name` as in "heroku-postgresql:standard-0"."""
    short = name.partition(":")[2] or name
    tier, _, step = short.partition("-")
    family = "classic"
    if tier == "essential":
        family = "essential"
    elif tier in ("dev", "basic", "mini"):
        family = "legacy"
    elif tier in ("advanced", "performance"):
        family = "advanced"
    storage, connections = _SIZES.get(short) or _SIZES.get(step.partition("-")[0]) or (64, 200)
    return Plan(
        family=family,
        title=short.replace("-", " ").title(),
        storage_bytes=storage * GB,
        connections=connections,
        high_availability=tier in ("premium", "private", "shield"),
        private=tier in ("private", "shield"),
    )
