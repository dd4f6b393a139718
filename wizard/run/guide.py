"""What a person does at a step, in lines to read and to copy, while Offramp looks whether it is done."""

from typing import Literal

from wizard.model.noun import Noun

GUIDE = "guide"
"""The gauge that holds it while the step waits."""

COPIED = "$ "
"""What a line begins with that is to be typed elsewhere as it stands, where lines are plain texts."""


class GuideLine(Noun, frozen=True, kw_only=True):
    """`do` is a sentence of the list, `copy` a text for the one before it that is to be typed elsewhere."""

    kind: Literal["do", "copy"]
    text: str


class Guide(Noun, frozen=True, kw_only=True):
    """The guide of the step `step`. `offers` says what Offramp does in the person's place when asked to.
    `waits` completes "Waiting for you: ..."; `seen` says in a sentence what
    Offramp found when it looked last. `by_word`: it goes on when a person says that it is done, too; `blind`:
    only then, for nothing tells Offramp. `without`: their word means that it goes on without what it is
    about."""

    step: str
    waits: str
    lines: tuple[GuideLine, ...]
    seen: str = ""
    by_word: bool = False
    blind: bool = False
    offers: str = ""
    without: bool = False


def guide_lines(*texts: str) -> tuple[GuideLine, ...]:
    """Lines of a guide out of plain texts; empty ones are left out."""
    return tuple(
        GuideLine(kind="copy", text=text.removeprefix(COPIED))
        if text.startswith(COPIED)
        else GuideLine(kind="do", text=text)
        for text in texts
        if text
    )
