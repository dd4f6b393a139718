"""The sandbox's data services against what Heroku's own tests recorded of theirs: every field and every type.

The recordings are not part of this repository; without them the tests are skipped. They were made from
examples, so a type that no example had is missing in them: `SEEN_ELSEWHERE` is the list of what is added.
"""

import copy
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.description import zoo
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.heroku.world.stores import KAFKA, KEY_VALUE, POSTGRES, plan_of
from providers.sandbox.heroku.world.world import World
from providers.sandbox.tls import Certificates
from tests.conformance.heroku_shop import API, WEB, shop

SCHEMA = Path(__file__).resolve().parents[2].parent / "shared" / "schemas" / "heroku-data.json"

pytestmark = pytest.mark.skipif(not SCHEMA.exists(), reason="Heroku's schemas are not beside this checkout")

SEEN_ELSEWHERE = {
    "num": ("integer", "a number in the types of Heroku's CLI; the examples had texts"),
    "succeeded": ("boolean", "the CLI tells a good transfer by it; in the examples nothing had ended"),
    "started_at": ("string", "the CLI shows it"),
    "finished_at": ("string", "the CLI waits for it"),
    "canceled_at": ("string", "the CLI shows it"),
    "purged_at": ("string", "in the CLI's types"),
    "leader": (["object", "null"], "an object in the example of followers"),
    "window": (["string", "null"], "null in the example of an app's maintenances"),
    "required_by": (["string", "null"], "a text in the example of one maintenance, null in that of an app"),
    "scheduled_for": (["string", "null"], "the same"),
    "method": (["string", "null"], "the same"),
    "reason": (["string", "null"], "the same"),
    "server_created_at": (["string", "null"], "the same"),
    "completed_at": (["string", "null"], "a text in the example of a history"),
    "current_gb": (["number", "null"], "a number in the example of quotas"),
    "earliest_time": (["string", "null"], "the CLI shows it as a date"),
    "forked_from": (["object", "null"], "the CLI shows its name"),
    "message": (["string", "null"], "a text while one waits"),
    "max_number_of_topics": (["integer", "null"], "null where there is no such limit"),
    "prefix": (["string", "null"], "only plans that share a cluster have one"),
}
"""Types that the recordings lack, by field, and why they are right."""

SERVICE_ONLY = {
    "postgres_version",
    "num_tables",
    "num_connections",
    "num_connections_waiting",
    "current_transaction",
    "is_in_recovery",
    "hot_standby?",
    "standalone?",
    "status_updated_at",
    "forked_from",
    "following",
}
"""What a database that is no tenant tells on top (the types of Heroku's CLI); the recording is a tenant's."""

TENANT_INFO = (
    "Plan",
    "Status",
    "Connections",
    "PG Version",
    "Created",
    "Data Size",
    "Tables",
    "Fork/Follow",
    "Rollback",
    "Continuous Protection",
)
SERVICE_INFO = (
    *TENANT_INFO,
    "HA Status",
    "Following",
    "Followers",
    "Forks",
    "Forked From",
    "Behind By",
    "Data Encryption",
    "Customer Encryption Key",
    "Credentials",
    "Restricted Credentials",
    "Connection Pooling",
    "Enhanced Certificates",
    "Mutual TLS",
    "Maintenance",
    "Maintenance window",
    "Infrastructure",
    "Region",
    "Upgradable Extensions",
    "Warning",
)
"""All names of `info` that Heroku's CLI knows."""


def _widened(node: Any, name: str = "") -> Any:
    """The rule with the types that were seen elsewhere, and no field but those it names."""
    if isinstance(node, list):
        return [_widened(one) for one in node]
    if not isinstance(node, dict):
        return node
    if name in SEEN_ELSEWHERE:
        kinds = SEEN_ELSEWHERE[name][0]
        recorded = node.get("type", [])
        both = {
            *([kinds] if isinstance(kinds, str) else kinds),
            *([recorded] if isinstance(recorded, str) else recorded),
        }
        return {"type": sorted(both)}
    # `items` is null where every example had an empty list.
    made = {key: _widened(one) for key, one in node.items() if key != "properties" and one is not None}
    if isinstance(node.get("properties"), dict):
        made["properties"] = {key: _widened(one, key) for key, one in node["properties"].items()}
        made["additionalProperties"] = False
    return made


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    return dict(json.loads(SCHEMA.read_text()))


