"""Whole runs of an app that a person applies with Terraform, typing every line as Offramp tells it."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from providers.sandbox.client import SandboxClient
from tests.faults.a_person import Person
from tests.faults.run_world import RunWorld, make_world, state_of
from tests.faults.wider_world import (
    app_id,
    code_of,
    config_of,
    decide,
    evidence_of,
    give_drain,
    publish_image,
)
from wizard.mapping import drains, edit
from wizard.model.mapping import Mapping
from wizard.report.markdown import render
from wizard.report.report import build
from wizard.run.guide import COPIED
from wizard.run.view import RunView

APP, OTHER = "migrate-backend", "migrate-frontend"
IMAGE = "ghcr.io/acme/backend:v42"
DRAIN = "syslog+tls://logs.acme.example:6514"
ADDRESS = "TF_VAR_migrate_backend_FRONTEND_URL"

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture
def world(parent: Path, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    """The backend is Terraform's, with a Postgres, a Redis and a log drain that Terraform adopts."""
    needs_program("ssh")
    needs_program("redis-server")

    def give(sandbox: SandboxClient) -> None:
        give_drain(sandbox, APP, DRAIN)

    with make_world(parent, stores=("REDIS",), before=give) as made:
        mark = app_id(made, APP)

        def with_its_drain(mapping: Mapping) -> Mapping:
            (own,) = (one for one in mapping.drains if one.app_id == mark)
            return drains.decide_drain(mapping, mark, own.drain_id, "move")

        decide(
            made,
            with_its_drain,
            lambda mapping: edit.set_way(mapping, mark, "terraform", IMAGE),
            prepare=True,
        )
        publish_image(made, APP, IMAGE)
        yield made


def told(seen: RunView) -> list[str]:
    """The lines that stand to be copied in a gate or a guide."""
    if seen.guide is not None:
        return [one.text for one in seen.guide.lines if one.kind == "copy"]
    assert seen.gate is not None
    lines = [*seen.gate.will_happen, *(words for _, words in seen.gate.true_now)]
    return [line.removeprefix(COPIED) for line in lines if line.startswith(COPIED)]


def made_ready(world: RunWorld, person: Person) -> RunView:
    """Through the gate at which Terraform is got ready: its lines are typed."""
    seen = world.wait_for_gate(f"gate:ready:{APP}")
    lines = told(seen)
    assert sum(" terraform import " in line for line in lines) == 3, lines
    # What only the cut-over makes is said to be given later, and any text does until then.
    assert seen.gate is not None
    assert any(ADDRESS in words and "any text does" in words for _, words in seen.gate.true_now)
    said = person.types(*lines, more={ADDRESS: "x"})
    assert said.count("Import successful!") == 3
    assert f"{ADDRESS.removeprefix('TF_VAR_')} is yours to give" in said
    assert "Plan: 2 to add: aptible_app.migrate_backend, aptible_endpoint.migrate_backend" in said
    world.pass_gate(f"gate:ready:{APP}")
    return seen


def to_the_apply(world: RunWorld) -> tuple[RunView, dict[str, str]]:
    """In the cut-over, where Terraform is waited for; and what the person has to give it besides."""
    world.pass_gate("gate:cut-over")
    seen = world.wait(
        lambda seen: (seen.guide is not None and bool(seen.guide.seen)) or seen.run.state == "taken-back"
    )
    assert seen.guide is not None and seen.guide.step == f"deploy:{APP}", world.story(seen)
    proofs = [step for step in seen.steps if step.step.kind in ("prove", "store-prove")]
    assert len(proofs) == 2 and all(step.record.state == "done" for step in proofs)
    (line,) = (one.text for one in seen.guide.lines if ADDRESS in one.text)
    (address,) = re.findall(r"https?://[\w.:-]+\w", line)
    return seen, {ADDRESS: address}


def test_an_app_is_applied_by_terraform_as_the_lines_say(world: RunWorld) -> None:
    person = Person(world)
    world.start()
    made_ready(world, person)
    seen, given = to_the_apply(world)
    # A worker that is killed while it waits is followed by one that waits for the same.
    world.kill_worker()
    world.start()
    seen = world.wait(
        lambda seen: seen.worker == "alive" and seen.guide is not None and bool(seen.guide.seen)
    )
    assert "Apply complete!" in person.types(told(seen)[-1], more=given)
    end = world.finish()
    assert end.run.state == "done", world.story(end)
    assert evidence_of(world, f"deploy:{APP}").startswith(f"{APP} runs the image {IMAGE}, sha256:")
    facts = world.facts["aptible"]
    assert sorted(facts["databases"]) == ["migrate-backend-db", "migrate-backend-redis"]
    assert facts["posts"]["/accounts/*/log_drains"] == 1, "it was adopted, not made again"
    assert world.tables("source") == world.tables("target")
    values = config_of(world, APP)
    assert values["FRONTEND_URL"] == given[ADDRESS] and values["REDIS_URL"].startswith("rediss://")
    assert "EMPTY_FLAG" not in values
    _report_is_whole(world, given[ADDRESS])


