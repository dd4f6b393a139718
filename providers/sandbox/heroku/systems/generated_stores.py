"""What stands in the data services of a made-up system: sizes, followers, backups; the same for the same
dice."""

import random
from typing import Final

from providers.sandbox.heroku.world.stores import (
    GB,
    KAFKA,
    KEY_VALUE,
    POSTGRES,
    KafkaStore,
    KeyValueStore,
    PastTransfer,
    PostgresStore,
    StoreCredential,
    StoreMaintenance,
    StoreSchedule,
    StoreTopic,
    plan_of,
)
from providers.sandbox.heroku.world.world import AddOn, World

_VERSIONS: Final = ("17.6", "17.6", "16.10", "16.9", "15.13")
_EXTENSIONS: Final = ("postgis", "pg_partman", "hstore", "pg_trgm")
_ZONES: Final = ("UTC", "Europe/Berlin", "America/New_York")
_WINDOWS: Final = ("Sundays 03:00 to 07:00 UTC", "Tuesdays 21:00 to 01:00 UTC")


def fill_stores(world: World, dice: random.Random) -> None:
    """Give every data service of `world` a state that its plan allows; a second large database of an app
    often follows the first."""
    leaders: dict[str, str] = {}
    for one in world.add_ons.values():
        if one.service == POSTGRES:
            world.stores.postgres[one.id] = _postgres(one, dice, leaders)
        elif one.service == KEY_VALUE:
            policy = dice.choice(("noeviction", "allkeys-lru", "volatile-lru"))
            world.stores.key_value[one.id] = KeyValueStore(
                connections=dice.randint(0, 18),
                settings={"maxmemory_policy": policy, "timeout": dice.choice((0, 60, 300))},
                maintenance=_maintenance(dice),
            )
        elif one.service == KAFKA:
            names = dice.sample(("orders", "customers", "clicks", "invoices", "audit"), dice.randint(1, 4))
            world.stores.kafka[one.id] = KafkaStore(
                topics=[_topic(name, dice) for name in names],
                consumer_groups=[f"{name}-reader" for name in names],
                maintenance=_maintenance(dice),
            )


def _topic(name: str, dice: random.Random) -> StoreTopic:
    return StoreTopic(
        name=name,
        partitions=dice.choice((1, 8, 32)),
        retention_ms=dice.choice((86_400_000, 604_800_000, -1)),
        compaction=dice.random() < 0.3,
        bytes=dice.randrange(10**9),
    )


def _postgres(one: AddOn, dice: random.Random, leaders: dict[str, str]) -> PostgresStore:
    plan = plan_of(one.plan)
    tenant = plan.family in ("essential", "legacy")
    made = PostgresStore(
        version=dice.choice(_VERSIONS),
        bytes=int(plan.storage_bytes * dice.random() ** 3) + 8_388_608,
        tables=dice.randint(1, 300),
        connections=dice.randint(0, plan.connections // 4),
    )
    if dice.random() < 0.7:
        made.schedules = [StoreSchedule(hour=dice.randrange(24), timezone=dice.choice(_ZONES))]
    made.transfers = [
        PastTransfer(
            at=f"2026-11-{day:02d} 02:{dice.randrange(60):02d}:11 +0000",
            bytes=min(made.bytes // 4, 20 * GB),
            succeeded=dice.random() < 0.95,
            scheduled=bool(made.schedules) and dice.random() < 0.8,
        )
        for day in sorted(dice.sample(range(1, 29), dice.randint(0, 4)))
    ]
    if tenant:
        return made
    made.maintenance = _maintenance(dice)
    made.pooling = dice.random() < 0.3
    made.upgradable = dice.sample(_EXTENSIONS, dice.randint(0, 2))
    made.credentials += [StoreCredential(name=name) for name in ("readonly", "etl") if dice.random() < 0.2]
    leader = leaders.setdefault(one.app_id, one.name)
    if leader != one.name and dice.random() < 0.6:
        made.following, made.behind_by = leader, f"{dice.randrange(40)} commits"
    return made


def _maintenance(dice: random.Random) -> StoreMaintenance:
    window = dice.choice((None, *_WINDOWS))
    if dice.random() < 0.85:
        return StoreMaintenance(window=window)
    return StoreMaintenance(
        status="pending",
        window=window or _WINDOWS[0],
        required_by="2026-12-31 00:00:00 +0000",
        scheduled_for=f"2026-12-{dice.randint(1, 28):02d} 03:00:00 +0000",
        reason="routine_maintenance",
        method="changeover",
    )
