"""What was written for the full screen, where keys have other meanings: "press r" is right in lines, too, but
b goes back a question here, and a figure is the number of an answer."""

import re

from screens.plain.letters import WORDS
from screens.worn_words import WornWords

_STAGES = "connect|document|choose|map|prepare|plan|run|report"
_STAGE_KEYS = re.compile(rf"\b({_STAGES}) \([1-8]\)")
_PRESSED_STAGE = re.compile(r"\bpress ([1-8])\b")
_TAKE_BACK = WornWords({"b": f"“{WORDS['take_back']}”"})
_NAMES = _STAGES.split("|")

_SAID = {
    "press esc": "type b",
    "Press esc": "Type b",
    "press enter and": "change its row and",
    "(enter at the domain)": "(change the row of the domain)",
    "enter at the domain has": "the row of the domain has",
    "v shows it for 10 s": "it is printed when you ask for it",
}
"""Other keys, as they stand."""


def without_keys(text: str) -> str:
    """`text` with what is typed here instead of the keys that mean something else."""
    text = _STAGE_KEYS.sub(r"\1", text)
    text = _PRESSED_STAGE.sub(lambda found: f"go to {_NAMES[int(found[1]) - 1]} with g", text)
    text = _TAKE_BACK(text)
    for there, here in _SAID.items():
        text = text.replace(there, here)
    return text
