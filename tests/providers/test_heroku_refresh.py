"""What a plan was made of, read again: the same where nothing changed, by few requests, no part left out."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from providers.heroku.client import Client
from providers.heroku.source import HerokuSource
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.heroku.world.network import Domain, Drain
from providers.sandbox.heroku.world.world import AddOn, App, Attachment
from tests.providers.heroku_servers import sandbox
from tests.providers.test_heroku_account_lists import Forgetful, nothing
from tests.providers.test_heroku_client import Sleeps
from wizard.model.secret import Secret
from wizard.model.system import System
from wizard.model.trouble import SignInNeeded


@pytest.fixture
async def heroku(tmp_path: Path) -> AsyncIterator[HerokuSandbox]:
    world = generated(seed=3, apps=4, pipelines=1, teams=1, add_ons=12, config_vars=12)
    async with sandbox(tmp_path, world=world) as heroku:
        yield heroku


@pytest.fixture
async def source(heroku: HerokuSandbox) -> AsyncIterator[HerokuSource]:
    source = HerokuSource(Client(heroku.hosts, Secret(heroku.credentials["token"]), sleep=Sleeps()))
    yield source
    await source.close()


@pytest.fixture
async def known(source: HerokuSource) -> System:
    return await source.read(lambda progress: None)


def all_of(known: System) -> list[str]:
    return [app.id for app in known.apps]


def world_app(heroku: HerokuSandbox, name: str) -> App:
    app = heroku.world.app(name)
    assert app is not None
    return app


async def test_where_nothing_changed_nothing_differs_and_it_costs_few_requests(
    source: HerokuSource, known: System
) -> None:
    now = await source.refresh(known, all_of(known))
    assert now.gaps == ()
    assert replace(now, taken_at=known.taken_at, calls=known.calls, gaps=known.gaps) == known
    databases = [one for one in known.add_ons if one.postgres]
    without = [app for app in known.apps if not any(one.app_id == app.id for one in known.add_ons)]
    assert len(known.apps) == 4 and databases
    assert now.calls <= 4 + 6 * len(known.apps) + 2 * len(without) + len(databases) < known.calls / 3
    (app,) = known.apps[:1]
    used = {one.add_on_id for one in app.attachments}
    its = sum(one.id in used or one.app_id == app.id for one in databases)
    assert (await source.refresh(known, [app.id])).calls <= 4 + 6 + 2 + its


async def test_what_a_list_leaves_out_is_not_gone(heroku: HerokuSandbox, known: System) -> None:
    client = Forgetful(heroku.hosts, Secret(heroku.credentials["token"]), sleep=Sleeps())
    name = known.apps[0].name
    client.changes = {
        "/apps": lambda rows: [row for row in rows if row["name"] != name],
        "/addons": lambda rows: rows[1:],
        "/addon-attachments": lambda rows: rows[::2],
        "/pipeline-couplings": nothing,
    }
    source = HerokuSource(client)
    now = await source.refresh(known, all_of(known))
    await source.close()
    assert sorted(now.apps, key=str) == sorted(known.apps, key=str) and now.unread_apps == known.unread_apps
    assert now.add_ons == known.add_ons


async def test_what_came_or_changed_is_there(
    heroku: HerokuSandbox, source: HerokuSource, known: System
) -> None:
    world, name = heroku.world, known.apps[0].name
    app = world_app(heroku, name)
    other = next(one for one in world.apps.values() if one is not app)
    app.domains.append(Domain("domain-new", "new.acme.example", "custom", "x.herokudns.com"))
    app.drains.append(Drain("drain-new", "https://user:secret@logs.acme.example:443", "d.1"))
    app.config["NEW_NAME"] = "its value"
    app.buildpacks = (*app.buildpacks, "heroku/nodejs")
    app.stack, app.name = "heroku-26", "another-name"
    world.add_ons["new"] = AddOn(
        "new", "redis-new-1", "heroku-redis", "heroku-redis:mini", app.id, 300, ("REDIS_NEW_URL",)
    )
    world.attachments["a1"] = Attachment("a1", "REDIS_NEW", "new", app.id, ("REDIS_NEW_URL",))
    world.attachments["a2"] = Attachment("a2", "REDIS_NEW", "new", other.id, ("REDIS_NEW_URL",))
    app.config["REDIS_NEW_URL"] = "redis://x"
    world.apps["new"] = App("new", "new-app", "https://new.example", "2026-11-30T00:00:00Z")
    world.couplings["new"] = (next(iter(world.couplings.values()))[0], "staging")
    now = await source.refresh(known, [app.id])
    found = now.app(app.id)
    assert (found.name, found.stack) == ("another-name", "heroku-26")
    assert "new.acme.example" in {one.hostname for one in found.domains}
    assert "https://logs.acme.example:443" in {one.address for one in found.drains}
    came = {one.name: one.origin for one in found.config if one not in known.app(app.id).config}
    assert came.keys() == {"NEW_NAME", "REDIS_NEW_URL"} and came["REDIS_NEW_URL"].add_on_id == "new"
    assert found.buildpacks[-1] == "heroku/nodejs"
    assert now.add_on("new").plan == "heroku-redis:mini"
    assert "new" in {one.add_on_id for one in now.app(other.id).attachments}, "of an app that was not asked"
    fresh = now.app("new")
    assert (fresh.name, fresh.pipeline_stage) == ("new-app", "staging")
    assert fresh.pipeline in {one.name for one in known.pipelines}


async def test_what_went_is_not_there(heroku: HerokuSandbox, source: HerokuSource, known: System) -> None:
    world = heroku.world
    gone = next(
        one for one in known.add_ons if any(each.add_on_id == one.id for each in known.apps[0].attachments)
    )
    del world.add_ons[gone.id]
    for mark in [mark for mark, one in world.attachments.items() if one.add_on_id == gone.id]:
        del world.attachments[mark]
    last = known.apps[-1]
    del world.apps[last.id]
    now = await source.refresh(known, all_of(known))
    assert gone.id not in {one.id for one in now.add_ons}
    assert last.id not in all_of(now)
    (unread,) = now.unread_apps
    assert unread.id == last.id and "deleted" in unread.why


async def test_a_list_that_is_not_told_is_said_to_be_unknown(
    heroku: HerokuSandbox, source: HerokuSource, known: System
) -> None:
    for path, words in (
        ("/apps/*/domains", "The domains of"),
        ("/apps/*/log-drains", "The log drains of"),
        ("/apps/*/config-vars", "The config vars of"),
        ("/addon-attachments", "Which other apps use these add-ons"),
        ("/pipeline-couplings", "The pipelines are not known"),
    ):
        heroku.faults.add("403", path=path, count=None)
        now = await source.refresh(known, [known.apps[0].id])
        heroku.faults.clear()
        assert [gap.question for gap in now.gaps if gap.question.startswith(words)], now.gaps
        then = replace(known.apps[0], unread=now.apps[0].unread)
        assert now.apps == (then, *known.apps[1:]), "what is not told stays as it was"
    heroku.faults.add("expire-token", path="/apps/*/domains")
    with pytest.raises(SignInNeeded):
        await source.refresh(known, all_of(known))
