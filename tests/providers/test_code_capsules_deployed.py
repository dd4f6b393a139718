"""Builds at Code Capsules: how they are read, and whether what one made is what runs."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from providers.code_capsules.answers import BuildAnswer
from providers.code_capsules.builds import deploy, is_deployed
from tests.providers.capsules_wire import CODE, bare_repository
from tests.providers.code_capsules_world import QUICK, World, code_capsules_world
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import Capsule


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with code_capsules_world(short_folder) as made:
        yield made


async def running(world: World) -> tuple[Capsule, str]:
    """A capsule that runs what was built; and what its page says."""
    app = await world.app()
    await world.target.configure(app, {"GREETING": Secret("hello")}, world.log)
    capsule = await world.target.find_capsule(await world.space(), "shop")
    assert capsule is not None
    done = await world.target.build(capsule, world.log)
    # While it is stopped nothing of a version before could be taken for the new one.
    await world.target.until_deployed(capsule, done, world.log)
    (web,) = await world.target.services(app)
    await world.target.scale(web, 1, 512, world.log)
    return capsule, done.commit


async def test_what_a_build_made_is_waited_for_until_it_is_what_runs(world: World) -> None:
    capsule, first = await running(world)
    bare_repository(world.folder, {**CODE, "version.txt": "2"})
    world.faults.add("deploys-late", seconds=0.4)
    done = await world.target.build(capsule, world.log)
    (record,) = world.records("shop")
    assert record.deployment is not None and record.deployment.commit == first != done.commit
    assert [one.deployed for one in await world.target.builds(capsule)] == [False, True]
    await world.target.until_deployed(capsule, done, world.log)
    assert record.deployment.commit == done.commit
    assert [one.deployed for one in await world.target.builds(capsule)] == [True, True]
    assert any("is not what runs so far" in line for line in world.lines)


async def test_a_version_that_never_comes_is_told_and_one_that_is_not_told_is_not_waited_for(
    short_folder: Path,
) -> None:
    async with code_capsules_world(short_folder, patience=replace(QUICK, deployed=0.1)) as world:
        capsule, _ = await running(world)
        world.faults.add("deploys-late", seconds=20)
        done = await world.target.build(capsule, world.log)
        with pytest.raises(Trouble) as caught:
            await world.target.until_deployed(capsule, done, world.log)
        assert caught.value.code == "build-not-deployed" and caught.value.retry
        for field, path in (("isDeployed", "*/builds"), ("currentDeploymentId", "*/capsules")):
            world.faults.add("missing", field=field, method="GET", path=path, count=None)
        await world.target.until_deployed(capsule, done, world.log)


def test_what_runs_is_told_by_either_of_two_fields_or_not_at_all() -> None:
    def told(*builds: bool | None, runs: str | None = None) -> bool | None:
        known = [
            BuildAnswer(id=str(number), created=f"2026-11-0{number}T00:00:00Z", deployed=one)
            for number, one in enumerate(builds, 1)
        ]
        return is_deployed(deploy(known[1]), known, runs)

    assert told(False, True) is True and told(True, False) is False
    assert told(False, False, True) is True, "a later one runs"
    assert told(None, None, runs="2") is True and told(None, None, runs="1") is False
    assert told(False, False) is False, "nothing runs so far"
    assert told(None, None) is None and told(None, None, runs="of a deployment") is None
    assert told(False, False, runs="of a deployment") is None


def test_builds_are_read_in_any_of_their_shapes() -> None:
    def of(**fields: Any) -> tuple[str, str]:
        done = deploy(BuildAnswer(id="1", created="2026-03-06T11:45:27.000Z", **fields))
        return done.state, done.commit

    assert of(status="Timed out", metadata={"commit": {"latest": "abc"}}) == ("failed", "abc")
    assert of(status="Cancelled", metadata={"commit": {"latest": {"sha": "abc"}}}) == ("cancelled", "abc")
    assert of(status="Scanning", metadata={"commit": "abc"}) == ("running", "abc")
    assert of(status="Starting") == ("queued", "")