def _rule(recorded: dict[str, Any], route: str, *, required: bool = True) -> dict[str, Any]:
    """The rule of a route's good answer; of the whole of it everything is wanted where the examples agree."""
    responses = recorded[route]["responses"]
    rule = _widened(copy.deepcopy(responses.get("200") or responses["201"]))
    place = rule.get("items", rule)
    if required and "properties" in place:
        place["required"] = sorted(place["properties"])
    return dict(rule)


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    sandbox = HerokuSandbox(
        tmp_path / "heroku", faults=Faults(), certificates=Certificates(tmp_path / "tls"), world=shop()
    )
    await sandbox.start()
    yield sandbox
    await sandbox.stop()


def _http(heroku: HerokuSandbox) -> httpx.AsyncClient:
    headers = {
        "Accept": "application/vnd.heroku+json; version=3",
        "Authorization": f"Bearer {heroku.credentials['token']}",
    }
    return httpx.AsyncClient(base_url=heroku.hosts["data"], headers=headers, trust_env=False)


OLD, NEW, APP = "/client/v11/databases", "/postgres/v0/databases", "/client/v11/apps"
ROUTES = {
    f"GET {OLD}/:name/followers": (f"{OLD}/postgresql-main/followers", False),
    f"GET {OLD}/{{name}}/bastion": (f"{OLD}/postgresql-private/bastion", True),
    f"GET {OLD}/{{name}}/wait_status": (f"{OLD}/postgresql-fork/wait_status", True),
    f"GET {OLD}/:name/connection-pooling": (f"{OLD}/postgresql-main/connection-pooling", True),
    f"GET {OLD}/:name/maintenance": (f"{OLD}/postgresql-main/maintenance", True),
    f"GET {OLD}/:name/transfer-schedules": (f"{OLD}/postgresql-main/transfer-schedules", True),
    f"GET {NEW}/:name/config": (f"{NEW}/postgresql-main/config", True),
    f"GET {NEW}/:name/credentials": (f"{NEW}/postgresql-main/credentials", True),
    f"GET {NEW}/{{name}}/credentials/{{cred_name}}": (f"{NEW}/postgresql-main/credentials/analyst", True),
    f"GET {APP}/:name/transfers": (f"{APP}/{API}/transfers", False),
    f"GET {APP}/{{name}}/transfers/{{xfer_id}}": (f"{APP}/{API}/transfers/1?verbose=true", False),
    "GET /data/maintenances/v1/:uuid": ("/data/maintenances/v1/postgresql-main", True),
    "GET /data/maintenances/v1/apps/:uuid": (f"/data/maintenances/v1/apps/{API}", True),
    "GET /data/maintenances/v1/:uuid/window": ("/data/maintenances/v1/redis-sessions/window", True),
    "GET /data/maintenances/v1/:uuid/history": ("/data/maintenances/v1/redis-sessions/history", True),
    "GET /data/postgres/v1/:uuid/info": ("/data/postgres/v1/postgresql-advanced/info", True),
    "GET /data/postgres/v1/:uuid/wait_status": ("/data/postgres/v1/postgresql-advanced/wait_status", True),
    "GET /data/postgres/v1/:uuid/credentials": ("/data/postgres/v1/postgresql-advanced/credentials", True),
    "GET /data/postgres/v1/:uuid/quotas": ("/data/postgres/v1/postgresql-advanced/quotas", True),
    "GET /redis/v0/databases/:name": ("/redis/v0/databases/redis-sessions", True),
    "GET /redis/v0/databases/{name}/config": ("/redis/v0/databases/redis-cache/config", True),
    "GET /redis/v0/databases/{name}/maintenance": ("/redis/v0/databases/redis-cache/maintenance", True),
    "GET /redis/v0/databases/{name}/wait": ("/redis/v0/databases/redis-cache/wait", True),
    "GET /data/kafka/v0/clusters/:name": ("/data/kafka/v0/clusters/kafka-events", False),
    "GET /data/kafka/v0/clusters/:name/topics": ("/data/kafka/v0/clusters/kafka-events/topics", True),
    "GET /data/kafka/v0/clusters/:name/consumer_groups": (
        "/data/kafka/v0/clusters/kafka-events/consumer_groups",
        True,
    ),
}
"""The recorded route, what is asked here, and whether every recorded field must be in the answer (else those
that all examples had)."""


