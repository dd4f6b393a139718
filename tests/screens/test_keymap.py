"""Keys as a person has set them: every action can be named, clashes are told, screens and words follow."""

from collections.abc import Iterator
from typing import Any

import pytest
from textual.binding import Binding

from screens.action_names import ACTIONS
from screens.app import OfframpApp
from screens.home import HomeScreen
from screens.keymap import Keymap, key_named
from screens.run_dns import DnsRecords
from screens.run_lists import KEYS, SCOPE
from screens.stages import NAMES, stage_named
from screens.widgets.dialog import Dialog
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen
from wizard.credentials import Vault
from wizard.run.watched import DnsWatch
from wizard.settings import KeyWish, Mistake, Settings, settings_file


def of(*wishes: tuple[str, str, str]) -> Keymap:
    return Keymap.of([KeyWish(*wish, line) for line, wish in enumerate(wishes, 1)])


def _dialogs(kind: type[Dialog[Any]]) -> Iterator[type[Dialog[Any]]]:
    for one in kind.__subclasses__():
        yield one
        yield from _dialogs(one)


def told(keymap: Keymap) -> list[tuple[int, str]]:
    return [(one.line, one.sentence) for one in keymap.mistakes]


def test_every_action_of_every_screen_can_be_named() -> None:
    screens = [HomeScreen, *(type(stage_named(name).make_screen()) for name in NAMES)]
    for screen in screens:
        assert list(ACTIONS[screen.scope()]) == [(key.name, key.key) for key in screen.all_keys()]
    assert list(ACTIONS[SCOPE]) == [(key.name, key.key) for key in KEYS]
    dialogs = set(_dialogs(Dialog))
    for scope in {dialog.scope for dialog in dialogs} - {""}:
        keys = {
            (binding.id, binding.key)
            for dialog in dialogs
            if dialog.scope == scope
            for binding in dialog.BINDINGS
            if isinstance(binding, Binding) and binding.id
        }
        assert keys == {(f"{scope}.{name}", key) for name, key in ACTIONS[scope]}
    scopes = {SCOPE, *(screen.scope() for screen in screens), *(dialog.scope for dialog in dialogs)}
    assert scopes - {""} == set(ACTIONS)


def test_no_dialog_has_a_letter_that_cannot_be_set() -> None:
    """But for those that close it, as the key does that opened it, and the terminal's own ctrl+z."""
    fixed = [
        (dialog.__name__, binding.key)
        for dialog in _dialogs(Dialog)
        for binding in dialog.BINDINGS
        if isinstance(binding, Binding)
        and not binding.id
        and binding.action not in ("close", "leave", "app.suspend_process")
        and any(len(key) == 1 or key.startswith(("ctrl+", "slash")) for key in binding.key.split(","))
    ]
    assert fixed == []


def test_where_text_is_typed_a_letter_is_no_key() -> None:
    words = "Text is typed in gate: only ctrl with a letter, or F1 to F24, is a key there."
    assert told(of(("gate", "copy", "c"))) == [(1, words)]
    everywhere = of(("", "copy", "z"))
    assert everywhere.keys["copies.copy"] == "z" and "gate.copy" not in everywhere.keys
    assert of(("gate", "copy", "f5")).keys == {"gate.copy": "f5"}


async def test_the_keys_of_a_dialog_and_its_hint_follow(world: FakeWorld, vault: Vault) -> None:
    wishes = (KeyWish("copies", "copy", "z", 1), KeyWish("copies", "go_on", "c", 2))
    app = OfframpApp(vault=vault, settings=Settings(settings_file(), keys=wishes))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        watch = DnsWatch(hostname="www.example.com", purpose="traffic", records=(), since="", looked_at="")
        results: list[bool | None] = []
        app.push_screen(DnsRecords(watch), results.append)
        await pilot.pause()
        assert "z copies the value   c goes on with DNS as it is   esc closes" in seen(app)
        await pilot.press("g")
        await pilot.pause()
        assert results == []
        await pilot.press("c")
        await pilot.pause()
    assert results == [True]


def test_no_two_actions_come_with_one_key() -> None:
    assert of() == Keymap()


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("?", "question_mark"),
        ("F5", "f5"),
        ("Ctrl+X", "ctrl+x"),
        ("P", "P"),
        ("esc", "escape"),
        ("/", "slash"),
    ]
    + [(text, "") for text in ("alt+x", "hyper", "f99", "ctrl+ä", "ü", "", "ab")],
)
def test_keys_are_named_as_people_write_them(text: str, name: str) -> None:
    assert key_named(text) == name


def test_a_key_for_every_screen_and_one_for_one() -> None:
    keymap = of(("", "help", "f1"), ("run", "pause", "z"), ("run", "help", "f2"))
    assert keymap.keys["home.help"] == "f1" and keymap.keys["run.help"] == "f2"
    assert keymap.keys["run.pause"] == "z" and keymap.mistakes == ()


def test_two_keys_can_change_places() -> None:
    keymap = of(("run", "pause", "r"), ("run", "resume", "p"))
    assert keymap == Keymap({"run.pause": "r", "run.resume": "p"})


def test_a_clash_is_told_and_the_key_that_came_first_stays() -> None:
    assert told(of(("run", "pause", "r"))) == [
        (1, "r is the key of resume on the screen run: pause keeps its own.")
    ]
    both = of(("run", "pause", "z"), ("run", "tables", "z"))
    assert both.keys == {"run.pause": "z"} and both.mistakes[0].line == 2
    # A wish that gives way may take back the room that another had counted on.
    chain = of(("run", "pause", "q"), ("run", "resume", "p"))
    assert chain.keys == {} and len(chain.mistakes) == 2


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        (("ran", "pause", "z"), "There is no screen 'ran'. Did you mean run?"),
        (("run", "pase", "z"), "The screen run has no action 'pase'. Did you mean pause?"),
        (("", "pase", "z"), "There is no action 'pase'. Did you mean pause?"),
        (("run", "pause", "alt+z"), "There is no key 'alt+z' that every terminal sends."),
        (("run", "pause", "ctrl+c"), "ctrl+c has its use on every screen and stays as it is."),
    ],
)
def test_what_cannot_be_is_told(wish: tuple[str, str, str], words: str) -> None:
    keymap = of(wish)
    assert told(keymap) == [(1, words)] and keymap.keys == {}


async def test_the_screen_its_footer_and_its_help_follow(world: FakeWorld, vault: Vault) -> None:
    wishes = (KeyWish("home", "new", "f5", 3), KeyWish("", "help", "f1", 4))
    app = OfframpApp(vault=vault, settings=Settings(settings_file(), keys=wishes))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert "f5 new" in seen(app) and "f1 help" in seen(app) and "n new" not in seen(app)
        await pilot.press("n", "question_mark")
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen), "the keys that it came with do nothing now"
        await pilot.press("f1")
        await pilot.pause()
        assert "f5       Begin a new migration." in seen(app)
        await pilot.press("escape", "f5")
        await pilot.pause()
        assert not isinstance(app.screen, HomeScreen)


async def test_mistakes_are_told_where_one_begins(world: FakeWorld, vault: Vault) -> None:
    settings = Settings(
        settings_file(),
        keys=(KeyWish("run", "pause", "r", 7),),
        mistakes=(Mistake(2, "There is no setting 'mous'."),),
    )
    app = OfframpApp(vault=vault, settings=settings)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        text = " ".join(seen(app).split())
        assert "config.toml, line 2: There is no setting 'mous'." in text and "offramp doctor" in text
