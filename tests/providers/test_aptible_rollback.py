"""Back to the release before at the sandbox's Aptible: once, gone on with after a kill, and told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from providers.aptible.target import AptibleTarget
from providers.sandbox.aptible import AptibleSandbox
from screens.headless import rollback as command
from tests.providers.aptible_wire import IMAGE, write_image
from tests.providers.aptible_world import QUICK, World, aptible_world
from wizard.credentials import Vault
from wizard.model.mapping import AppChoice, Mapping, TargetChoice
from wizard.model.plan import Plan, Step
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import RegistryLogin, TargetApp
from wizard.run.journal import Journal
from wizard.run.release_before import Rollback, release_before
from wizard.run.rollback import deployed_app, known_rollbacks, roll_back
from wizard.session.image_login import login_ref, pack
from wizard.session.lock import Lock
from wizard.session.parts import MAPPING, TARGET
from wizard.session.store import Session, create

LOGIN = RegistryLogin("acme-robot", Secret("pull-password-77"))


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    def quick(sandbox: AptibleSandbox) -> None:
        sandbox.rollout.settle = 0.05

    async with aptible_world(short_folder, pace=0.005, prepare=quick) as made:
        yield made


@pytest.fixture
def session() -> Iterator[Session]:
    made = create("acme")
    made.claim()
    made.save(TARGET, TargetChoice(provider="aptible"))
    made.save(
        MAPPING,
        Mapping(environment="acme-production", apps=(AppChoice(app_id="1", handle="shop", way="image"),)),
    )
    step = Step(key="deploy:shop", kind="deploy-image", title="Deploy", phase="cut-over")
    Journal(made).start_run(Plan(name="acme", source="Heroku", target="Aptible", steps=(step,)))
    yield made
    made.close()


async def deployed(world: World, folder: Path, *tags: str) -> TargetApp:
    """The app `shop` with a web address, deployed once for each tag."""
    app = await world.app()
    await world.target.configure(app, {"PORT": Secret("3000")}, world.log)
    for tag in tags:
        files = {
            **IMAGE,
            "Dockerfile": IMAGE["Dockerfile"].replace("GREETING=hello", f"GREETING={tag}"),
            ".aptible/Procfile": "web: python server.py\n",
        }
        write_image(folder / tag, files)
        world.sandbox.images.publish(
            f"ghcr.example/acme/shop:{tag}",
            folder / tag,
            username=LOGIN.username,
            password=LOGIN.password.reveal(),
        )
        await world.target.deploy_image(app, f"ghcr.example/acme/shop:{tag}", world.log, login=LOGIN)
    (web,) = await world.target.services(app)
    await world.target.create_endpoint(web, 3000, world.log)
    return await deployed_app(world.target, "acme-production", "shop")


def vault() -> Vault:
    made = Vault(None)
    made.hold(login_ref("ghcr.example"), pack(LOGIN))
    return made


async def found(world: World, session: Session, app: TargetApp) -> Rollback:
    return release_before("shop", await world.target.deploys(app), known_rollbacks(Journal(session), "shop"))


async def test_the_release_before_runs_again_and_the_journal_says_so(
    world: World, session: Session, tmp_path: Path
) -> None:
    app = await deployed(world, tmp_path, "v1", "v2")
    back = await found(world, session, app)
    said = await roll_back(session, world.target, app, back, vault=vault(), who="ada")
    assert said.startswith("shop runs the image ghcr.example/acme/shop:v1 again (operation ")
    assert said.endswith(" answers 200")
    journal = Journal(session)
    told = [event.text for event in journal.events() if event.kind == "rollback"]
    assert (
        "from the image ghcr.example/acme/shop:v2 to the image ghcr.example/acme/shop:v1, by ada" in told[0]
    )
    assert told[1] == said
    assert any("DEPLOY SUCCESSFUL" in line for line in journal.log_tail("deploy:shop"))
    with pytest.raises(Trouble, match="no release before"):
        # Not forward to the bad one, either.
        await found(world, session, app)


async def test_a_process_that_was_killed_in_it_is_gone_on_with_and_nothing_is_asked_twice(
    world: World, session: Session, tmp_path: Path
) -> None:
    app = await deployed(world, tmp_path, "v1", "v2")
    back = await found(world, session, app)
    posts = world.posts("/apps/*/operations")
    task = asyncio.create_task(roll_back(session, world.target, app, back, vault=vault(), who="ada"))
    while world.posts("/apps/*/operations") == posts:
        await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    begun = await found(world, session, app)
    assert begun.begun_at and not begun.done and begun.to == back.to
    said = await roll_back(session, world.target, app, begun, vault=vault(), who="grace")
    assert "v1 again" in said
    assert world.posts("/apps/*/operations") == posts + 1
    assert known_rollbacks(Journal(session), "shop").unfinished is None


async def test_one_that_fails_leaves_what_runs_and_can_be_asked_for_again(
    world: World, session: Session, tmp_path: Path
) -> None:
    app = await deployed(world, tmp_path, "v1", "v2")
    back = await found(world, session, app)
    world.sandbox.images.withdraw("ghcr.example/acme/shop:v1")
    with pytest.raises(Trouble, match="manifest unknown") as failed:
        await roll_back(session, world.target, app, back, vault=vault(), who="ada")
    assert failed.value.untouched == "What ran before goes on running."
    world.sandbox.images.publish(
        "ghcr.example/acme/shop:v1", tmp_path / "v1", username="acme-robot", password=LOGIN.password.reveal()
    )
    again = await found(world, session, app)
    assert not again.begun_at and again.to == back.to
    assert "v1 again" in await roll_back(session, world.target, app, again, vault=vault(), who="ada")


async def test_two_do_not_roll_back_at_the_same_time(world: World, session: Session, tmp_path: Path) -> None:
    app = await deployed(world, tmp_path, "v1", "v2")
    back = await found(world, session, app)
    other = Lock(session.folder / "rollback.lock")
    assert other.take()
    posts = world.posts("/apps/*/operations")
    with pytest.raises(Trouble, match="Another Offramp"):
        await roll_back(session, world.target, app, back, vault=vault(), who="ada")
    other.release()
    assert world.posts("/apps/*/operations") == posts


async def test_the_command_says_what_stays_and_wants_the_name(
    world: World,
    session: Session,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    await deployed(world, tmp_path, "v1", "v2")
    monkeypatch.setattr(command, "open_vault", vault)
    monkeypatch.setattr(command, "open_target", lambda *given: another_target(world))
    refusals: list[Callable[[], int]] = [
        lambda: command.rollback(session.id, "shop", yes=True),
        lambda: command.rollback(session.id, "other", yes=True),
    ]
    for refused, why in zip(refusals, ("not deployed yet", "moves no app other"), strict=True):
        with pytest.raises(Trouble, match=why):
            await asyncio.to_thread(refused)
    Journal(session).set_run("done")
    with pytest.raises(Trouble, match="Nobody can be asked here"):
        await asyncio.to_thread(lambda: command.rollback(session.id, "shop", yes=False))
    said = capsys.readouterr().out
    assert "Not rolled back: the database" in said and "Its release command runs, too." in said
    # Nothing was asked for yet.
    assert known_rollbacks(Journal(session), "shop").all == ()
    assert await asyncio.to_thread(lambda: command.rollback(session.id, "shop", yes=True)) == 0
    assert "shop runs the image ghcr.example/acme/shop:v1 again" in capsys.readouterr().out


def another_target(world: World) -> AptibleTarget:
    """One of another event loop."""
    return AptibleTarget(world.sandbox.hosts, Secret(world.sandbox.credentials["token"]), QUICK)
