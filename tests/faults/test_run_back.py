"""Until the last gate everything can be taken back: Heroku as it was, the target stopped."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from tests.faults.run_world import RunWorld, make_world, state_of

COPY = "copy:migrate-backend-db"
MAINTENANCE = "maintenance:migrate-frontend"


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture
def world(parent: Path, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    needs_program("ssh")
    with make_world(parent) as made:
        yield made


@pytest.mark.slow
def test_back_from_the_last_gate_through_a_kill_and_then_to_the_end(world: RunWorld) -> None:
    world.to_cut_over()
    world.wait_for_gate("gate:finish")
    assert not world.say("stop")["ok"]
    assert world.say("back") == {"ok": True}

    # Killed on the way back, which the next worker goes on with: not forward.
    world.wait(lambda seen: any(step.record.state == "undone" for step in seen.steps))
    world.kill_worker()
    assert world.seen.run.state == "going-back"
    world.start()
    world.wait_for_end()
    assert world.seen.run.state == "taken-back", world.story(world.seen)
    assert not world.seen.can_go_back
    world.assert_heroku_as_before()
    world.assert_target_stopped()

    # The apps have written on both sides since; the second cut-over proves and moves them all the same.
    world.start()
    world.finish()
    assert world.seen.run.state == "done", world.story(world.seen)
    world.assert_moved()
    world.assert_made_once()
    assert not world.rows_of_source_missing("public.heartbeats", "id")


@pytest.mark.slow  # half a minute; drive and look have the parts
def test_a_resume_at_the_last_gate_repeats_nothing_and_tells_what_changed(world: RunWorld) -> None:
    world.to_cut_over()
    world.wait_for_gate("gate:finish")
    world.kill_worker()
    # Meanwhile somebody writes on both sides, and starts Heroku's backend by hand.
    with world._connect("source") as connection:
        connection.execute("INSERT INTO heartbeats (worker) VALUES ('by hand')")
    with world._connect("target") as connection:
        connection.execute("UPDATE users SET email = 'only-here@acme.example' WHERE id = 1")
    token = world.sandbox.credentials["heroku"]["token"]
    changed = httpx.patch(
        f"{world.session.info.hosts['heroku']['api']}/apps/migrate-backend",
        json={"maintenance": False},
        headers={
            "Accept": "application/vnd.heroku+json; version=3",
            "Authorization": f"Bearer {token}",
        },
        trust_env=False,
    )
    assert changed.status_code == 200, changed.text
    world.start()
    gate = world.wait_for_gate("gate:finish").gate
    assert gate is not None
    told = [words for state, words in gate.true_now if state == "look"]
    assert any("Maintenance mode on for migrate-backend" in words for words in told), told
    assert any("on Heroku since the proof" in words for words in told), told
    assert any("written to migrate-backend-db since the proof" in words for words in told), told
    world.finish()
    with world._connect("target") as connection:
        found = connection.execute("SELECT email FROM users WHERE id = 1").fetchone()
    assert found == ("only-here@acme.example",), "what the target took was copied over"
    assert world.facts["heroku"]["apps"]["migrate-backend"]["maintenance"] is False


def test_back_in_the_middle_of_the_cut_over(world: RunWorld) -> None:
    world.start()
    world.wait_for_gate("gate:cut-over")
    refused = world.say("back")
    assert not refused["ok"] and "nothing to take back" in refused["why"]
    refused = world.say("answer", gate="gate:cut-over", word="acme")
    assert refused == {"ok": False, "why": "That is not the name."}
    world.pass_gate("gate:cut-over")
    world.wait_for_step(MAINTENANCE, "done")
    for what in ("stop", "pause"):
        assert not world.say(what)["ok"], what
    assert world.say("back") == {"ok": True}
    assert world.say("back") == {"ok": True}, "asked twice it is still the same way"
    seen = world.wait_for_end()
    assert seen.run.state == "taken-back", world.story(seen)
    world.assert_heroku_as_before()
    world.assert_target_stopped()
    assert state_of(seen, "gate:finish") == "pending"


@pytest.mark.slow  # a whole run; test_drive and test_run_kills stop and go on too
def test_paused_and_stopped_in_mid_copy_and_taken_up_again(world: RunWorld) -> None:
    world.start()
    world.wait_for_step(COPY, "intent")
    assert world.say("pause") == {"ok": True}
    assert world.seen.run.state == "paused"
    assert world.say("resume") == {"ok": True}
    assert world.seen.run.state in ("running", "waiting")
    world.kill_worker()

    world.start()
    world.wait(lambda seen: state_of(seen, COPY) in ("intent", "done"))
    assert world.say("stop") == {"ok": True}
    seen = world.wait_for_end()
    assert seen.run.state == "stopped" and not seen.can_go_back
    assert world.heroku() == world.before

    world.start()
    world.wait_for_gate("gate:cut-over")
    assert world.tables("source") == world.tables("target")
    world.assert_made_once(before_the_cut_over=True)
    assert world.say("stop") == {"ok": True}
    assert world.wait_for_end().run.state == "stopped"
