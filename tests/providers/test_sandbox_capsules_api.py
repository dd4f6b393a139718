"""The sandbox's Code Capsules: signing in, both main hosts, teams, spaces, capsules as records."""

import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.providers.capsules_wire import (
    CANARY,
    CODE,
    HEADERS,
    PLACE,
    URL,
    Wire,
    bare_repository,
    capsules_wire,
    sizes,
)


@pytest.fixture
async def wire(short_folder: Path) -> AsyncIterator[Wire]:
    async with capsules_wire(short_folder) as made:
        yield made


def link(wire: Wire, folder: Path) -> None:
    wire.sandbox.dashboard.publish(f"{URL}.git", bare_repository(folder, CODE))
    wire.sandbox.dashboard.link("git@github.com:acme/migrate.git")


async def test_signing_in_wants_the_application_key_and_says_two_factor_by_a_missing_token(
    wire: Wire,
) -> None:
    said = await wire.log_in()
    assert set(said) == {"token", "refreshToken"}
    assert set(await wire.log_in(**{"x-auth-transport": "cookie"})) == {"token"}
    await wire.log_in(**{"X-Api-Key": "another"})
    assert wire.status == 401
    challenge = await wire.log_in("second_factor_")
    assert set(challenge) == {"token"}
    await wire.main("GET", "/teams")
    assert wire.status == 401, "a challenge opens nothing"
    wire.sandbox.faults.add("second-factor")
    assert set(await wire.log_in()) == {"token"}
    await wire.log_in()
    wire.sandbox.accounts.expire_all()
    await wire.main("GET", "/teams")
    assert wire.status == 401
    wire.sandbox.accounts.lifetime = 0
    await wire.log_in()
    await wire.main("GET", "/teams")
    assert wire.status == 401


async def test_a_refresh_token_counts_once(wire: Wire) -> None:
    first = (await wire.log_in())["refreshToken"]
    again = f"{wire.sandbox.hosts['login']}/api/auth/refresh"
    key = {"X-Api-Key": wire.sandbox.hosts["application_key"], **HEADERS}
    said = await wire.ask("POST", again, {"refreshToken": first}, **key)
    assert said["refreshToken"] != first
    await wire.ask("POST", again, {"refreshToken": first}, **key)
    assert wire.status == 401


async def test_both_main_hosts_answer_and_each_can_be_switched_off(wire: Wire) -> None:
    first = await wire.ask("GET", f"{wire.sandbox.hosts['api']}/spaces")
    second = await wire.ask("GET", f"{wire.sandbox.hosts['api_alternative']}/spaces/")
    assert first == second and set(first) == {"data", "meta"}
    wire.sandbox.mains["api"].off = "refused"
    with pytest.raises(aiohttp.ClientError):
        await wire.main("GET", "/spaces")
    wire.sandbox.mains["api"].off = "missing"
    async with wire.session.get(f"{wire.sandbox.hosts['api']}/spaces") as said:
        assert (said.status, said.content_type) == (404, "text/plain")
    await wire.ask("GET", f"{wire.sandbox.hosts['api_alternative']}/spaces")
    assert wire.status == 200
    wire.sandbox.mains["api"].off = ""
    wire.sandbox.faults.add("main-unreachable", path="api:/*", count=None)
    with pytest.raises(aiohttp.ClientError):
        await wire.main("GET", "/spaces")
    await wire.ask("GET", f"{wire.sandbox.hosts['api_alternative']}/spaces")
    assert wire.status == 200
    wire.sandbox.faults.add("main-unreachable", count=None)
    with pytest.raises(aiohttp.ClientError):
        await wire.ask("GET", f"{wire.sandbox.hosts['api_alternative']}/spaces")


