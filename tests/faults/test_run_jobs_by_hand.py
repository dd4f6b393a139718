"""A scheduler whose jobs nobody tells: a person removes them at a gate, and the cut-over gets through."""

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from screens.headless import follow
from tests.faults.run_world import RunWorld, make_world, now, state_of
from wizard.registry import open_source
from wizard.run.journal import Journal
from wizard.session.parts import ANSWERS, MAPPING, SYSTEM, Answers

GATE = "gate:jobs:migrate-emailer"


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture
def world(parent: Path, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    """Planned with jobs that were typed in; the dashboard's back end tells none."""
    needs_program("ssh")
    with make_world(parent) as made:
        _type_the_jobs_in(made)
        now(made.sandbox.fault("heroku", kind="html", path="/apps/*/jobs", count=None))
        yield made


def _type_the_jobs_in(world: RunWorld) -> None:
    session = world.session
    system, answers = session.load(SYSTEM), session.load(ANSWERS) or Answers()
    mapping = session.load(MAPPING)
    assert system is not None and mapping is not None
    typed, apps = dict(answers.jobs), []
    for app in system.apps:
        if app.jobs:
            typed[app.id] = tuple(msgspec.structs.replace(job, told_by="person") for job in app.jobs)
        apps.append(msgspec.structs.replace(app, jobs=None) if app.jobs else app)
    session.save(SYSTEM, msgspec.structs.replace(system, apps=tuple(apps)))
    session.save(ANSWERS, msgspec.structs.replace(answers, jobs=typed))
    world.plan_again(mapping)


def _remove_the_jobs(world: RunWorld) -> None:
    """As a person does in the dashboard."""

    async def remove() -> None:
        source = open_source(world.session, world.vault)
        known = world.session.load(ANSWERS)
        assert known is not None
        for app_id, jobs in known.jobs.items():
            for job in jobs:
                await source.remove_job(app_id, job.id)
        await source.close()

    now(remove())


@pytest.mark.slow
def test_the_move_gets_through(world: RunWorld) -> None:
    world.to_cut_over()
    seen = world.wait_for_gate(GATE)
    assert seen.gate is not None and "python send_emails.py" in " ".join(seen.gate.will_happen)
    assert world.heroku() == world.before, "Heroku serves on while a person is at it"
    _remove_the_jobs(world)
    world.pass_gate(GATE)
    assert world.finish().run.state == "done", world.story(world.seen)
    world.assert_moved()


@pytest.mark.slow
def test_going_back_says_what_to_put_back(world: RunWorld) -> None:
    world.to_cut_over()
    world.wait_for_gate(GATE)
    _remove_the_jobs(world)
    world.pass_gate(GATE)
    world.wait_for_step("scale-down:migrate-backend", "done")
    assert world.say("back") == {"ok": True}
    assert world.wait_for_end().run.state == "taken-back", world.story(world.seen)
    assert state_of(world.seen, "scheduler:migrate-emailer") == "undone"
    told = [event.text for event in Journal(world.session).events() if event.kind == "back"]
    assert any("every 10 minutes: python send_emails.py" in text and "/scheduler" in text for text in told)
    after = world.heroku()
    assert not after["migrate-emailer"]["jobs"], "nothing is put back that nobody can look at"
    assert not any(app["maintenance"] for app in after.values())


def test_the_gate_is_confirmed_on_the_command_line_by_its_own_name() -> None:
    assert follow.gate_words(["jobs:migrate-emailer=acme-shop"]) == {GATE: "acme-shop"}
