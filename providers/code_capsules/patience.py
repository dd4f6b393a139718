"""How long Offramp waits for Code Capsules."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Patience:
    """How long is waited for what, in seconds."""

    retries: tuple[float, ...] = (0.25, 0.5, 1.0)
    looks: tuple[float, ...] = (0.5, 2.0, 5.0)
    """Before each look whether a creation whose answer was lost or bad has worked all the same."""
    late_looks: tuple[float, ...] = (10.0, 15.0, 20.0)
    """Before more looks after those, where nobody said how it ended: another one would be a second one."""
    timeout: float = 30.0
    longest_wait: float = 30.0
    ready_first: float = 2.0
    ready_most: float = 15.0
    ready: float = 600.0
    """For a data capsule to be ready (these three: pulumi-codecapsules, capsule_common.go)."""
    poll_first: float = 1.0
    poll_most: float = 5.0
    build: float = 3600.0
    deployed: float = 120.0
    """For what a build made to be what runs."""
    outage: float = 120.0
    """How long a host may be silent while a build is followed."""
    log_settles: tuple[float, ...] = (1.0, 3.0)
    """Before each look for lines that come after a build has ended."""
