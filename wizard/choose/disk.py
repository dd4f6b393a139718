"""How much disk a Postgres needs at a target, from what was measured of its source."""

from wizard.model.noun import Noun
from wizard.ports import Profile

GB = 1_000_000_000
SMALLEST_DISK_GB = 10
LARGEST_DISK_GB = 16_000
ROOM_GB = 5
"""What the log of a Postgres alone may fill in part while it is loaded, and a little more."""
MOST_WAL = 3 * GB
"""Of a copy: Postgres lets its log grow to max_wal_size (1 GB by default) and beyond while it is loaded."""

SORT_SHARE = 0.25
"""What the largest index is taken for where indexes were not measured, as a share of the whole."""

GROWTH = 0.5
"""Of the whole, for what the apps write next, and for what vacuum has not freed yet."""

GROWS = "a disk can grow later, once a day at most, and never shrinks"


def disk_limits(profile: Profile) -> tuple[int, int]:
    """The least and the most GB of a database's disk there."""
    return profile.capabilities.disk_range_gb or (SMALLEST_DISK_GB, LARGEST_DISK_GB)


def least_disk_gb(profile: Profile) -> int:
    """The least GB of disk that is worth having, though some that the target has are smaller."""
    smallest = disk_limits(profile)[0]
    return smallest if profile.capabilities.disk_range_gb is None else max(smallest, ROOM_GB)


def grows(profile: Profile) -> str:
    """What becomes of a disk later, in half a sentence."""
    # Once a day is what clouds allow whose disks are their own; where sizes are free, nothing is said of it.
    return GROWS if profile.capabilities.disk_range_gb is None else "a disk can grow later, and never shrinks"


class Disk(Noun, frozen=True, kw_only=True):
    """`gb` is what to give it, `needed_gb` what a copy takes at least; `words` are the numbers."""

    gb: int
    needed_gb: int
    words: str


def recommended_disk(
    size: int | None, *, largest_index: int | None = None, least: int = SMALLEST_DISK_GB
) -> Disk:
    """The disk for a database of `size` bytes with its indexes, None where that is not known.

    An index is built anew beside the data: while it is sorted, it takes its own size once more.

    Args:
        largest_index: bytes, as measured; None: not measured.
        least: GB of the smallest disk that the target has.
    """
    if size is None:
        return Disk(
            gb=SMALLEST_DISK_GB,
            needed_gb=SMALLEST_DISK_GB,
            words=f"its size is not told: {SMALLEST_DISK_GB} GB are a guess",
        )
    sort = largest_index if largest_index is not None else int(size * SORT_SHARE)
    wal = min(MOST_WAL, size)
    growth = int(size * GROWTH)
    about = "" if largest_index is not None else "about "
    words = (
        f"{_gb(size)} of data and indexes, {about}{_gb(sort)} to sort the largest index, {_gb(wal)} of log,"
        f" {_gb(growth)} to grow"
    )
    needed = _whole(size + sort + wal)
    wanted = max(least, _whole(size + sort + wal + growth))
    return Disk(gb=wanted, needed_gb=needed, words=words)


def _whole(size: int) -> int:
    return -(-size // GB)


def _gb(size: int) -> str:
    return f"{size / GB:.1f} GB" if size >= GB / 10 else f"{size / 1_000_000:.0f} MB"
