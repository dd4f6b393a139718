"""A whole run into a new environment on a stack of one's own, with machines that only such a stack has."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.run_world import RunWorld, make_world
from tests.faults.wider_world import app_id, decide, evidence_of
from wizard.mapping import edit, edit_stores
from wizard.report.report import build
from wizard.run.journal import Journal

STACK, REGION = "acme-dedicated", "us-east-1"

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    needs_program("ssh")
    with make_world(tmp_path) as made:
        yield made


def test_an_environment_is_made_on_a_dedicated_stack_and_all_runs_on_its_machines(world: RunWorld) -> None:
    backend = app_id(world, "migrate-backend")
    decide(
        world,
        lambda mapping: edit_stores.set_stack(mapping, STACK, REGION),
        lambda mapping: edit.set_service_memory(mapping, backend, "web", 2048),
        lambda mapping: edit.set_service_machine(mapping, backend, "web", "c"),
        lambda mapping: edit.set_database(
            mapping, mapping.databases[0].add_on_id, profile="r", memory_mb=4096
        ),
    )
    world.start()
    world.wait_for_step("environment", "done")
    # Killed once the environment is made: it is found again, on the stack that was chosen.
    world.kill_worker()
    world.start()
    seen = world.finish()
    assert seen.run.state == "done", world.story(seen)
    told = [event.text for event in Journal(world.session).events()]
    assert not any("not ahead" in text for text in told), "schemas are described while databases are made"
    assert evidence_of(world, "environment") == f"migrate is there in {REGION}, on {STACK}"
    facts = world.facts["aptible"]
    assert facts["regions"] == {"migrate": REGION} and facts["posts"]["/accounts"] == 1
    assert "web 1 x 2048 MB on c" in evidence_of(world, "scale:migrate-backend")
    world.assert_moved()
    world.assert_made_once()
    titles = {one.title: one.evidence for one in build(world.session).timings}
    assert titles[f"Create the environment migrate in {REGION}, on {STACK}"].endswith(f"on {STACK}")
