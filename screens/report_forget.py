"""Forgetting the tokens at the end: the offer under the report, and what is said before it is done."""

from collections.abc import Sequence

from textual.content import Content

from screens.marks import MUTED, STRONG
from wizard.session.forgetting import Given

ENDED = ("done", "taken-back")
"""States of a run that needs no token any more."""


def offer_lines(state: str, given: Sequence[Given]) -> Content | None:
    """The offer, once the run needs them no more; None while it does, or when nothing is kept."""
    if state not in ENDED or not given:
        return None
    lines = [Content.styled("Tokens that Offramp still has", STRONG)]
    lines += [Content.assemble(one.whose, (f"  {one.where}", MUTED)) for one in given]
    lines.append(
        Content("f forgets them on this machine. At the vendors they stay valid; revoke them there.")
    )
    return Content("\n").join(lines)


def forget_lines(given: Sequence[Given], others: tuple[str, ...]) -> list[str]:
    """What is removed, and who else uses it."""
    lines = ["Removed from this machine:"]
    lines += [f"  · {one.whose}" for one in given]
    if others:
        few = ", ".join(others[:3]) + (f" and {len(others) - 3} more" if len(others) > 3 else "")
        lines.append(f"Also used by {few}: you have to sign in again there.")
    return [*lines, "At the vendors themselves the tokens stay valid; revoke them there.", ""]
