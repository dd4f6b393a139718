"""Creating something once, and finding out whether it was."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeVar

from providers.code_capsules.failures import AnswerLost, Later, Missing
from providers.code_capsules.patience import Patience
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports.creations import Creation, Creations

T = TypeVar("T")

UNCLEAR = "creation-unclear"

NOT_SENT = ("unreachable", "forbidden")
"""Codes of troubles that tell that nothing was sent, or that nobody was let in."""


async def created(
    patience: Patience,
    notes: Creations,
    post: Callable[[], Awaitable[object]],
    look: Callable[[], Awaitable[T | None]],
    what: str,
    *,
    before: tuple[str, ...] = (),
) -> T:
    """Create something with one POST and return what a look then finds; never POST again without a person.

    A creation may answer 400 or 500 and have worked all the same (skill), so each failure is looked after but
    those that tell that nothing was sent, or that nobody was let in. What is about to be sent is noted first:
    whoever finds the note looks, and does not send it a second time.

    Args:
        before: ids of what is there, where `look` tells by them what is new.

    Raises:
        Trouble: what the creation raised, where nothing is there; `creation-unclear` where nobody knows
            whether it is.
    """
    if (noted := notes.asked(what)) is not None:
        asked_again = notes.may_ask_again(what)
        found = await _looked(look, () if asked_again else _pauses(patience, unclear=not noted.refused))
        if found is not None:
            notes.settle(what)
            return found
        if not asked_again:
            raise refused_before(noted) if noted.refused else unclear(what, noted)
    notes.ask(what, before)
    failed: Trouble | None = None
    try:
        await post()
    except Trouble as trouble:
        if isinstance(trouble, SignInNeeded | Later) or trouble.code in NOT_SENT:
            notes.settle(what)
            raise
        failed = trouble
    is_unclear = failed is None or isinstance(failed, AnswerLost)
    found = await _looked(look, _pauses(patience, unclear=is_unclear))
    if found is not None:
        notes.settle(what)
        return found
    if failed is None or isinstance(failed, AnswerLost):
        raise unclear(what, why=failed.cause if failed is not None else "") from failed
    if isinstance(failed, Missing):
        notes.settle(what)  # that way of creating it is not there at all
    else:
        notes.refuse(what, failed.cause)
    raise failed


def _pauses(patience: Patience, *, unclear: bool) -> tuple[float, ...]:
    """Seconds before each further look."""
    return (*patience.looks, *patience.late_looks) if unclear else patience.looks


async def _looked(look: Callable[[], Awaitable[T | None]], pauses: Iterable[float]) -> T | None:
    for wait in (0.0, *pauses):
        await asyncio.sleep(wait)
        if (found := await look()) is not None:
            return found
    return None


def unclear(what: str, noted: Creation | None = None, why: str = "") -> Trouble:
    """Nobody knows what became of it, and it was looked for as long as is of use."""
    when = f" ({noted.at[11:19]} UTC)" if noted is not None and noted.at else ""
    cause = why or f"Code Capsules was asked to {what}{when}, and what became of it is not known."
    return Trouble(
        f"{cause} It has not come into its list since.",
        untouched="Nothing else was changed, and it is not asked for a second time by itself.",
        remedy="Look in the dashboard whether it is there: it may come late. Then press r: Offramp looks "
        "once more, and asks again where it still is not there.",
        code=UNCLEAR,
    )


def refused_before(noted: Creation) -> Trouble:
    """The vendor said no to the same before; a person has not asked for another try since."""
    return Trouble(
        noted.refused,
        untouched="It is not there, and not asked for a second time by itself.",
        remedy="Correct what it says, then press r.",
        code="refused",
    )
