"""Code Capsules at its worst: the person sees what happened, nothing is made twice, nothing is lost."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.capsules_run_world import (
    BACKEND,
    COPY,
    DATABASE,
    EMAILER,
    LINK,
    CapsulesWorld,
    capsules_world,
)
from tests.faults.run_world import APPS, state_of
from wizard.run.view import RunView

pytestmark = [pytest.mark.slow, pytest.mark.timeout(500)]


@pytest.fixture
def world(tmp_path: Path, needs_program: Callable[[str], str]) -> Iterator[CapsulesWorld]:
    for program in ("git", "node", "npm"):
        needs_program(program)
    with capsules_world(tmp_path) as made:
        yield made


@pytest.fixture
def impatient(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Workers wait 3 s for a database, not ten minutes."""
    site = tmp_path / "site"
    site.mkdir()
    (site / "sitecustomize.py").write_text(
        "from providers.code_capsules.patience import Patience\n"
        "limits = dict(Patience.__dataclass_fields__)\n"
        "Patience.__init__.__defaults__ = tuple(\n"
        "    3.0 if name == 'ready' else field.default for name, field in limits.items()\n"
        ")\n"
    )
    monkeypatch.setenv("PYTHONPATH", f"{site}:{Path(__file__).parents[2]}")


def test_answers_that_lie_get_lost_or_come_late(world: CapsulesWorld) -> None:
    """All in one move: a person is needed once, for what was asked for and never came."""
    met = {
        name: world.fault(name, path=path)
        for name, path in (
            ("create-fails-but-works", "create:/backend"),
            ("create-fails", "create:/frontend"),
        )
    }
    met["provisioning-slow"] = world.fault("provisioning-slow", seconds=3)
    met["configs-drop-system"] = world.fault("configs-drop-system", count=None)
    met["unauthorized"] = world.fault("unauthorized", path="/namespaces/*", after=3)
    met["rate-limit"] = world.fault("rate-limit", path="*/configs", method="GET", count=2)
    met["slow-build"] = world.fault("slow-build", path=f"build:/{BACKEND}", seconds=6)
    world.start()
    world.wait_for_step(f"settings:{BACKEND}", "done")
    # The next one is made, its answer is lost, and it runs by itself.
    met["starts-by-itself"] = world.fault("starts-by-itself")
    met["create-cut"] = world.fault("create-cut")
    _nothing_is_asked_for_twice_without_a_person(world)
    world.wait_for_gate("gate:cut-over")
    world.assert_target_stopped()
    world.pass_gate("gate:cut-over")
    # A build that is listed is followed. Cut off at its POST, it would be for a person.
    world.wait(lambda seen: bool(world.capsule(BACKEND)["builds"]))
    down = world.fault("cluster-down", count=None)
    world.wait(lambda seen: world.used(down) > 3)
    world.sandbox_goes_well(down)
    seen = world.finish()
    assert seen.run.state == "done", world.story(seen)
    unmet = [name for name, number in met.items() if not world.used(number)]
    assert not unmet
    world.assert_moved()
    there = world.there
    assert sorted(one["name"] for one in there["capsules"]) == sorted((*APPS, DATABASE))
    assert there["posts"]["/capsules/capsules"] == len(APPS) + 1, "only what was not made is asked for again"
    assert there["posts"]["/namespaces/*/capsules"] == 1
    assert there["posts"]["/spaces"] == 1
    for name in APPS:
        assert world.capsule(name)["config"]["APP_URL"] == "System", "an entry of the vendor's own is kept"


def _nothing_is_asked_for_twice_without_a_person(world: CapsulesWorld) -> None:
    def stands(seen: RunView) -> bool:
        return seen.run.state == "failed" and seen.worker == "alive"

    def posts() -> int:
        return int(world.there["posts"]["/capsules/capsules"])

    seen = world.wait(stands)
    assert seen.trouble is not None and seen.trouble.code == "creation-unclear", world.story(seen)
    assert posts() == len(APPS)
    world.kill_worker()
    world.start()
    seen = world.wait(stands)
    assert seen.trouble is not None and seen.trouble.code == "creation-unclear", world.story(seen)
    assert posts() == len(APPS), "another worker is no person's word"
    assert world.say("retry") == {"ok": True}
    world.wait(lambda seen: seen.run.state != "failed")


