"""The keys as a person has set them in the settings: `[keys]` for every screen, `[keys.run]` for one."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from screens.action_names import ACTIONS, TYPED_IN
from screens.keys import Key, label_of
from screens.worn_words import WornWords
from wizard.model.text import clean
from wizard.settings import KeyWish, Mistake, nearest

NAMED = {
    "esc": "escape",
    "return": "enter",
    "?": "question_mark",
    "/": "slash",
    "+": "plus",
    "-": "minus",
    ".": "full_stop",
    ",": "comma",
    ";": "semicolon",
    ":": "colon",
    "=": "equals_sign",
    "*": "asterisk",
    "#": "number_sign",
    "!": "exclamation_mark",
    "<": "less_than_sign",
    ">": "greater_than_sign",
    "_": "underscore",
    " ": "space",
}
"""Textual's names of signs."""

_TAKEN = ("ctrl+c", "ctrl+q", "ctrl+p", "ctrl+z", "tab")
"""Leave, the palette, the shell, the next field: the same everywhere."""

_KEYS = re.compile(
    r"[A-Za-z0-9]|ctrl\+[a-z]|f([1-9]|1[0-9]|2[0-4])|up|down|left|right|pageup|pagedown|home|end"
)
_BESIDE_TYPING = re.compile(r"ctrl\+[a-z]|f[0-9]+")
"""Keys that do something while text is typed."""
_SIGNS = ("enter", "escape", "space", "backspace", "delete", "insert")

Actions = Mapping[str, Sequence[tuple[str, str]]]


def key_named(text: str) -> str:
    """Textual's name of the key that a person calls `text`; "" when there is none."""
    name = NAMED.get(text, text if len(text) == 1 else text.lower())
    return name if _KEYS.fullmatch(name) or name in _SIGNS or name in NAMED.values() else ""


@dataclass(frozen=True)
class Keymap:
    """`keys` are keys by "screen.action", for Textual; `mistakes` is what was left out, and why."""

    keys: dict[str, str] = field(default_factory=dict)
    mistakes: tuple[Mistake, ...] = ()

    @staticmethod
    def of(wishes: Sequence[KeyWish], actions: Actions = ACTIONS) -> "Keymap":
        """What holds of `wishes`. None that would leave two actions of a screen with one key."""
        mistakes: list[Mistake] = []
        wanted: dict[tuple[str, str], tuple[str, KeyWish]] = {}
        # Those of one screen last: they count more than those of all.
        for wish in sorted(wishes, key=lambda one: bool(one.screen)):
            key = key_named(wish.key)
            why = _why_not(wish, key, actions)
            if why:
                mistakes.append(Mistake(wish.line, why))
                continue
            for screen in [wish.screen] if wish.screen else actions:
                if screen in TYPED_IN and not _BESIDE_TYPING.fullmatch(key):
                    continue  # said above, where it was meant for this one
                if any(name == wish.action for name, _ in actions[screen]):
                    wanted[screen, wish.action] = (key, wish)
        for screen in actions:
            mistakes += _drop_clashes(screen, wanted, actions[screen])
        once = {(one.line, one.sentence): one for one in mistakes}
        keys = {f"{screen}.{action}": key for (screen, action), (key, _) in wanted.items()}
        return Keymap(keys, tuple(sorted(once.values(), key=lambda one: one.line)))

    def worn(self, screen: str, keys: Sequence[Key]) -> tuple[Key, ...]:
        """`keys` of a screen, each with the key that it has now; of several keys of one action the first."""
        seen: set[str] = set()
        found = []
        words = self.words(screen)
        for key in keys:
            mine = self.keys.get(f"{screen}.{key.name}") if key.name not in seen else None
            seen.add(key.name)
            worn = replace(key, explain=words(key.explain))
            found.append(replace(worn, key=mine, shown="") if mine else worn)
        return tuple(found)

    def words(self, screen: str, actions: Actions = ACTIONS) -> WornWords:
        """What puts the keys of a screen, as they are now, into a sentence."""
        first: dict[str, str] = {}
        for action, key in actions.get(screen, ()):
            first.setdefault(action, key)
        labels = {
            label_of(key): label_of(self.keys[f"{screen}.{action}"])
            for action, key in first.items()
            if f"{screen}.{action}" in self.keys
        }
        return WornWords(labels, label_of(self.keys.get("map.change", "enter")))


def _why_not(wish: KeyWish, key: str, actions: Actions) -> str:
    if wish.screen and wish.screen not in actions:
        return f"There is no screen {clean(wish.screen)!r}.{nearest(wish.screen, tuple(actions))}"
    screens = [wish.screen] if wish.screen else list(actions)
    known = tuple(dict.fromkeys(name for screen in screens for name, _ in actions[screen]))
    if wish.action not in known:
        where = f"The screen {wish.screen} has" if wish.screen else "There is"
        return f"{where} no action {clean(wish.action)!r}.{nearest(wish.action, known)}"
    if not key:
        return f"There is no key {clean(wish.key)!r} that every terminal sends."
    if wish.screen in TYPED_IN and not _BESIDE_TYPING.fullmatch(key):
        return f"Text is typed in {wish.screen}: only ctrl with a letter, or F1 to F24, is a key there."
    return f"{key} has its use on every screen and stays as it is." if key in _TAKEN else ""


def _drop_clashes(
    screen: str, wanted: dict[tuple[str, str], tuple[str, KeyWish]], actions: Sequence[tuple[str, str]]
) -> list[Mistake]:
    """Take wishes out of `wanted` until no key of the screen does two things."""
    mistakes: list[Mistake] = []
    while True:
        clash = _clash(screen, wanted, actions)
        if clash is None:
            return mistakes
        action, other = clash
        _, wish = wanted.pop((screen, action))
        mistakes.append(
            Mistake(
                wish.line,
                f"{clean(wish.key)} is the key of {other} on the screen {screen}: {action} keeps its own.",
            )
        )


def _clash(
    screen: str, wanted: Mapping[tuple[str, str], tuple[str, KeyWish]], actions: Sequence[tuple[str, str]]
) -> tuple[str, str] | None:
    """Two actions that have one key: the one whose wish gives way, and the other."""
    holds: dict[str, str] = {}
    seen: set[str] = set()
    for action, default in actions:
        mine = wanted.get((screen, action)) if action not in seen else None
        seen.add(action)
        key = mine[0] if mine else default
        other = holds.setdefault(key, action)
        if other != action:
            # The later line gives way, and what came as it is never does.
            held = wanted.get((screen, other))
            by_other = held is not None and held[0] == key
            if mine is None or (by_other and held is not None and held[1].line > mine[1].line):
                return other, action
            return action, other
    return None
