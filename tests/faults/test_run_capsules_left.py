"""A run to Code Capsules is left at each step that waits for a person, its worker killed, and goes on days
later: another process, and a vault that was signed in anew."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from screens.headless import tell
from screens.headless.exit_codes import WAITS
from tests.faults.capsules_run_world import (
    BACKEND,
    COPY,
    LINK,
    PUSH,
    CapsulesWorld,
    capsules_world,
)
from tests.faults.run_world import attempts_of

BACKUPS = "backups"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]


@pytest.fixture
def world(tmp_path: Path, needs_program: Callable[[str], str]) -> Iterator[CapsulesWorld]:
    for program in ("git", "node", "npm"):
        needs_program(program)
    with capsules_world(tmp_path) as made:
        yield made


def leave_and_go_on(world: CapsulesWorld, key: str, waits: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The person is asked at the step `key`; the machine goes down; days later they do it."""
    world.leaves = key
    guide = world.wait_for_guide(key)
    assert waits in guide.waits
    world.kill_worker()
    capsys.readouterr()
    assert tell.status(world.session.id, as_json=False) == WAITS
    assert "Its worker is gone." in capsys.readouterr().out
    world.days_later()
    again = world.wait_for_guide(key)
    assert again.lines == guide.lines, "the same is asked"
    world.does(again)
    world.leaves = ""
    world.asked.append(key)
    world.wait_for_step(key, "done")


def test_it_goes_on_from_every_step_that_waits_for_a_person(
    world: CapsulesWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.leaves = LINK
    world.start()
    leave_and_go_on(world, LINK, "link acme/migrate", capsys)
    leave_and_go_on(world, PUSH, "push offramp/", capsys)
    leave_and_go_on(world, f"settings:{BACKEND}", "set Project path", capsys)
    leave_and_go_on(world, COPY, "sign in to", capsys)
    world.leaves = BACKUPS
    world.pass_gate("gate:cut-over")
    leave_and_go_on(world, BACKUPS, "turn on the backups", capsys)
    seen = world.finish()
    assert seen.run.state == "done", world.story(seen)
    world.assert_moved()
    world.assert_made_once()
    assert attempts_of(seen, f"deploy:{BACKEND}") == 1, "nothing of the cut-over was done twice"
