"""Stores that are no Postgres on the map: what is proposed, what config vars become, what the check says."""

from typing import Any

import msgspec
import pytest

from wizard.choose.fit import fit
from wizard.choose.price import estimate
from wizard.choose.stores import TYPES, order, store_size, store_version
from wizard.mapping import edit, edit_stores
from wizard.mapping.check import decided, problems, undecided
from wizard.mapping.config_rules import follow
from wizard.mapping.rules import propose
from wizard.mapping.store_config import part_of, wants_tls
from wizard.mapping.stores import moved_stores, store_of
from wizard.model.mapping import AddOnChoice, ConfigChoice, Mapping, StoreChoice
from wizard.model.stores import KeyValue
from wizard.model.system import AddOn, Attachment, ConfigVar, Origin, System
from wizard.ports import Profile, Stack

VERSIONS = {
    "redis": ("10", "8.2", "7.2"),
    "mysql": ("8.0", "8.4"),
    "elasticsearch": ("8.9",),
    "mongodb": ("7.0",),
}
REDIS = KeyValue(version="7.2.4", settings={"maxmemory_policy": "noeviction"})


def add_on(id_: str, service: str, plan: str = "x", **more: Any) -> AddOn:
    return AddOn(id=id_, name=f"{service}-1", service=service, plan=plan, app_id="b", state="on", **more)


@pytest.fixture
def profile(target: Profile) -> Profile:
    can = msgspec.structs.replace(
        target.capabilities, store_versions=VERSIONS, machines={"m": 512, "c": 2048, "r": 4096}
    )
    return msgspec.structs.replace(target, capabilities=can)


def with_stores(system: System, *stores: AddOn, names: tuple[str, ...] = ()) -> System:
    """`system` with stores of the backend's, whose config vars are `names`, all of the first store."""
    first = stores[0].id
    apps = []
    for app in system.apps:
        if app.id == "b":
            origin = Origin(kind="add-on", add_on_id=first)
            app = msgspec.structs.replace(
                app,
                config=(*app.config, *(ConfigVar(name=name, origin=origin) for name in names)),
                attachments=(
                    *app.attachments,
                    *(
                        Attachment(
                            id=f"a-{one.id}",
                            name={"kv": "REDIS"}.get(one.id, one.id.upper()),
                            add_on_id=one.id,
                            app_id="b",
                        )
                        for one in stores
                    ),
                ),
            )
        apps.append(app)
    return msgspec.structs.replace(system, apps=tuple(apps), add_ons=(*system.add_ons, *stores))


@pytest.fixture
def redis(system: System) -> System:
    store = add_on("kv", "heroku-redis", "heroku-redis:premium-5", key_value=REDIS)
    return with_stores(system, store, names=("REDIS_URL", "REDIS_TLS_URL"))


def config(mapping: Mapping, name: str) -> ConfigChoice:
    return next(one for one in mapping.config if (one.app_id, one.name) == ("b", name))


def codes(system: System, mapping: Mapping, profile: Profile, name: str) -> dict[str, bool]:
    return {one.code: one.blocks for one in problems(system, mapping, profile) if one.component == name}


def test_versions_are_numbers() -> None:
    assert sorted(["10", "8.2", "8.10", "7.2.4"], key=order) == ["7.2.4", "8.2", "8.10", "10"]


@pytest.mark.parametrize(
    ("there", "wanted"),
    [("7.2.4", "7.2"), ("7.4", "8.2"), ("9", "10"), ("11.0", ""), ("", "10"), ("6.2", "7.2")],
)
def test_the_same_version_or_the_next_one(profile: Profile, there: str, wanted: str) -> None:
    assert store_version(profile, "redis", there) == wanted


def test_a_redis_is_copied_and_its_config_vars_name_the_new_one(redis: System, profile: Profile) -> None:
    mapping = propose(redis, profile)
    (store,) = mapping.stores
    assert (store.type, store.action, store.version) == ("redis", "copy", "7.2")
    assert (store.handle, store.memory_mb, store.disk_gb) == ("migrate-backend-redis", 2048, 10)
    assert "jobs and sessions" in store.reason and "its plan holds 1024 MB" in store.reason
    assert [one.add_on_id for one in mapping.add_ons] == ["sc", "pt"]
    for name in ("REDIS_URL", "REDIS_TLS_URL"):
        one = config(mapping, name)
        assert (one.action, one.replacement, one.refers_to) == ("replace", "database", "kv")
    assert not codes(redis, mapping, profile, "heroku-redis-1")


def test_a_store_that_evicts_any_key_is_told_as_a_cache(redis: System, profile: Profile) -> None:
    cache = KeyValue(version="7.2.4", settings={"maxmemory_policy": "allkeys-lru"})
    system = with_stores(redis, add_on("cache", "heroku-redis", "heroku-redis:mini", key_value=cache))
    store = store_of(propose(system, profile), "cache")
    assert store is not None and store.action == "copy" and "may as well start empty" in store.reason
    assert store.handle == "migrate-backend-cache"


