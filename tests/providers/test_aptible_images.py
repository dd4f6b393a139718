"""Apps of Docker images at the sandbox's Aptible: deployed, told, switched to from git, and rolled back."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from unittest.mock import AsyncMock

import pytest

from providers.sandbox.aptible import AptibleSandbox
from tests.providers.aptible_wire import IMAGE, write_image
from tests.providers.aptible_world import CANARY, World, aptible_world, git, make_repository
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import RegistryLogin, TargetApp, TargetDeploy

LOGIN = RegistryLogin("acme-robot", Secret(f"pull-{CANARY}"))
NAME = "ghcr.example/acme/shop"
HOOK = (
    "import os, sys\nprint('hook sees', sorted(os.environ)[:1])\nif os.environ.get('MIGRATE') == 'broken':\n"
)
HOOK += "    print('relation orders is locked')\n    sys.exit(7)\n"


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    async with aptible_world(short_folder, pace=0.005, prepare=_quick) as made:
        yield made


def publish(world: World, folder: Path, tag: str, greeting: str, *, private: bool = True) -> str:
    """An image that answers with `greeting`; returns its reference."""
    files = {
        **IMAGE,
        "Dockerfile": IMAGE["Dockerfile"].replace("GREETING=hello", f"GREETING={greeting}"),
        ".aptible/Procfile": "web: python server.py\n",
        ".aptible/.aptible.yml": "before_deploy:\n  - python hook.py\n",
        "hook.py": HOOK,
    }
    write_image(folder / tag, files)
    who = {"username": LOGIN.username, "password": LOGIN.password.reveal()} if private else {}
    world.sandbox.images.publish(f"{NAME}:{tag}", folder / tag, **who)
    return f"{NAME}:{tag}"


async def configured(world: World) -> TargetApp:
    app = await world.app()
    await world.target.configure(app, {"PORT": Secret("3000")}, world.log)
    return app


async def test_a_private_image_is_deployed_with_the_login_and_told_with_its_digest(
    world: World, tmp_path: Path
) -> None:
    image = publish(world, tmp_path, "v1", "one")
    app = await configured(world)
    with pytest.raises(Trouble, match="pull access denied") as denied:
        await world.target.deploy_image(app, image, world.log)
    assert denied.value.code == "operation-failed"
    done = await world.target.deploy_image(app, image, world.log, login=LOGIN, count=2, memory_mb=512)
    assert (done.state, done.image) == ("succeeded", image)
    assert done.digest.startswith("sha256:")
    (web,) = await world.target.services(app)
    assert (web.type, web.count, web.memory_mb, web.profile) == ("web", 2, 512, "m")
    newest, failed = await world.target.deploys(app)
    assert newest == done and failed.state == "failed" and failed.image == image
    assert any("hook sees" in line for line in world.lines)
    # The password is nowhere but in the sensitive settings.
    assert CANARY not in json.dumps([repr(LOGIN), str(newest), *world.lines])
    # Credentials that live for hours come again with each deploy.
    world.sandbox.images.publish(image, tmp_path / "v1", username="acme-robot", password="the new password")
    with pytest.raises(Trouble, match="incorrect username or password"):
        await world.target.deploy_image(app, image, world.log)
    again = RegistryLogin("acme-robot", Secret("the new password"))
    assert (await world.target.deploy_image(app, image, world.log, login=again)).state == "succeeded"


async def test_a_failing_release_command_of_an_image_is_told_by_the_end_of_its_log(
    world: World, tmp_path: Path
) -> None:
    image = publish(world, tmp_path, "v1", "one", private=False)
    app = await configured(world)
    await world.target.configure(app, {"MIGRATE": Secret("broken")}, world.log)
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    with pytest.raises(Trouble) as caught:
        await world.target.deploy_image(app, image, world.log, folder=folder)
    assert "relation orders is locked" in caught.value.cause
    assert caught.value.untouched == "What ran before goes on running."
    assert any("relation orders is locked" in line for line in world.lines)
    assert await world.target.services(app) == []


async def test_from_git_to_an_image_and_back_to_the_code_before(
    world: World, tmp_path: Path, needs_program: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    needs_program("git")
    app = await configured(world)
    bare = world.sandbox.git.repository(world.sandbox.world.apps[int(app.id)])
    commit = await asyncio.to_thread(make_repository, tmp_path / "code", IMAGE)
    git(tmp_path / "code", "push", "--quiet", str(bare), f"{commit}:refs/heads/deploy-{commit[:12]}")
    await world.target.deploy(app, f"deploy-{commit[:12]}", world.log)
    image = publish(world, tmp_path, "v2", "two", private=False)
    done = await world.target.deploy_image(app, image, world.log)
    assert any("deployed by image" in line for line in world.lines)
    newest, oldest = await world.target.deploys(app)
    assert newest == done
    assert (oldest.image, oldest.commit, oldest.ref) == ("", commit, f"deploy-{commit[:12]}")
    # The branch may stand for other code by now.
    broken = make_repository(tmp_path / "code", {**IMAGE, "server.py": "raise SystemExit(1)\n"})
    git(tmp_path / "code", "push", "-f", "--quiet", str(bare), f"{broken}:refs/heads/deploy-{commit[:12]}")
    back = await world.target.roll_back(app, oldest, world.log)
    assert (back.state, back.image, back.commit) == ("succeeded", "", commit)
    # Nothing pulls the image by itself any more.
    assert (await world.target.deploys(app))[0] == back
    again = await world.target.roll_back(app, done, world.log)
    assert again.image == image and again.number > back.number
    monkeypatch.setattr(world.target._images, "deploys", AsyncMock(return_value=[]))
    with pytest.raises(Trouble) as gone:
        await world.target.roll_back(app, oldest, world.log)
    assert gone.value.code == "operation-gone"


async def test_a_lost_answer_to_a_deploy_is_looked_for_and_never_asked_for_twice(
    world: World, tmp_path: Path
) -> None:
    first = publish(world, tmp_path, "v1", "one", private=False)
    second = publish(world, tmp_path, "v2", "two", private=False)
    app = await configured(world)
    before = await world.target.deploy_image(app, first, world.log)
    await world.target.deploy_image(app, second, world.log)
    posts = world.posts("/apps/*/operations")
    world.faults.add("drop", path="/apps/*/operations", method="POST")
    back = await world.target.roll_back(app, before, world.log)
    assert (back.state, back.image) == ("succeeded", first)
    assert world.posts("/apps/*/operations") == posts + 1
    assert [one.state for one in await world.target.deploys(app)] == ["succeeded"] * 3


async def test_a_deploy_that_is_under_way_is_followed(world: World, tmp_path: Path) -> None:
    image = publish(world, tmp_path, "v1", "one", private=False)
    app = await configured(world)
    both = await asyncio.gather(
        world.target.deploy_image(app, image, world.log),
        _once_begun(world, app, lambda begun: world.target.follow_deploy(app, begun, world.log)),
    )
    assert both[0] == both[1]
    assert world.posts("/apps/*/operations") == 2  # configure, deploy


async def test_only_a_deploy_of_the_same_image_stands_for_one_that_is_wanted(
    world: World, tmp_path: Path
) -> None:
    first, second = (publish(world, tmp_path, tag, tag, private=False) for tag in ("v1", "v2"))
    app = await configured(world)

    async def both(begun: TargetDeploy) -> TargetDeploy:
        same = await world.target.deploy_image(app, first, world.log)
        assert (same.number, same.image) == (begun.number, first)
        return same

    one, same = await asyncio.gather(
        world.target.deploy_image(app, first, world.log), _once_begun(world, app, both)
    )
    assert one == same and world.lines.count("This is under way already.") == 1
    running = asyncio.create_task(world.target.deploy_image(app, second, world.log))
    while (await world.target.deploys(app))[0] == one:
        await asyncio.sleep(0.005)
    other = await world.target.deploy_image(app, first, world.log)
    assert other.number > (await running).number and other.image == first
    assert world.posts("/apps/*/operations") == 4  # configure, three deploys


async def _once_begun(world: World, app: TargetApp, then: Callable[[TargetDeploy], object]) -> TargetDeploy:
    while not (found := await world.target.deploys(app)):
        await asyncio.sleep(0.005)
    return await then(found[0])  # type: ignore[misc]


ODD = {
    "QUOTES": "\"double\" 'single' `back`",
    "AMP": "a&b<c>d",
    "LINES": "-----BEGIN KEY-----\nabc\n\n-----END KEY-----\n",
    "DOLLAR": "$HOME ${HOME} $(id) %PATH%",
    "ZEROS": "007",
    "YES": "yes",
    "NUMBER": "1e3",
    "NULL": "null",
    "BLANKS": "  both ends  ",
    "WORDS": "zażółć 日本 🐘",
    "BACKSLASH": "C:\\new\\table",
    "RETURN": "a\r\nb\tc",
    "LONG": "x" * 32_768,
}


async def test_values_arrive_byte_for_byte_and_what_is_empty_is_named(world: World, tmp_path: Path) -> None:
    app = await world.app()
    values = {name: Secret(value) for name, value in ODD.items()}
    await world.target.configure(app, {**values, "PORT": Secret("3000"), "NOTHING": Secret("")}, world.log)
    there = await world.target.config(app)
    assert {name: there[name].reveal() for name in ODD} == ODD
    assert "NOTHING" not in there
    assert "NOTHING is empty and is left out: Aptible cannot hold an empty value." in world.lines
    # Other values are merged, these stay.
    await world.target.configure(app, {"ZEROS": Secret("0")}, world.log)
    assert {name: value.reveal() for name, value in (await world.target.config(app)).items()} == {
        **ODD,
        "PORT": "3000",
        "ZEROS": "0",
    }
    # A deploy by image keeps them, and its own settings arrive as they are, too.
    files = {**IMAGE, ".aptible/Procfile": "web: python server.py\n"}
    write_image(tmp_path / "image", files)
    password = "p&ss<\"'$x\\ ü 007"
    world.sandbox.images.publish(f"{NAME}:odd_1.2-rc", tmp_path / "image", username="é", password=password)
    login = RegistryLogin("é", Secret(password))
    done = await world.target.deploy_image(app, f"{NAME}:odd_1.2-rc", world.log, login=login)
    assert done.state == "succeeded"
    held = world.sandbox.world.apps[int(app.id)]
    assert held.sensitive["APTIBLE_PRIVATE_REGISTRY_PASSWORD"] == password
    assert {name: held.env[name] for name in ODD} == {**ODD, "ZEROS": "0"}


async def test_the_kind_of_machine_goes_with_the_scaling_and_the_time_to_end_is_kept(
    world: World, tmp_path: Path
) -> None:
    image = publish(world, tmp_path, "v1", "one", private=False)
    app = await configured(world)
    await world.target.deploy_image(app, image, world.log)
    (web,) = await world.target.services(app)
    assert web.grace is None
    await world.target.set_grace(web, 30, world.log)
    (web,) = await world.target.services(app)
    assert web.grace == 30
    posts = world.posts("/services/*/operations")
    assert (await world.target.scale(web, web.count, web.memory_mb, world.log, profile="m")) == web
    assert world.posts("/services/*/operations") == posts
    with pytest.raises(Trouble):
        # Shared stacks have general purpose machines only.
        await world.target.scale(web, 1, 4096, world.log, profile="r")


def _quick(sandbox: AptibleSandbox) -> None:
    # What starts here does not crash at once, so nobody has to wait whether it does.
    sandbox.rollout.settle = 0.05
