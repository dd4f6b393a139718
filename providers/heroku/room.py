"""How much memory Heroku's answers may take, one by one and together.

JSON grows when it is decoded: `[]` of two bytes to 64, a row of an ordinary list to seven times its length.
So an answer is judged by what it will take, before it is decoded.
"""

from typing import Final

from wizard.model.trouble import Unreachable

ONE_ANSWER: Final = 24 * 1024 * 1024
"""Bytes, decoded. A page of 1,000 add-ons with their plans takes about 9 MB."""

ALL_ANSWERS: Final = 64 * 1024 * 1024
PER_ANSWER: Final = 16 * 1024
"""Bytes, decoded: what all answers of a connection may have taken is the former, and the latter for each of
them. An app's parts take 3 kB on average; the lists of an account with 2,000 apps take 60 MB."""


def weight(body: bytes) -> int:
    """How many bytes a JSON text takes when it is decoded, about: measured on lists of many kinds."""
    return len(body) + 110 * (body.count(b"{") + body.count(b"[")) + 60 * body.count(b",")


class Room:
    """What the answers of one connection have taken so far."""

    def __init__(self) -> None:
        self._taken = 0

    def take(self, body: bytes) -> None:
        """Make room for one more answer.

        Raises:
            Unreachable: code `too-much`; whoever answers sends far more than a system can have.
        """
        self._taken = max(0, self._taken + weight(body) - PER_ANSWER)
        if self._taken > ALL_ANSWERS:
            raise Unreachable(
                "Heroku sends far more than a system of any size has: Offramp stops before memory is full.",
                remedy="Look whether a proxy stands between this machine and Heroku.",
                code="too-much",
            )
