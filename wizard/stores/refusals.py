"""What keeps any copy of a store from beginning or going on, in words."""

from collections.abc import Iterable
from typing import Literal

from wizard.model.trouble import Trouble
from wizard.stores.progress import StoreFinding

Thing = Literal["store", "database"]
"""What an empty target is called."""


def _choose_another(thing: Thing) -> str:
    return f"Choose an empty {thing}, or empty this one yourself if nobody needs what it holds."


def not_empty(holds: Iterable[str], thing: Thing) -> Trouble:
    """The target holds what is not this copy's."""
    return Trouble(
        f"The target is not empty: it holds {', '.join(holds)}.",
        untouched="Nothing was written to it.",
        remedy=_choose_another(thing),
        code="target-not-empty",
    )


def found_not_empty(thing: Thing) -> StoreFinding:
    """The same, found before the copy."""
    return StoreFinding(words="The target is not empty.", remedy=_choose_another(thing), stops=True)


def no_copy() -> Trouble:
    """A refresh was asked for too early."""
    return Trouble(
        "There is no whole copy yet to go on with.",
        remedy="Make the first copy before this step.",
        code="no-copy",
    )


def want_fit(findings: Iterable[StoreFinding]) -> None:
    """Raise Trouble for the first of the findings that stops a copy."""
    for one in findings:
        if one.stops:
            raise Trouble(one.words, untouched="Nothing was written.", remedy=one.remedy, code="store-unfit")
