"""Driving a plan: probe first, retry what may pass, wait for a person, and never lose the way back."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.wizard.run_world import PLAN_OF_FOUR, Running, World, world
from wizard.database.control import Stopped
from wizard.model.plan import Step
from wizard.model.trouble import SignInNeeded, Trouble, Unreachable
from wizard.plan.plan import CUT_OVER, FINISH
from wizard.run import drive as drives
from wizard.run.context import Context
from wizard.run.kinds.gate import Gate
from wizard.run.view import WAY_BACK
from wizard.session.store import Session, create

__all__ = ["world"]

STEPS = [step.key for step in PLAN_OF_FOUR.steps if step.kind != "gate"]


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


def broken() -> Trouble:
    return Trouble("It is broken.", remedy="Press r.", code="broken")


def away() -> Trouble:
    return Unreachable("Nobody answers.", remedy="Press r.")


def refused(vendor: str = "heroku") -> SignInNeeded:
    return SignInNeeded(vendor, "The token is refused.", remedy="Sign in again.")


async def hand_over(run: Running, vendor: str = "heroku") -> None:
    answer = await run.say("secret", vendor=vendor, account="user-1", kind="token", value="t-0123456789")
    assert answer == {"ok": True}


async def to_finish_gate(run: Running) -> None:
    if run.states()[CUT_OVER] != "done":
        await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: seen.gate is not None and seen.gate.key == FINISH)


async def test_to_the_end_each_step_once(session: Session, world: World) -> None:
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    await run.pass_gate(FINISH)
    assert await run.end() == "done"
    assert world.done == STEPS
    assert set(run.states().values()) == {"done"}


async def test_what_is_there_already_is_not_done(session: Session, world: World) -> None:
    world.there = {"environment", "copy"}
    run = Running(session)
    await run.wait(lambda seen: seen.gate is not None)
    assert world.done == []
    assert "copy is there" in run.events()
    await run.kill()


@pytest.mark.parametrize("key", STEPS)
async def test_killed_after_any_step_was_done_and_before_it_was_noted(
    session: Session, world: World, key: str
) -> None:
    run = Running(session)
    held = world.holding[key] = asyncio.Event()
    for gate in (CUT_OVER, FINISH):
        if key in world.done:
            break
        before = STEPS.index(key) < (2 if gate == CUT_OVER else 6)
        if before:
            break
        await run.pass_gate(gate)
    await run.wait(lambda seen: key in world.done)
    await run.kill()
    # The world took it; the journal knows of the intent only.
    world.there.add(key)
    held.set()
    assert run.states()[key] == "intent"

    again = Running(session)
    for gate in (CUT_OVER, FINISH):
        if again.states()[gate] != "done":
            await again.pass_gate(gate)
    assert await again.end() == "done"
    assert world.done == STEPS, "nothing was done twice"


async def test_a_stop_while_a_gate_gathers_its_facts_is_heeded(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = asyncio.Event()

    async def facts(self: Gate, context: Context, step: Step) -> tuple[tuple[str, str], ...]:
        if step.key == FINISH:
            asked.set()
            while not context.control.stopped:
                await asyncio.sleep(0.001)
            raise Stopped
        return ()

    monkeypatch.setattr(Gate, "facts", facts)
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    await asyncio.wait_for(asked.wait(), 10)
    assert await run.say("back") == {"ok": True}
    assert await run.end() == "taken-back"


async def test_a_write_to_heroku_is_not_cut_off_by_the_way_back(session: Session, world: World) -> None:
    held = world.writing["scale-down"] = asyncio.Event()
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: "scale-down" in world.done)
    assert await run.say("back") == {"ok": True}
    await asyncio.sleep(0.05)
    assert world.undone == []
    held.set()
    assert await run.end() == "taken-back"
    # It arrived, so it was taken back; had it been cut off, it might have arrived after that.
    assert world.undone == ["scale-down", "maintenance"]


def test_patience_counts_from_the_first_failure_and_begins_anew_after_a_long_try() -> None:
    patience = drives.Patience()
    assert not patience.over(0, 500), "500 s of good work before the first failure"
    assert patience.pause() == 1
    assert not patience.over(501, 502) and not patience.over(504, 600)
    assert patience.over(600, 700), "failing for 200 s"
    patience = drives.Patience()
    assert not any(patience.over(began, began + 600) for began in (0, 700, 1400, 2100, 2800))
    assert patience.over(3500, 4100), "not for ever"


async def test_what_may_pass_is_tried_again_and_says_why_it_waits(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drives, "PAUSES", (30,))
    world.doing = {"copy": [away()]}
    run = Running(session)
    seen = await run.wait(lambda seen: bool(seen.run.waiting_for))
    assert seen.run.state == "running" and "Nobody answers. Trying again in 30 s" in seen.run.waiting_for
    await run.say("retry")
    await run.wait(lambda seen: seen.gate is not None)
    assert world.done.count("copy") == 2 and run.context.hurried == 1
    assert run.seen.trouble is None
    await run.kill()


async def test_before_the_cut_over_a_failure_waits_for_a_person(session: Session, world: World) -> None:
    world.doing = {"copy": [broken()]}
    run = Running(session)
    seen = await run.wait(lambda seen: seen.run.state == "failed")
    assert seen.trouble is not None and seen.trouble.cause == "It is broken."
    assert not (await run.say("pause"))["ok"] and not (await run.say("back"))["ok"]
    assert await run.say("retry") == {"ok": True}
    await run.wait(lambda seen: seen.gate is not None)
    assert await run.say("stop") == {"ok": True}
    assert await run.end() == "stopped"


async def test_a_mistake_of_ours_is_told_in_words(
    session: Session, world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.doing = {"copy": [ZeroDivisionError("division by zero")]}
    run = Running(session)
    seen = await run.wait(lambda seen: seen.run.state == "failed")
    assert seen.trouble is not None and seen.trouble.code == "internal"
    assert "ZeroDivisionError" in capsys.readouterr().err
    await run.kill()


async def test_a_failed_cut_over_goes_back_by_itself(session: Session, world: World) -> None:
    world.doing = {"deploy": [broken()]}
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    assert await run.end() == "taken-back"
    assert world.undone == ["deploy", "refresh", "scale-down", "maintenance"]
    assert run.states()["deploy"] == "failed" and run.states()["copy"] == "done"
    assert not run.seen.can_go_back and run.seen.way_back is None

    # Going on begins at the gate again, and asks.
    again = Running(session)
    await again.wait(lambda seen: seen.gate is not None and seen.gate.key == CUT_OVER)
    assert again.states()["maintenance"] == "pending"
    await again.kill()


async def test_the_cut_over_has_patience_with_what_may_pass_but_not_for_ever(
    session: Session, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drives, "CUT_OVER_PATIENCE", 0.2)
    world.doing = {"refresh": [away() for _ in range(1000)]}
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    assert await run.end() == "taken-back"
    assert world.done.count("refresh") > 2


async def test_once_the_last_gate_was_open_only_a_person_goes_back(session: Session, world: World) -> None:
    run = Running(session)
    await to_finish_gate(run)
    await run.kill()
    again = Running(session)
    await again.wait(lambda seen: seen.gate is not None and seen.gate.key == FINISH)
    assert again.seen.can_go_back and world.undone == []
    assert await again.say("back") == {"ok": True}
    assert await again.end() == "taken-back"


async def test_the_word_must_be_right_and_the_gate_open(session: Session, world: World) -> None:
    run = Running(session)
    await run.wait(lambda seen: seen.gate is not None)
    for gate, word in ((CUT_OVER, "acme"), (CUT_OVER, ""), (FINISH, "acme-shop"), ("copy", "acme-shop")):
        assert not (await run.say("answer", gate=gate, word=word))["ok"], (gate, word)
    assert not (await run.say("answer"))["ok"]
    assert not (await run.say("pause"))["ok"], "a pause would hide the gate"
    assert run.seen.gate is not None and world.done == ["environment", "copy"]
    await run.kill()


async def test_pause_and_resume(session: Session, world: World) -> None:
    held = world.holding["environment"] = asyncio.Event()
    run = Running(session)
    await run.wait(lambda seen: "environment" in world.done)
    assert await run.say("pause") == {"ok": True}
    assert run.seen.run.state == "paused"
    assert run.context.control.paused
    held.set()
    await run.wait(lambda seen: seen.steps[0].record.state == "done")
    await asyncio.sleep(0.05)
    assert world.done == ["environment"] and run.seen.run.state == "paused"
    await run.say("resume")
    await run.wait(lambda seen: seen.gate is not None)
    await run.kill()


async def test_resume_in_the_middle_of_a_step_says_that_it_runs(session: Session, world: World) -> None:
    world.holding["environment"] = asyncio.Event()
    run = Running(session)
    await run.wait(lambda seen: "environment" in world.done)
    await run.say("pause")
    await run.say("resume")
    assert run.seen.run.state == "running" and not run.context.control.paused
    await run.kill()


async def test_neither_stop_nor_pause_in_the_cut_over(session: Session, world: World) -> None:
    world.holding["scale-down"] = asyncio.Event()
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: "scale-down" in world.done)
    for what in ("stop", "pause"):
        assert not (await run.say(what))["ok"]
    assert await run.say("back") == {"ok": True}
    assert await run.end() == "taken-back"
    assert world.undone == ["scale-down", "maintenance"]


async def test_sigterm_leaves_a_run_that_is_resumed(session: Session, world: World) -> None:
    world.holding["scale-down"] = asyncio.Event()
    run = Running(session)
    await run.pass_gate(CUT_OVER)
    await run.wait(lambda seen: "scale-down" in world.done)
    run.drive.yield_to_system()
    assert await run.end() == "running"
    world.holding.clear()
    again = Running(session)
    await again.pass_gate(FINISH)
    assert await again.end() == "done"


async def test_a_yes_from_before_a_stop_does_not_count_later(session: Session, world: World) -> None:
    world.doing = {"copy": [broken()]}
    run = Running(session)
    await run.wait(lambda seen: seen.run.state == "failed")
    run.journal.end(CUT_OVER, "done", None)
    await run.say("stop")
    assert await run.end() == "stopped"
    again = Running(session)
    await again.wait(lambda seen: seen.gate is not None and seen.gate.key == CUT_OVER)
    assert "maintenance" not in world.done
    await again.kill()


async def test_sign_in_in_the_middle(session: Session, world: World) -> None:
    world.doing = {"copy": [refused()]}
    run = Running(session)
    seen = await run.wait(lambda seen: seen.secret is not None)
    assert seen.run.state == "waiting" and seen.secret is not None and seen.secret.vendor == "heroku"
    for value in ("", 7, None):
        assert not (await run.say("secret", vendor="heroku", account="user-1", kind="token", value=value))[
            "ok"
        ]
    with pytest.raises(KeyError):
        await run.say("secret")
    await hand_over(run)
    seen = await run.wait(lambda seen: seen.gate is not None)
    assert seen.secret is None and run.context.forgotten == 1
    assert world.done.count("copy") == 2
    await run.kill()


async def test_a_fresh_token_that_is_refused_too_is_asked_for_again(session: Session, world: World) -> None:
    world.doing = {"copy": [refused(), refused()]}
    run = Running(session)
    for asked in (1, 2):
        await run.wait(
            lambda seen, asked=asked: seen.secret is not None and world.done.count("copy") == asked
        )
        await hand_over(run)
    await run.wait(lambda seen: seen.gate is not None)
    assert sum("Sign in again" in text for text in run.events()) == 2
    await run.kill()


async def test_a_credential_that_came_during_the_attempt_is_used(session: Session, world: World) -> None:
    held = world.holding["copy"] = asyncio.Event()
    world.doing = {"copy": [refused()]}
    run = Running(session)
    await run.wait(lambda seen: "copy" in world.done)
    await hand_over(run)
    held.set()
    await run.wait(lambda seen: seen.gate is not None)
    assert not any("Sign in again" in text for text in run.events()), "nobody was asked"
    await run.kill()


async def test_what_a_killed_worker_waited_for_is_forgotten(session: Session, world: World) -> None:
    world.doing = {"copy": [refused()]}
    run = Running(session)
    await run.wait(lambda seen: seen.secret is not None)
    session_gauges = run.journal.gauges()
    await run.kill()
    # kill -9 leaves the gauge in the file.
    with session.database.change() as change:
        change.execute("INSERT OR REPLACE INTO gauge VALUES ('secret', ?, '')", (session_gauges["secret"],))
    again = Running(session)
    seen = await again.wait(lambda seen: seen.gate is not None)
    assert seen.secret is None
    await again.kill()


# -- the way back ---------------------------------------------------------------------------------------


async def test_killed_on_the_way_back_it_goes_on_backwards(session: Session, world: World) -> None:
    run = Running(session)
    await to_finish_gate(run)
    world.undoing = {"scale-down": [away() for _ in range(100000)]}
    await run.say("back")
    await run.wait(lambda seen: "deploy" in world.undone and bool(seen.run.waiting_for))
    await run.kill()
    assert run.seen.run.state == "going-back"
    world.undoing.clear()
    again = Running(session)
    assert await again.end() == "taken-back"
    assert world.undone == ["deploy", "refresh", "scale-down", "maintenance"]
    assert world.done == STEPS[:-1], "nothing led forward"


async def test_killed_while_the_way_back_waits_for_a_sign_in(session: Session, world: World) -> None:
    run = Running(session)
    await to_finish_gate(run)
    world.undoing = {"maintenance": [refused(), refused()]}
    await run.say("back")
    await run.wait(lambda seen: seen.secret is not None)
    assert run.seen.run.state == "waiting" and WAY_BACK in run.journal.gauges()
    await run.kill()
    again = Running(session)
    await again.wait(lambda seen: seen.secret is not None)
    await hand_over(again)
    assert await again.end() == "taken-back"
    assert world.undone[-1] == "maintenance" and world.done == STEPS[:-1]


async def test_heroku_does_not_wait_for_a_target_that_is_away(session: Session, world: World) -> None:
    run = Running(session)
    await to_finish_gate(run)
    world.undoing = {"deploy": [away() for _ in range(5)]}
    await run.say("back")
    assert await run.end() == "taken-back"
    assert world.undone == ["scale-down", "maintenance", "refresh", "deploy"] or world.undone == [
        "scale-down",
        "maintenance",
        "deploy",
        "refresh",
    ]


async def test_what_cannot_be_taken_back_waits_for_a_person(session: Session, world: World) -> None:
    run = Running(session)
    await to_finish_gate(run)
    world.undoing = {"scale-down": [broken(), KeyError("a mistake of ours"), broken()]}
    await run.say("back")
    seen = await run.wait(lambda seen: seen.run.state == "failed")
    assert "maintenance" in world.undone, "the rest of Heroku is back"
    assert "Do scale-down could not be taken back" in seen.run.waiting_for
    assert seen.way_back is not None and len(seen.way_back.left) == 1
    await run.say("retry")
    await run.wait(lambda seen: seen.run.state == "failed" and "mistake" in seen.run.waiting_for)
    assert await run.say("stop") == {"ok": True}
    assert await run.end() == "stopped"

    # Whoever goes on later goes on backwards.
    again = Running(session)
    await again.wait(lambda seen: seen.run.state == "failed")
    assert await again.say("back") == {"ok": True}
    assert await again.end() == "taken-back"
    assert world.done == STEPS[:-1]


async def test_sigterm_on_the_way_back_ends_at_once(session: Session, world: World) -> None:
    run = Running(session)
    await to_finish_gate(run)
    world.undoing = {"maintenance": [refused() for _ in range(100000)]}
    await run.say("back")
    await run.wait(lambda seen: seen.secret is not None)
    run.drive.yield_to_system()
    await asyncio.wait_for(run.task, 5)
    assert run.seen.run.state != "failed" and not any("could not be" in text for text in run.events())
    world.undoing.clear()
    again = Running(session)
    assert await again.end() == "taken-back"
