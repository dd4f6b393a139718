"""Sentences name keys as they come: "press r", "the log (l)", "b goes back". For a person who has set other
keys this puts theirs in. Many sentences are written far from any screen, by the wizard and its worker, and
names and words from outside stand in them. A letter alone may be such a name, so a key is only what stands
where keys stand in our own sentences: pressed, in brackets, or said to do something. A test goes through all
of these, with names of one letter in their holes.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

_QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"")
"""Commands, names, what others said."""

_BRACKETED = (
    *("log", "says", "Pause", "again", "say so", "each app", "owners"),
    *("connect", "document", "choose", "map", "prepare", "plan", "run", "report"),
)
"""Behind which words a key stands in brackets."""

_BY = (
    "to Heroku with",
    "go back with",
    "Leaving with",
    "ask for it with",
    "accept them with",
    "serves again after",
    "With",
)
"""After which words a key stands, other than "press"."""

_BEGINS = (
    r"^",
    r"(?<=[.;:,?·]\s)",
    r"(?<=\s\s)",
    r"(?<=\n)",
    r"(?<=\()",
    r"(?<=\b[Oo]r )",
    r"(?<=\b[Tt]hen )",
)
"""Where the part of a sentence begins that says what a key does."""

_DOES = (
    r"again goes on|again withdraws|again\.|before you type|copies (?:it|the)|deletes it|forgets them|"
    r"goes back(?: to|[.,])|goes on(?: with|[,.]|\s\s)|it is written|jumps to|leaves[;.]|looks\.|"
    r"no longer works|reads (?:each|it again)|searches first|shows (?:it for|one|a value|all)|starts it\.|"
    r"stops it|takes (?:it|that|everything) back|tells what|withdraws|writes them"
)
"""What they say that a key does, in those of their words that no name has behind it."""

_SERVES = r": [^:.;]{1,40} serves (?:again|on)\b"
"""The same of the way back: "b: Heroku serves again as before"."""

_OF_ALL = (
    r"accepts|again|alone|answers|attaches|changes|closes|copies|ends|goes|keeps|later|leaves|lists|next|"
    r"on an|picks|shows|stays|takes|watches"
)
"""The same of the keys that nothing is called by: enter and esc."""

_LISTED = (
    "vars|note|copy|code|how deployed|picture|what follows|money|read again|next|before|all tables|filter"
)
"""The words of keys in a line of keys: "v vars  c code", "o note · m money"."""

_ENDS = r"(?=[\s.,;:)…]|$)"
_BEFORE_MORE = re.compile(r"\b[Pp]ress(?:ing)? ")


@cache
def _pattern(label: str) -> str:
    """How a key is written in a sentence."""
    key = re.escape(label)
    if re.fullmatch(r"ctrl\+[a-z]", label):
        return rf"(?<![\w+]){key}(?!\w)"
    does = _DOES
    if label in ("enter", "esc"):
        key, does = f"[{key[0].upper()}{key[0]}]{key[1:]}", rf"(?:{_OF_ALL})\b"
    behind = "|".join(rf"(?<=\b{word} )" for word in ("[Pp]ress", "[Pp]ressing", *_BY))
    bracketed = "|".join(rf"(?<=\b{word} \()" for word in _BRACKETED)
    forms = (
        rf"(?:{behind}){key}{_ENDS}",
        rf"(?:{bracketed}){key}(?=\))|(?<=\(){key}(?=: again\))",
        rf"(?:{'|'.join(_BEGINS)}){key}(?=,? (?:{does})|: (?:copy|read it|say|type)\b|{_SERVES})",
        rf"(?:^|(?<=\s\s)|(?<=[:·]\s)){key}(?= (?:{_LISTED})(?:\s\s|\s·|$))",
    )
    return "|".join(forms)


@cache
def _more(label: str) -> str:
    """How a sentence goes on that has a key pressed: "press s to stop, then r: it looks"."""
    return rf"(?:(?<=\b[Tt]hen )|(?<=\bor )|(?<=, )){re.escape(label)}(?=[:;,.]| to\b)"


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
        parts = [r"(?P<map>(?<=\bmap \()enter\b|(?<=\bmap )enter\b)"]
        labels = {"map": self.on_map}
        for number, (was, now) in enumerate(self.labels.items()):
            parts += [f"(?P<k{number}>{_pattern(was)})", f"(?P<more{number}>{_more(was)})"]
            labels |= {f"k{number}": now, f"more{number}": now}
        others = [found.span() for found in _QUOTED.finditer(text)]
        pressed = _BEFORE_MORE.search(text)
        return [
            (found.start(), found.end(), labels[group])
            for found in re.finditer("|".join(parts), text)
            if (group := found.lastgroup or "")
            and not any(start < found.start() < end for start, end in others)
            and (not group.startswith("more") or (pressed and pressed.start() < found.start()))
        ]


AS_THEY_COME = WornWords()
"""Nobody has set a key."""
