"""One thing that a person can decide for a component, as data."""

from collections.abc import Callable
from dataclasses import dataclass

from wizard.model.mapping import Mapping

Change = Callable[[Mapping, str], Mapping]
"""The mapping with the decision in it; the text is what was typed, "" when nothing was asked."""


@dataclass(frozen=True)
class Option:
    """One thing that can be decided. `question` is asked first when it is not empty, with `value` in the
    line and `check` saying why a text is not good. `folder` says that the text is a folder with code,
    `registry` that the login of that registry is asked for and kept."""

    id: str
    words: str
    change: Change
    question: str = ""
    value: str = ""
    check: Callable[[str], str] = lambda text: "" if text else "Type something, or press esc."
    folder: bool = False
    registry: str = ""
