"""The document in full: the tree, the search, notes, groups of questions, other views, exports."""

import re
import stat
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from textual.pilot import Pilot

from screens.app import OfframpApp
from screens.document import DocumentScreen
from screens.inventory.details import page_lines, text_of
from screens.inventory.rows import status_line
from screens.widgets.ask_text import AskText
from screens.widgets.field import Field
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, EMAILER, FRONTEND, example_system
from tests.screens.fake_heroku import FakeSource
from tests.screens.fakes import FakeWorld
from tests.screens.rich_system import rich_system
from tests.screens.seen import seen, settled
from tests.wizard.document.whole_system import marked_system
from wizard.credentials import Vault
from wizard.document.component import components
from wizard.document.index import Index
from wizard.document.outline import Outline, way_to
from wizard.document.pages.by_key import page
from wizard.document.search import entries
from wizard.model.plan import Plan
from wizard.model.system import Account, System, UnreadApp
from wizard.model.trouble import SecondFactorNeeded
from wizard.ports import Log
from wizard.session.parts import ANSWERS, PLAN, SYSTEM_BEFORE, Answers, Note
from wizard.session.store import Session


@asynccontextmanager
async def shown(
    session: Session, vault: Vault, size: tuple[int, int] = (80, 24)
) -> AsyncIterator[tuple[OfframpApp, Pilot[str]]]:
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        if not isinstance(app.screen, DocumentScreen):
            await app.show_stage("document")
            await settled(pilot)
        yield app, pilot


async def typed(pilot: Pilot[str], text: str, *, into: str = "") -> str:
    """Type a line and press enter: the text at once, since each key would take its time."""
    field = pilot.app.screen.query_one(f"#{into}" if into else Field, Field)
    field.value = text
    field.focus()
    return await press(pilot, "enter")


async def press(pilot: Pilot[str], *keys: str) -> str:
    """Press keys; what is seen then, in one line."""
    await pilot.press(*keys)
    await settled(pilot)
    return " ".join(seen(pilot.app).replace("│", " ").split())


def go(app: OfframpApp, row: str) -> None:
    """Move the highlight, as many arrows would."""
    assert isinstance(app.screen, DocumentScreen)
    app.screen.listing.go_to(row)