@pytest.mark.parametrize("service", sorted(TYPES))
def test_every_data_service_is_a_store_or_said_to_have_no_counterpart(
    system: System, profile: Profile, service: str
) -> None:
    mapping = propose(with_stores(system, add_on("x", service)), profile)
    store = store_of(mapping, "x")
    other = next((one for one in mapping.add_ons if one.add_on_id == "x"), None)
    assert (store is None) != (other is None)
    if store is not None:
        assert store.type in VERSIONS and store.reason
        assert store.action == ("copy" if store.type in ("redis", "mysql") else "undecided")
    else:
        assert other is not None and other.reason.startswith("Elsewhere has no ")


def test_an_add_on_that_is_no_store_stays_one(redis: System, profile: Profile) -> None:
    mapping = propose(redis, profile)
    done, known = decided(redis, mapping)
    assert known - done == len(undecided(redis, mapping))
    assert ("add-on", "pt") in undecided(redis, mapping) and ("add-on", "kv") not in undecided(redis, mapping)


def test_what_is_left_behind_loses_its_config_vars_and_gets_them_back(
    redis: System, profile: Profile
) -> None:
    before = propose(redis, profile)
    left = follow(redis, profile, before, edit_stores.decide_store(before, "kv", "leave", "not needed"))
    assert config(left, "REDIS_URL").action == "drop" and not moved_stores(left)
    back = follow(redis, profile, left, edit_stores.decide_store(left, "kv", "empty", "a cache"))
    assert config(back, "REDIS_URL").action == "replace"


def test_a_store_stays_with_its_last_app(redis: System, profile: Profile) -> None:
    before = propose(redis, profile)
    after = follow(redis, profile, before, edit.decide_app(before, "b", "leave", "old"))
    store = store_of(after, "kv")
    assert store is not None and (store.action, store.reason) == ("leave", "only migrate-backend used it")
    again = follow(redis, profile, after, edit.decide_app(after, "b", "move", ""))
    store = store_of(again, "kv")
    assert store is not None and store.action == "undecided"


def test_an_app_that_stays_must_not_write_to_a_store_that_moves(redis: System, profile: Profile) -> None:
    mapping = edit.decide_app(propose(redis, profile), "b", "leave", "old")
    assert codes(redis, mapping, profile, "migrate-backend")["stays-and-writes"]


def test_a_copied_url_would_write_to_the_old_store(redis: System, profile: Profile) -> None:
    mapping = edit.copy_config(propose(redis, profile), "b", "REDIS_URL")
    assert codes(redis, mapping, profile, "migrate-backend REDIS_URL")["old-database"]


@pytest.mark.parametrize(
    ("changes", "code", "blocks"),
    [
        ({"version": "9.9"}, "store-version", True),
        ({"memory_mb": 1000}, "store-memory", True),
        ({"memory_mb": 1024}, "store-less-memory", False),
        ({"disk_gb": 5}, "store-disk", True),
        ({"profile": "x"}, "database-machine", True),
        ({"profile": "r"}, "database-machine", True),
        ({"handle": "Bad Name"}, "handle", True),
        ({"handle": "migrate-backend-db"}, "", True),
    ],
)
def test_what_the_check_says_of_a_store(
    redis: System, profile: Profile, changes: dict[str, Any], code: str, blocks: bool
) -> None:
    mapping = edit_stores.set_store(propose(redis, profile), "kv", **changes)
    if not code:
        assert "handle-twice" in {one.code for one in problems(redis, mapping, profile)}
        return
    assert codes(redis, mapping, profile, "heroku-redis-1")[code] is blocks


def test_an_older_version_and_a_store_that_nobody_copies(redis: System, profile: Profile) -> None:
    newer = msgspec.structs.replace(REDIS, version="8.4")
    system = msgspec.structs.replace(
        redis,
        add_ons=tuple(
            msgspec.structs.replace(one, key_value=newer) if one.id == "kv" else one for one in redis.add_ons
        ),
    )
    mapping = edit_stores.set_store(propose(system, profile), "kv", version="8.2")
    assert codes(system, mapping, profile, "heroku-redis-1")["store-older"] is False
    search = with_stores(system, add_on("es", "bonsai"))
    mapping = edit_stores.decide_store(propose(search, profile), "es", "copy", "x")
    assert codes(search, mapping, profile, "bonsai-1")["store-not-copied"]
    mapping = edit_stores.decide_store(propose(search, profile), "kv", "by-hand", "x")
    assert codes(search, mapping, profile, "heroku-redis-1")["store-no-guide"]


