"""A sentence about a choice that needs a person's eye."""

from wizard.model.noun import Noun


class Problem(Noun, frozen=True, kw_only=True):
    """What is wrong with what.

    `code` is a stable word; `component` the name that a person knows; `blocks` says that nothing goes on
    until it is solved, otherwise it is only to be looked at. `copies` are names and lines of it that a person
    types elsewhere.
    """

    code: str
    component: str
    text: str
    remedy: str
    blocks: bool = False
    copies: tuple[str, ...] = ()

    def sentence(self) -> str:
        """The problem in one line: "migrate-backend web: runs with less memory"."""
        return f"{self.component}: {self.text}" if self.component else self.text
