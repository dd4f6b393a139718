"""One thing that is to be said before a copy begins."""

from collections.abc import Iterable
from typing import Literal

from wizard.model.noun import Noun


class Verdict(Noun, frozen=True, kw_only=True):
    """One thing of the source. `refused`: the copy would not be whole, or is refused half-way. `changed`:
    comes otherwise, or stays behind. `moved`: comes as it is, though one might wonder. `named_again`: the
    copy says so itself when it leaves it out."""

    kind: Literal["refused", "changed", "moved"]
    what: str
    detail: str = ""
    remedy: str = ""
    named_again: bool = False

    @property
    def sentence(self) -> str:
        """What and why in one."""
        return f"{self.what} ({self.detail})." if self.detail else f"{self.what}."


def some_of(names: Iterable[str], most: int = 5) -> str:
    """The first of `names`, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(listed[:most]) + more
