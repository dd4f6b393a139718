"""The document in pictures: the tree, what is asked, and everything that opens over it."""

import asyncio

from msgspec.structs import replace
from textual.pilot import Pilot

from screens.document import DocumentScreen
from screens.widgets.row_list import RowList
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND
from tests.screens.fakes import FakeWorld
from tests.screens.pictures.studio import Studio
from tests.screens.rich_system import rich_system
from wizard.model.system import UnreadApp
from wizard.model.trouble import Unreachable
from wizard.session.parts import SYSTEM_BEFORE


def go(pilot: Pilot[str], row: str) -> None:
    """Move the highlight, as many arrows would."""
    assert isinstance(pilot.app.screen, DocumentScreen)
    pilot.app.screen.listing.go_to(row)


async def test_reading(studio: Studio, begun: Begun, world: FakeWorld) -> None:
    held = asyncio.Event()

    async def hold() -> None:
        await held.wait()

    world.heroku.before_read_ends = hold  # type: ignore[method-assign]
    async with studio.held(begun.connected(), "document") as pilot:
        await studio.take_held(pilot, "document-reading")
        held.set()
    world.heroku.trouble = Unreachable("Heroku does not answer.", remedy="Press r to try again.")
    async with studio.at(begun.connected("other")) as pilot:
        await studio.take(pilot, "document-trouble")
    world.heroku.system = replace(world.heroku.system, apps=(), add_ons=())
    async with studio.at(begun.connected("third")) as pilot:
        await studio.take(pilot, "document-empty")


async def test_the_tree(studio: Studio, begun: Begun) -> None:
    now = rich_system()
    session = begun.documented(now)
    session.save(SYSTEM_BEFORE, replace(now, apps=now.apps[1:], taken_at="2026-11-01T02:00:00+00:00"))
    async with studio.at(session, "document") as pilot:
        await studio.take(pilot, "document")
        await studio.press(pilot, "n")
        await studio.take(pilot, "document-next-refused")
        await studio.press(pilot, "question_mark")
        await studio.take(pilot, "help-document")
        await studio.press(pilot, "escape")
        go(pilot, f"app:{BACKEND}")
        await studio.press(pilot, "right")
        await studio.take(pilot, "document-app")
        await studio.press(pilot, "enter")
        await studio.take(pilot, "document-object")
        for key, name in {
            "v": "document-vars",
            "h": "document-deploy",
            "o": "document-note",
            "p": "document-picture",
            "x": "document-follows",
            "m": "document-cost",
            "w": "document-limits",
            "d": "document-changes",
            "e": "document-export",
            "c": "document-code",
            "y": "document-copy",
        }.items():
            await studio.press(pilot, "escape", key)
            await studio.take(pilot, name)
        await studio.press(pilot, "escape", "slash", *"mail")
        await studio.take(pilot, "document-search")


async def test_config_vars(studio: Studio, begun: Begun) -> None:
    async with studio.at(begun.documented(rich_system()), "document") as pilot:
        go(pilot, f"app:{BACKEND}")
        await studio.press(pilot, "v", "down", "down", "v")
        await studio.take(pilot, "document-value")


async def test_what_no_api_tells(studio: Studio, begun: Begun) -> None:
    session = begun.documented(rich_system())
    async with studio.at(session, "document") as pilot:
        await studio.press(pilot, "j")
        await studio.take(pilot, "document-jobs")
        await studio.type(pilot, "python send.py", "hour", ":77")
        await studio.take(pilot, "document-jobs-refused")
        await studio.press(pilot, "escape")
        go(pilot, "gap-group:webhooks")
        await studio.press(pilot, "j")
        await studio.take(pilot, "document-group")


async def test_ways_further(studio: Studio, begun: Begun) -> None:
    locked = UnreadApp(id="app-x", name="vault", why="Heroku wants a second factor for /apps/app-x.")
    system = rich_system()
    session = begun.documented(replace(system, unread_apps=(locked, *system.unread_apps)))
    async with studio.at(session, "document") as pilot:
        await studio.press(pilot, "f")
        await studio.take(pilot, "document-factor")
        await studio.press(pilot, "down", "enter")
        await studio.take(pilot, "document-factor-writes")
        await studio.press(pilot, "escape", "f", "enter")
        await studio.take(pilot, "document-factor-code")
        await studio.press(pilot, "escape", "e")
        pilot.app.screen.query_one(RowList).go_to("values")
        await studio.press(pilot, "enter", "enter")
        await studio.take(pilot, "document-export-values")
        await studio.press(pilot, "escape", "e", "enter")
        await studio.take(pilot, "document-export-path")
        await studio.press(pilot, "escape")
        go(pilot, f"app:{BACKEND}")
        await studio.press(pilot, "c", "ctrl+g")
        await studio.take(pilot, "document-clone-which")
        await studio.press(pilot, "down", "enter")
        await studio.take(pilot, "document-clone")


async def test_the_palette(studio: Studio, begun: Begun) -> None:
    async with studio.at(begun.documented(rich_system()), "document") as pilot:
        # Without a text, who answers first stands first: that is another each time.
        await studio.take_each(pilot, "palette-search", "ctrl+p", *"vars")
