"""What a screen can do, said once: footer, help, palette and key bindings are made from it."""

from collections.abc import Callable
from dataclasses import dataclass

_SHOWN = {"escape": "esc", "question_mark": "?", "slash": "/", "plus": "+", "minus": "-"}


def label_of(key: str) -> str:
    """How a person reads Textual's name of a key."""
    return _SHOWN.get(key, key)


@dataclass(frozen=True)
class Key:
    """One action of a screen.

    Args:
        key: Textual's name of the key ("n", "enter", "slash").
        name: the screen's method is `action_<name>`.
        word: one word or two for the footer.
        explain: a sentence for the help and the palette.
        writes: whether it changes the session; refused while the session is read-only.
        footer: whether the footer shows it.
        shown: how the key is written, when not as `key`.
    """

    key: str
    name: str
    word: str
    explain: str
    writes: bool = False
    footer: bool = True
    shown: str = ""

    @property
    def label(self) -> str:
        """The key as a person reads it."""
        return self.shown or label_of(self.key)


@dataclass(frozen=True)
class About:
    """What the help says of a screen: what it is for, what it asks, what happens next."""

    title: str
    purpose: str
    asks: str
    next: str

    def worn(self, words: Callable[[str], str]) -> "About":
        """The same with the keys that `words` puts in."""
        return About(self.title, words(self.purpose), words(self.asks), words(self.next))
