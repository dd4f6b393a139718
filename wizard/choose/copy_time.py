"""How long a copy may take, before anything is measured: a guess, and shown as one."""

from wizard.ports import Profile

FASTEST_BYTES = 40_000_000
SLOWEST_BYTES = 8_000_000
"""Bytes a second of a copy through one tunnel: what lines between two clouds usually give."""

ONE_LANE = (1.1, 2.3)
"""How much longer Offramp's own copy of 40 tables took by one connection than by several, at least and at
most: 1.1 to 1.5 times at a round trip of 2 ms, 1.7 to 2.3 times at one of 30 ms."""


def one_lane(profile: Profile) -> bool:
    """Whether the way to a database of the target is taken to carry one connection at a time. The tunnel
    counts them when it opens."""
    return profile.capabilities.lanes == 1


def copy_seconds(size: int, profile: Profile) -> tuple[float, float]:
    """At least and at most, for `size` bytes of a database."""
    longer = ONE_LANE if one_lane(profile) else (1.0, 1.0)
    return size / FASTEST_BYTES * longer[0], size / SLOWEST_BYTES * longer[1]
