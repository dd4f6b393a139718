"""Data services in the System, and how their words are read: leniently, and without their secrets."""

from typing import Any

import pytest

from providers.heroku.backups import Whose, held_backups
from providers.heroku.data_info import Place, first_number, is_on, named, pair, place_of, read_info
from providers.heroku.postgres import is_advanced, read_postgres
from providers.sandbox.heroku.systems.description import zoo
from providers.sandbox.heroku.world.building import add_add_on, add_app, new_world
from tests.providers.test_heroku_whole import CANARY, read
from wizard.model.noun import encode
from wizard.model.stores import Maintenance, PostgresCredential
from wizard.model.system import System


def store_of(system: System, name: str) -> Any:
    add_on = next(one for one in system.add_ons if one.name == name)
    return add_on.postgres or add_on.key_value or add_on.kafka


class TestRead:
    async def test_what_the_data_services_of_a_whole_system_tell(self, tmp_path: Any) -> None:
        system = await read(zoo(CANARY), tmp_path)
        leader, follower = (store_of(system, f"postgresql-zoo-{name}") for name in ("10001", "follower"))
        assert (leader.version, leader.tables, leader.connections, leader.connection_limit) == (
            "16.9",
            214,
            61,
            400,
        )
        assert (leader.followers, leader.forks) == (("postgresql-zoo-follower",), ("postgresql-zoo-private",))
        assert follower.following == "postgresql-zoo-10001"
        assert store_of(system, "postgresql-zoo-private").forked_from == "postgresql-zoo-10001"
        assert [one.name for one in leader.credentials] == ["default", "old-team", "readonly", "reporting"]
        assert [(one.hour, one.timezone, one.retain_weeks) for one in leader.schedules] == [
            (3, "Europe/Berlin", 4)
        ]
        # Purged ones, copies and restores are no backups that Heroku holds.
        assert [(one.name, one.succeeded) for one in leader.backups] == [
            ("b007", False),
            ("b004", True),
            ("b003", False),
            ("a002", True),
        ]
        assert follower.backups == ()
        assert leader.maintenance == Maintenance(
            window="Sundays 02:00 to 06:00 UTC",
            status="pending",
            scheduled_for="2026-12-06 02:00:00 +0000",
            reason="routine_maintenance",
        )
        assert leader.pooling and leader.extensions == ("postgis", "pg_stat_statements")
        assert leader.told["Data Size"].startswith("50 GB")
        redis = store_of(system, "redis-zoo-10002")
        assert (redis.version, redis.connections, redis.tls) == ("7.2.4", 18, True)
        assert redis.settings["maxmemory_policy"] == "allkeys-lru"
        kafka = store_of(system, "kafka-zoo-10003")
        assert [(one.name, one.partitions, one.compaction) for one in kafka.topics] == [
            ("zoo-4711.kept-for-ever", 1, False),
            ("zoo-4711.mails", 4, True),
            ("zoo-4711.orders", 8, False),
        ]
        assert kafka.consumer_groups == ("mailer", "orders")
        assert CANARY not in encode(system) and "amazonaws" not in encode(system)

    async def test_an_advanced_database_is_asked_by_its_own_routes(self, tmp_path: Any) -> None:
        world = new_world()
        add_on = add_add_on(world, add_app(world, "big"), "heroku-postgresql:advanced-4g")
        world.stores.postgres_of(add_on.id).version = "17.6"
        system = await read(world, tmp_path)
        found = store_of(system, add_on.name)
        assert (found.version, found.schedules, found.backups) == ("17.6", None, None)
        assert PostgresCredential(name="default", state="active") in found.credentials
        assert system.gaps == ()


