"""A change to one file of a checkout, and how it reads."""

import difflib
from collections.abc import Iterable

from msgspec import field

from wizard.mapping.problem import Problem
from wizard.model.noun import Noun
from wizard.model.text import clean_lines
from wizard.session.parts import PreparedCapsule


class FileChange(Noun, frozen=True, kw_only=True):
    """A file of a checkout becomes `new`; its path is meant from the root.

    `old` is None for a new file, `new` None for one that goes. Texts are exactly what is in the file, so
    they are not made safe for a terminal: show them through `diff`.
    """

    path: str
    old: str | None
    new: str | None
    why: str


class Proposal(Noun, frozen=True, kw_only=True):
    """What the move needs in the code of one app. `problems` are for a person, in the code or the mapping;
    `may_keep_slug` says that no Dockerfile can be written for the code, and that the app's choice `keep_slug`
    is a way out, as a stop-gap. `together`, `capsules` and `variables`: see `PreparedApp`."""

    app_id: str
    changes: tuple[FileChange, ...]
    problems: tuple[Problem, ...] = ()
    may_keep_slug: bool = False
    together: bool = False
    capsules: tuple[PreparedCapsule, ...] = ()
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def blocked(self) -> bool:
        """Whether a problem must be solved before the branch is written."""
        return any(problem.blocks for problem in self.problems)


def diff(changes: Iterable[FileChange], *, context: int = 3) -> str:
    """The changes as one unified diff, safe for a terminal; empty when nothing changes."""
    return "".join(_diff(change, context) for change in changes)


def _diff(change: FileChange, context: int) -> str:
    old = _lines(change.old)
    new = _lines(change.new)
    lines = difflib.unified_diff(
        old,
        new,
        fromfile="/dev/null" if change.old is None else f"a/{change.path}",
        tofile="/dev/null" if change.new is None else f"b/{change.path}",
        n=context,
        lineterm="",
    )
    return "".join(clean_lines(line) + "\n" for line in lines)


def _lines(text: str | None) -> list[str]:
    if not text:
        return []
    lines = text.split("\n")
    if lines[-1] == "":
        lines.pop()
    else:
        lines[-1] += "\n\\ No newline at end of file"
    return lines
