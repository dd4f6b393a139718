"""Both servers of a copy, asked together."""

import time
from dataclasses import dataclass

from wizard.stores.redis.ends import Pair
from wizard.stores.redis.server import Abilities, Server, abilities, look, milliseconds
from wizard.stores.redis.wire import Connection

QUESTIONS = 3
"""Times that a clock is asked; the answer that was quickest counts, for its moment is known best."""

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
    for side in (pair.source, pair.target):
        side.select(0)
    shift = round(_ahead(pair.target) - _ahead(pair.source))
    return Both(
        source=look(pair.source),
        target=look(pair.target),
        source_able=abilities(pair.source),
        target_able=abilities(pair.target),
        shift=shift if abs(shift) > HONEST_CLOCK else 0,
    )


def _ahead(side: Connection) -> float:
    """Milliseconds by which a server's clock is ahead of this machine's monotonic one, which tells nothing by
    itself."""
    best, ahead = float("inf"), 0.0
    for _ in range(QUESTIONS):
        asked = time.monotonic() * 1000
        told = milliseconds(side.call("TIME"))
        answered = time.monotonic() * 1000
        if answered - asked < best:
            best, ahead = answered - asked, told - (asked + answered) / 2
    return ahead
