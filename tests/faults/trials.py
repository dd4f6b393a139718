"""How often a test of a fault tries, and with which random numbers: few times in CI, often for the table.

`python -m tests.faults.table` sets OFFRAMP_TRIALS to `ci`, `full` or a number, and OFFRAMP_SEED to the seed
of a run that is to be repeated. Both are read when this is imported: each test takes OFFRAMP_* out of the
environment.
"""

import os
import random
import time
from collections.abc import Callable

_TRIALS = os.environ.get("OFFRAMP_TRIALS", "ci")
_SEED = os.environ.get("OFFRAMP_SEED")


def trials(ci: int, full: int) -> int:
    """How many trials this run makes, where CI makes `ci` and the whole table `full`."""
    if _TRIALS in ("ci", "full"):
        return ci if _TRIALS == "ci" else full
    return min(int(_TRIALS), full)


def seeded(record_property: Callable[[str, object], None]) -> random.Random:
    """Random numbers that come again with the same seed. The seed is printed, and recorded for the table.

    CI draws the same ones each time, so that a change is judged by what was judged before it; the whole table
    draws new ones.
    """
    if _SEED is not None:
        seed = int(_SEED)
    else:
        seed = 1 if _TRIALS == "ci" else time.time_ns() % 1_000_000
    print(f"OFFRAMP_SEED={seed}")
    record_property("seed", seed)
    return random.Random(seed)
