"""Whatever stands in Heroku's data services is in the inventory, by count, name and figure."""

import asyncio
import tempfile
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.routes.data import DAYS
from providers.sandbox.heroku.world.building import add_add_on, add_app, new_world
from providers.sandbox.heroku.world.stores import (
    KafkaStore,
    KeyValueStore,
    PastTransfer,
    PostgresStore,
    StoreCredential,
    StoreMaintenance,
    Stores,
    StoreSchedule,
    StoreTopic,
)
from providers.sandbox.heroku.world.world import World
from providers.sandbox.tls import Certificates
from wizard.model.secret import Secret
from wizard.model.stores import Kafka, KeyValue, Postgres
from wizard.model.system import System

DATABASES = {
    "main": "standard-0",
    "second": "premium-2",
    "third": "private-0",
    "small": "essential-1",
    "old": "mini",
}

NAMES = st.from_regex(r"[a-z][a-z0-9_]{0,15}", fullmatch=True)
MOMENTS = st.dates(date(2025, 1, 1), date(2026, 11, 29)).map(lambda day: f"{day.isoformat()} 02:00:11 +0000")
COUNTS = st.integers(0, 10**12)


def maintenances() -> st.SearchStrategy[StoreMaintenance]:
    return st.builds(
        StoreMaintenance,
        status=st.sampled_from(["pending", "preparing", "ready", "running"]),
        window=st.sampled_from(["Sundays 03:00 to 07:00 UTC", "Mondays 22:00 to 02:00 UTC"]),
        scheduled_for=MOMENTS,
        reason=st.sampled_from(["routine_maintenance", "upgrade"]),
    )


def databases(tenant: bool) -> st.SearchStrategy[PostgresStore]:
    both: dict[str, Any] = {
        "version": st.sampled_from(["17.6", "16.9", "15.13"]),
        "bytes": COUNTS,
        "tables": st.integers(0, 5000),
        "connections": st.integers(0, 500),
        "credentials": st.lists(NAMES, max_size=3, unique=True).map(
            lambda names: [
                StoreCredential(name=name)
                for name in ("default", *(one for one in names if one != "default"))
            ]
        ),
        "schedules": st.lists(
            st.builds(
                StoreSchedule,
                name=st.sampled_from(["DATABASE_URL", "HEROKU_POSTGRESQL_BLUE_URL"]),
                hour=st.integers(0, 23),
                timezone=st.sampled_from(["UTC", "Europe/Berlin"]),
                retain_weeks=st.integers(0, 9),
                retain_months=st.integers(0, 24),
            ),
            max_size=2,
            unique_by=lambda one: one.name,
        ),
        "transfers": st.lists(
            st.builds(
                PastTransfer,
                kind=st.sampled_from(["backup", "backup", "copy", "restore"]),
                at=MOMENTS,
                bytes=COUNTS,
                succeeded=st.booleans(),
                purged=st.booleans(),
                scheduled=st.booleans(),
            ),
            max_size=5,
        ),
    }
    more = {
        "pooling": st.booleans(),
        "high_availability": st.booleans(),
        "continuous_protection": st.booleans(),
        "upgradable": st.lists(st.sampled_from(["postgis", "hstore", "pg_trgm"]), unique=True),
        "following": st.sampled_from(["", "second", "third"]),
        "forked_from": st.sampled_from(["", "third"]),
        "maintenance": maintenances(),
    }
    return st.builds(PostgresStore, **both) if tenant else st.builds(PostgresStore, **both, **more)


KEY_VALUES = st.builds(
    KeyValueStore,
    connections=st.integers(0, 90),
    settings=st.fixed_dictionaries(
        {"timeout": st.integers(0, 900), "maxmemory_policy": st.sampled_from(["noeviction", "allkeys-lru"])}
    ),
    maintenance=maintenances(),
)
KAFKAS = st.builds(
    KafkaStore,
    topics=st.lists(
        st.builds(
            StoreTopic,
            name=NAMES,
            partitions=st.integers(1, 256),
            replication=st.integers(1, 5),
            retention_ms=st.one_of(st.just(-1), st.integers(0, 10**10)),
            compaction=st.booleans(),
            bytes=COUNTS,
        ),
        max_size=4,
        unique_by=lambda one: one.name,
    ),
    consumer_groups=st.lists(NAMES, max_size=3, unique=True),
)


