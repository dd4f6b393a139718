"""The rows of the document: what works on each, that hundreds stay quick, and why a reading is slow."""

import gc

import pytest

from screens.document import DocumentScreen
from screens.inventory import base
from screens.widgets.key_footer import KeyFooter
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND
from tests.screens.fakes import FakeWorld
from tests.screens.rich_system import rich_system
from tests.screens.seen import seen
from tests.screens.test_document_whole import go, press, shown
from wizard.credentials import Vault
from wizard.document import outline
from wizard.document.index import Index
from wizard.document.pages.by_key import whole_page
from wizard.document.pages.page import Page
from wizard.ports import ReadProgress


async def test_the_footer_shows_what_works_on_the_highlighted_row(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    async with shown(begun.documented(rich_system()), vault, (120, 40)) as (app, pilot):

        def works() -> dict[str, bool]:
            return {key.name: works for key, works in app.screen.query_one(KeyFooter)._left}

        go(app, f"app:{BACKEND}")
        await pilot.pause()
        assert works()["vars"] and works()["code"] and works()["fold"]
        go(app, "group:people")
        await pilot.pause()
        assert not works()["vars"] and not works()["code"] and not works()["note"] and works()["fold"]
        go(app, "do:cost")
        await pilot.pause()
        assert not works()["fold"]
        assert "Nothing is inside of this." in await press(pilot, "space")


async def test_many_things_in_a_group_are_looked_into_once(
    begun: Begun, vault: Vault, world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked: list[str] = []

    def counting(index: Index, key: str) -> Page | None:
        looked.append(key)
        return whole_page(index, key)

    async with shown(begun.documented(rich_system()), vault) as (app, pilot):
        go(app, "group:stores")
        monkeypatch.setattr(outline, "whole_page", counting)
        await press(pilot, "space")
        stores = [key for key in looked if key.startswith("add-on:")]
        assert stores and len(stores) == len(set(stores))
        await press(pilot, "space", "space")
        assert [key for key in looked if key.startswith("add-on:")] == stores


async def test_a_large_inventory_is_left_out_of_garbage_searches(
    begun: Begun, vault: Vault, world: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert gc.get_freeze_count() == 0
    monkeypatch.setattr(base, "LARGE", 1)
    try:
        async with shown(begun.documented(rich_system()), vault):
            assert gc.get_freeze_count() > 1000
    finally:
        gc.unfreeze()


async def test_a_reading_at_the_pace_of_the_rate_limit_says_so(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    async with shown(begun.documented(), vault) as (app, pilot):
        screen = app.screen
        assert isinstance(screen, DocumentScreen)
        screen.reading = True
        doing = "credentials of the database postgresql-of-a-long-name, at the pace of Heroku's rate limit"
        screen.progress = ReadProgress(doing=doing, done=319, total=1430, calls=4290, slow=True)
        screen.draw_progress()
        await pilot.pause()
        assert "reading · 319 of 1,430 · 4,290 calls" in seen(app)
        assert "⚠ Slow: Heroku's rate limit leaves about 75 requests a minute" in seen(app)
        screen.reading = False
        screen.draw_progress()
        await pilot.pause()
        assert "Slow:" not in seen(app)