@pytest.mark.parametrize(
    ("plan", "advanced"),
    [
        ("heroku-postgresql:advanced-4g", True),
        ("heroku-postgresql:performance-1", True),
        ("heroku-postgresql:standard-0", False),
        ("", False),
    ],
)
def test_plans_with_routes_of_their_own(plan: str, advanced: bool) -> None:
    assert is_advanced(plan) == advanced


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ("3/200", (3, 200)),
        ("34/4000 (In compliance)", (34, 4000)),
        (" 12 / 20", (12, 20)),
        ("12", (12, None)),
        ("many", (None, None)),
        ("9" * 12 + "/1", (None, None)),
    ],
)
def test_counts_in_words(shown: str, wanted: tuple[int | None, int | None]) -> None:
    assert pair(shown)[0] in (wanted[0], first_number(shown)) and pair(shown)[1] == wanted[1]


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ("On", True),
        ("Enabled", True),
        ("Off", False),
        ("Unsupported", False),
        ("Available", None),
        ("", None),
    ],
)
def test_switches_in_words(shown: str, wanted: bool | None) -> None:
    assert is_on(shown) == wanted


def test_addresses_in_the_table_become_names() -> None:
    url = "postgres://u4711:hunter22@ec2.example:5433/d123"
    said = {
        "info": [
            {"name": "Followers", "values": [url, "postgres://other.example/d9"], "resolve_db_name": True},
            {"name": "Tables", "values": [34]},
            {"name": "Odd", "values": [url]},
            {"name": "Empty", "values": []},
            {"values": ["nameless"]},
            {"name": "Text", "values": "one"},
            None,
        ]
    }
    info = read_info(said)
    assert info.words == {"Tables": "34", "Text": "one"}
    places = {Place("ec2.example", 5433, "d123"): "my-db"}
    shown = named(info.addresses["Followers"], lambda place: places.get(place, ""))
    assert shown == ("my-db", "a database outside this inventory")
    assert named(("a-name", "postgres://["), lambda place: "") == (
        "a-name",
        "a database outside this inventory",
    )
    assert "Odd" in info.addresses  # an address is one, whatever the flag says
    assert place_of("postgres://h/") is None and place_of("nothing") is None


def transfer(num: int, from_name: str, path: str = "", **more: Any) -> dict[str, Any]:
    url = f"postgres://u:p@h.example/{path}" if path else ""
    return {"num": num, "to_type": "gof3r", "from_name": from_name, "from_url": url, **more}


@pytest.mark.parametrize(
    ("whose", "numbers"),
    [
        # By the name inside the server, also when the attachment is called otherwise today.
        (Whose(["NEW"], inside="d1"), ["b001", "b003"]),
        (Whose(["DATABASE"], inside="d2"), ["b002"]),
        # A leader and its follower have one name inside.
        (Whose(["DATABASE"], inside="d1", rivals=["AMBER"]), ["b001"]),
        (Whose(["AMBER"], inside="d1", rivals=["DATABASE"], follower=True), ["b003"]),
        (Whose(["DATABASE"], inside=""), ["b001"]),
        (Whose(["X"], inside="", alone=True), ["b001", "b002", "b003"]),
    ],
)
def test_backups_are_their_own_database_s(whose: Whose, numbers: list[str]) -> None:
    rows = [
        transfer(1, "DATABASE_URL", "d1"),
        transfer(2, "HEROKU_POSTGRESQL_BLUE_URL", "d2"),
        transfer(3, "HEROKU_POSTGRESQL_AMBER_URL", "d1"),
        transfer(4, "DATABASE_URL", "d1", purged_at="2026-01-01T00:00:00Z"),
        {**transfer(5, "DATABASE_URL", "d1"), "to_type": "pg_restore"},
    ]
    assert sorted(one.name for one in held_backups(rows, whose)) == numbers


class Answers:
    """A client that gives one answer to everything."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    async def get(self, *_: Any, **__: Any) -> Any:
        return self._answer


@pytest.mark.parametrize("answer", [None, [], "x", {}, {"info": {}, "leader": [], "num_bytes": "many"}])
@pytest.mark.parametrize("plan", ["heroku-postgresql:standard-0", "heroku-postgresql:advanced-4g"])
async def test_a_database_that_says_nothing_of_use_is_unknown(answer: Any, plan: str) -> None:
    client: Any = Answers(answer)
    noun = (await read_postgres(client, "1", plan)).noun
    assert (noun.version, noun.bytes, noun.tables, noun.plan) == ("", None, None, plan)