def world_of(postgres: dict[str, PostgresStore], key_value: KeyValueStore, kafka: KafkaStore) -> World:
    world = new_world()
    apps = [add_app(world, "api"), add_app(world, "web")]
    stores = Stores()
    for number, (name, plan) in enumerate(DATABASES.items()):
        called = "DATABASE" if number < 2 else f"HEROKU_POSTGRESQL_{name.upper()}"
        url = f"postgres://u{name}:p@{name}.example:5432/d{name}"
        made = add_add_on(
            world,
            apps[number % 2],
            f"heroku-postgresql:{plan}",
            name=name,
            attached_as=called,
            values={f"{called}_URL": url},
        )
        stores.postgres[made.id] = postgres[name]
    redis = add_add_on(world, apps[0], "heroku-redis:premium-0", name="cache")
    events = add_add_on(world, apps[1], "heroku-kafka:standard-0", name="events")
    stores.key_value[redis.id], stores.kafka[events.id] = key_value, kafka
    world.stores = stores
    return world


async def read(world: World) -> System:
    with tempfile.TemporaryDirectory(prefix="or-", dir="/tmp") as place:
        folder = Path(place)
        certificates = Certificates(folder / "tls")
        sandbox = HerokuSandbox(folder / "heroku", faults=Faults(), certificates=certificates, world=world)
        await sandbox.start()
        source = HerokuSource(Client(sandbox.hosts, Secret(sandbox.credentials["token"])))
        try:
            return await source.read(lambda _: None)
        finally:
            await source.close()
            await sandbox.stop()


def held(store: PostgresStore) -> list[tuple[bool, int]]:
    """Backups whose data Heroku still has."""
    return sorted(
        (one.succeeded, one.bytes) for one in store.transfers if one.kind == "backup" and not one.purged
    )


def check_postgres(name: str, told: Postgres, stores: dict[str, PostgresStore]) -> None:
    store = stores[name]
    assert (told.version, told.bytes, told.tables) == (store.version, store.bytes, store.tables)
    assert told.connections == store.connections
    assert {one.name for one in told.credentials or ()} == {one.name for one in store.credentials}
    assert all(one.days == DAYS for one in told.schedules or ())
    assert {
        (one.name, one.hour, one.timezone, one.retain_weeks, one.retain_months)
        for one in told.schedules or ()
    } == {(one.name, one.hour, one.timezone, one.retain_weeks, one.retain_months) for one in store.schedules}
    assert sorted((bool(one.succeeded), one.bytes or 0) for one in told.backups or ()) == held(store)
    if name in ("small", "old"):
        return
    assert (told.following, told.forked_from) == (store.following, store.forked_from)
    assert set(told.followers) == {other for other, one in stores.items() if one.following == name}
    assert set(told.forks) == {other for other, one in stores.items() if one.forked_from == name}
    assert told.pooling == store.pooling and told.high_availability == store.high_availability
    assert told.continuous_protection == store.continuous_protection
    assert told.extensions == tuple(store.upgradable)
    planned = told.maintenance
    assert planned is not None
    assert (planned.status, planned.window, planned.scheduled_for, planned.reason) == (
        store.maintenance.status,
        store.maintenance.window,
        store.maintenance.scheduled_for,
        store.maintenance.reason,
    )


def check_others(key_value: KeyValue, store: KeyValueStore, kafka: Kafka, events: KafkaStore) -> None:
    assert (key_value.version, key_value.connections) == (store.version, store.connections)
    assert {name: key_value.settings[name] for name in store.settings} == {
        name: str(value) for name, value in store.settings.items()
    }
    assert key_value.maintenance is not None and key_value.maintenance.status == store.maintenance.status
    topics = {
        one.name: (one.partitions, one.replication, one.retention_ms, one.compaction, one.bytes)
        for one in kafka.topics or ()
    }
    assert topics == {
        one.name: (
            one.partitions,
            one.replication,
            one.retention_ms if one.retention_ms >= 0 else None,
            one.compaction,
            one.bytes,
        )
        for one in events.topics
    }
    assert set(kafka.consumer_groups or ()) == set(events.consumer_groups)


@settings(
    max_examples=4,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    # Each example is a whole reading: making a failing one small would take minutes.
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
)
@given(
    postgres=st.fixed_dictionaries({name: databases(name in ("small", "old")) for name in DATABASES}),
    key_value=KEY_VALUES,
    kafka=KAFKAS,
)
def test_everything_that_is_described_is_told(
    postgres: dict[str, PostgresStore], key_value: KeyValueStore, kafka: KafkaStore
) -> None:
    # A follower of itself is none, and a circle of followers is no system.
    for name, one in postgres.items():
        if one.following == name or name != "main":
            one.following = ""
        if one.forked_from == name:
            one.forked_from = ""
    described = msgspec.json.encode(list(postgres.values()))
    system = asyncio.run(read(world_of(postgres, key_value, kafka)))
    assert msgspec.json.encode(list(postgres.values())) == described, "reading changed something"
    told = {one.name: one for one in system.add_ons}
    for name in DATABASES:
        found = told[name].postgres
        assert found is not None
        check_postgres(name, found, postgres)
    cache, events = told["cache"].key_value, told["events"].kafka
    assert cache is not None and events is not None
    check_others(cache, key_value, events, kafka)
