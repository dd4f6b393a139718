"""What all stages share: the bar, moving between stages, help, palette, keys that say why they do nothing."""

import asyncio
import io
import threading

import pytest
from textual.command import CommandPalette
from textual.theme import Theme

from screens.app import OfframpApp
from screens.ascii_driver import AsciiDriver
from screens.background import in_thread
from screens.choose import ChooseScreen
from screens.connect import ConnectScreen
from screens.document import DocumentScreen
from screens.map import MapScreen
from screens.marks import GLYPHS, ascii_twins
from screens.stages import NAMES, STAGES, locked_by_run, standing
from screens.themes import DARK, DARK_16, DARK_GREY, LIGHT, LIGHT_16, LIGHT_GREY, first_theme
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from wizard.credentials import Vault
from wizard.model.plan import Plan, Step
from wizard.model.trouble import Trouble
from wizard.run.journal import Journal
from wizard.session.lock import Lock
from wizard.session.parts import PLAN, SYSTEM
from wizard.session.store import Session


def with_run(session: Session) -> Journal:
    """A run that is under way, without a worker."""
    step = Step(key="look", kind="look", title="Look", phase="prepare")
    plan = Plan(name=session.name, source="heroku", target="aptible", steps=(step,))
    session.save(PLAN, plan)
    journal = Journal(session)
    journal.start_run(plan)
    return journal


# -- where a session stands ---------------------------------------------------------------------------


def test_a_new_session_stands_at_connect(world: FakeWorld, begun: Begun) -> None:
    where = standing(begun.new())
    assert where.current == "connect" and not where.done
    assert where.why_not["connect"] == "" and where.why_not["document"] == "First sign in."


def test_a_chosen_target_wants_a_sign_in_and_shuts_nothing_behind(world: FakeWorld, begun: Begun) -> None:
    session = begun.chosen()
    assert standing(session).current == "map"
    signed_out = begun.documented()
    from wizard.model.mapping import TargetChoice
    from wizard.session.parts import TARGET

    signed_out.save(TARGET, TargetChoice(provider="aptible"))
    where = standing(signed_out)
    assert where.current == "connect"
    assert where.why_not["document"] == where.why_not["choose"] == ""
    assert where.why_not["map"] == "First sign in to the target, under connect."


def test_a_run_opens_run_and_report_and_locks_the_answers(world: FakeWorld, begun: Begun) -> None:
    session = begun.chosen()
    assert standing(session).why_not["report"] and locked_by_run(session) == ""
    journal = with_run(session)
    where = standing(session)
    assert where.current == "run" and where.why_not["run"] == where.why_not["report"] == ""
    assert "A run is under way" in locked_by_run(session)
    assert "Its worker is gone: press 7, then r goes on with it" in locked_by_run(session)
    worker = Lock(session.worker_lock_file)
    assert worker.take()
    assert "Press 7, then s stops it" in locked_by_run(session)
    worker.release()
    journal.set_run("taken-back")
    assert standing(session).current == "report" and locked_by_run(session) == ""


def test_every_stage_has_a_name_of_its_own() -> None:
    assert len(set(NAMES)) == len(STAGES) == 8


# -- moving -------------------------------------------------------------------------------------------


