"""The letters of the full screen's keys, taken as answers here, too: what tells a person to press r is right
in both. Where a letter is a command of the plain wizard already, a word stands for it."""

from screens.action_names import ACTIONS

TAKEN = ("?", "b", "q", "g")
"""Commands at every question."""

WORDS = {"take_back": "back"}
"""Instead of a letter that is taken."""

_SIGNS = {"plus": "+", "minus": "-"}


def letter_of(stage: str, action: str) -> str:
    """What is typed for an action of a stage of the full screen; "" when only its number is.

    Raises:
        KeyError: that stage has no such action.
    """
    if not stage or not action:
        return ""
    key = dict(ACTIONS["run" if action == "control" else stage])[action]
    letter = WORDS.get(action) or _SIGNS.get(key, key)
    # A letter alone: "n", "+"; keys with a name (enter, slash) are other things in lines.
    return letter if letter not in TAKEN and (len(letter) == 1 or action in WORDS) else ""
