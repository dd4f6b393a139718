"""Code Capsules misbehaves: nothing is made twice, nothing is lost, and the words are clear."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from aiohttp import web

from providers.code_capsules.answers import SpaceAnswer
from providers.code_capsules.client import Api
from providers.code_capsules.failures import AnswerLost, Refused
from providers.code_capsules.wire import Wire
from tests.providers.code_capsules_world import QUICK, World, code_capsules_world
from tests.providers.local_http import served
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble, Unreachable
from wizard.ports import DatabaseWish

STORE = DatabaseWish(handle="shop-redis", version="current", memory_mb=512, disk_gb=1, type="redis")


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with code_capsules_world(short_folder) as made:
        yield made


@pytest.mark.parametrize("fault", ["create-fails-but-works", "create-refused-but-works", "create-cut"])
async def test_a_creation_that_fails_and_works_is_adopted(world: World, fault: str) -> None:
    wish = await world.wish()
    world.faults.add(fault, count=None)
    made = await world.target.create_capsule(await world.space(), wish, world.log)
    database = await world.target.create_database(await world.space(), STORE, world.log)
    storage = await world.target.create_storage(await world.space(), "files", 2, world.log)
    assert [made.name, database.handle, storage.name] == ["shop", "shop-redis", "files"]
    assert database.state == "provisioned"
    assert len(world.sandbox.world.capsules) == 3
    assert world.posts("/capsules/capsules") == 1, "the web app's way"
    assert world.posts("/namespaces/*/capsules") == 2, "the official client's way"
    # And again: what is there is adopted without another.
    world.faults.clear()
    assert (await world.target.create_capsule(await world.space(), wish, world.log)).id == made.id
    assert (await world.target.create_database(await world.space(), STORE, world.log)).id == database.id
    assert (await world.target.create_storage(await world.space(), "files", 2, world.log)).id == storage.id
    assert world.posts("/capsules") == 3


@pytest.mark.parametrize("fault", ["create-fails", "500", "html", "truncate"])
async def test_a_creation_is_sent_once_and_can_be_tried_again(world: World, fault: str) -> None:
    wish = await world.wish()
    done = fault == "truncate"
    world.faults.add(fault, **({} if fault == "create-fails" else {"method": "POST", "path": "*/capsules"}))
    try:
        made = await world.target.create_capsule(await world.space(), wish, world.log)
    except Trouble as trouble:
        assert not done and trouble.code == "creation-unclear" and not trouble.retry, trouble.cause
        made = await world.target.create_capsule(await world.space(), wish, world.log)
    assert [one.id for one in world.records("shop")] == [made.id]
    assert world.posts("/capsules/capsules") == (1 if done else 2)


async def test_what_the_vendor_refuses_is_told_in_its_words(world: World) -> None:
    wish = await world.wish(repository="of somebody else")
    with pytest.raises(Refused) as caught:
        await world.target.create_capsule(await world.space(), wish, world.log)
    assert "Invalid repo" in caught.value.cause
    assert world.records("shop") == []


async def test_a_host_that_does_not_answer_gets_no_second_post(world: World) -> None:
    wish = await world.wish()
    world.faults.add("refuse", path="main:/*/capsules", count=None)
    with pytest.raises(Trouble) as caught:
        await world.target.create_capsule(await world.space(), wish, world.log)
    assert caught.value.code == "creation-unclear", "what was cut off may have got there"
    assert world.posts("/capsules") == 1
    assert world.records("shop") == []


async def test_the_other_way_of_creating_is_gone_where_one_is_not_there(world: World) -> None:
    wish = await world.wish()
    world.faults.add("404", method="POST", path="*/capsules/capsules", count=None)
    made = await world.target.create_capsule(await world.space(), wish, world.log)
    assert [one.id for one in world.records("shop")] == [made.id]
    assert world.posts("/capsules/capsules") == world.posts("/namespaces/*/capsules") == 1


async def test_two_capsules_of_one_name_are_for_a_person(world: World) -> None:
    await world.capsule()
    record = world.records("shop")[0]
    twin = world.sandbox.world.capsules["twin"] = type(record)(
        record.name, "shop-2", record.kind, record.space_id, record.products
    )
    with pytest.raises(Trouble) as caught:
        await world.target.find_capsule(await world.space(), twin.name)
    assert caught.value.code == "capsule-twice"


@pytest.mark.parametrize("kind", ["drop", "500", "truncate"])
async def test_a_space_whose_answer_was_lost_is_adopted_or_made_once(world: World, kind: str) -> None:
    world.faults.add(kind, method="POST", path="*/spaces/")
    try:
        space = await world.space()
    except Trouble as trouble:
        assert kind == "500" and trouble.code == "creation-unclear"
        space = await world.space()
    assert [one.id for one in world.sandbox.world.spaces.values()] == [space.id]
    assert world.posts("/spaces") == (2 if kind == "500" else 1)


async def test_a_slug_that_is_somebody_elses_is_told_with_what_to_do(world: World) -> None:
    world.faults.add("space-taken")
    with pytest.raises(Refused) as told:
        await world.space()
    assert "Space slug already exists" in told.value.cause
    assert "another name on the map" in told.value.remedy
    assert world.posts("/spaces") == 1
    assert (await world.space()).handle == "shop"


async def test_answers_that_come_late_are_waited_for(world: World) -> None:
    number = world.faults.add("slow-answers", seconds=0.3, count=3)
    space = await world.space()
    assert [one.id for one in await world.target.environments()] == [space.id]
    assert next(rule["used"] for rule in world.faults.list() if rule["id"] == number) == 3
    assert world.posts("/spaces") == 1


async def test_builds_and_domains_whose_answers_were_lost_are_adopted(world: World) -> None:
    capsule = await world.capsule()
    world.faults.add("drop", method="POST", path="*/builds")
    world.faults.add("500", method="POST", path="*/builds", after=1)
    assert (await world.target.build(capsule, world.log)).state == "succeeded"
    assert world.posts("/builds") == 1
    app = await world.target.find_app(await world.space(), "shop", capsules={"web": "shop"})
    assert app is not None
    (web,) = await world.target.services(app)
    world.faults.add("drop", method="POST", path="*/domains")
    made = await world.target.create_domain(await world.space(), web, "www.acme.example", 0, world.log)
    assert made.hostname == "www.acme.example"
    assert world.posts("/domains") == 1


async def test_reads_and_replacements_outlast_a_short_outage(world: World) -> None:
    app = await world.app()
    for kind in ("503", "refuse", "429"):
        world.faults.add(kind, method="GET", path="*/configs", seconds=0)
        world.faults.add(kind, method="PUT", path="*/configs", seconds=0)
    await world.target.configure(app, {"GREETING": Secret("hello there")}, world.log)
    assert (await world.target.config(app))["GREETING"] == Secret("hello there")


class Tokens:
    """A token that counts, whatever is said of it."""

    def __init__(self) -> None:
        self.renewals = 0

    async def token(self) -> Secret:
        return Secret("token-of-the-test")

    async def renewed(self, refused: Secret) -> Secret:
        self.renewals += 1
        return refused


async def asked(answer: Callable[[web.Request], web.StreamResponse], method: str = "GET") -> object:
    """What an API makes of one answer that the server gives to everything."""

    async def respond(request: web.Request) -> web.StreamResponse:
        return answer(request)

    runner, url = await served(respond)
    api = Api(url, Tokens(), QUICK)
    try:
        if method == "GET":
            return await api.listed("/spaces", "spaces", SpaceAnswer, what="the Spaces")
        return await api.post("/spaces/", {}, SpaceAnswer, what="create the Space shop")
    finally:
        await api.close()
        await runner.cleanup()


async def test_a_redirect_leads_to_the_same_host_only() -> None:
    seen: list[str] = []

    async def elsewhere(request: web.Request) -> web.Response:
        seen.append(request.headers.get("Authorization", ""))
        return web.json_response([])

    other, url = await served(elsewhere)
    try:
        for method in ("GET", "POST"):
            with pytest.raises(Unreachable):
                await asked(lambda _: web.Response(status=307, headers={"Location": f"{url}/spaces"}), method)
        assert seen == []
    finally:
        await other.cleanup()

    def slashed(request: web.Request) -> web.Response:
        if not request.path.endswith("/"):
            return web.Response(status=301, headers={"Location": f"{request.path}/"})
        return web.json_response({"data": [{"id": "1", "name": "shop"}], "meta": {}})

    assert await asked(slashed) == [SpaceAnswer(id="1", name="shop")]
    assert isinstance(
        await asked_for_trouble(lambda r: web.Response(status=302, headers={"Location": r.path})), Unreachable
    )


async def asked_for_trouble(
    answer: Callable[[web.Request], web.StreamResponse], method: str = "GET"
) -> Trouble:
    with pytest.raises(Trouble) as caught:
        await asked(answer, method)
    return caught.value


async def test_strange_answers_are_told_as_such_and_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(Wire.send.__kwdefaults__, "limit", 200_000)
    flood = b"[" + b'"' + b"x" * 200_000 + b'"]'
    assert "longer than" in (await asked_for_trouble(lambda _: web.Response(body=flood))).cause
    deep = b"[" * 100_000
    for body in (b"<html>sign in to the hotel</html>", b"{", deep, b"\xff\xfe"):
        assert isinstance(await asked_for_trouble(lambda _, body=body: web.Response(body=body)), Unreachable)
    for value in ([{"name": "no id"}], "text", None, {"spaces": 3}, [[]]):
        trouble = await asked_for_trouble(lambda _, value=value: web.json_response(value))
        assert trouble.code == "unknown-answer"
    # A POST that was answered so may have worked.
    lost = await asked_for_trouble(lambda _: web.Response(body=b"{"), "POST")
    assert isinstance(lost, AnswerLost) and "not known" in lost.untouched
    one = [SpaceAnswer(id="1")]
    for value in ([{"id": "1"}], {"spaces": [{"id": "1"}]}, {"data": {"rows": [{"id": "1"}]}, "meta": {}}):
        assert await asked(lambda _, value=value: web.json_response(value)) == one


async def test_texts_from_outside_are_safe_and_values_stay_as_they_came() -> None:
    name = "shop\x1b]0;gone\x07\u202e"
    (space,) = await asked(lambda _: web.json_response([{"id": "1", "name": name}]))  # type: ignore[misc]
    assert "\x1b" not in space.name and "\u202e" not in space.name
    said = json.dumps({"error": {"message": "no\x1b[2J way"}})
    trouble = await asked_for_trouble(lambda _: web.Response(status=400, text=said), "POST")
    assert "way" in trouble.cause and "\x1b" not in trouble.cause


async def test_cancelling_leaves_no_request_behind(world: World) -> None:
    capsule = await world.capsule()
    world.faults.add("slow-build", seconds=30)
    task = asyncio.create_task(world.target.build(capsule, world.log))
    while not world.records("shop")[0].builds:
        await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
