"""The guide's own system, moved to Code Capsules: three apps of one repository and their database."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.capsules_run_world import (
    BACKEND,
    EMAILER,
    FRONTEND,
    CapsulesWorld,
    capsules_world,
)

USERS = ["ada", "grace", "katherine", "margaret"]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]


@pytest.fixture
def world(tmp_path: Path, needs_program: Callable[[str], str]) -> Iterator[CapsulesWorld]:
    for program in ("git", "node", "npm"):
        needs_program(program)
    # An hour there is 18 s here: the job of every hour comes while the test looks.
    with capsules_world(tmp_path, pace=0.005) as made:
        yield made


def test_the_guides_system_moves_and_runs(world: CapsulesWorld) -> None:
    world.start()
    seen = world.finish()
    assert seen.run.state == "done", world.story(seen)
    world.assert_moved()
    world.assert_made_once()
    assert world.users() == USERS

    backend = world.capsule(BACKEND)["url"].rstrip("/")
    assert world.page(FRONTEND, "config.js").text.strip() == f"const backendUrl = '{backend}';"
    assert [one["username"] for one in world.page(BACKEND, "users").json()] == USERS
    _the_job_came(world)
    assert world.page(BACKEND, "register", username="dorothy").json() == {"ok": True, "username": "dorothy"}
    assert world.page(BACKEND, "register", username="ada").status_code == 409
    allowed = world.page(BACKEND, "users").headers["Access-Control-Allow-Origin"]
    assert allowed == world.capsule(FRONTEND)["url"].rstrip("/")
    assert world.users() == sorted([*USERS, "dorothy"])


def _the_job_came(world: CapsulesWorld) -> None:
    """The emailer's clock runs, and the job of every hour comes: it is the job's own code that says so."""
    end = time.monotonic() + 40
    said = ""
    while "ended with 0" not in said:
        assert time.monotonic() < end, said
        time.sleep(0.5)
        said = "\n".join(world.lines(EMAILER))
    assert [line for line in said.splitlines() if line.startswith("Emailing")] == [
        f"Emailing {name}" for name in USERS
    ]


def test_back_from_the_last_gate_heroku_serves_again(world: CapsulesWorld) -> None:
    world.start()
    world.pass_gate("gate:cut-over")
    world.wait_for_gate("gate:finish")
    assert world.say("back") == {"ok": True}
    world.wait_for_end()
    assert world.seen.run.state == "taken-back", world.story(world.seen)
    world.assert_heroku_as_before()
    world.assert_target_stopped()
    assert "Turn automatic deploys off in the dashboard" in world.events()
    assert world.users() == USERS

    # A push has one built again meanwhile, and it starts.
    world.dashboard("start", capsule=BACKEND)
    end = time.monotonic() + 20
    while not world.capsule(BACKEND)["running"]:
        assert time.monotonic() < end
        time.sleep(0.1)

    # And once more, to the end: nothing is made a second time but the builds.
    world.asked.clear()
    world.start()
    world.wait_for_gate("gate:cut-over")
    world.assert_target_stopped()
    assert f"{BACKEND} runs on Code Capsules, started by a push" in world.events()
    assert not [key for key in world.asked if key.startswith("settings:")], "nobody sets it a second time"
    world.finish()
    assert world.seen.run.state == "done", world.story(world.seen)
    world.assert_moved()
    assert len(world.there["capsules"]) == 4
    assert world.there["posts"]["/capsules/capsules"] == 3
