"""Aptible's APIs misbehave: nothing is created twice, and the words are clear."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from providers.aptible.answers import AccountAnswer, Operation
from providers.aptible.client import BODY_LIMIT, Api
from providers.aptible.git_remote import branch_for, write_known_hosts
from providers.aptible.hosts import addresses
from providers.aptible.operations import Operations, _not_shown
from providers.aptible.target import AptibleTarget
from tests.providers.aptible_world import QUICK, World, aptible_world, served
from wizard.model.loopback import is_loopback, safe_url
from wizard.model.secret import Secret
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.ports import DatabaseWish, TargetDatabase, TargetService

WISH = DatabaseWish(handle="shop-db", version="16", memory_mb=1024, disk_gb=10)


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with aptible_world(short_folder) as made:
        yield made


@pytest.mark.parametrize("kind", ["drop", "truncate"])
async def test_a_post_that_was_done_but_not_answered_is_adopted(world: World, kind: str) -> None:
    paths = {
        "/accounts": 1,
        "/accounts/*/apps": 1,
        "/accounts/*/databases": 1,
        "/databases/*/operations": 1,
        "/apps/*/operations": 1,
    }
    for path in paths:
        world.faults.add(kind, path=path, method="POST")
    app = await world.app()
    database = await world.target.create_database(await world.environment(), WISH, world.log)
    await world.target.configure(app, {"A": Secret("value of a")}, world.log)
    assert database.state == "provisioned"
    assert {path: world.posts(path) for path in paths} == paths
    assert all(rule["used"] == 1 for rule in world.faults.list())
    assert set(await world.target.config(app)) == {"A"}


@pytest.mark.parametrize("kind", ["500", "refuse", "html"])
async def test_a_post_that_was_not_done_is_not_repeated_and_can_be_tried_again(
    world: World, kind: str
) -> None:
    environment = await world.environment()
    world.faults.add(kind, path="/accounts/*/apps", method="POST")
    with pytest.raises(Unreachable) as caught:
        await world.target.create_app(environment, "shop", world.log)
    assert (caught.value.code, caught.value.retry) == ("answer-lost", True)
    assert world.posts("/accounts/*/apps") == 1
    assert (await world.target.create_app(environment, "shop", world.log)).handle == "shop"


async def test_a_post_over_the_rate_limit_was_not_done(world: World) -> None:
    environment = await world.environment()
    world.faults.add("429", path="/accounts/*/apps", method="POST")
    with pytest.raises(Unreachable) as caught:
        await world.target.create_app(environment, "shop", world.log)
    assert caught.value.code == "rate-limit"


@pytest.mark.parametrize("kind", ["500", "503", "429", "refuse", "drop", "truncate", "html", "drip"])
async def test_reads_are_tried_again(world: World, kind: str) -> None:
    await world.environment()
    world.faults.add(kind, path="/accounts", method="GET", count=2, seconds=0.01)
    assert [item.handle for item in await world.target.environments()] == ["acme-production"]


@pytest.mark.parametrize(
    ("kind", "code"),
    [("500", "server-error"), ("html", "not-the-api"), ("refuse", "unreachable"), ("429", "rate-limit")],
)
async def test_reads_end_with_a_clear_word(world: World, kind: str, code: str) -> None:
    world.faults.add(kind, path="/accounts", method="GET", count=None, seconds=0.01)
    with pytest.raises(Unreachable) as caught:
        await world.target.environments()
    assert caught.value.code == code
    assert caught.value.remedy


async def test_an_expired_token_asks_to_sign_in(world: World) -> None:
    world.faults.add("expire-token", path="/accounts")
    with pytest.raises(SignInNeeded) as caught:
        await world.target.environments()
    assert caught.value.vendor == "aptible"
    token = world.sandbox.credentials["token"]
    assert token == world.sandbox.credentials["token"]
    target = AptibleTarget(world.sandbox.hosts, Secret(token), QUICK)
    assert await target.environments() == []
    await target.close()


async def test_a_token_that_expires_while_an_operation_runs(world: World) -> None:
    environment = await world.environment()
    world.faults.add("expire-token", path="/operations/*")
    with pytest.raises(SignInNeeded):
        await world.target.create_database(environment, WISH, world.log)
    token = world.sandbox.tokens.issue(world.sandbox.tokens.person)
    target = AptibleTarget(world.sandbox.hosts, Secret(token.value), QUICK)
    database = await target.create_database(environment, WISH, world.log)
    assert database.state == "provisioned"
    assert world.posts("/databases/*/operations") == 1
    await target.close()


async def test_a_failed_provision_is_tried_again_on_the_same_database(world: World) -> None:
    environment = await world.environment()
    world.faults.add("fail", path="operation:/provision/databases")
    with pytest.raises(Trouble) as caught:
        await world.target.create_database(environment, WISH, world.log)
    assert caught.value.code == "operation-failed"
    assert "told to fail here" in caught.value.cause
    left = await world.target.find_database(environment, "shop-db")
    assert left is not None and left.state == "failed"
    assert (await world.target.create_database(environment, WISH, world.log)).state == "provisioned"
    assert world.posts("/accounts/*/databases") == 1


async def test_an_operation_that_somebody_cancels_has_ended(world: World) -> None:
    environment = await world.environment()
    world.faults.add("cancel", path="operation:/provision/databases")
    with pytest.raises(Trouble) as caught:
        await world.target.create_database(environment, WISH, world.log)
    assert caught.value.code == "operation-failed"
    assert "was cancelled" in caught.value.cause
    assert (await world.target.create_database(environment, WISH, world.log)).state == "provisioned"
    assert world.posts("/databases/*/operations") == 2


@pytest.mark.parametrize("status", ["deprovisioning", "deprovisioned"])
async def test_a_database_that_is_being_removed_is_left_alone(world: World, status: str) -> None:
    environment = await world.environment()
    await world.target.create_database(environment, WISH, world.log)
    (database,) = world.sandbox.world.databases.values()
    database.status = status
    with pytest.raises(Trouble) as caught:
        await world.target.create_database(environment, WISH, world.log)
    assert caught.value.code == "database-going"
    assert world.posts("/databases/*/operations") == 1


@pytest.mark.parametrize("limit", [None, 0])
async def test_a_service_without_a_limit_is_scaled_without_one(limit: int | None) -> None:
    bodies: list[dict[str, Any]] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        if request.method == "POST":
            bodies.append(await request.json())
            return web.json_response({"id": 5, "type": "scale", "status": "succeeded"}, status=201)
        if request.path.endswith("/operations"):
            return web.json_response({"_embedded": {"operations": []}})
        if request.path.endswith("/logs"):
            return web.json_response({"code": 404}, status=404)
        known = {"id": 1, "process_type": "web", "container_count": 1, "container_memory_limit_mb": limit}
        return web.json_response(known)

    runner, root = await served(handler)
    target = AptibleTarget({"api": root, "auth": root}, Secret("token-for-a-test"), QUICK)
    service = TargetService(id="1", app_id="1", type="web", command="", count=1, memory_mb=0)
    await target.scale(service, 0, 0, lambda line: None)
    await target.scale(service, 2, 512, lambda line: None)
    assert bodies == [
        {"type": "scale", "container_count": 0},
        {"type": "scale", "container_count": 2, "container_size": 512},
    ]
    await target.close()
    await runner.cleanup()


LOGS = "/operations/*/logs"


@pytest.mark.parametrize("kind", ["403", "404", "422", "500", "refuse"])
async def test_what_succeeded_stands_without_its_log(world: World, kind: str) -> None:
    environment = await world.environment()
    world.faults.add(kind, path=LOGS, count=None)
    assert (await world.target.create_database(environment, WISH, world.log)).state == "provisioned"
    assert not any("SUCCESSFUL" in line for line in world.lines)


@pytest.mark.parametrize(("kind", "times"), [("404", 3), ("404", 1), ("503", 9)])
async def test_the_log_of_what_failed_is_waited_for(world: World, kind: str, times: int) -> None:
    environment = await world.environment()
    world.faults.add("fail", path="operation:/provision/databases")
    world.faults.add(kind, path=LOGS, count=times, seconds=0.01)
    with pytest.raises(Trouble) as caught:
        await world.target.create_database(environment, WISH, world.log)
    assert caught.value.code == "operation-failed"
    assert "told to fail here" in caught.value.cause


async def test_a_log_that_may_not_be_read_is_not_waited_for(world: World) -> None:
    environment = await world.environment()
    world.faults.add("fail", path="operation:/provision/databases")
    forbidden = world.faults.add("403", path=LOGS, count=None)
    with pytest.raises(Trouble) as caught:
        await world.target.create_database(environment, WISH, world.log)
    assert caught.value.code == "operation-failed"
    assert "Aptible gave no log for it" in caught.value.cause
    assert [rule["used"] for rule in world.faults.list() if rule["id"] == forbidden] == [1]


async def test_a_log_that_a_new_token_would_open_asks_for_one(world: World) -> None:
    environment = await world.environment()
    world.faults.add("fail", path="operation:/provision/databases")
    world.faults.add("expire-token", path=LOGS)
    with pytest.raises(SignInNeeded):
        await world.target.create_database(environment, WISH, world.log)


async def test_an_operation_under_way_is_followed_not_started_again(world: World) -> None:
    environment = await world.environment()
    first = asyncio.create_task(world.target.create_database(environment, WISH, world.log))
    while not world.posts("/databases/*/operations"):
        await asyncio.sleep(0.005)
    first.cancel()
    await asyncio.gather(first, return_exceptions=True)
    assert (await world.target.create_database(environment, WISH, world.log)).state == "provisioned"
    assert world.posts("/databases/*/operations") == 1


async def test_short_outages_do_not_end_the_wait_for_an_operation(world: World) -> None:
    environment = await world.environment()
    world.faults.add("refuse", path="/operations/*", method="GET", count=6)
    assert (await world.target.create_database(environment, WISH, world.log)).state == "provisioned"


async def test_what_does_not_fit_is_refused_in_words(world: World) -> None:
    environment = await world.environment()
    with pytest.raises(Trouble) as version:
        await world.target.create_database(
            environment, DatabaseWish(handle="d", version="9", memory_mb=512, disk_gb=10), world.log
        )
    assert version.value.code == "version-not-offered" and "16, 17, 18" in version.value.cause
    await world.target.create_database(environment, WISH, world.log)
    with pytest.raises(Trouble) as taken:
        await world.target.create_database(
            environment, DatabaseWish(handle="shop-db", version="18", memory_mb=512, disk_gb=10), world.log
        )
    assert taken.value.code == "handle-taken"
    with pytest.raises(Trouble, match="Handle is invalid"):
        await world.target.create_app(environment, "No Good", world.log)


async def asked(answer: str | dict[str, Any], **more: Any) -> Any:
    """What the client makes of one answer of a server of our own."""

    async def handler(request: web.Request) -> web.StreamResponse:
        text = answer if isinstance(answer, str) else json.dumps(answer)
        return web.Response(text=text, content_type="application/hal+json", **more)

    runner, url = await served(handler)
    api = Api(url, Secret("token-for-a-test"), QUICK)
    try:
        return await api.get("/accounts/1", AccountAnswer, what="the environment")
    finally:
        await api.close()
        await runner.cleanup()


async def test_texts_of_answers_are_made_safe() -> None:
    got = await asked({"id": 1, "handle": "evil\x1b]0;title\x07\u202e"})
    assert got.handle == "evil␛]0;title␇<U+202E>"


@pytest.mark.parametrize("url", [None, "missing"])
async def test_a_database_without_an_address_is_no_unknown_answer(url: str | None) -> None:
    credential = {"id": 1, "default": True, **({} if url else {"connection_url": None})}

    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response({"_embedded": {"database_credentials": [credential]}})

    runner, root = await served(handler)
    target = AptibleTarget({"api": root, "auth": root}, Secret("token-for-a-test"), QUICK)
    with pytest.raises(Trouble) as caught:
        await target.database_url(
            TargetDatabase(id="1", handle="db", environment_id="1", version="16", state="provisioning")
        )
    assert caught.value.code == "no-credential"
    await target.close()
    await runner.cleanup()


async def test_a_refusal_with_nulls_keeps_its_words() -> None:
    answer = {"code": None, "error": None, "message": "Handle is taken", "exception_context": None}
    with pytest.raises(Trouble, match="Handle is taken"):
        await asked(answer, status=422)


async def test_redirects_are_not_followed() -> None:
    with pytest.raises(Unreachable) as caught:
        await asked({}, status=302, headers={"Location": "http://127.0.0.1:9/elsewhere"})
    assert caught.value.code == "not-the-api"


async def test_answers_are_bounded_and_checked() -> None:
    with pytest.raises(Unreachable, match="longer than"):
        await asked("[" + " " * BODY_LIMIT + "]")
    with pytest.raises(Trouble, match=r"\$\.handle"):
        await asked({"id": 1, "handle": 5})
    with pytest.raises(Trouble, match="not JSON"):
        await asked("{")


async def test_the_bearer_does_not_go_to_the_presigned_address() -> None:
    seen: list[str | None] = []

    async def handler(request: web.Request) -> web.StreamResponse:
        seen.append(request.headers.get("Authorization"))
        return web.Response(text="line one\nline two\n")

    runner, url = await served(handler)
    api = Api(url, Secret("token-for-a-test"), QUICK)
    assert await api.foreign_text(f"{url}/log?signature=x", what="the log") == "line one\nline two\n"
    for bad in (
        "http://storage.example/log",
        "file:///etc/passwd",
        "https://user@host/",
        "nonsense",
        f"{url}/\x7f",
        f"{url}/\x00",
    ):
        with pytest.raises(Unreachable):
            await api.foreign_text(bad, what="the log")
    assert seen == [None]
    await api.close()
    await runner.cleanup()


async def test_a_deprovision_that_is_gone_has_succeeded() -> None:
    async def handler(request: web.Request) -> web.StreamResponse:
        return web.json_response({"code": 404, "error": "not_found", "message": "Not Found"}, status=404)

    runner, url = await served(handler)
    api = Api(url, Secret("token-for-a-test"), QUICK)
    operations = Operations(api)
    lines: list[str] = []
    gone = Operation(id=5, type="deprovision", status="running")
    assert (await operations.follow(gone, lines.append, what="remove it")).status == "succeeded"
    with pytest.raises(Trouble) as caught:
        await operations.follow(Operation(id=6, type="deploy", status="running"), lines.append, what="deploy")
    assert caught.value.code == "not-found"
    await api.close()
    await runner.cleanup()


def test_lines_that_the_live_log_missed() -> None:
    assert _not_shown([], ["a", "b"]) == ["a", "b"]
    assert _not_shown(["a"], ["a", "b"]) == ["b"]
    assert _not_shown(["b"], ["a", "b", "c"]) == ["c"]
    assert _not_shown(["a", "b"], ["a", "b"]) == []
    assert _not_shown(["other"], ["a"]) == []


def test_branches_are_derived_from_the_ref() -> None:
    commit = "0123456789abcdef0123456789abcdef01234567"
    assert branch_for(commit) == "deploy-0123456789ab"
    assert branch_for("main") == branch_for("main") != branch_for("mains")
    assert branch_for("; rm -rf /").startswith("deploy-")


def test_known_hosts_are_written_for_us_alone(tmp_path: Path) -> None:
    for _ in range(2):
        path = write_known_hosts(addresses({}), tmp_path / "new folder")
    lines = path.read_text().splitlines()
    assert [line.split()[:2] for line in lines] == [
        ["[primetime.aptible.com]:43022", "ssh-rsa"],
        ["[primetime.aptible.com]:43022", "ecdsa-sha2-nistp256"],
    ]
    assert path.stat().st_mode & 0o777 == 0o600
    assert [item.name for item in path.parent.iterdir()] == ["aptible_known_hosts"]


def test_loopback_and_safe_urls() -> None:
    assert is_loopback("127.0.0.9") and is_loopback("[::1]") and is_loopback("localhost")
    assert not is_loopback("127.0.0.1.example") and not is_loopback("10.0.0.1")
    assert safe_url("https://host/x", loopback_too=False)
    assert safe_url("http://127.0.0.1:1/", loopback_too=True)
    assert not safe_url("http://127.0.0.1:1/", loopback_too=False)
