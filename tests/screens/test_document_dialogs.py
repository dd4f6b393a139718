"""The dialogs of the document: what is known is said whole, and nothing found is said too."""

from msgspec.structs import replace
from textual.content import Content

from screens.inventory.details import page_lines
from screens.widgets.config_vars import ConfigVarsDialog
from screens.widgets.details import DetailsDialog
from screens.widgets.go_to import GoTo
from screens.widgets.row_list import RowList
from screens.widgets.wrapping import Wrapping
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, FRONTEND, example_system
from tests.screens.fakes import FakeWorld
from tests.screens.rich_system import rich_system
from tests.screens.test_document_whole import go, press, shown, typed
from wizard.credentials import Vault
from wizard.document.index import NOT_TOLD, Index
from wizard.document.pages.page import Fact, Page, Section
from wizard.model.system import UnreadApp
from wizard.session.parts import SYSTEM_BEFORE


async def test_a_deploy_path_is_shown_with_what_it_is_thought_by(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    session = begun.documented(rich_system())
    async with shown(session, vault) as (app, pilot):
        go(app, f"app:{BACKEND}")
        text = await press(pilot, "h")
        assert "By which way does new code come to migrate-backend? " in text
        assert "It looks like: Heroku's GitHub integration · acme/backend, branch main" in text
        assert rich_system().apps[0].deploy.evidence in text
        assert "Heroku's GitHub integration (as it is now)" in text
        assert text.index("(as it is now)") < text.index("git push to Heroku")


async def test_config_vars_use_the_width_there_is(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    system = example_system()
    long = replace(system.apps[0].config[0], name="A_NAME_THAT_NEEDS_MORE_THAN_ITS_28_CELLS")
    system = replace(system, apps=(replace(system.apps[0], config=(long,)), *system.apps[1:]))
    async with shown(begun.documented(system), vault, (120, 40)) as (app, pilot):
        text = await press(pilot, "v")
        assert f"{long.name} •••••••• set by the add-on postgresql-cubed-12345" in text
        listing = app.screen.query_one(RowList)
        assert isinstance(app.screen, ConfigVarsDialog) and listing.rows.size.height > 20
        await pilot.resize_terminal(80, 24)
        assert "A_NAME_THAT_NEEDS_MORE_THAN_ITS" in await press(pilot)
        assert max(row.content.cell_length for row in listing.shown) <= 76


async def test_a_filter_that_finds_nothing_says_so(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    now = rich_system()
    session = begun.documented(now)
    session.save(SYSTEM_BEFORE, replace(now, apps=now.apps[1:], taken_at="2026-11-01T02:00:00+00:00"))
    async with shown(session, vault) as (app, pilot):
        text = await press(pilot, "d")
        assert isinstance(app.screen, GoTo)
        assert "changed since 2026-11-01" in text and "+ app migrate-backend added" in text
        await press(pilot, "slash")
        text = await press(pilot, *"qqq")
        assert "Nothing has 'qqq' in it." in text and "migrate-backend" not in text
        await press(pilot, "enter", "enter")
        assert isinstance(app.screen, GoTo), "there is nothing to go to"
        assert "migrate-backend added" in await press(pilot, "escape")


async def test_the_keys_of_a_dialog_stay_however_much_it_says(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    async with shown(begun.documented(rich_system()), vault) as (app, pilot):
        text = Content("\n".join(f"reason {number}" for number in range(1, 60)))
        app.push_screen(DetailsDialog("No API tells", text, accept="I know all 59, go on"))
        assert "enter I know all 59, go on" in await press(pilot)
        assert "reason 59" not in await press(pilot)
        text_at_the_end = await press(pilot, *["space"] * 6)
        assert "reason 59" in text_at_the_end and "esc closes" in text_at_the_end


def test_what_was_not_told_is_said_once() -> None:
    page = Page(
        key="app:x",
        title="x",
        kind="app",
        subtitle="",
        sections=(Section(title="people", untold=NOT_TOLD), Section(title="drains", untold="Refused.")),
    )
    text = "\n".join(line.plain for line in page_lines(page, Index(example_system()), 60))
    assert "? Heroku did not tell." in text and "? not told: Refused." in text


async def test_space_scrolls_the_details_that_have_the_keyboard(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    async with shown(begun.documented(rich_system()), vault, (120, 24)) as (app, pilot):
        go(app, f"app:{BACKEND}")
        await press(pilot, "tab", "space")
        await pilot.pause(0.5)
        assert app.screen.query_one("#side", Wrapping).scroll_offset.y > 5
        assert "▸ migrate-backend" in await press(pilot)


async def test_a_search_says_the_way_on_and_back(begun: Begun, vault: Vault, world: FakeWorld) -> None:
    async with shown(begun.documented(rich_system()), vault) as (_, pilot):
        await press(pilot, "slash")
        assert "found · enter goes to them · esc shows the tree again" in await press(pilot, *"backend")
        text = await press(pilot, *"zzz")
        assert "Nothing has 'backendzzz' in it." in text and "esc shows the tree again" in text


async def test_a_note_names_what_it_is_on_and_keeps_the_row(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    async with shown(begun.documented(rich_system()), vault) as (app, pilot):
        go(app, f"app:{FRONTEND}")
        await press(pilot, "space", "down", "space", "down")
        assert "Note on web of migrate-frontend" in await press(pilot, "o")
        await typed(pilot, "Ada", into="owner")
        text = await typed(pilot, "asks before each deploy of the shop, and after it too", into="text")
        assert "web owner Ada · note 1 ×" in text


async def test_one_app_that_wants_a_second_factor_is_one(
    begun: Begun, vault: Vault, world: FakeWorld
) -> None:
    locked = UnreadApp(id="app-x", name="vault", why="Heroku wants a second factor for /apps/app-x.")
    async with shown(begun.documented(replace(example_system(), unread_apps=(locked,))), vault) as (_, pilot):
        assert "before Heroku tells of it: vault." in await press(pilot, "f")


def test_a_sentence_without_a_name_is_wrapped_between_words() -> None:
    said = "PEER_URL of acme-fir-api (production) points at acme-fir-web (staging)."
    page = Page(
        key="app:x",
        title="x",
        kind="app",
        subtitle="",
        sections=(Section(title="what follows", facts=(Fact(name=said, text="", mark="look"),)),),
    )
    for width in (30, 60):
        lines = [line.plain for line in page_lines(page, Index(example_system()), width)]
        assert max(map(len, lines)) <= width
        assert all(word in " ".join(lines).split() for word in (*said.split(), "⚠"))