async def test_every_answer_fits_what_was_recorded(heroku: HerokuSandbox, recorded: dict[str, Any]) -> None:
    wrong, empty = [], []
    async with _http(heroku) as http:
        for route, (path, required) in ROUTES.items():
            answer = await http.get(path)
            assert answer.status_code == 200, f"{path}: {answer.text}"
            rule = _rule(recorded, route, required=required)
            if "/followers" in route or "/transfers" in route:
                _allow(rule, SERVICE_ONLY | {"schedule", "valid"})
            if "/followers" in route:
                _drop(rule, ("plan", "num_tables", "num_connections", "num_bytes", "postgres_version"))
                _drop(rule, ("num_connections_waiting",))
            found = jsonschema.Draft4Validator(rule).iter_errors(answer.json())
            wrong += [f"{path} {error.json_path}: {error.message[:150]}" for error in found]
            if answer.json() in ([], {}):
                empty.append(path)
    assert not wrong, "\n".join(wrong)
    assert empty == []


def _allow(rule: dict[str, Any], names: set[str]) -> None:
    place = rule.get("items", rule)
    for name in names:
        place["properties"].setdefault(name, {})


def _drop(rule: dict[str, Any], names: tuple[str, ...]) -> None:
    """Take any value: the example's follower had just been made, and a tenant's plan is a text."""
    for name in names:
        rule["items"]["properties"][name] = {}


@pytest.mark.parametrize(
    "name",
    ["postgresql-main", "postgresql-follower", "postgresql-fork", "postgresql-staging", "postgresql-legacy"],
)
async def test_a_database_tells_what_its_kind_tells(
    name: str, heroku: HerokuSandbox, recorded: dict[str, Any]
) -> None:
    async with _http(heroku) as http:
        said = (await http.get(f"{OLD}/{name}")).json()
    add_on = heroku.world.add_on(name)
    assert add_on is not None
    rule = _rule(recorded, f"GET {OLD}/:name")
    tenant = plan_of(add_on.plan).family != "classic"
    if not tenant:
        _allow(rule, SERVICE_ONLY)
        rule["properties"]["plan"] = {"type": "object", "required": ["id", "name"]}
    jsonschema.Draft4Validator(rule).validate(said)
    assert set(said) == set(rule["properties"]) - (set() if name == "postgresql-follower" else {"following"})
    names = [row["name"] for row in said["info"]]
    assert set(names) <= set(TENANT_INFO if tenant else SERVICE_INFO) and len(names) == len(set(names))
    assert not tenant or tuple(names) == TENANT_INFO
    values = [value for app in heroku.world.apps.values() for value in app.config.values()]
    assert said["resource_url"] in values
    bare = [row for row in said["info"] if row.get("resolve_db_name")]
    assert all("@" not in value for row in bare for value in row["values"])


async def test_everything_that_a_database_may_say_is_said_by_one(heroku: HerokuSandbox) -> None:
    said = set()
    async with _http(heroku) as http:
        for name in ("main", "follower", "fork", "private"):
            info = (await http.get(f"{OLD}/postgresql-{name}")).json()["info"]
            said |= {row["name"] for row in info if row["values"]}
    assert said == set(SERVICE_INFO)


async def test_databases_point_at_each_other(heroku: HerokuSandbox) -> None:
    async with _http(heroku) as http:
        told = {
            name: {row["name"]: row["values"] for row in (await http.get(f"{OLD}/{name}")).json()["info"]}
            for name in ("postgresql-main", "postgresql-follower", "postgresql-fork")
        }
        followers = (await http.get(f"{OLD}/postgresql-main/followers")).json()
    assert [one["name"] for one in followers] == ["postgresql-follower"]
    assert followers[0]["leader"]["name"] == "postgresql-main"
    main, follower, fork = told.values()
    assert len(main["Followers"]) == len(main["Forks"]) == 1 and main["Following"] == []
    assert follower["Following"] == fork["Forked From"] == [followers[0]["following"]]
    assert follower["Behind By"] == ["2 commits"] and fork["Rollback"] == ["Unsupported"]


async def test_transfers_are_told_as_backups_copies_and_restores(heroku: HerokuSandbox) -> None:
    """By the rules with which the CLI names them."""
    async with _http(heroku) as http:
        rows = (await http.get(f"{APP}/{API}/transfers")).json()
        kinds = [
            ("c" if one["to_type"] == "pg_restore" else "a" if one["schedule"] else "b")
            if one["from_type"] == "pg_dump"
            else "r"
            for one in rows
        ]
        assert kinds == ["a", "a", "b", "c", "r", "b"]
        assert [one["num"] for one in rows] == [1, 2, 3, 4, 5, 6]
        url = f"{APP}/{API}/transfers/%d/actions/public-url"
        codes = [(await http.post(url % number)).status_code for number in range(1, 7)]
        assert codes == [201, 404, 404, 404, 404, 404]
        begun = (await http.post(f"{OLD}/postgresql-fork/backups")).json()
        assert begun["num"] == 7
        assert (await http.delete(f"{APP}/{API}/transfers/{begun['uuid']}")).status_code == 200
        assert (await http.get(f"{APP}/{API}/transfers/7")).status_code == 404
        assert (await http.get(f"{APP}/{WEB}/transfers")).json() == []


