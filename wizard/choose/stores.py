"""Which data services of Heroku's add-ons are known, and which version and size of a target holds them."""

from wizard.choose.disk import GB, SMALLEST_DISK_GB
from wizard.model.noun import Noun
from wizard.model.system import AddOn
from wizard.ports import Profile

TYPES = {
    "heroku-redis": "redis",
    "rediscloud": "redis",
    "redistogo": "redis",
    "openredis": "redis",
    "redisgreen": "redis",
    "stackhero-redis": "redis",
    "upstash-redis": "redis",
    "jawsdb": "mysql",
    "jawsdb-maria": "mysql",
    "cleardb": "mysql",
    "stackhero-mysql": "mysql",
    "stackhero-mariadb": "mysql",
    "bonsai": "elasticsearch",
    "searchbox": "elasticsearch",
    "foundelasticsearch": "elasticsearch",
    "stackhero-elasticsearch": "elasticsearch",
    "cloudamqp": "rabbitmq",
    "rabbitmq-bigwig": "rabbitmq",
    "stackhero-rabbitmq": "rabbitmq",
    "mongolab": "mongodb",
    "mongohq": "mongodb",
    "objectrocket": "mongodb",
    "ormongo": "mongodb",
    "stackhero-mongodb": "mongodb",
    "heroku-kafka": "kafka",
    "cloudkarafka": "kafka",
    "memcachier": "memcached",
    "memcachedcloud": "memcached",
    "stackhero-memcached": "memcached",
    "influxdb": "influxdb",
    "stackhero-influxdb": "influxdb",
    "cloudant": "couchdb",
}
"""The type of store by the service's name in Heroku's marketplace (2026, and older ones that still run)."""

NAMES = {
    "redis": "Redis",
    "mysql": "MySQL",
    "elasticsearch": "Elasticsearch",
    "rabbitmq": "RabbitMQ",
    "mongodb": "MongoDB",
    "kafka": "Kafka",
    "memcached": "Memcached",
    "influxdb": "InfluxDB",
    "couchdb": "CouchDB",
    "postgresql": "PostgreSQL",
}
"""People's names for types."""

COPIED = frozenset({"redis", "mysql"})
"""The types that Offramp copies itself."""

KEY_VALUE_MB = {
    "mini": 25,
    "premium-0": 50,
    "premium-1": 100,
    "premium-2": 250,
    "premium-3": 500,
    "premium-5": 1024,
    "premium-7": 7168,
    "premium-9": 10240,
}
"""MB that a plan of Heroku Key-Value Store holds, by the end of its name (Heroku's plan list, 2026)."""

ROOM = 0.8
"""Part of a Redis's memory that is for data: the rest is for buffers and for what a save holds twice."""

SMALLEST_MB = {"redis": 512}
SMALLEST_STORE_MB = 1024
"""Elasticsearch does not start with less (Aptible's dashboard), and MySQL is no good with less."""


class Size(Noun, frozen=True, kw_only=True):
    """What to give a store, and in words why. `needed_mb` is what the source has, None where nobody tells."""

    memory_mb: int
    disk_gb: int
    needed_mb: int | None
    why: str


def store_type(add_on: AddOn) -> str:
    """The type of store that an add-on is; "" for one that is none, or none that is known."""
    return TYPES.get(add_on.service, "redis" if add_on.key_value else "kafka" if add_on.kafka else "")


def type_name(type_: str) -> str:
    """How people call a type."""
    return NAMES.get(type_, type_)


def order(version: str) -> tuple[int, ...]:
    """A version as numbers, so that "8.2" comes before "10"; what follows the numbers does not count."""
    numbers: list[int] = []
    for part in version.split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        numbers.append(int(digits))
        if digits != part:
            break
    return tuple(numbers)


def offered(profile: Profile, type_: str) -> tuple[str, ...]:
    """The versions of a type that the target offers, ascending; empty where it has no such store."""
    return tuple(sorted(profile.capabilities.store_versions.get(type_, ()), key=order))


def store_version(profile: Profile, type_: str, there: str) -> str:
    """The version for a store that is `there` now ("7.2.4", "" where that is not known): the same one, else
    the next higher one, else, where nothing is known, the newest. "" when none is new enough."""
    versions = offered(profile, type_)
    wanted = order(there)[:2]
    if not wanted:
        return versions[-1] if versions else ""
    # As many numbers as the target tells: 8.12 holds what 8 is said to be.
    return next((version for version in versions if order(version)[:2] >= wanted[: len(order(version))]), "")


def source_version(add_on: AddOn) -> str:
    """The version that Heroku told, "" where it did not."""
    return add_on.key_value.version if add_on.key_value else ""


def plan_mb(add_on: AddOn) -> int | None:
    """MB that the plan of a store holds, None where its name does not tell."""
    plan = add_on.plan.rpartition(":")[2].lower()
    if add_on.service == "heroku-redis":
        for prefix in ("private-", "shield-"):
            if plan.startswith(prefix):
                plan = "premium-" + plan.removeprefix(prefix)
        return KEY_VALUE_MB.get(plan)
    if add_on.service == "rediscloud" and plan.isdigit():
        return int(plan)
    return None


def store_size(profile: Profile, add_on: AddOn, type_: str) -> Size:
    """What to give the store on the target."""
    holds = plan_mb(add_on)
    least = SMALLEST_MB.get(type_, SMALLEST_STORE_MB)
    if holds is None:
        memory = _at_least(profile, least)
        return Size(
            memory_mb=memory,
            disk_gb=SMALLEST_DISK_GB,
            needed_mb=None,
            why=f"Heroku does not tell its size: {memory} MB and {SMALLEST_DISK_GB} GB are a guess",
        )
    needed = -(-holds * 10 // 8) if type_ == "redis" else holds
    memory = _at_least(profile, max(least, needed))
    # What is saved on disk is written anew beside the old.
    disk = max(SMALLEST_DISK_GB, -(-3 * memory * 1_048_576 // GB)) if memory > 3000 else SMALLEST_DISK_GB
    why = f"its plan holds {holds} MB, and {memory} MB leave a fifth for buffers and saving"
    if memory < needed:
        why = f"its plan holds {holds} MB; {memory} MB is the largest that {profile.title} has"
    return Size(memory_mb=memory, disk_gb=disk, needed_mb=needed, why=why)


def _at_least(profile: Profile, memory_mb: int) -> int:
    sizes = sorted(profile.memory_sizes_mb)
    if not sizes:
        most = profile.capabilities.max_memory_mb
        return min(memory_mb, most) if most else memory_mb
    return next((size for size in sizes if size >= memory_mb), sizes[-1])
