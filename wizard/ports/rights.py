"""What a signed-in account may do on a target, asked before anything is tried."""

from typing import Protocol, runtime_checkable

from wizard.model.noun import Noun
from wizard.ports.target_things import Environment


class Rights(Noun, frozen=True, kw_only=True):
    """What is missing for a move, in the vendor's own words ("deploy", "tunnel"); empty when nothing is.

    `roles` are the roles that the account has there, `givers` who can give more, in words.
    """

    lacks: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    givers: str = ""


@runtime_checkable
class TellsRights(Protocol):
    """What a target may have beside what it must have."""

    async def rights(self, environment: Environment | None) -> Rights:
        """What is missing in an environment; with None, for making one. Raises Trouble."""
        ...