def test_what_does_not_start_in_the_cut_over_takes_heroku_back_with_its_last_words(
    world: CapsulesWorld,
) -> None:
    failing = world.fault("build-fails", path=f"build:/{EMAILER}", message="npm ERR! 404 left-pad")
    world.start()
    world.pass_gate("gate:cut-over")
    seen = world.wait_for_end()
    assert seen.run.state == "taken-back", world.story(seen)
    assert world.used(failing) == 1
    assert seen.trouble is not None and f"The build of {EMAILER} is Failed" in seen.trouble.cause
    assert "npm ERR! 404 left-pad" in seen.trouble.cause and "push it" in seen.trouble.remedy
    assert "back to Heroku" in world.events()
    world.assert_heroku_as_before()
    world.assert_target_stopped()

    # Mended. Now the backend ends right after its start.
    world.fault("dies-at-start", path=f"start:/{BACKEND}", count=None)
    world.start()
    world.pass_gate("gate:cut-over")
    seen = world.wait_for_end()
    assert seen.run.state == "taken-back", world.story(seen)
    assert seen.trouble is not None
    assert f"The capsule {BACKEND} does not stay up" in seen.trouble.cause
    assert "die at its start" in seen.trouble.cause, "its own last words"
    world.assert_heroku_as_before()
    world.assert_target_stopped()

    world.sandbox_goes_well()
    world.start()
    world.finish()
    assert world.seen.run.state == "done", world.story(world.seen)
    world.assert_moved()
    assert world.there["posts"]["/capsules/capsules"] == len(APPS)


def test_a_database_that_never_comes_hosts_that_are_gone_and_a_second_factor(
    impatient: None, world: CapsulesWorld
) -> None:
    never = world.fault("provisioning-never-ends")
    world.start()

    def told(seen: RunView) -> bool:
        step = next(one for one in seen.steps if one.step.key == f"database:{DATABASE}")
        return step.record.trouble is not None and step.record.trouble.code == "still-starting"

    seen = world.wait(told)
    assert world.used(never) == 1
    trouble = next(one.record.trouble for one in seen.steps if one.step.key == f"database:{DATABASE}")
    assert trouble is not None
    assert "it may be slow or dead" in trouble.cause and "holds nothing yet" in trouble.untouched
    assert "Keep waiting" in trouble.remedy and "delete it there yourself" in trouble.remedy
    assert world.there["posts"]["/namespaces/*/capsules"] == 1, "nobody asks for a second one"

    # The person deletes it, and it is made anew. Meanwhile nothing answers.
    world.at_hand = False
    world.dashboard("delete", capsule=DATABASE)
    world.wait_for_guide(LINK)
    assert [one["name"] for one in world.there["capsules"]] == [DATABASE]
    gone = world.fault("main-unreachable", count=None)
    seen = world.wait(lambda seen: seen.guide is not None and "could not look" in seen.guide.seen)
    world.sandbox_goes_well(gone)
    world.wait(lambda seen: seen.guide is not None and "is not linked" in seen.guide.seen)

    # The account turns its second factor on.
    world.fault("second-factor", count=None)
    world.fault("expire-token", path="/git/*")
    seen = world.wait(lambda seen: seen.secret is not None)
    assert seen.secret is not None and "second factor" in seen.secret.reason
    assert "Invite another account" in seen.run.waiting_for
    world.sandbox_goes_well()
    world.signs_in_again()
    world.at_hand = True

    # Nobody may pass to the database, so often that a person is told; then it is open.
    world.fault("proxy-refuses", count=None)
    world.wait(lambda seen: seen.run.state == "failed")
    trouble = next(one.record.trouble for one in world.seen.steps if one.step.key == COPY)
    assert trouble is not None and "does not open the tunnel to Code Capsules" in trouble.cause
    assert "Nothing was written" in trouble.untouched and "port N" in trouble.remedy
    world.sandbox_goes_well()
    assert world.say("retry") == {"ok": True}
    world.wait_for_step(COPY, "done")
    assert state_of(world.seen, f"database:{DATABASE}") == "done"
    world.assert_heroku_as_before()
    assert sorted(one["name"] for one in world.there["capsules"]) == sorted((*APPS, DATABASE))
