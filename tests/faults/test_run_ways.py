"""A whole move whose apps take different ways: pushed, run from an image, and merged by a person."""

import asyncio
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.faults.run_world import RunWorld, make_world, now, state_of
from wizard.mapping import edit
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import RegistryLogin, TargetApp
from wizard.registry import open_target
from wizard.run.control import hand_over
from wizard.run.journal import Journal
from wizard.session.image_login import login_ref, pack
from wizard.session.parts import MAPPING, PREPARED, SYSTEM, PreparedApp

BY_IMAGE, MERGED = "migrate-frontend", "migrate-emailer"
IMAGE = "ghcr.example/acme/frontend:v42"
LOGIN = RegistryLogin("acme-robot", Secret("pull-canary-7719"))

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def parent(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worlds")


@pytest.fixture
def world(parent: Path, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    needs_program("ssh")
    with make_world(parent) as made:
        _choose_ways(made)
        yield made


def _choose_ways(world: RunWorld) -> None:
    system, mapping = world.session.load(SYSTEM), world.session.load(MAPPING)
    assert system is not None and mapping is not None
    ids = {app.name: app.id for app in system.apps}
    mapping = edit.set_way(mapping, ids[BY_IMAGE], "image", IMAGE)
    mapping = edit.set_private(mapping, ids[BY_IMAGE], private=True)
    world.plan_again(edit.set_way(mapping, ids[MERGED], "workflow"))
    code = _code(world, BY_IMAGE)
    folder = world.folder / "image"
    _export(code, folder)
    (folder / ".aptible").mkdir()
    (folder / "Procfile").rename(folder / ".aptible" / "Procfile")
    now(
        world.sandbox._ask(
            do="aptible-image",
            name=IMAGE,
            folder=str(folder),
            username=LOGIN.username,
            password=LOGIN.password.reveal(),
        )
    )


def _code(world: RunWorld, name: str) -> PreparedApp:
    system, prepared = world.session.load(SYSTEM), world.session.load(PREPARED)
    assert system is not None and prepared is not None
    app = next(app for app in system.apps if app.name == name)
    return next(one for one in prepared.apps if one.app_id == app.id)


def _export(code: PreparedApp, folder: Path) -> None:
    folder.mkdir()
    archive = subprocess.run(
        ["git", "-C", code.checkout, "archive", code.commit], capture_output=True, check=True
    ).stdout
    subprocess.run(["tar", "-x", "-C", str(folder)], input=archive, check=True)


def _merge(world: RunWorld) -> None:
    """What the workflow does: push, and begin a deploy."""
    code = _code(world, MERGED)

    async def deploy() -> None:
        target = open_target(world.session, world.vault, "aptible")
        try:
            environment = (await target.environments())[0]
            app = await target.find_app(environment, MERGED)
            assert isinstance(app, TargetApp)
            with tempfile.TemporaryDirectory() as folder:
                remote, secrets = await target.git_remote(app, folder, code.commit)
                more = {**remote.environment, **{name: one.reveal() for name, one in secrets.items()}}
                push = ["git", "-C", code.checkout, "push", "-q", remote.url]
                push.append(f"{code.commit}:refs/heads/deploy-by-github")
                await asyncio.to_thread(
                    subprocess.run, push, env={"PATH": "/usr/bin:/bin", **more}, check=True
                )
                await target.deploy(app, "deploy-by-github", lambda line: None)
        finally:
            await target.close()

    now(deploy())


def _operations(world: RunWorld, kind: str) -> list[dict[str, Any]]:
    return [one for one in world.facts["aptible"]["operations"] if one["type"] == kind]


def test_each_app_arrives_by_its_way_and_none_runs_before_the_data_is_proven(world: RunWorld) -> None:
    world.start()
    # The gate before the cut-over says what to get ready.
    seen = world.wait_for_gate(f"gate:ready:{MERGED}")
    assert seen.gate is not None
    said = [words for _, words in seen.gate.true_now]
    assert f"nothing is deployed to {MERGED} yet" in said
    assert any("APTIBLE_USERNAME" in line for line in seen.gate.will_happen)
    world.pass_gate(f"gate:ready:{MERGED}")
    # Who may pull is nowhere but in the keyring, and this machine has none: it is asked for before anything
    # of Heroku's stands still.
    seen = world.wait(lambda seen: seen.secret is not None or seen.gate is not None)
    assert seen.secret is not None, world.story(seen)
    assert seen.secret.vendor == "registry:ghcr.example"
    hand_over(world.session, login_ref("ghcr.example"), pack(LOGIN))
    seen = world.wait_for_gate("gate:cut-over")
    assert seen.gate is not None
    assert ("good", "who may pull from ghcr.example is known") in seen.gate.true_now
    world.pass_gate("gate:cut-over")

    seen = world.wait(lambda seen: seen.guide is not None and bool(seen.guide.seen))
    assert seen.guide is not None and seen.guide.step == f"deploy:{MERGED}"
    proofs = [step for step in seen.steps if step.step.kind == "prove"]
    assert proofs and all(step.record.state == "done" for step in proofs)
    assert [step.record.state for step in seen.steps if step.step.kind == "deploys-before"] == ["done"]
    # The worker is killed while it waits; another one waits on.
    world.kill_worker()
    world.start()
    hand_over(world.session, login_ref("ghcr.example"), pack(LOGIN))
    world.wait(lambda seen: seen.guide is not None and bool(seen.guide.seen) and seen.worker == "alive")
    _merge(world)
    world.wait_for_step(f"deploy:{MERGED}", "done")
    seen = world.finish()
    assert seen.run.state == "done", world.story(seen)
    evidence = {
        step.step.key: step.record.evidence.summary for step in seen.steps if step.record.evidence is not None
    }
    assert evidence[f"deploy:{BY_IMAGE}"].startswith(f"{BY_IMAGE} runs {IMAGE}, sha256:")
    assert f"{MERGED} runs commit {_code(world, MERGED).commit[:10]}" in evidence[f"deploy:{MERGED}"]
    assert len(_operations(world, "deploy")) == 3
    world.assert_moved()
    kept = [path.read_bytes() for path in world.session.folder.rglob("*") if path.is_file()]
    assert LOGIN.password.reveal().encode() not in b"".join(kept)


def test_a_merge_that_does_not_deploy_takes_heroku_back_and_says_why(world: RunWorld) -> None:
    world.start()
    world.pass_gate(f"gate:ready:{MERGED}")
    world.wait(lambda seen: seen.secret is not None)
    hand_over(world.session, login_ref("ghcr.example"), pack(LOGIN))
    world.pass_gate("gate:cut-over")
    world.wait(lambda seen: seen.guide is not None and bool(seen.guide.seen))
    now(world.sandbox.fault("aptible", kind="fail", path="operation:/deploy/apps", count=1))
    with pytest.raises(Trouble, match="failed"):
        _merge(world)
    seen = world.wait_for_end()
    assert seen.run.state == "taken-back", world.story(seen)
    failed = next(step for step in seen.steps if step.step.key == f"deploy:{MERGED}")
    assert failed.record.trouble is not None
    assert "Unable to launch instances" in failed.record.trouble.cause
    told = [event.text for event in Journal(world.session).events()]
    assert any("Do not merge or run" in line for line in told)
    world.assert_heroku_as_before()
    world.assert_target_stopped()
    assert state_of(seen, f"deploy:{BY_IMAGE}") == "undone"
