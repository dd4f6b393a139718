"""Deploys by image, by a workflow and by Terraform, as a run has them done, against the sandbox's Aptible."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import msgspec
import pytest

from providers.aptible.catalogue import profile
from providers.sandbox.aptible import AptibleSandbox
from tests.providers.aptible_wire import IMAGE, signed_in, write_image
from tests.providers.aptible_world import World, aptible_world, git, make_repository
from wizard.credentials import Vault
from wizard.model.mapping import (
    AppChoice,
    ConfigChoice,
    DatabaseChoice,
    DrainChoice,
    Mapping,
    ProcessChoice,
)
from wizard.model.network import Drain
from wizard.model.plan import Plan, Step
from wizard.model.secret import Secret
from wizard.model.system import Account, AddOn, App, Process, System
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports import RegistryLogin, TargetApp
from wizard.run.context import Context
from wizard.run.guide import GUIDE, Guide
from wizard.run.journal import Journal
from wizard.run.kinds import KINDS
from wizard.run.kinds.handed_over import HandedOver
from wizard.run.kinds.ready import handed_over_facts, ready_facts
from wizard.run.kinds.terraform import import_lines
from wizard.session.image_login import login_ref, pack
from wizard.session.store import create

APP_ID = "app-shop"
PROCESS = Process(type="web", command="python server.py", quantity=1, size="Basic")

DRAIN = Drain(id="d", address="syslog+tls://127.0.0.1:41234")

ON_HEROKU = {"DATABASE_URL": "postgres://heroku/old", "LOG_LEVEL": "info", "EMPTY": ""}
CONFIG = (
    ConfigChoice(app_id=APP_ID, name="LOG_LEVEL"),
    ConfigChoice(app_id=APP_ID, name="EMPTY"),
    ConfigChoice(
        app_id=APP_ID, name="DATABASE_URL", action="replace", replacement="database", refers_to="db-1"
    ),
)


async def on_heroku(app_id: str) -> dict[str, Secret]:
    """The config vars of the app, as the source tells them."""
    return {name: Secret(value, name, register=False) for name, value in ON_HEROKU.items()}


def system() -> System:
    app = App(id=APP_ID, name="shop", region="eu", stack="heroku-24", processes=(PROCESS,), web_url="")
    app = msgspec.structs.replace(app, drains=(DRAIN,))
    add_on = AddOn(id="db-1", name="shop-db", app_id=APP_ID, service="heroku-postgresql", plan="x", state="")
    return System(
        taken_at="2026-11-30T07:00:00+00:00",
        account=Account(id="u", email="ada@example.com"),
        apps=(app,),
        add_ons=(add_on,),
    )


def mapping(way: str, **choice: Any) -> Mapping:
    return Mapping(
        environment="acme-production",
        apps=(AppChoice(app_id=APP_ID, handle="shop", way=way, **choice),),  # type: ignore[arg-type]
        processes=(ProcessChoice(app_id=APP_ID, type="web", service="web", count=1, memory_mb=512),),
        databases=(DatabaseChoice(add_on_id="db-1", handle="shop-db", version="16"),),
    )


def plan(kind: str, **args: Any) -> Plan:
    before = Step(
        key="deploys-before",
        kind="deploys-before",
        title="Look",
        phase="cut-over",
        args={"handles": ("shop",)},
    )
    deploy = Step(
        key="deploy:shop",
        kind=kind,
        title="Deploy",
        phase="cut-over",
        args={"app": APP_ID, "handle": "shop", **args},
    )
    return Plan(name="acme", source="Heroku", target="Aptible", steps=(before, deploy))


class Run:
    """A run of two steps with a real journal and a real target."""

    def __init__(self, world: World, made: Mapping, steps: Plan, folder: Path) -> None:
        self.world = world
        self.session = create("acme")
        self.journal = Journal(self.session)
        self.journal.start_run(steps)
        self.plan = steps
        self.vault = Vault(None)
        self.logged: list[str] = []
        self.context = cast(
            Context,
            SimpleNamespace(
                source=SimpleNamespace(config=on_heroku),
                target=world.target,
                target_name="aptible",
                profile=profile,
                session=self.session,
                journal=self.journal,
                plan=steps,
                vault=self.vault,
                mapping=made,
                system=system(),
                folder=folder,
                environment=world.environment,
                app=self._app,
                find_app=self._find_app,
                source_app=lambda step: system().app(APP_ID),
                log=lambda step: self.logged.append,
            ),
        )

    async def _app(self, handle: str) -> TargetApp:
        return await self.world.app(handle)

    async def _find_app(self, handle: str) -> TargetApp | None:
        return await self.world.target.find_app(await self.world.environment(), handle)

    async def do(self, key: str) -> str:
        """One step as the drive does it; returns its evidence."""
        step = self.plan.step(key)
        kind = KINDS[step.kind]()
        found = await kind.probe(self.context, step)
        if found is None:
            self.journal.intend(step)
            await kind.do(self.context, step)
            found = await kind.verify(self.context, step)
        self.journal.end(key, "done", found)
        return found.summary

    def guide(self) -> Guide | None:
        text = self.journal.gauges().get(GUIDE)
        return msgspec.json.decode(text, type=Guide) if text else None

    async def until(self, words: str) -> Guide:
        """The guide, once Offramp has looked and seen `words`."""
        async with asyncio.timeout(20):
            while (guide := self.guide()) is None or words not in guide.seen:
                await asyncio.sleep(0.005)
        return guide


@pytest.fixture
async def world(short_folder: Path) -> AsyncIterator[World]:
    def quick(sandbox: AptibleSandbox) -> None:
        sandbox.rollout.settle = 0.05

    async with aptible_world(short_folder, pace=0.005, prepare=quick) as made:
        yield made


@pytest.fixture(autouse=True)
def _looks_often(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(HandedOver, "every", 0.02)
    yield


async def bare(world: World, app: TargetApp) -> Path:
    return await asyncio.to_thread(world.sandbox.git.repository, world.sandbox.world.apps[int(app.id)])


async def pushed(world: World, app: TargetApp, folder: Path, files: dict[str, str], branch: str) -> str:
    """What a workflow does first; returns the commit."""
    commit = await asyncio.to_thread(make_repository, folder, files)
    to = await bare(world, app)
    await asyncio.to_thread(
        lambda: git(folder, "push", "-f", "--quiet", str(to), f"{commit}:refs/heads/{branch}")
    )
    return commit


CODE = {**IMAGE, "Procfile": "web: python server.py\n"}
BROKEN = {**CODE, ".aptible.yml": "before_deploy:\n  - sh -c 'echo the migration failed; exit 4'\n"}
MENDED = {**CODE, ".aptible.yml": "before_deploy:\n  - echo migrated\n"}


async def test_the_merge_is_waited_for_and_an_earlier_deploy_does_not_count(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    app = await world.app()
    await world.target.configure(app, {"PORT": Secret("3000")}, world.log)
    await pushed(world, app, tmp_path / "code", CODE, "deploy-1")
    await world.target.deploy(app, "deploy-1", world.log)
    args = {"branch": "offramp/shop", "repository": "acme/shop", "checkout": "/code/my shop", "later": "Wait"}
    run = Run(world, mapping("workflow"), plan("deploy-by-workflow", **args), tmp_path)
    ((state, said),) = await handed_over_facts(run.context)
    assert state == "look" and "has been deployed before" in said and "does not count" in said
    assert "shop had been deployed already" in await run.do("deploys-before")

    waiting = asyncio.create_task(run.do("deploy:shop"))
    guide = await run.until("no new deploy of shop so far")
    assert "merge offramp/shop" in guide.waits
    assert [line.text for line in guide.lines if line.kind == "copy"] == [
        "cd '/code/my shop' && gh pr merge offramp/shop --merge"
    ]
    now = run.journal.run()
    assert now is not None and now.waiting_for.startswith("you: merge offramp/shop")
    # The first merge does not deploy; its reason is the end of the log.
    await pushed(world, app, tmp_path / "code", BROKEN, "deploy-2")
    with contextlib.suppress(Trouble):
        await world.target.deploy(app, "deploy-2", world.log)
    with pytest.raises(Trouble, match="the migration failed"):
        await waiting
    assert run.guide() is None
    assert any("the migration failed" in line for line in run.logged)
    # Tried again, the one that failed is not waited for another time.
    waiting = asyncio.create_task(run.do("deploy:shop"))
    await run.until("no new deploy of shop so far")
    commit = await pushed(world, app, tmp_path / "code", MENDED, "deploy-3")
    await world.target.deploy(app, "deploy-3", world.log)
    assert f"shop runs commit {commit[:10]}" in await waiting
    # A worker that goes on finds it done.
    assert f"shop runs commit {commit[:10]}" in await run.do("deploy:shop")
    # And back: a later merge would start it there, beside Heroku.
    step = run.plan.step("deploy:shop")
    said = await KINDS[step.kind]().undo(run.context, step)
    assert said == "shop is stopped on the target. Wait"
    run.session.close()


async def test_an_image_is_deployed_with_who_may_pull_it_and_never_without(
    world: World, tmp_path: Path
) -> None:
    login = RegistryLogin("acme-robot", Secret("pull-password-77"))
    write_image(tmp_path / "image", {**IMAGE, ".aptible/Procfile": "web: python server.py\n"})
    name = "ghcr.example/acme/shop:v42"
    world.sandbox.images.publish(
        name, tmp_path / "image", username=login.username, password=login.password.reveal()
    )
    app = await world.app()
    await world.target.configure(app, {"PORT": Secret("3000")}, world.log)
    run = Run(world, mapping("image", image=name), plan("deploy-image", image=name, private=True), tmp_path)
    with pytest.raises(SignInNeeded) as needed:
        await run.do("deploy:shop")
    assert needed.value.vendor == "registry:ghcr.example"
    assert await world.target.deploys(app) == []
    run.vault.hold(login_ref("ghcr.example"), pack(login))
    assert f"shop runs {name}, sha256:" in await run.do("deploy:shop")
    (web,) = await world.target.services(app)
    assert (web.count, web.memory_mb) == (1, 512)
    kept = [path.read_bytes() for path in run.session.folder.rglob("*") if path.is_file()]
    everything = b"".join(kept)
    assert name.encode() in everything and b"pull-password-77" not in everything
    # What ends in good order on Heroku has as long there, unless somebody has set another time.
    scale = Step(key="scale:shop", kind="scale", title="Scale", phase="cut-over", args=run.plan.steps[1].args)
    assert await KINDS["scale"]().probe(run.context, scale) is None
    await KINDS["scale"]().do(run.context, scale)
    (web,) = await world.target.services(app)
    assert (web.count, web.memory_mb, web.grace) == (1, 512, 30)
    assert await KINDS["scale"]().probe(run.context, scale) is not None
    await world.target.set_grace(web, 5, world.log)
    assert await KINDS["scale"]().probe(run.context, scale) is not None
    # Undone and begun again, it is deployed anew: its release command runs on other rows.
    run.journal.reset(["deploy:shop"])
    await run.do("deploy:shop")
    assert len(await world.target.deploys(app)) == 2
    run.session.close()


async def test_terraform_is_told_what_to_adopt_and_watched_until_all_is_there(
    world: World, tmp_path: Path, needs_program: Callable[[str], str]
) -> None:
    needs_program("git")
    checkout = tmp_path / "code"
    await asyncio.to_thread(make_repository, checkout, CODE)
    made = mapping("terraform", checkout=str(checkout), image="acme/shop:v1")
    made = msgspec.structs.replace(
        made,
        drains=(DrainChoice(app_id=APP_ID, drain_id="d", action="move", handle="shop-logs"),),
        config=CONFIG,
    )
    args = {"checkout": str(checkout), "folder": f"{checkout}/aptible", "web": True, "later": ""}
    run = Run(world, made, plan("apply-terraform", **args), tmp_path)
    await run.do("deploys-before")
    gate = Step(
        key="g",
        kind="gate",
        title="g",
        phase="copy",
        args={**args, "way": "terraform", "app": APP_ID, "handle": "shop"},
    )
    facts = [said for _, said in await ready_facts(run.context, gate)]
    assert facts[0] == "nothing is deployed to shop yet"
    assert f"$ cd {checkout}/aptible && terraform init" in facts
    assert facts[-1].startswith(f"$ offramp values {run.session.id} --app ")
    assert facts[-1].endswith(" -- terraform plan")

    waiting = asyncio.create_task(run.do("deploy:shop"))
    await run.until("no new deploy of shop so far")
    # What `terraform apply` does, step by step.
    write_image(tmp_path / "image", {**IMAGE, ".aptible/Procfile": "web: python server.py\n"})
    world.sandbox.images.publish("acme/shop:v1", tmp_path / "image")
    app = await world.app()
    await world.target.configure(app, {"PORT": Secret("3000")}, world.log)
    first = await world.target.deploy_image(app, "acme/shop:v1", world.log)
    guide = await run.until("not there yet")
    assert "the database shop-db" in guide.seen and "web with 1 x 512 MB (it has 1 x 1024 MB)" in guide.seen
    (web,) = await world.target.services(app)
    await world.target.scale(web, 1, 512, world.log)
    await world.target.create_endpoint(web, 3000, world.log)
    await _database(world)
    # Offramp has made it long before: a second one of that name would be refused in the cut-over.
    environment, address = await world.environment(), Secret(DRAIN.address)
    drain = await world.target.create_drain(environment, "shop-logs", address, databases=True, log=world.log)
    # What the app has to know is there too, and leads to Heroku no more.
    guide = await run.until("the config var LOG_LEVEL, the config var DATABASE_URL")
    assert "EMPTY" not in guide.seen
    there = {"LOG_LEVEL": Secret("info"), "DATABASE_URL": Secret(ON_HEROKU["DATABASE_URL"])}
    await world.target.configure(app, there, world.log)
    guide = await run.until("DATABASE_URL with the URL of the new database (it has Heroku's)")
    assert "LOG_LEVEL" not in guide.seen and ON_HEROKU["DATABASE_URL"] not in guide.seen
    await world.target.configure(app, {"DATABASE_URL": Secret("postgres://target/new")}, world.log)
    assert "shop runs the image acme/shop:v1" in await waiting
    database = await world.target.find_database(await world.environment(), "shop-db")
    assert database is not None
    values = f"offramp values {run.session.id} --app"
    lines = [line.removeprefix(values) for line in await import_lines(run.context, gate)]
    assert [line.partition(" -- ")[2] for line in lines] == [
        f"terraform import aptible_database.shop_db {database.id}",
        f"terraform import aptible_log_drain.shop_logs {drain.id}",
        f"terraform import aptible_app.shop {app.id}",
    ]

    # All was applied before this cut-over: Terraform has nothing to change, the code is deployed once more.
    run.journal.reset(["deploys-before", "deploy:shop"])
    await run.do("deploys-before")
    assert "shop runs the image acme/shop:v1" in await run.do("deploy:shop")
    newest, oldest = await world.target.deploys(app)
    assert oldest.number == first.number and newest.image == first.image
    assert any("once more, on the proven data" in line for line in run.logged)
    run.session.close()


async def _database(world: World) -> None:
    """A database by its handle alone: that it is there is asked, not what is in it."""
    wire = signed_in(world.sandbox, world.sandbox.tokens.person)
    images = await wire.rows("/database_images", per_page=5000)
    image = next(item for item in images if (item["type"], item["version"]) == ("postgresql", "16"))
    body = {"handle": "shop-db", "type": "postgresql", "database_image_id": image["id"]}
    await wire.make(f"/accounts/{(await world.environment()).id}/databases", body)
    await wire.client.aclose()
