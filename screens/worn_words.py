"""Sentences name keys as they come: "press r", "the log (l)", "b goes back". For a person who has set other
keys this puts theirs in. Many sentences are written far from any screen, by the wizard and its worker.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

_PRESSED = r"(?:(?<=[Pp]ress )|(?<=[Pp]ressing )|(?<=\())"
"""Where even what is a word or a sign elsewhere is a key."""

_ENDS = r"(?=[\s.,;:)…]|$)"


def _pattern(label: str) -> str:
    """How a key is written in a sentence."""
    if re.fullmatch(r"[b-zA-HJ-Z]", label):
        # A letter alone, but no unit behind a number ("10 s") and no part of a name or a command.
        return rf"(?<![\w.\"'`/=+*-])(?<!\d ){label}(?![\w\"'`/=+*-]|\.\w)"
    if label == "enter":
        return r"(?<![\w-])(?<!to )[Ee]nter(?![\w-])"
    if label == "esc":
        return r"(?<![\w-])esc(?![\w-])"
    if re.fullmatch(r"ctrl\+[a-z]|f\d+", label):
        return rf"(?<![\w+]){re.escape(label)}(?!\w)"
    if label == "/":
        return r"(?<!\S)/(?!\S)"
    return _PRESSED + re.escape(label) + _ENDS


@dataclass(frozen=True)
class WornWords:
    """Calls with a sentence give it back with the keys as they are set.

    Args:
        labels: how a key is written now, by how it was written, where the two differ.
        on_map: the key that changes a row of the map, which sentences of other screens name.
    """

    labels: Mapping[str, str] = field(default_factory=dict)
    on_map: str = "enter"

    def __call__(self, text: str) -> str:
        """`text` with the keys of a person."""
        for start, end, label in reversed(self.found_in(text)):
            text = text[:start] + label + text[end:]
        return text

    def found_in(self, text: str) -> list[tuple[int, int, str]]:
        """Where `text` names keys that are set otherwise: first, one past the last, and the label now."""
        if not self.labels and self.on_map == "enter":
            return []
        # All in one pass: two keys may have changed places.
        known = {f"k{number}": label for number, label in enumerate(self.labels)}
        parts = [r"(?P<map>(?<=\bmap \()enter\b|(?<=\bmap )enter\b)"]
        parts += [f"(?P<{group}>{_pattern(label)})" for group, label in known.items()]
        labels = {"map": self.on_map} | {group: self.labels[label] for group, label in known.items()}
        return [
            (found.start(), found.end(), labels[found.lastgroup or ""])
            for found in re.finditer("|".join(parts), text)
        ]


AS_THEY_COME = WornWords()
"""Nobody has set a key."""