async def test_the_tree_folds_and_shows_what_was_not_told(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    async with shown(begun.documented(rich_system()), vault) as (app, pilot):
        text = seen(app)
        assert "▾ acme-pipeline  3 apps" in text and "production" in text and "▸ people  4" in text
        assert re.search(r"acme-secret \?\s+this account cannot read it", text)
        assert "⚠ 5 things no API tells: j" in text and "? 1 app not read" in text
        text = await press(pilot, "left")
        assert "▸ acme-pipeline 3 apps" in text and "migrate-backend" not in text
        go(app, "group:no-pipeline")
        text = await press(pilot, "right", "right")
        assert "▾ migrate-emailer" in text and "▸ config vars 3" in text
        assert "? webhooks: not told Heroku refused: the token may not read webhooks." in text
        text = await press(pilot, "right", "space")
        assert "▾ processes 1" in text and "job ⚠" in text and "scaled to zero" in text
        text = await press(pilot, "left", "left", "left")
        assert "▸ migrate-emailer" in text
        text = await press(pilot, "enter")
        assert "maintenance on: visitors see a page of Heroku" in text
        text = await press(pilot, "end")
        assert "press c to name the folder" in text


async def test_details_of_a_data_service_stand_beside(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    async with shown(begun.documented(rich_system()), vault, (140, 60)) as (app, pilot):
        go(app, "group:stores")
        text = await press(pilot, "space", "down")
        for words in (
            "16.4",
            "4 of 20",
            "HEROKU_POSTGRESQL_GREEN",
            "every day at 02:00 Europe/London",
            "a007",
        ):
            assert words in text
        assert (
            "REPORTS to migrate-backend · by credential:reports" in text
            and "Mondays 14:00 to 18:00 UTC" in text
        )
        await press(pilot, "tab")
        assert app.screen.query_one("#side").has_focus
        await press(pilot, "escape")
        assert isinstance(app.screen, DocumentScreen) and not app.screen.query_one("#side").has_focus


async def test_a_search_shows_what_matched_and_leads_there(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    async with shown(begun.documented(rich_system()), vault) as (app, pilot):
        text = await press(pilot, "slash", *"grace@")
        assert "grace@example.com person" in text and "collaborator of migrate-backend" in text
        app.screen.query_one(Field).value = "noeviction"
        text = await press(pilot)
        assert re.search(r"redis-polished-222 heroku-redis .*noeviction", text)
        app.screen.query_one(Field).value = "www.acme"
        await press(pilot, "down")
        text = await press(pilot, "escape")
        assert "▾ domains 3" in text and isinstance(app.screen, DocumentScreen)
        assert app.screen.current_key() == f"domain:{FRONTEND}:www.acme.example"
        app.screen.query_one(Field).value = "no such thing"
        assert "Nothing has 'no such thing' in it." in await press(pilot)


async def test_notes_stay_when_everything_is_read_again(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    world.heroku.system = replace(rich_system(), taken_at="2026-11-02T15:30:00+00:00")
    before = rich_system()
    fewer = replace(before.apps[1], config=before.apps[1].config[1:])
    session = begun.documented(replace(before, apps=(before.apps[0], fewer, *before.apps[2:])))
    session.save(PLAN, Plan(name="acme-shop", source="heroku", target="aptible", steps=()))
    async with shown(session, vault) as (app, pilot):
        go(app, f"app:{BACKEND}")
        await press(pilot, "o")
        await typed(pilot, "Ada", into="owner")
        text = await typed(pilot, "month end", into="text")
        assert "migrate-backend ⚠ note" in text
        assert session.load(PLAN) is not None, "a note changes nothing of it"
        text = await press(pilot, "d")
        assert "It was read once." in text
        text = await press(pilot, "r")
        assert "1 thing changed since 14:02: d" in text
        assert "+ config var BACKEND_URL of migrate-frontend added" in await press(pilot, "d")
        await press(pilot, "enter")
        assert isinstance(app.screen, DocumentScreen)
        assert app.screen.current_key() == f"config-var:{FRONTEND}:BACKEND_URL"
        go(app, f"app:{BACKEND}")
        text = await press(pilot, "enter")
        assert "owner: Ada" in text and "note: month end" in text
        answers = session.load(ANSWERS)
        assert answers is not None and answers.notes == {
            f"app:{BACKEND}": Note(text="month end", owner="Ada")
        }
        await press(pilot, "o")  # from the details, too
        for field in app.screen.query(Field):
            field.value = ""
        await press(pilot, "enter", "enter")
        answers = session.load(ANSWERS)
        assert answers is not None and answers.notes == {}


async def test_another_account_says_nothing_of_changes(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    world.heroku.system = example_system()
    session = begun.documented(replace(rich_system(), account=Account(id="other", email="x@example.com")))
    async with shown(session, vault) as (_, pilot):
        assert "changed" not in await press(pilot, "r")
        assert session.load(SYSTEM_BEFORE) is None


async def test_a_group_of_questions_is_read_at_once(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    session = begun.documented(rich_system())
    async with shown(session, vault) as (app, pilot):
        go(app, "gap-group:webhooks")
        text = await press(pilot, "enter")
        assert "The webhooks of migrate-frontend are not known." in text
        assert "The webhooks of migrate-emailer are not known." in text and "I know all 2, go on" in text
        text = await press(pilot, "enter")
        assert "3 things no API tells" in text
        answers = session.load(ANSWERS)
        assert answers is not None and len(answers.acknowledged) == 2
        go(app, f"app:{EMAILER}")
        await press(pilot, "space")
        assert "webhooks: not told" in seen(app), "it was read, and is still not known"


async def test_how_an_app_is_deployed_is_told_by_hand(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    session = begun.documented(rich_system())
    async with shown(session, vault) as (app, pilot):
        go(app, f"gap:deploy:{EMAILER}")
        assert "By which way does new code come to migrate-emailer?" in await press(pilot, "enter")
        text = await press(pilot, "down", "down", "enter")
        assert "What should the next person know of it?" in text
        text = await typed(pilot, "CI of acme/mail")
        assert "4 things no API tells" in text and "Kept: migrate-emailer is deployed by" in text
        go(app, f"app:{EMAILER}")
        await press(pilot, "enter")
        text = await press(pilot, "pagedown", "pagedown")
        assert "confirmed by a person · CI of acme/mail" in text


async def test_other_views(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    async with shown(begun.documented(rich_system()), vault) as (app, pilot):
        assert "postgresql-cubed-12345" in await press(pilot, "p")
        text = await press(pilot, "escape", "m")
        assert "Autoscaling makes it $56 to $131." in text and "kafka-shaped-33 (basic-0)" in text
        assert "Dataclips" in await press(pilot, "escape", "w")
        await press(pilot, "escape")
        go(app, "do:cost")
        assert "A month on Heroku" in await press(pilot, "enter")


async def test_an_export_holds_values_only_when_asked_for(
    begun: Begun, vault: Vault, world: FakeWorld, tmp_path: Path
) -> None:
    world.heroku.system = rich_system()
    session = begun.documented(rich_system())
    async with shown(session, vault) as (_, pilot):
        await press(pilot, "e", "enter")
        assert "Written:" in await typed(pilot, str(tmp_path / "doc.md"))
        told = (tmp_path / "doc.md").read_text()
        assert "migrate-backend" in told and "value of SECRET_KEY" not in told
        await press(pilot, "e", "end", "enter", "end")
        text = await press(pilot, "enter")
        assert "The file will hold 13 values" in text and "Type acme-shop to write them" in text
        await typed(pilot, "acme-shop")
        assert "Written:" in await typed(pilot, str(tmp_path / "doc.json"))
        file = tmp_path / "doc.json"
        assert "value of SECRET_KEY" in file.read_text() and "SECRETS" in file.read_text()[:40]
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        await press(pilot, "e", "enter")
        assert "✗" in await typed(pilot, str(tmp_path / "doc.md")), "nothing is written over"


def test_the_line_of_what_needs_a_person_cuts_no_key() -> None:
    changed = "1,200 things changed since 2026-11-28 02:00"
    for width, wanted in (
        (
            78,
            "⚠ 2,018 things no API tells: j   ⚠ 2FA: f   ? 106 not read   1,200 changed: d",
        ),
        (130, f"2FA wanted: f   ? 106 apps not read   {changed}: d"),
    ):
        line = status_line(gaps=2018, unread=106, factor=True, changed=changed, changes=1200, width=width)
        assert wanted in line.plain and line.cell_length <= width


async def test_a_second_factor_is_asked_for(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    locked = UnreadApp(id="app-x", name="vault", why="Heroku wants a second factor for /apps/app-x.")
    session = begun.documented(replace(example_system(), unread_apps=(locked,)))
    world.heroku.trouble = SecondFactorNeeded("heroku", "Heroku wants a second factor.", remedy="Type it.")
    async with shown(session, vault) as (_, pilot):
        assert "2FA wanted: f" in await press(pilot)
        assert "1 app wants a second factor" in await press(pilot, "f")
        await press(pilot, "down", "enter")
        assert "a pre-authorisation for 1 app" in await press(pilot)
        await typed(pilot, "acme-shop")
        assert "letters and digits only" in await typed(pilot, "12 34")
        assert world.heroku.writes == []
        await typed(pilot, "123456")
        assert world.heroku.writes == [("pre-authorise", "app-x", "123456")]
        text = await press(pilot)
        assert (
            "Heroku wants a second factor." in text and "The code that your authenticator shows now." in text
        )
        await typed(pilot, "654321")
        assert world.heroku.codes == ["123456", "654321"]
        assert "second factor" not in await press(pilot)


async def test_code_is_cloned_from_heroku(
    begun: Begun, vault: Vault, world: FakeWorld, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "migrate-backend").write_text("in the way")
    session = begun.documented()
    async with shown(session, vault) as (app, pilot):
        await press(pilot, "c")
        text = await press(pilot, "ctrl+g")
        assert "only migrate-backend" in text and "all 3 apps without a folder" in text
        await press(pilot, "down", "enter")
        assert isinstance(app.screen, AskText)
        assert "3 apps" in app.screen._question
        assert "is: migrate-backend, migrate-frontend, migrate-emailer." in app.screen._question
        told = []
        screen, clone = app.screen_stack[-2], FakeSource.clone

        async def cloned(source: FakeSource, app_id: str, folder: Path, log: Log) -> str:
            log("Receiving objects: 45%")
            assert isinstance(screen, DocumentScreen)
            told.append(screen._clone_words())
            return await clone(source, app_id, folder, log)

        monkeypatch.setattr(FakeSource, "clone", cloned)
        text = await press(pilot, "enter")
        assert told[2] == "Cloning 3 of 3, migrate-emailer: Receiving objects: 45%"
        assert "2 apps cloned. Not cloned: migrate-backend. " in text and "code ✗" in text
        answers = session.load(ANSWERS)
        assert answers is not None and set(answers.checkouts) == {FRONTEND, EMAILER}
        go(app, f"app:{EMAILER}")
        await press(pilot, "enter", "end")
        assert "By the Procfile there is `web`" in await press(pilot)


def test_there_is_a_way_to_every_object() -> None:
    index = Index(marked_system(1))
    for one in components(index.system):
        way = way_to(index, one.key)
        lines = {node.id: node for node in Outline(index, set(way[:-1])).nodes()}
        assert way and way[-1] in lines, one
        shown = lines[way[-1]].key
        assert not shown or page(index, shown) is not None, one
    gone = f"config-var:{index.system.apps[0].id}:GONE"
    assert way_to(index, gone)[-1] == f"app:{index.system.apps[0].id}", "what it stood in"
    assert way_to(index, "add-on:gone") == ()


NAME = "[@click=app.boom]x[/] [/x] [red \\["


def spoiled(system: System, name: str) -> System:
    """The system with the name in every text that is no id."""

    def of(value: Any, field: str) -> Any:
        if isinstance(value, msgspec.Struct):
            return replace(value, **{one: of(getattr(value, one), one) for one in value.__struct_fields__})
        if isinstance(value, tuple):
            return tuple(of(one, field) for one in value)
        if isinstance(value, dict):
            return {f"{key}{name}": of(one, field) for key, one in value.items()}
        keep = field in ("kind", "told_by", "copied_as", "type", "generation") or field.endswith(
            ("id", "_at")
        )
        return f"{value}{name}" if isinstance(value, str) and not keep and field != "key" else value

    return of(system, "")  # type: ignore[no-any-return]


def test_no_line_of_any_page_is_read_as_markup() -> None:
    index = Index(spoiled(marked_system(1), NAME))
    for entry in entries(index):
        told = page(index, entry.key)
        assert told is not None
        whole = text_of(page_lines(told, index, 400)).plain
        assert entry.name in whole and ("[@click" in whole or "@" not in entry.name)


@pytest.mark.slow
async def test_no_name_is_read_as_markup(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    system = spoiled(marked_system(1), NAME)
    app_key = f"app:{system.apps[0].id}"
    session = begun.documented(system)
    session.save(ANSWERS, Answers(notes={app_key: Note(text=NAME, owner=NAME)}))
    async with shown(session, vault, (120, 40)) as (app, pilot):
        screen = app.screen
        assert isinstance(screen, DocumentScreen)
        index, every = screen.index(), set[str]()
        assert index is not None
        for _ in range(5):
            every |= {node.id for node in Outline(index, every).nodes() if node.open is False}
        screen.unfolded = every
        screen.renew()
        go(app, app_key)
        for key in ("o", "h", "v", "p", "enter"):
            assert "[@click=app.boom]x[/]" in await press(pilot, key)
            await pilot.press("escape")
        assert "[@click=app.boom]x[/]" in await press(pilot, "slash", "x")