def _report_is_whole(world: RunWorld, frontend: str) -> None:
    report = build(world.session)
    text = render(report)
    addresses = {one.what: one.value for one in report.addresses}
    assert addresses[f"web address of {OTHER}"] == frontend
    assert addresses[f"web address of {APP}"] in evidence_of(world, f"health:{APP}")
    moved = {one.what: one for one in report.moved}
    assert addresses[f"web address of {APP}"] in moved[APP].became
    assert moved[f"{APP} log drain {DRAIN}"].became.startswith("log drain ")
    todo = {one.what: one.how for one in report.todo}
    branch = code_of(world, APP).branch
    assert "Terraform's state" in todo[f"Merge {branch} into the branch that {APP} is deployed from"]
    assert f"Merge {branch} into the branch that {OTHER} is deployed from" in todo
    assert "aptible/main.tf" in text


def test_what_an_apply_left_out_is_named_and_waited_for(world: RunWorld) -> None:
    person = Person(world)
    world.start()
    made_ready(world, person)
    seen, given = to_the_apply(world)
    main = Path(code_of(world, APP).checkout) / "aptible" / "main.tf"
    whole = main.read_text()
    # Somebody edits what was written, and applies only the app: no worker, a config var less, an old address.
    lacking = re.sub(r'\n    "LOG_LEVEL".*', "", whole)
    count = re.search(r'process_type\s+= "worker"\n\s+container_count\s+= (\d+)', lacking)
    assert lacking != whole and count is not None and count[1] == "1"
    main.write_text(lacking[: count.start(1)] + "0" + lacking[count.end(1) :])
    apply = told(seen)[-1]
    old = {ADDRESS: str(world.facts["heroku"]["apps"][OTHER]["web_url"])}
    person.types(f"{apply} -target=aptible_app.migrate_backend", more=old)
    seen = waits_for(world, "worker with 1 x", "the web address")
    assert "LOG_LEVEL" not in str(seen.guide), "config is looked at once all else is there"
    assert state_of(seen, f"deploy:{APP}") == "intent"
    # Now all but the config.
    main.write_text(re.sub(r'\n    "LOG_LEVEL".*', "", whole))
    person.types(apply, more=old)
    waits_for(world, "the config var LOG_LEVEL", "FRONTEND_URL with the new web address")
    main.write_text(whole)
    person.types(apply, more=given)
    end = world.finish()
    assert end.run.state == "done", world.story(end)
    assert world.tables("source") == world.tables("target")


def test_what_was_applied_too_early_is_stopped_and_deployed_again_on_the_proven_data(world: RunWorld) -> None:
    # No address of the cut-over is given then, so that Terraform has nothing to change but what was stopped.
    mark = app_id(world, APP)
    decide(world, lambda mapping: edit.copy_config(mapping, mark, "FRONTEND_URL"), prepare=True)
    person = Person(world)
    world.start()
    seen = world.wait_for_gate(f"gate:ready:{APP}")
    lines = told(seen)
    assert "Apply complete!" in person.types(
        *lines[:-1], lines[-1].replace("terraform plan", "terraform apply")
    )
    services = world.facts["aptible"]["apps"][APP]["services"]
    assert services["web"]["running"] and services["worker"]["running"]
    with world._connect("target") as connection:
        # As whoever runs there may.
        connection.execute("INSERT INTO heartbeats (id, worker) VALUES (987654321, 'too early')")
    world.pass_gate(f"gate:ready:{APP}")
    seen = world.wait_for_gate("gate:cut-over")
    assert seen.gate is not None
    facts = [words for _, words in seen.gate.true_now]
    assert any("has been deployed before" in words and "does not count" in words for words in facts), facts
    world.pass_gate("gate:cut-over")
    seen = world.wait(
        lambda seen: (seen.guide is not None and bool(seen.guide.seen)) or seen.run.state == "taken-back"
    )
    assert seen.guide is not None, world.story(seen)
    assert "is stopped there" in evidence_of(world, f"early:{APP}")
    assert all(one["count"] == 0 for one in world.facts["aptible"]["apps"][APP]["services"].values())
    deploys = [one for one in world.facts["aptible"]["operations"] if one["type"] == "deploy"]
    person.types(told(seen)[-1])
    end = world.finish()
    assert end.run.state == "done", world.story(end)
    again = [one for one in world.facts["aptible"]["operations"] if one["type"] == "deploy"]
    assert len(again) == len(deploys) + 1, "its release command runs on the proven rows"
    assert world.tables("source") == world.tables("target")
    assert not world.rows_of_source_missing("public.heartbeats", "id")
    with world._connect("target") as connection:
        assert not connection.execute("SELECT 1 FROM heartbeats WHERE id = 987654321").fetchall()


def waits_for(world: RunWorld, *words: str) -> RunView:
    """Until the guide says that these are not there yet."""
    seen = world.wait(
        lambda seen: seen.guide is not None and all(word in seen.guide.seen for word in words), seconds=60
    )
    assert seen.guide is not None and seen.guide.seen.startswith("deployed, and not there yet:")
    return seen
