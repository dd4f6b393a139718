"""One thing that a person can decide for a component, as data."""

from collections.abc import Callable
from dataclasses import dataclass

from wizard.model.mapping import Mapping

Change = Callable[[Mapping, str], Mapping]
"""The mapping with the decision in it; the text is what was typed, "" when nothing was asked."""

BY_PERSON = "a person chose it"
"""The reason that a decision keeps where none is asked."""


@dataclass(frozen=True)
class Option:
    """One thing that can be decided. `question` is asked first when it is not empty, with `value` in the
    line and `check` saying why a text is not good; `then` is asked next, with what was typed. `folder` says
    that the text is a folder with code, `registry` that the login of that registry is asked for and kept."""

    id: str
    words: str
    change: Change
    question: str = ""
    value: str = ""
    check: Callable[[str], str] = lambda text: "" if text else "Type something, or press esc."
    folder: bool = False
    registry: str = ""
    then: "Callable[[str], Option] | None" = None


def leave(change: Change, words: str = "Leave it behind") -> Option:
    """The option that leaves something on Heroku; why is asked."""
    return Option("leave", words, change, "Why is it left behind? The report repeats it.")
