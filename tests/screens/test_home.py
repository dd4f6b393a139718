"""Home: what is listed, what is asked before something goes, and that the demo is one key away."""

import os
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from textual.pilot import Pilot

from screens import home as home_module
from screens.app import DEMO, OfframpApp
from screens.connect import ConnectScreen
from screens.document import DocumentScreen
from screens.headless import tell
from screens.home import HomeScreen
from screens.home_entries import Entry, read_entries
from tests.screens.a_run import DEPLOY, ARun
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from wizard.credentials import Vault
from wizard.model.plan import Plan, Step
from wizard.run.journal import Journal
from wizard.session.parts import PLAN
from wizard.session.store import create, infos


@asynccontextmanager
async def home(
    vault: Vault, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[OfframpApp, Pilot[str]]]:
    app = OfframpApp(vault=vault)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        yield app, pilot


async def test_an_empty_home_says_what_to_do(world: FakeWorld, vault: Vault) -> None:
    async with home(vault) as (app, _):
        text = seen(app)
        assert "None yet" in text
        assert "New migration" in text and "no accounts needed" in text


async def test_an_early_enter_begins_nothing(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun.connected().close()
    gone_on = threading.Event()

    def slowly() -> list[Entry]:
        assert gone_on.wait(20)
        return read_entries()

    monkeypatch.setattr(home_module, "read_entries", slowly)
    app = OfframpApp(vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen), "no name is asked for a new one"
        gone_on.set()
        await settled(pilot)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, DocumentScreen)


async def test_the_example_is_opened_with_its_logins_by_its_own_command(
    world: FakeWorld, vault: Vault
) -> None:
    create("example", demo=True, hosts={"aptible": {"auth": "http://127.0.0.1:1"}}).close()
    async with home(vault) as (app, _):
        assert "the example: `offramp demo` opens it with its logins filled in" in seen(app)


