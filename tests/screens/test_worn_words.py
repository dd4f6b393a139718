"""Sentences that name keys, when a person has set other keys: all of them, on every screen."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from textual.widgets import Static

from screens import worn_words
from screens.action_names import ACTIONS
from screens.app import OfframpApp
from screens.keyed import KeyedScreen
from screens.keymap import Keymap
from screens.worn_words import AS_THEY_COME, WornWords
from tests.screens.a_run import DEPLOY, ARun
from tests.screens.a_worker import Worker, settle
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from wizard.credentials import Vault
from wizard.model.trouble import Trouble
from wizard.settings import KeyWish, Settings, settings_file

ROOT = Path(__file__).parents[2]
OTHERS = [*(f"f{number}" for number in range(2, 25)), *(f"ctrl+{letter}" for letter in "abdefghklnorstuvwxy")]


def everything_else() -> tuple[KeyWish, ...]:
    """Another key for every action of every screen."""
    wishes = []
    for screen, actions in ACTIONS.items():
        names = dict.fromkeys(name for name, _ in actions)
        wishes += [KeyWish(screen, name, key, 1) for name, key in zip(names, OTHERS, strict=False)]
    return tuple(wishes)


def test_every_action_of_every_screen_can_have_another_key() -> None:
    keymap = Keymap.of(everything_else())
    assert keymap.mistakes == ()
    assert {action.partition(".")[0] for action in keymap.keys} == set(ACTIONS)


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("Then press r.", "Then press f5."),
        ("Press s to stop, then r: Offramp looks", "Press r to stop, then f5: Offramp looks"),
        ("The log (l) has it. Or press b.", "The log (l) has it. Or press f9."),
        ("Until then b takes it back; r again.", "Until then f9 takes it back; f5 again."),
        ("Press enter, and say so (enter).", "Press ctrl+e, and say so (ctrl+e)."),
        ("Enter: copy values", "ctrl+e: copy values"),
        ("Choose it on the map (enter at the domain).", "Choose it on the map (f2 at the domain)."),
        ('Write `press r`, or say "press r". The app b takes 3 s; r has the log `(l)`: b, s and r.', ""),
        ("b: runs with less memory. b takes no wildcard domain; b goes on serving", ""),
        ("why (a vault may be locked), then r", ""),
        (
            "Any failure, or b: Heroku serves again as before.",
            "Any failure, or f9: Heroku serves again as before.",
        ),
        ("Nothing else is a key: 10 s, 4 s to 3 s, s3, -r, `r x`, b.example.com, it's, 's", ""),
        ("to enter a name, re-enter", ""),
        ("Press + or - now. 5 + 3 - 1", "Press f7 or - now. 5 + 3 - 1"),
        ("Press a to sign in. A token is a secret", "Press f8 to sign in. A token is a secret"),
    ],
)
def test_a_key_is_known_by_how_it_is_written(was: str, now: str) -> None:
    labels = {"r": "f5", "s": "r", "b": "f9", "enter": "ctrl+e", "+": "f7", "a": "f8"}
    assert WornWords(labels, "f2")(was) == (now or was)
    assert AS_THEY_COME(was) == was


def _told() -> Iterator[tuple[str, str]]:
    for wing in ("wizard", "screens", "providers"):
        for path in sorted((ROOT / wing).rglob("*.py")):
            if not re.search(r"\b[Pp]ress", text := path.read_text()):
                continue
            tree = ast.parse(text)
            nodes = list(ast.walk(tree))
            docs = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
            for node in nodes:
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
                    yield f"{path.relative_to(ROOT)}:{node.lineno}", node.value


def test_every_sentence_of_the_sources_that_has_a_key_pressed_is_understood() -> None:
    words = WornWords(dict.fromkeys([*"abcdefghijklmnopqrstuvwxyz", "enter"], "ctrl+y"), "ctrl+y")
    naming = re.compile(r"\b[Pp]ress(?:ing)? ([a-z]|enter)(?![\w+-])")
    found = [(place, text) for place, text in _told() if naming.search(text)]
    assert len(found) > 60
    assert [place for place, text in found if naming.search(words(text))] == []


def _filled(of: ast.JoinedStr) -> tuple[str, set[int]]:
    """The text with a name of one letter in each hole, and where these stand."""
    text, holes = "", set()
    for part in of.values:
        if isinstance(part, ast.Constant):
            text += str(part.value)
        else:
            holes.add(len(text))
            text += "b"
    return text, holes


KEY_IN_A_HOLE = {"wizard/answers/keys.py": 1, "wizard/run/handover.py": 2}
"""How many holes have a key, or the name of a part of an answers file, and no name from outside."""


MAY_BE_TAKEN = re.compile(
    rf"[Pp]ress|\}}[\s\"f]*,? (?:{worn_words._DOES}|{worn_words._LISTED})|\}}{worn_words._SERVES}"
    rf"|(?:{'|'.join((*worn_words._BY, *worn_words._BRACKETED))})[\s\"f]*\(?\{{"
)
"""To parse all sources takes seconds: these files alone have a hole where a key may stand."""


def test_no_name_in_a_sentence_of_the_sources_is_taken_for_a_key() -> None:
    words = WornWords({"b": "f9"})
    worn: Counter[str] = Counter()
    looked = 0
    for wing in ("wizard", "screens", "providers"):
        for path in sorted((ROOT / wing).rglob("*.py")):
            if "sandbox" in path.parts or not MAY_BE_TAKEN.search(text := path.read_text()):
                continue
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.JoinedStr):
                    sentence, holes = _filled(node)
                    looked += len(holes)
                    found = [start for start, _, _ in words.found_in(sentence) if start in holes]
                    worn[path.relative_to(ROOT).as_posix()] += len(found)
    assert looked > 1000
    assert +worn == KEY_IN_A_HOLE


@pytest.mark.parametrize("size", [(80, 24), pytest.param((120, 40), marks=pytest.mark.slow)])
async def test_no_screen_names_a_key_that_is_not_set(
    begun: Begun, world: FakeWorld, run: ARun, vault: Vault, worker: Worker, size: tuple[int, int]
) -> None:
    settings = Settings(settings_file(), keys=everything_else())
    app = OfframpApp(vault=vault, settings=settings)

    def named() -> list[str]:
        """Keys as they come that stand in a sentence of the screen."""
        screen = app.screen
        assert isinstance(screen, KeyedScreen)
        text = re.sub(r"[\s│]+", " ", seen(app))
        return [
            f"{screen.scope()}: {text[max(0, start - 40) : end + 20]}"
            for start, end, _ in app.keymap.words(screen.scope()).found_in(text)
        ]

    async def helped() -> list[str]:
        """The same of its help and of why its keys do nothing now; where there is time for it."""
        if size == (80, 24):
            return []
        screen = app.screen
        assert isinstance(screen, KeyedScreen)
        words = app.keymap.words(screen.scope())
        await screen.run_action("act('help')")
        await settled(pilot)
        text = " ".join(str(one.content) for one in app.screen.query(Static) if not one.has_class("hint"))
        await pilot.press("escape")
        await settled(pilot)
        return [text[max(0, start - 40) : end + 20] for start, end, _ in words.found_in(text)]

    async with app.run_test(size=size) as pilot:
        await settled(pilot)
        wrong = [*named(), *await helped()]
        await app.open(begun.chosen())
        for stage in ("connect", "document", "choose", "map", "prepare", "plan", "run"):
            await app.show_stage(stage)
            await settled(pilot)
            wrong += [*named(), *await helped()]
        run.gate()
        await app.open(run.session)
        for change in (
            lambda: None,
            lambda: run.fail(DEPLOY, Trouble("It failed.", remedy="The log (l); press r.", code="internal")),
            run.kill,
            lambda: run.journal.set_run("stopped"),
            lambda: run.journal.set_run("done"),
        ):
            change()
            await app.show_stage("run")
            await settle(pilot)
            wrong += [*named(), *await helped()]
        await app.show_stage("report")
        await settled(pilot)
        wrong += [*named(), *await helped()]
    assert wrong == []
