"""What a worker that goes on finds: the world is asked, and nothing is repeated that must not be."""

import asyncio
from collections.abc import Iterator

import msgspec
import pytest

from tests.wizard.run_world import PLAN_OF_FOUR, Running, World, world
from tests.wizard.test_drive import away, broken, to_finish_gate
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.run.kinds.freeze import CHANGED
from wizard.session.store import Session, create

__all__ = ["world"]


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


async def test_a_lost_step_takes_its_dependents_with_it(session: Session, world: World) -> None:
    run = Running(session)
    await run.wait(lambda seen: seen.gate is not None)
    await run.kill()
    world.there.discard("environment")
    world.done.clear()
    again = Running(session)
    await again.wait(lambda seen: seen.gate is not None)
    assert "Was done, is not there any more: Do environment" in again.events()
    # copy is asked again and is there; nothing else moves.
    assert world.done == ["environment"]
    await again.kill()


async def test_heroku_that_serves_again_has_the_gate_asked_again(session: Session, world: World) -> None:
    world.holding["deploy"] = asyncio.Event()
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: "deploy" in world.done)
    await run.kill()
    # Somebody started the dynos by hand, and the system served for hours.
    world.there -= {"scale-down", "refresh"}
    world.holding.clear()
    world.done.clear()
    again = Running(session)
    await again.wait(lambda seen: seen.gate is not None and seen.gate.key == CUT_OVER)
    assert world.done == [] and again.seen.can_go_back
    records = again.journal.steps()
    assert records["scale-down"].state == "lost" and records["maintenance"].state == "done"
    evidence = records["scale-down"].evidence
    assert evidence is not None and evidence.facts[CHANGED] is True
    assert records["refresh"].state == records["deploy"].state == "pending"
    await to_finish_gate(again)
    assert world.done == ["scale-down", "refresh", "deploy"]
    await again.kill()


async def test_a_copy_that_no_longer_fits_is_made_anew_and_the_gate_asked_again(
    session: Session, world: World
) -> None:
    run = Running(session)
    await run.wait(lambda seen: seen.gate is not None)
    # A migration ran on Heroku while the gate stood open.
    world.there.discard("copy")
    world.done.clear()
    await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: seen.gate is not None and "copy" in world.done)
    assert world.done == ["copy"] and run.states()["maintenance"] == "pending"
    assert not run.seen.can_go_back
    await to_finish_gate(run)
    await run.kill()


async def test_a_branch_that_moved_on_at_the_gate_is_pushed_again_before_anything_is_changed(
    session: Session, world: World
) -> None:
    branch = msgspec.structs.replace(PLAN_OF_FOUR.steps[0], key="branch:shop", kind="push-branch")
    run = Running(session, msgspec.structs.replace(PLAN_OF_FOUR, steps=(branch, *PLAN_OF_FOUR.steps)))
    await run.wait(lambda seen: seen.gate is not None)
    # A colleague pushed another commit while the gate stood open.
    world.there.discard("branch:shop")
    world.done.clear()
    await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: seen.gate is not None and "branch:shop" in world.done)
    assert world.done == ["branch:shop"] and run.states()["maintenance"] == "pending"
    await run.kill()


async def test_nothing_of_the_cut_over_is_done_again_once_the_last_gate_has_opened(
    session: Session, world: World
) -> None:
    run = Running(session)
    await to_finish_gate(run)
    await run.kill()
    # A psql is connected to the old database, Heroku was touched: the target takes writes since long.
    world.there -= {"copy", "scale-down", "refresh", "deploy"}
    world.done.clear()
    again = Running(session)
    await again.pass_gate(FINISH)
    assert await again.end() == "done"
    assert world.done == ["tidy"]


async def test_a_finished_move_that_was_killed_before_its_last_word_ends(
    session: Session, world: World
) -> None:
    world.holding["tidy"] = asyncio.Event()
    run = Running(session)
    await to_finish_gate(run)
    await run.pass_gate(FINISH)
    await run.wait(lambda seen: "tidy" in world.done)
    await run.kill()
    # With the marker the proof of the copy is gone.
    world.there = (world.there - {"copy"}) | {"tidy"}
    world.done.clear()
    again = Running(session)
    assert await again.end() == "done"
    assert world.done == []


async def test_what_was_only_begun_is_not_lost(session: Session, world: World) -> None:
    world.holding["scale-down"] = asyncio.Event()
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: "scale-down" in world.done)
    await run.kill()
    world.there.discard("maintenance")
    world.holding = {"maintenance": asyncio.Event()}
    again = Running(session)
    await again.pass_gate(CUT_OVER)
    await again.wait(lambda seen: world.done.count("maintenance") == 2)
    assert again.states()["scale-down"] == "intent" and again.states()["refresh"] == "pending"
    assert again.seen.can_go_back
    await again.kill()


async def test_a_look_that_does_not_succeed_takes_nothing_away(session: Session, world: World) -> None:
    run = Running(session)
    await run.wait(lambda seen: seen.gate is not None)
    await run.kill()
    world.done.clear()
    world.probing = {"copy": [away(), away(), broken()], "environment": [ValueError("a mistake of ours")]}
    again = Running(session)
    await again.wait(lambda seen: seen.gate is not None)
    assert world.done == [] and set(again.states().values()) == {"done", "intent", "pending"}
    assert "Could not be looked at: It is broken." in again.events()
    await again.kill()