async def test_number_keys_go_to_stages_that_can_be_entered(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    app = OfframpApp(session=begun.documented(), vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, ChooseScreen)
        bar = seen(app).splitlines()[1]
        assert "connect ✓" in bar and "document ✓" in bar and "choose ●" in bar
        await pilot.press("2")
        await settled(pilot)
        assert isinstance(app.screen, DocumentScreen)
        await pilot.press("5")
        await settled(pilot)
        assert isinstance(app.screen, DocumentScreen)
        assert "⚠ First choose a target." in seen(app)
        await pilot.press("1")
        await settled(pilot)
        assert isinstance(app.screen, ConnectScreen)
        assert "First choose" not in seen(app)


async def test_escape_goes_back_a_stage_and_nothing_is_lost(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    session = begun.documented()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, DocumentScreen)
        assert session.load(SYSTEM) == world.heroku.system
        assert len(app.screen_stack) == 3  # Textual's own, home, the stage


async def test_answers_cannot_be_changed_during_a_run(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented()
    with_run(session)
    app = OfframpApp(session=begun.connected("other"), vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        app.close_session()
        app.session = session
        session.claim()
        await app.show_stage("document")
        await settled(pilot)
        opened = world.heroku.opened
        await pilot.press("r")
        await settled(pilot)
        assert "A run is under way with these answers." in seen(app)
        assert world.heroku.opened == opened


# -- help and palette ---------------------------------------------------------------------------------


async def test_help_explains_the_screen_and_every_key(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    app = OfframpApp(session=begun.documented(), vault=vault)
    async with app.run_test(size=(80, 60)) as pilot:
        await settled(pilot)
        await pilot.press("question_mark")
        await settled(pilot)
        text = seen(app)
        for part in ("Help: choose", "What this is for", "What is asked", "What happens next", "Keys"):
            assert part in text
        assert "now: First choose a target" in text
        assert "Back to the stage before" in text
        await pilot.press("escape")
        await settled(pilot)
        assert isinstance(app.screen, ChooseScreen)


async def test_the_palette_finds_every_action_and_nothing_that_writes_the_screen_to_a_file(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    app = OfframpApp(session=begun.documented(), vault=vault)
    async with app.run_test(size=(80, 90)) as pilot:
        await settled(pilot)
        await pilot.press("2")
        await settled(pilot)
        await pilot.press("ctrl+p")
        await settled(pilot)
        assert isinstance(app.screen, CommandPalette)
        while "Go on to choosing a target." not in seen(app):
            await asyncio.sleep(0.02)
            await pilot.pause()
        text = seen(app)
        for key in DocumentScreen.KEYS:
            assert f"{key.word}  ({key.label})" in text
        assert "Screenshot" not in text and "screenshot" not in text
        await pilot.press(*"vars")
        while "open  (enter)" in seen(app):
            await asyncio.sleep(0.02)
            await pilot.pause()
        await pilot.press("enter")
        await settled(pilot)
        assert "Config vars of migrate-backend" in seen(app)


# -- terminals ----------------------------------------------------------------------------------------


def test_every_glyph_has_an_ascii_twin_of_the_same_width() -> None:
    for glyph in GLYPHS.values():
        assert len(ascii_twins(glyph)) == 1 and ascii_twins(glyph).isascii() and ascii_twins(glyph) != " "
    assert ascii_twins("✓ 2 × web → ok · ─│┌┐") == "v 2 x web > ok - -|++"
    assert len({ascii_twins(glyph) for glyph in GLYPHS.values()}) >= 7


async def test_a_terminal_without_utf8_gets_ascii(
    world: FakeWorld, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OFFRAMP_ASCII", "1")
    app = OfframpApp(vault=vault)
    assert app.driver_class is AsciiDriver
    written = io.StringIO()
    monkeypatch.setattr(
        "textual.drivers.linux_driver.LinuxDriver.write", lambda self, data: written.write(data)
    )
    AsciiDriver.write(object.__new__(AsciiDriver), "connect ✓ │ ▸")
    assert written.getvalue() == "connect v | >"


@pytest.mark.parametrize(
    ("wanted", "background", "theme"),
    [("", "", DARK), ("light", "", LIGHT), ("", "0;15", LIGHT), ("dark", "0;15", DARK), ("", "15;0", DARK)],
)
def test_the_theme_follows_the_terminal_or_the_wish(
    monkeypatch: pytest.MonkeyPatch, wanted: str, background: str, theme: object
) -> None:
    monkeypatch.setenv("OFFRAMP_THEME", wanted)
    monkeypatch.setenv("COLORFGBG", background)
    assert first_theme() == theme.name  # type: ignore[attr-defined]
    assert first_theme("standard") == f"{theme.name}-16"  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("setting", "background", "theme"),
    [
        ("ansi", "", DARK_16),
        ("ansi", "0;15", LIGHT_16),
        ("ansi-light", "15;0", LIGHT_16),
        ("light", "", LIGHT),
        ("auto", "0;15", LIGHT),
    ],
)
def test_the_theme_can_be_set_and_be_the_palette_of_the_terminal(
    monkeypatch: pytest.MonkeyPatch, setting: str, background: str, theme: object
) -> None:
    monkeypatch.delenv("OFFRAMP_THEME", raising=False)
    monkeypatch.setenv("COLORFGBG", background)
    assert first_theme("truecolor", setting) == theme.name  # type: ignore[attr-defined]
    monkeypatch.setenv("OFFRAMP_THEME", "dark")
    assert first_theme("truecolor", setting) == DARK.name, "the environment is nearer than the file"


def test_without_colours_what_is_bad_is_no_dimmer_than_the_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert first_theme() == DARK_GREY.name and first_theme(setting="light") == LIGHT_GREY.name
    for theme, ground in ((DARK_GREY, DARK.background), (LIGHT_GREY, LIGHT.background)):
        plain = _contrast(str(theme.foreground), str(ground))
        for name in ("text-error", "text-warning", "text-accent"):
            assert _contrast(theme.variables[name], str(ground)) > plain


@pytest.mark.parametrize("theme", [DARK_16, LIGHT_16], ids=lambda theme: theme.name)
async def test_without_colours_the_palette_of_the_terminal_stays_readable(
    monkeypatch: pytest.MonkeyPatch, vault: Vault, world: FakeWorld, theme: Theme
) -> None:
    """TERM=linux, screen or xterm with NO_COLOR: it was black on black."""
    monkeypatch.setenv("NO_COLOR", "1")
    app = OfframpApp(vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        for name in (DARK_GREY.name, theme.name):
            app.theme = name
            await pilot.pause()
        drawn = [one for row in app.screen._compositor.render_strips() for one in row]
        styles = [one.style for one in drawn if one.style and one.text.strip()]
        assert styles and all(style.color is None or style.color.is_default for style in styles)
        assert all(style.bgcolor is None or style.bgcolor.is_default for style in styles)
        assert any(style.reverse for style in styles), "the chosen row is seen"


async def test_light_and_dark_change_places(world: FakeWorld, vault: Vault) -> None:
    app = OfframpApp(vault=vault)
    async with app.run_test(size=(80, 24)):
        for before, after in ((DARK, LIGHT), (LIGHT, DARK), (DARK_16, LIGHT_16), (LIGHT_16, DARK_16)):
            app.theme = before.name
            app.change_theme()
            assert app.theme == after.name


def _contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((light(one), light(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)
def test_every_meaning_is_readable(theme: object) -> None:
    """WCAG AA: 4.5 to 1, on the background and on the highlighted row."""
    variables = theme.variables  # type: ignore[attr-defined]
    for name in ("text-accent", "text-success", "text-warning", "text-error", "text-muted"):
        for ground in (theme.background, variables["chosen"]):  # type: ignore[attr-defined]
            assert _contrast(variables[name], ground) >= 4.5, (name, ground)


# -- work behind --------------------------------------------------------------------------------------


async def test_a_thread_hands_back_its_result_and_its_error() -> None:
    assert await in_thread(lambda a, b: a + b, 1, 2) == 3

    def refuse() -> None:
        raise Trouble("No.", remedy="Do not.", code="no")

    with pytest.raises(Trouble, match="No"):
        await in_thread(refuse)


async def test_a_thread_that_hangs_is_no_reason_to_stay() -> None:
    gate = threading.Event()
    waiting = asyncio.ensure_future(in_thread(gate.wait))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert any(thread.name == "wait" and thread.daemon for thread in threading.enumerate())
    gate.set()


# -- what nobody foresaw ------------------------------------------------------------------------------


def broken(*_: object) -> str:
    raise OSError("nobody foresaw this")


async def test_a_key_that_cannot_be_judged_does_not_end_the_application(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = OfframpApp(session=begun.documented(), vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        monkeypatch.setattr(ChooseScreen, "why_not", broken)
        for key in ("n", "d", "down"):
            await pilot.press(key)
            await settled(pilot)
            assert isinstance(app.screen, ChooseScreen)
            assert "Offramp made a mistake (OSError)." in seen(app)
        await pilot.press("question_mark")
        await settled(pilot)
        assert "now: Offramp made a mistake (OSError)." in seen(app)
        await pilot.press("escape", "1")
        await settled(pilot)
        assert isinstance(app.screen, ConnectScreen)


@pytest.mark.parametrize("stage", [one for one in NAMES if one not in ("run", "report")])
async def test_a_screen_that_fails_as_it_begins_says_so(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch, stage: str
) -> None:
    app = OfframpApp(session=begun.chosen(), vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        screen = next(one for one in STAGES if one.name == stage).make_screen()
        monkeypatch.setattr(type(screen), "begin", broken)
        await app.show_stage(stage)
        await settled(pilot)
        assert "Offramp made a mistake (OSError)." in seen(app)
        await pilot.press("escape")
        await settled(pilot)
        assert "Offramp made a mistake" not in seen(app)


async def test_an_answer_that_cannot_be_saved_is_said_in_place(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = OfframpApp(session=begun.chosen(), vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        full = Trouble("There is no room left on this disk.", remedy="Make room.", code="disk-full")

        def refuse(*_: object, **__: object) -> None:
            raise full

        monkeypatch.setattr(MapScreen, "save", refuse)
        await pilot.press("u", *"old", "enter")
        await settled(pilot)
        assert "There is no room left on this disk." in seen(app)
