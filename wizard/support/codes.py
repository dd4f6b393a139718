"""What the codes of troubles mean in general. The texts are data: assets/troubles.toml."""

from functools import cache
from importlib.resources import files

import msgspec

from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.settings import nearest


class Meaning(Noun, frozen=True, kw_only=True):
    """What happened, and what can be done, whatever the names are in the case at hand."""

    happened: str
    remedy: str


@cache
def meanings() -> dict[str, Meaning]:
    """All of them by code, in the order of the alphabet."""
    told = msgspec.toml.decode(
        (files("assets") / "troubles.toml").read_bytes(), type=dict[str, tuple[str, str]]
    )
    return {code: Meaning(happened=happened, remedy=remedy) for code, (happened, remedy) in told.items()}


def meaning_of(code: str) -> Meaning:
    """The meaning of one code.

    Raises:
        Trouble: no error has this code.
    """
    known = meanings()
    if code not in known:
        raise Trouble(
            f"No error has the code {code}.{nearest(code, tuple(known))}",
            untouched="Nothing was done.",
            remedy="`offramp explain` lists all codes.",
            code="usage",
        )
    return known[code]
