"""What was sent once is sent again by a person's word only, whichever worker goes on."""

from collections.abc import Iterator

import pytest

from tests.wizard.run_world import Running, World, world
from wizard.model.trouble import Trouble, Unreachable
from wizard.session.store import Session, create

__all__ = ["world"]

WHAT = "create the database shop-db"
STEP = "environment"


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


def unclear() -> Trouble:
    return Trouble("It is not in its list.", remedy="Press r.", code="creation-unclear")


async def failed(world: World, session: Session, *more: Exception) -> Running:
    """A run that stands at its first step, of which a creation is noted."""
    world.doing[STEP] = [*more, unclear()]
    running = Running(session)
    running.context.creations.at(STEP)
    running.context.creations.ask(WHAT)
    await running.wait(lambda seen: seen.run.state == "failed")
    return running


async def test_another_try_by_itself_is_no_persons_word(world: World, session: Session) -> None:
    running = await failed(world, session, Unreachable("No answer.", remedy="Wait."))
    assert world.done == [STEP, STEP], "the first try passed by itself"
    assert not running.context.creations.may_ask_again(WHAT)
    await running.kill()


async def test_another_worker_is_no_persons_word(world: World, session: Session) -> None:
    await (await failed(world, session)).kill()
    world.doing[STEP] = [unclear()]
    goes_on = Running(session)
    await goes_on.wait(lambda seen: seen.run.state == "failed" and len(world.done) > 1)
    assert goes_on.context.creations.asked(WHAT) is not None
    assert not goes_on.context.creations.may_ask_again(WHAT)
    await goes_on.kill()


async def test_a_persons_word_is_for_one_time_and_the_proof_ends_it(world: World, session: Session) -> None:
    running = await failed(world, session)
    notes = running.context.creations
    world.doing[STEP] = [unclear()]
    assert (await running.say("retry"))["ok"]
    await running.wait(lambda seen: len(world.done) > 1)
    assert notes.may_ask_again(WHAT)
    notes.ask(WHAT)
    assert not notes.may_ask_again(WHAT)
    await running.wait(lambda seen: seen.run.state == "failed")
    assert (await running.say("retry"))["ok"]
    await running.wait(lambda seen: running.states()[STEP] == "done")
    assert notes.asked(WHAT) is None
    await running.kill()


async def test_a_tunnel_of_ones_own_is_no_word_for_a_creation(world: World, session: Session) -> None:
    running = await failed(world, session)
    world.doing[STEP] = [unclear()]

    async def told(where: str, port: int | None) -> str:
        return "It is your own"

    running.drive.commands.own_tunnel = told
    hurried: list[str] = []
    running.drive.commands.hurry = lambda: hurried.append("all")
    assert (await running.say("port", port=5432))["ok"]
    await running.wait(lambda seen: len(world.done) > 1)
    assert not running.context.creations.may_ask_again(WHAT)
    assert hurried == [], "nor for asking for a domain again"
    await running.kill()
