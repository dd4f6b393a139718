"""What was written for the full screen, where keys have other meanings: "press r" is right in lines, too, but
b goes back a question here, and a figure is the number of an answer."""

import re

from screens.plain.letters import WORDS
from screens.worn_words import WornWords

_STAGES = "connect|document|choose|map|prepare|plan|run|report"
_STAGE_KEYS = re.compile(rf"\b({_STAGES}) \([1-8]\)")
_PRESSED_STAGE = re.compile(r"\bpress ([1-8])\b")
_TAKE_BACK = WornWords({"b": f"“{WORDS['take_back']}”"})
_ENTER = re.compile(r" ?\bPress enter\b[^.;]*\.")
"""What enter does there is an answer with words of its own here."""
_NAMES = _STAGES.split("|")

_SAID = {
    "press esc": "type b",
    "Press esc": "Type b",
    "press enter and": "change its row and",
    "(enter at the domain)": "(change the row of the domain)",
    "enter at the domain has": "the row of the domain has",
    "v shows it for 10 s": "it is printed when you ask for it",
    "enter shows the other ways": "changing this row shows the other ways",
    "enter lists them one by one": "changing this row lists them one by one",
    "press enter and name its files": "change its row and name its files",
    ": press enter.": ".",
    "Press enter to type it in; the run": "Type it in; the run",
    "Press enter to sign in again; the run": "Sign in again; the run",
    "Done? Press enter, and say so.": "Done? Say so.",
    " (enter)": "",
}
"""Other keys, as they stand."""


_ABOUT = re.compile(r"(?<!\S)~(?=\d)")
_ARROW = re.compile(r" (?:→|->) ")


def aloud(text: str) -> str:
    """A sentence of ours without the signs that only eyes understand: "~5 s" is about 5 s, "a → b" a to b."""
    return _ARROW.sub(" to ", _ABOUT.sub("about ", text)).replace(" · ", ", ")


def without_keys(text: str) -> str:
    """`text` with what is typed here instead of the keys that mean something else."""
    text = _STAGE_KEYS.sub(r"\1", text)
    text = _PRESSED_STAGE.sub(lambda found: f"go to {_NAMES[int(found[1]) - 1]} with g", text)
    text = _TAKE_BACK(text)
    for there, here in _SAID.items():
        text = text.replace(there, here)
    return _ENTER.sub("", text)