async def test_what_a_plan_does_not_have_is_refused(heroku: HerokuSandbox) -> None:
    refused = (
        (f"{OLD}/postgresql-advanced", 422),
        (f"{OLD}/postgresql-staging/followers", 422),
        (f"{NEW}/postgresql-legacy/config", 422),
        (f"{OLD}/postgresql-main/bastion", 404),
        ("/data/postgres/v1/postgresql-main/info", 404),
        (f"{OLD}/papertrail-1", 404),
        ("/redis/v0/databases/postgresql-main", 404),
        ("/data/maintenances/v1/papertrail-1", 404),
        (f"{NEW}/postgresql-main/credentials/nobody", 404),
    )
    async with _http(heroku) as http:
        for path, status in refused:
            answer = await http.get(path)
            assert (answer.status_code, set(answer.json())) == (status, {"id", "message"}), path
        advanced = await http.post(f"{OLD}/postgresql-advanced/backups")
    assert advanced.status_code == 422


async def test_settings_and_schedules_change_and_bad_ones_do_not(heroku: HerokuSandbox) -> None:
    async with _http(heroku) as http:
        path = f"{NEW}/postgresql-main/config"
        assert (await http.patch(path, json={"log_statement": "mod"})).json()["log_statement"][
            "value"
        ] == "mod"
        for bad in ({"log_statement": "some"}, {"log_connections": 1}, {"invented": True}):
            assert (await http.patch(path, json={"track_functions": "all", **bad})).status_code == 422
        assert (await http.get(path)).json()["track_functions"]["value"] == "none"
        schedules = f"{OLD}/postgresql-staging/transfer-schedules"
        body = {"hour": "4", "timezone": "UTC", "schedule_name": "DATABASE_URL"}
        made = (await http.post(schedules, json=body)).json()
        assert (await http.get(schedules)).json() == [made] and made["hour"] == 4
        assert (await http.post(schedules, json={**body, "hour": "25"})).status_code == 422
        assert (await http.delete(f"{schedules}/{made['uuid']}")).status_code == 200
        assert (await http.get(schedules)).json() == []
        window = "/data/maintenances/v1/redis-cache/window"
        assert (
            await http.post(window, json={"day_of_week": "sunday", "time_of_day": "13:30"})
        ).status_code == 200
        assert (await http.get(window)).json()["window"] == "Sundays 13:30 UTC"


BY_SERVICE = {
    POSTGRES: (f"GET {OLD}/:name", OLD),
    KEY_VALUE: ("GET /redis/v0/databases/:name", "/redis/v0/databases"),
    KAFKA: ("GET /data/kafka/v0/clusters/:name", "/data/kafka/v0/clusters"),
}


@pytest.mark.parametrize("made", [zoo, lambda: generated(seed=3, apps=12, add_ons=60, config_vars=200)])
async def test_every_store_of_a_system_fits(
    made: Callable[[], World], tmp_path: Path, recorded: dict[str, Any]
) -> None:
    """Described or as its plan has it; and its address is the one that the app has."""
    world = made()
    sandbox = HerokuSandbox(
        tmp_path / "heroku", faults=Faults(), certificates=Certificates(tmp_path / "tls"), world=world
    )
    await sandbox.start()
    try:
        async with _http(sandbox) as http:
            asked = [one for one in world.add_ons.values() if one.service in BY_SERVICE]
            for one in asked:
                route, path = BY_SERVICE[one.service]
                said = (await http.get(f"{path}/{one.id}")).json()
                rule = _rule(recorded, route, required=one.service != KAFKA)
                if one.service == POSTGRES and plan_of(one.plan).family == "classic":
                    _allow(rule, SERVICE_ONLY)
                    rule["properties"]["plan"] = {"type": "object", "required": ["id", "name"]}
                jsonschema.Draft4Validator(rule).validate(said)
                values = world.apps[one.app_id].config.values()
                assert one.service == KAFKA or not one.config_vars or said["resource_url"] in values
    finally:
        await sandbox.stop()
    assert {one.service for one in asked} >= {POSTGRES, KEY_VALUE}