async def test_each_migration_stands_there_with_its_stage(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    begun.chosen().close()
    begun.connected("old-blog").close()
    async with home(vault) as (app, _):
        lines = seen(app).splitlines()
    shop = next(line for line in lines if "acme-shop" in line)
    blog = next(line for line in lines if "old-blog" in line)
    assert "Heroku → Aptible" in shop and "○ map" in shop and "just now" in shop
    assert "Heroku → ?" in blog and "○ document" in blog


async def test_a_run_says_its_state_and_how_far_it_is(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.chosen()
    step = Step(key="look", kind="look", title="Look", phase="prepare")
    plan = Plan(name="acme-shop", source="heroku", target="aptible", steps=(step,))
    session.save(PLAN, plan)
    journal = Journal(session)
    journal.start_run(plan)
    journal.end("look", "done", None)
    journal.set_run("done")
    session.close()
    async with home(vault) as (app, _):
        line = next(line for line in seen(app).splitlines() if "acme-shop" in line)
    assert "✓ done" in line and "1 of 1 steps" in line


async def test_the_age_is_that_of_what_happened_last(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.connected("old-blog")
    with session.database.change() as change:
        change.execute(
            "UPDATE part SET saved_at = ?", ((datetime.now(UTC) - timedelta(hours=5)).isoformat(),)
        )
    session.close()
    # A run that waits since a minute, with its file written to long ago and the log of it by its worker now.
    run = ARun(begun.chosen()).start().gate()
    with run.session.database.change() as change:
        change.execute("UPDATE event SET at = ?", ((datetime.now(UTC) - timedelta(seconds=100)).isoformat(),))
        change.execute("UPDATE part SET saved_at = ?", ((datetime.now(UTC) - timedelta(days=2)).isoformat(),))
    os.utime(run.session.folder / "session.sqlite3", (1, 1))
    async with home(vault) as (app, _):
        lines = seen(app).splitlines()
    run.close()
    assert next(line for line in lines if "old-blog" in line).rstrip().endswith("5 h ago")
    gate = next(line for line in lines if "acme-shop" in line).rstrip()
    assert gate.endswith(" s ago") and 100 <= int(gate.split()[-3]) < 120


async def test_a_cut_over_with_nobody_at_work_stands_first_with_its_ways_out(
    world: FakeWorld, begun: Begun, vault: Vault, capsys: pytest.CaptureFixture[str]
) -> None:
    gone = ARun(begun.connected("gone", "aptible")).start().reach(DEPLOY).kill()
    gone.close()
    begun.connected("newest").close()
    works = ARun(begun.chosen()).start().copying()
    async with home(vault) as (app, _):
        lines = seen(app).splitlines()
    at = next(at for at, line in enumerate(lines) if line.startswith(" gone"))
    assert "✗ worker gone" in lines[at]
    assert "Heroku is as the cut-over left it: enter, then r goes on, b takes it back" in lines[at + 1]
    names = [line.split()[0] for line in lines if line.split()[:1] in (["gone"], ["acme-shop"], ["newest"])]
    assert names == ["gone", "acme-shop", "newest"]
    works.close()
    tell.sessions(as_json=False)
    tell.status(gone.session.id, as_json=False)
    said = capsys.readouterr().out
    way = f"Heroku is as the cut-over left it. `offramp tell {gone.session.id} back` puts it back."
    assert said.count(way) == 2


async def test_a_broken_session_is_listed_with_the_reason(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    session = begun.new("broken")
    file = session.folder / "session.sqlite3"
    session.close()
    file.write_bytes(b"this is no database, and was never one" * 100)
    async with home(vault, (120, 40)) as (app, pilot):
        assert "✗ The session file" in seen(app)
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen)
        assert "cannot be used" in " ".join(seen(app).split())


async def test_a_new_migration_begins_at_connect_and_is_saved(world: FakeWorld, vault: Vault) -> None:
    async with home(vault) as (app, pilot):
        await pilot.press("n")
        await settled(pilot)
        await pilot.press("enter")
        assert "Type something" in seen(app)
        await pilot.press(*"shop", "enter")
        await settled(pilot)
        assert isinstance(app.screen, ConnectScreen)
        assert app.session is not None and app.session.name == "shop" and app.session.claimed
    assert [info.name for _, info in infos()] == ["shop"]


async def test_enter_opens_where_it_stands_and_escape_comes_back(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    begun.documented().close()
    async with home(vault) as (app, pilot):
        await pilot.press("enter")
        await settled(pilot)
        await pilot.press("escape", "escape")
        await settled(pilot)
        assert isinstance(app.screen, ConnectScreen)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen) and app.session is None


async def test_delete_wants_the_name_and_nothing_else(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    begun.new("precious").close()
    async with home(vault) as (app, pilot):
        await pilot.press("x")
        await settled(pilot)
        assert "There is no way back." in seen(app)
        await pilot.press("y", "enter")
        assert "That is not precious" in seen(app)
        assert len(list(infos())) == 1
        await pilot.press("backspace", *"precious", "enter")
        await settled(pilot)
        assert "precious is deleted" in seen(app)
    assert not list(infos())


async def test_a_session_in_use_is_not_deleted(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.new("busy")
    assert session.claim() is None
    async with home(vault) as (app, pilot):
        await pilot.press("x")
        await settled(pilot)
        await pilot.press(*"busy", "enter")
        await settled(pilot)
        assert "is in use by" in seen(app) and "Nothing was deleted." in seen(app)
    assert len(list(infos())) == 1


async def test_a_running_migration_is_not_deleted_and_it_is_said_how_it_is_stopped(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    run = ARun(begun.chosen()).start().copying()
    async with home(vault) as (app, pilot):
        await pilot.press("x", *"acme-shop", "enter")
        await settled(pilot)
        text = " ".join(seen(app).replace("█", "").split())
        assert "The run of acme-shop goes on. Nothing was deleted." in text
        assert "Open it and stop the run with s, then delete it. [session-busy]" in text
    run.close()


async def test_a_migration_that_must_take_heroku_back_is_not_deleted(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    session = begun.chosen()
    folder = session.folder
    step = Step(key="maintenance:web", kind="maintenance", title="Stop", phase="cut-over", writes="heroku")
    plan = Plan(name="acme-shop", source="Heroku", target="Aptible", steps=(step,))
    journal = Journal(session)
    journal.start_run(plan)
    journal.end(step.key, "done", None)
    session.close()
    async with home(vault) as (app, pilot):
        await pilot.press("x")
        await settled(pilot)
        await pilot.press(*"acme-shop", "enter")
        await settled(pilot)
        text = " ".join(seen(app).split())
        assert "only this migration knows" in text and "Nothing was deleted." in text
    assert (folder / "session.sqlite3").exists()


async def test_delete_on_a_row_that_is_no_migration_says_why_not(world: FakeWorld, vault: Vault) -> None:
    async with home(vault) as (app, pilot):
        await pilot.press("x")
        assert "Move to a migration first" in seen(app)


async def test_t_ends_with_the_wish_for_the_demo(world: FakeWorld, vault: Vault) -> None:
    async with home(vault) as (app, pilot):
        await pilot.press("t")
        await settled(pilot)
    assert app.return_value == DEMO


async def test_the_filter_narrows_and_escape_takes_it_away(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    begun.new("alpha").close()
    begun.new("beta").close()
    async with home(vault) as (app, pilot):
        await pilot.press("slash", *"alp", "enter")
        assert "alpha" in seen(app) and "beta" not in seen(app)
        await pilot.press("escape")
        assert "beta" in seen(app)


async def test_a_second_offramp_reads_only(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    first = begun.connected()
    assert first.claim() is None
    async with home(vault) as (app, pilot):
        await pilot.press("enter")
        await settled(pilot)
        assert isinstance(app.screen, DocumentScreen)
        assert "Read only: process" in seen(app)
        await pilot.press("r")
        said = " ".join(" ".join(seen(app).splitlines()[-4:-2]).split())
        assert "has this session. Close it there; this one then takes over." in said
    assert world.heroku.opened == 0
