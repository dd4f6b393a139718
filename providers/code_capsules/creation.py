"""Creating something once, and finding out whether it was."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from providers.code_capsules.failures import AnswerLost, Later
from providers.code_capsules.patience import Patience
from wizard.model.trouble import SignInNeeded, Trouble

T = TypeVar("T")


async def created(
    patience: Patience,
    post: Callable[[], Awaitable[object]],
    look: Callable[[], Awaitable[T | None]],
    what: str,
    *,
    again: bool = False,
) -> T:
    """Create something with one POST and return what a look then finds; never POST again.

    A creation may answer 400 or 500 and have worked all the same (skill), so each failure is looked after but
    those that tell that nothing was sent, or that nobody was let in.

    Args:
        again: to ask a second time does no harm: there is one build at a time, a domain belongs to one.

    Raises:
        Trouble: what the creation raised, where nothing is there (yet); `creation-unclear` where it was
            said to have worked, which no other try is made after without a person.
    """
    failed: Trouble | None = None
    try:
        await post()
    except Trouble as trouble:
        if isinstance(trouble, SignInNeeded | Later) or trouble.code in ("unreachable", "forbidden"):
            raise
        failed = trouble
    late = patience.late_looks if isinstance(failed, AnswerLost) and failed.late else ()
    for wait in (0.0, *patience.looks, *late):
        await asyncio.sleep(wait)
        found = await look()
        if found is not None:
            return found
    if failed is not None:
        raise failed
    raise Trouble(
        f"Code Capsules says that it could {what}, and does not list it.",
        untouched="Whether it is there is not known."
        + ("" if again else " It is not asked for a second time by itself."),
        remedy="Look in the dashboard: it may come late. Then try again; Offramp looks first.",
        code="creation-unclear",
        retry=again,
    )
