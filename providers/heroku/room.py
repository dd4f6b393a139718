"""How much memory Heroku's answers may take, one by one and together.

JSON grows when it is decoded: `[]` of two bytes to 64, a row of an ordinary list to seven times its length.
So an answer is judged by what it will take, before it is decoded.
"""

import functools
import traceback
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, ParamSpec, TypeVar

from wizard.model.trouble import Trouble, Unreachable

P = ParamSpec("P")
T = TypeVar("T")

ONE_ANSWER: Final = 24 * 1024 * 1024
"""Bytes, decoded. A page of 1,000 add-ons with their plans takes about 9 MB."""

ALL_ANSWERS: Final = 64 * 1024 * 1024
PER_ANSWER: Final = 16 * 1024
"""Bytes, decoded: what all answers of a connection may have taken is the former, and the latter for each of
them. An app's parts take 3 kB on average; the lists of an account with 2,000 apps take 60 MB."""


def weight(body: bytes) -> int:
    """How many bytes a JSON text takes when it is decoded, about: measured on lists of many kinds."""
    return len(body) + 110 * (body.count(b"{") + body.count(b"[")) + 60 * body.count(b",")


def light_errors(question: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
    """Let no Trouble of `question` keep an answer alive: whoever collects errors would collect the bodies in
    the frames that they passed, too."""

    @functools.wraps(question)
    async def asked(*given: P.args, **named: P.kwargs) -> T:
        try:
            return await question(*given, **named)
        except Trouble as trouble:
            error: BaseException | None = trouble
            while error is not None:
                traceback.clear_frames(error.__traceback__)
                error = error.__cause__ or error.__context__
            raise

    return asked


class Room:
    """What the answers of one connection have taken so far."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self, body: bytes, *, times: int = 1) -> None:
        """Make room for one more answer, of which so many forms are kept.

        Raises:
            Unreachable: code `too-much`; whoever answers sends far more than a system can have.
        """
        self._taken = max(0, self._taken + times * weight(body) - PER_ANSWER)
        if self._taken > ALL_ANSWERS:
            raise Unreachable(
                "Heroku sends far more than a system of any size has: Offramp stops before memory is full.",
                remedy="Look whether a proxy stands between this machine and Heroku.",
                code="too-much",
            )
