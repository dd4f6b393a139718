"""Both servers of a copy, asked together."""

import time
from dataclasses import dataclass

from wizard.stores.redis.ends import Pair
from wizard.stores.redis.server import Abilities, Server, abilities, look, milliseconds

HONEST_CLOCK = 1000
"""Milliseconds by which the two servers' clocks may differ and be taken for the same."""


@dataclass(frozen=True, kw_only=True)
class Both:
    """What both servers told. `shift`: milliseconds by which the target's clock is ahead of the source's."""

    source: Server
    target: Server
    source_able: Abilities
    target_able: Abilities
    shift: int

    @property
    def databases(self) -> list[int]:
        """Logical databases that hold keys on either side."""
        return sorted({*self.source.keys, *self.target.keys})


def both_of(pair: Pair) -> Both:
    """Ask both. Raises OSError, ReplyError."""
    ahead = []
    for side in (pair.source, pair.target):
        side.select(0)
        ahead.append(milliseconds(side.call("TIME")) - time.monotonic() * 1000)
    shift = round(ahead[1] - ahead[0])
    return Both(
        source=look(pair.source),
        target=look(pair.target),
        source_able=abilities(pair.source),
        target_able=abilities(pair.target),
        shift=shift if abs(shift) > HONEST_CLOCK else 0,
    )