def test_a_size_that_nobody_tells_is_said_to_be_a_guess(system: System, profile: Profile) -> None:
    store = add_on("my", "jawsdb", "jawsdb:leopard")
    found = with_stores(system, store)
    mapping = propose(found, profile)
    assert codes(found, mapping, profile, "jawsdb-1") == {"store-size-unknown": False}
    assert "are a guess" in mapping.stores[0].reason and mapping.stores[0].version == "8.4"
    assert store_size(profile, add_on("r", "rediscloud", "rediscloud:2500"), "redis").memory_mb == 4096


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("REDIS_URL", "url"),
        ("REDIS_TLS_URL", "url"),
        ("MONGODB_URI", "url"),
        ("CLEARDB_DATABASE_URL", "url"),
        ("BONSAI_URL", "url"),
        ("STACKHERO_MYSQL_HOST", "host"),
        ("STACKHERO_MYSQL_PORT", "port"),
        ("STACKHERO_MYSQL_ROOT_PASSWORD", "password"),
        ("STACKHERO_MYSQL_USER", "user"),
        ("JAWSDB_DATABASE", "database"),
        ("CLOUDAMQP_APIKEY", ""),
        ("STACKHERO_REDIS_URL_TLS", "url"),
    ],
)
def test_what_a_config_var_holds_by_its_name(name: str, part: str) -> None:
    assert part_of(name) == part


def test_tls_stays_as_the_app_has_it() -> None:
    assert wants_tls("REDIS_TLS_URL", "redis://x") and wants_tls("REDIS_URL", "rediss://x")
    assert not wants_tls("REDIS_URL", "redis://x")


def test_what_an_older_offramp_decided_stays_decided(redis: System, profile: Profile) -> None:
    proposed = propose(redis, profile)
    old = msgspec.structs.replace(
        proposed,
        stores=(),
        add_ons=(*proposed.add_ons, AddOnChoice(add_on_id="kv", action="leave", reason="not needed")),
    )
    (kept,) = edit.keep_decisions(old, proposed).stores
    assert (kept.action, kept.reason) == ("leave", "not needed")
    mine = edit_stores.decide_store(proposed, "kv", "empty", "a cache")
    assert edit.keep_decisions(mine, proposed).stores == mine.stores
    with pytest.raises(KeyError):
        edit_stores.set_store(proposed, "nothing", disk_gb=20)


OWN = Stack(name="acme-own", region="eu-1", dedicated=True, profiles=("m", "c", "r"))
SHARED = Stack(name="shared-eu", region="eu-1", profiles=("m",))


@pytest.mark.parametrize(
    ("stack", "region", "machine", "code"),
    [
        ("acme-own", "eu-1", "r", ""),
        ("shared-eu", "eu-1", "r", "database-machine"),
        ("shared-eu", "eu-1", "", "stack-shared"),
        ("acme-own", "us-1", "", "stack-elsewhere"),
        ("gone", "eu-1", "", "stack"),
    ],
)
def test_stacks_and_their_machines(
    redis: System, profile: Profile, stack: str, region: str, machine: str, code: str
) -> None:
    can = msgspec.structs.replace(profile.capabilities, stacks=(OWN, SHARED))
    there = msgspec.structs.replace(profile, capabilities=can)
    mapping = edit_stores.set_stack(propose(redis, there), stack, region)
    mapping = edit_stores.set_store(mapping, "kv", memory_mb=4096, profile=machine)
    found = {one.code for one in problems(redis, mapping, there)}
    known = {"database-machine", "stack-shared", "stack-elsewhere", "stack"}
    assert found & known >= ({code} if code else set())
    if not code:
        assert not found & known


def test_a_store_choice_survives_being_saved(redis: System, profile: Profile) -> None:
    (store,) = propose(redis, profile).stores
    assert msgspec.json.decode(msgspec.json.encode(store), type=StoreChoice) == store


def test_a_target_is_chosen_with_its_stores_in_mind(redis: System, profile: Profile) -> None:
    system = with_stores(redis, add_on("es", "bonsai"), add_on("ka", "heroku-kafka"))
    reasons = {point.component: (point.kind, point.reason) for point in fit(system, profile).points}
    assert reasons["heroku-redis-1"] == (
        "change",
        "becomes Redis 7.2 there; what is in it is copied and proven",
    )
    assert reasons["bonsai-1"][0] == "by-hand" and "you move yourself" in reasons["bonsai-1"][1]
    assert "is Kafka, which Elsewhere does not have" in reasons["heroku-kafka-1"][1]
    lines = {line.what: line.cents for line in estimate(system, profile).lines}
    assert lines["heroku-redis-1: 2048 MB, 10 GB disk"] == 8200
    assert not any(what.startswith("heroku-kafka") for what in lines)


def test_a_service_on_a_machine_that_its_stack_lacks(redis: System, profile: Profile) -> None:
    can = msgspec.structs.replace(profile.capabilities, stacks=(OWN, SHARED))
    there = msgspec.structs.replace(profile, capabilities=can)
    mapping = edit_stores.set_stack(propose(redis, there), "shared-eu", "eu-1")
    mapping = edit.set_service_machine(mapping, "b", "web", "r")
    assert codes(redis, mapping, there, "migrate-backend web")["service-machine"]
