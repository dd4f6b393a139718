"""What a vendor answered, as a noun; and what is told where it answers nothing, or otherwise than known."""

from typing import Any, TypeVar

import msgspec

from wizard.model.text import clean
from wizard.model.trouble import Trouble, Unreachable

T = TypeVar("T")


def converted(value: Any, kind: type[T], *, vendor: str, what: str) -> T:
    """What was decoded, as a `kind`. `what` names it in messages ("the database shop-db").

    Raises:
        Trouble: `unknown-answer`, with the place in the answer that is otherwise.
    """
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        raise Trouble(
            f"{vendor}'s answer is not as Offramp knows it at: {what} ({clean(str(error))}).",
            remedy=f"Look for a newer Offramp; {vendor} may have changed its API.",
            code="unknown-answer",
        ) from error


def unreachable(host: str, what: str, error: Exception) -> Unreachable:
    """That a host did not answer, with what the network said of it."""
    said = clean(str(error), limit=200) or type(error).__name__
    return Unreachable(
        f"{host} does not answer at: {what} ({said}).",
        remedy="Check the network, then try again.",
    )
