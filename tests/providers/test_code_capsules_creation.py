"""A creation whose end is not known is looked after for long, and not sent a second time by itself."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import msgspec
import pytest

from providers.code_capsules.client import lost
from providers.code_capsules.creation import created
from providers.code_capsules.failures import Refused
from providers.code_capsules.patience import Patience
from tests.providers.code_capsules_world import World, code_capsules_world
from tests.wizard.run_world import PLAN_OF_FOUR
from wizard.model.trouble import Trouble
from wizard.ports import Capsule, DatabaseWish
from wizard.ports.creations import Unnoted
from wizard.run.creations import JournalCreations
from wizard.run.journal import Journal
from wizard.session.store import Session, create

SOON = Patience(looks=(0.01, 0.01), late_looks=(0.01, 0.01))
WHAT = "create the capsule shop"


class Vendor:
    """Lists what was made from the look `comes` on; `keeps` whether it makes what it is asked for."""

    def __init__(self, comes: int, says: Trouble | None = None) -> None:
        self.comes, self.says = comes, says
        self.posts = self.looks = 0

    async def post(self) -> None:
        self.posts += 1
        if self.says is not None:
            raise self.says

    async def look(self) -> str | None:
        self.looks += 1
        return "shop" if self.looks >= self.comes else None


@pytest.fixture
def session(private_home: Path) -> Iterator[Session]:
    made = create("acme-shop")
    Journal(made).start_run(PLAN_OF_FOUR)
    yield made
    made.close()


def another_worker(session: Session) -> JournalCreations:
    """The notes as a worker finds them that goes on."""
    notes = JournalCreations(Journal(session))
    notes.at("capsule:shop")
    return notes


async def test_what_nobody_knows_the_end_of_may_come_late() -> None:
    for status in ("504", "500"):
        late = Vendor(5, lost(WHAT, f"status {status}"))
        assert await created(SOON, Unnoted(), late.post, late.look, WHAT) == "shop"
        assert late.posts == 1
    refused = Vendor(5, Refused("No: that is not a repository.", 400, ""))
    with pytest.raises(Refused):
        await created(SOON, Unnoted(), refused.post, refused.look, WHAT)
    assert (refused.posts, refused.looks) == (1, 3)


@pytest.mark.parametrize("says", [None, lost(WHAT, "status 500")])
async def test_what_is_not_listed_stops_and_is_sent_again_by_a_persons_word_only(
    session: Session, says: Trouble | None
) -> None:
    vendor, notes = Vendor(99, says), another_worker(session)
    first = notes
    with pytest.raises(Trouble) as told:
        await created(SOON, notes, vendor.post, vendor.look, WHAT)
    assert told.value.code == "creation-unclear" and not told.value.retry
    assert WHAT in told.value.cause and "not asked for a second time by itself" in told.value.untouched
    assert "press r" in told.value.remedy
    for notes in (first, another_worker(session)):
        with pytest.raises(Trouble) as told:
            await created(SOON, notes, vendor.post, vendor.look, WHAT)
        assert told.value.code == "creation-unclear" and vendor.posts == 1
    notes.again("capsule:shop-2")
    with pytest.raises(Trouble):
        await created(SOON, notes, vendor.post, vendor.look, WHAT)
    assert vendor.posts == 1, "their word was for another step"
    notes.again("capsule:shop")
    vendor.says, vendor.comes = None, vendor.looks + 3
    assert await created(SOON, notes, vendor.post, vendor.look, WHAT) == "shop"
    assert vendor.posts == 2 and notes.asked(WHAT) is None


async def test_a_look_comes_before_the_second_time(session: Session) -> None:
    vendor, notes = Vendor(6, lost(WHAT, "status 500")), another_worker(session)
    with pytest.raises(Trouble):
        await created(SOON, notes, vendor.post, vendor.look, WHAT)
    notes.again("capsule:shop")
    assert await created(SOON, notes, vendor.post, vendor.look, WHAT) == "shop"
    assert vendor.posts == 1


async def test_what_was_refused_is_told_again_and_forgotten_with_the_plan(session: Session) -> None:
    vendor = Vendor(99, Refused("No: that is not a repository.", 400, ""))
    for notes in (another_worker(session), another_worker(session)):
        with pytest.raises(Trouble) as told:
            await created(SOON, notes, vendor.post, vendor.look, WHAT)
        assert told.value.code == "refused" and told.value.cause == "No: that is not a repository."
    assert vendor.posts == 1
    vendor.says = lost("create the Space shop", "status 500")
    with pytest.raises(Trouble):
        await created(SOON, notes, vendor.post, vendor.look, "create the Space shop")
    Journal(session).start_run(PLAN_OF_FOUR)
    notes = another_worker(session)
    assert notes.asked(WHAT) is None
    assert notes.asked("create the Space shop") is not None, "of that nobody knows what became of it"


@pytest.mark.parametrize("code", ["unreachable", "forbidden"])
async def test_what_was_certainly_not_sent_is_not_noted(session: Session, code: str) -> None:
    vendor, notes = Vendor(99, Trouble("No.", remedy="Wait.", code=code)), another_worker(session)
    with pytest.raises(Trouble):
        await created(SOON, notes, vendor.post, vendor.look, WHAT)
    assert notes.asked(WHAT) is None and vendor.looks == 0


# -- against the vendor's own API ----------------------------------------------------------------------------


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with code_capsules_world(short_folder) as made:
        yield made


def taken_up(world: World, session: Session) -> JournalCreations:
    """A worker goes on, with the notes of the one before."""
    notes = another_worker(session)
    world.target.note_creations(notes)
    return notes


async def test_who_is_killed_at_a_post_sends_no_second_one(world: World, session: Session) -> None:
    wish, space = await world.wish(), await world.space()
    taken_up(world, session)
    world.faults.add("stall", method="POST", path="*/capsules")
    asked = asyncio.create_task(world.target.create_capsule(space, wish, world.log))
    while not world.records("shop"):
        await asyncio.sleep(0.01)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    notes = taken_up(world, session)
    assert notes.asked(WHAT) is not None
    await world.target.create_capsule(space, wish, world.log)
    assert len(world.records("shop")) == 1, "it was made, and is adopted"
    # Here the end came so early that nothing was sent.
    two = msgspec.structs.replace(wish, name="shop-2")
    notes.ask("create the capsule shop-2")
    taken_up(world, session)
    with pytest.raises(Trouble) as told:
        await world.target.create_capsule(space, two, world.log)
    assert told.value.code == "creation-unclear" and "UTC" in told.value.cause
    assert world.records("shop-2") == []


async def built(world: World, session: Session) -> Capsule:
    """A capsule, with notes for the step that builds it."""
    capsule = await world.capsule()
    taken_up(world, session)
    return capsule


async def test_a_build_that_another_worker_asked_for_is_followed_to_its_end(
    world: World, session: Session
) -> None:
    capsule = await built(world, session)
    world.faults.add("build-fails", message="npm ERR! 404 left-pad")
    asked = asyncio.create_task(world.target.build(capsule, world.log))
    while not world.records("shop")[0].builds:
        await asyncio.sleep(0.01)
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked
    (record,) = world.records("shop")
    while not record.builds[0].over:
        await asyncio.sleep(0.01)
    # It was noted, and its answer never came in: that is how a worker ends that is killed there.
    notes = taken_up(world, session)
    notes.ask("build the capsule shop")
    with pytest.raises(Trouble) as told:
        await world.target.build(capsule, world.log)
    assert told.value.code == "build-failed" and "left-pad" in told.value.cause
    assert world.posts("/builds") == 1, "it is that one's end, and no reason for another"
    assert (await world.target.build(capsule, world.log)).state == "succeeded"
    assert world.posts("/builds") == 2


async def test_a_build_that_never_shows_is_not_asked_for_again_by_itself(
    world: World, session: Session
) -> None:
    capsule = await built(world, session)
    world.faults.add("500", method="POST", path="*/builds")
    for _ in range(2):
        with pytest.raises(Trouble) as told:
            await world.target.build(capsule, world.log)
        assert told.value.code == "creation-unclear" and not told.value.retry
    assert world.posts("/builds") == 1 and world.records("shop")[0].builds == []


async def test_databases_spaces_domains_and_stores_are_sent_once(world: World, session: Session) -> None:
    await world.capsule()
    space = await world.space()
    app = await world.target.find_app(space, "shop", capsules={"web": "shop"})
    assert app is not None
    (web,) = await world.target.services(app)
    wish = DatabaseWish(handle="shop-redis", version="current", memory_mb=512, disk_gb=1, type="redis")
    asked = {
        "/namespaces/*/capsules": lambda: world.target.create_database(space, wish, world.log),
        "/spaces": lambda: world.target.create_environment("two", "UK (South)", world.log, team="acme"),
        "/domains": lambda: world.target.create_domain(space, web, "www.acme.example", 0, world.log),
    }
    before = {path: world.posts(path) for path in asked}
    notes = taken_up(world, session)
    for path, ask in asked.items():
        world.faults.add("500", method="POST", path="*" + path.rpartition("*")[2] + "*")
        for _ in range(2):
            with pytest.raises(Trouble) as told:
                await ask()
            assert told.value.code == "creation-unclear", path
        assert world.posts(path) == before[path] + 1
        notes.again("capsule:shop")
        await ask()
        assert world.posts(path) == before[path] + 2


async def test_a_store_is_mounted_once(world: World, session: Session) -> None:
    capsule = await world.capsule()
    space = await world.space()
    store = await world.target.create_storage(space, "files", 2, world.log)
    notes = taken_up(world, session)

    def binds() -> int:
        return int(world.sandbox.facts()["seen"].get("PATCH /data-capsule/*/bind-to", 0))

    world.faults.add("500", method="PATCH", path="*/bind-to")
    for _ in range(2):
        with pytest.raises(Trouble) as told:
            await world.target.bind_storage(store, capsule, world.log)
        assert told.value.code == "creation-unclear" and "tab Config" in told.value.remedy
    assert binds() == 1
    notes.again("capsule:shop")
    world.faults.add("drop", method="PATCH", path="*/bind-to")
    mounted = await world.target.bind_storage(store, capsule, world.log)
    assert mounted.bound_to == (capsule.id,) and binds() == 2