async def test_spaces_have_slugs_of_their_own_and_stay_while_capsules_are_in_them(wire: Wire) -> None:
    assert wire.space["slug"].startswith("shop-") and len(wire.space["slug"]) == 9
    made = await wire.make_space("shop", slug="shop-prod")
    assert made["namespaceKey"] and made["cluster"]["clusterApiEndpoint"].startswith("http://127.0.0.1:")
    await wire.make_space("shop", slug="shop-prod")
    assert wire.status == 409
    wire.sandbox.faults.add("space-taken")
    await wire.make_space("another")
    assert wire.status == 409
    await wire.main("POST", "/spaces", {"name": "x", "teamId": "nobody", **PLACE})
    assert wire.status == 400
    wire.space = made
    capsule = await wire.make_data("PersistentStorage", "files")
    await wire.main("DELETE", f"/spaces/{made['id']}/delete")
    assert wire.status == 400
    await wire.cluster("DELETE", f"/namespaces/{{ns}}/capsules/{capsule['id']}")
    assert wire.status == 204
    await wire.main("DELETE", f"/spaces/{made['id']}/delete")
    assert wire.status == 200


async def test_others_see_nothing_of_a_team(wire: Wire) -> None:
    capsule = await wire.make_data("PersistentStorage", "files")
    await wire.log_in("guest_")
    assert await wire.main("GET", "/spaces") == []
    await wire.main("GET", f"/spaces/slug/{wire.space['slug']}")
    assert wire.status == 404
    await wire.cluster("GET", f"/capsule/{capsule['id']}")
    assert wire.status == 404
    await wire.cluster("GET", f"/data-capsule/{capsule['id']}/status")
    assert wire.status == 400


async def test_nothing_is_linked_until_a_person_does_it(wire: Wire, tmp_path: Path) -> None:
    assert await wire.main("GET", "/git/repo/connected") == []
    link(wire, tmp_path)
    (repo,) = await wire.main("GET", "/git/repo/connected")
    assert (repo["name"], repo["url"]) == ("migrate", URL)
    team = wire.space["teamId"]
    assert await wire.main("GET", f"/git/team-repo/{team}") == []
    await wire.make_app()
    assert wire.status == 400, "it was linked to another team"
    wire.sandbox.dashboard.link(URL, "acme")
    assert await wire.main("GET", f"/git/team-repo/{team}") == [repo]
    await wire.make_app()
    assert wire.status == 200


async def test_the_main_host_creates_for_the_whole_space_only(wire: Wire) -> None:
    wish = {"name": "files", "manifest": {"manifestType": "data", "dataType": "PersistentStorage"}}
    trimmed = {key: value for key, value in wire.space.items() if key != "createdAt"}
    await wire.main("POST", "/capsules/capsules", {"space": trimmed, "capsuleRequest": wish})
    assert wire.status == 500 and await wire.list() == []
    made = await wire.main("POST", "/capsules/capsules", {"space": wire.space, "capsuleRequest": wish})
    (capsule,) = await wire.list()
    assert capsule == made
    assert capsule["type"] == "data" and capsule["jsonManifest"]["dbType"] == "PersistentStorage"


async def test_creates_go_wrong_in_all_known_ways(wire: Wire) -> None:
    faults = wire.sandbox.faults
    for name, status in (("create-fails-but-works", 500), ("create-refused-but-works", 400)):
        faults.add(name)
        await wire.make_data("PersistentStorage", name)
        assert wire.status == status
        assert name in [capsule["name"] for capsule in await wire.list()]
    faults.add("create-cut")
    with pytest.raises(aiohttp.ClientError):
        await wire.make_data("PersistentStorage", "cut")
    assert "cut" in [capsule["name"] for capsule in await wire.list()]
    faults.add("create-fails")
    await wire.make_data("PersistentStorage", "never")
    assert wire.status == 500 and len(await wire.list()) == 3
    creates = [
        seen for seen in wire.sandbox.seen if seen.path.endswith("/capsules") and seen.method == "POST"
    ]
    assert [seen.status for seen in creates] == [500, 400, 0, 500]
    assert CANARY not in repr(wire.sandbox.facts())


async def test_what_does_not_fit_is_refused(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path)
    wire.sandbox.dashboard.link(URL, "acme")
    await wire.make_data("postgresql")
    assert wire.status == 422, "letter case counts"
    await wire.make_app("x", "docker", servePort=3000)
    assert wire.status == 422, "the port is a text"
    capsule = await wire.make_app("web")
    here = f"/capsules/{capsule['id']}/products"
    assert capsule["products"] == sizes(0)
    for wrong in (
        {**sizes(0), "memory": {"qty": 9, "unit": "G"}},
        {**sizes(0), "cpu": {"qty": 10, "unit": "m"}},
        sizes(4),
        {key: value for key, value in sizes(1).items() if key != "storage"},
    ):
        await wire.cluster("PATCH", here, wrong)
        assert wire.status == 422, wrong
    said = await wire.cluster("PATCH", here, sizes(0, memory={"qty": 512, "unit": "M"}))
    assert said["products"]["memory"] == {"qty": 0.512, "unit": "G"}


async def test_configs_are_replaced_as_a_whole(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path)
    wire.sandbox.dashboard.link(URL, "acme")
    capsule = await wire.make_app()
    here = f"/capsules/{capsule['id']}/configs"
    (system,) = (await wire.cluster("GET", here))["configs"]
    assert (system["key"], system["setBy"]) == ("APP_URL", "System")
    assert "://" not in system["value"]

    async def put(**values: str) -> dict[str, str]:
        body = {"configs": [{"key": key, "value": value} for key, value in values.items()]}
        said = await wire.cluster("PUT", here, body)
        return {item["key"]: item["setBy"] for item in said["configs"]}

    assert await put(A="1", B="2") == {"APP_URL": "System", "A": "User", "B": "User"}
    assert await put(B="3") == {"APP_URL": "System", "B": "User"}
    wire.sandbox.faults.add("configs-drop-system")
    assert await put(C="1") == {"C": "User"}
    files = await wire.make_data("PersistentStorage", "files")
    await wire.cluster("PATCH", f"/data-capsule/{files['id']}/bind-to", {"capsuleId": capsule["id"]})
    said = (await wire.cluster("GET", here))["configs"]
    (mount,) = [item for item in said if item["setBy"] == "System"]
    assert mount["key"] == "PERSISTENT_STORAGE_DIR" and files["slug"] in mount["value"]
    wire.sandbox.life.keeps_system = False
    assert await put(PERSISTENT_STORAGE_DIR=mount["value"]) == {"PERSISTENT_STORAGE_DIR": "System"}
    await wire.cluster("PATCH", f"/data-capsule/{files['id']}/unbind-from", {"capsuleId": capsule["id"]})
    assert (await wire.cluster("GET", here))["configs"] == []


async def test_plans_follow_the_price_formula(wire: Wire) -> None:
    plans = await wire.main("GET", "/plans")
    here = [plan for plan in plans if plan["clusterId"] == "az-uk-1"]
    prices = {(plan["capsuleType"], plan["name"]): plan["pricePerMonth"] for plan in here}
    assert prices["backend", "Basic"] == 10.5 and prices["postgresql", "Premium"] == 42.5


async def test_a_log_fails_without_a_sensible_window(wire: Wire, tmp_path: Path) -> None:
    link(wire, tmp_path)
    wire.sandbox.dashboard.link(URL, "acme")
    capsule = await wire.make_app()
    now = time.time_ns()
    for query in (
        "",
        "start=0&end=1",
        f"start=0&end={now}",
        f"start={now}&end={now * 9}",
        f"start={now}&end=5",
    ):
        await wire.cluster("GET", f"/capsules/{capsule['id']}/logs?{query}")
        assert wire.status == 500, query
    assert await wire.log(f"/capsules/{capsule['id']}/logs") == ""


async def test_what_any_client_has_to_bear_can_be_ordered_by_name(wire: Wire) -> None:
    faults, api = wire.sandbox.faults, wire.sandbox.hosts["api"]
    faults.add("unauthorized", path="/spaces")
    await wire.main("GET", "/teams")
    assert wire.status == 200
    said = await wire.main("GET", "/spaces")
    assert wire.status == 401 and said["error"]["statusCode"] == 401
    faults.add("rate-limit", retry_after="7")
    async with wire.session.get(f"{api}/spaces") as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "7")
    faults.add("slow-answers", seconds=0.2)
    before = time.monotonic()
    await wire.main("GET", "/spaces")
    assert wire.status == 200 and time.monotonic() - before >= 0.2
    faults.add("expire-token")
    await wire.main("GET", "/spaces")
    assert wire.status == 401
    assert [rule["used"] for rule in faults.list()] == [1] * 4
