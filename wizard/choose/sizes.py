"""Which size of a target holds what a dyno or a database of Heroku holds."""

from wizard.choose.disk import recommended_disk
from wizard.model.system import AddOn, Process
from wizard.ports import Profile

DYNO_MEMORY_MB = {
    "eco": 512,
    "basic": 512,
    "free": 512,
    "hobby": 512,
    "standard-1x": 512,
    "standard-2x": 1024,
    "performance-m": 2560,
    "performance-l": 14336,
    "performance-l-ram": 30720,
    "performance-xl": 63488,
    "performance-2xl": 126976,
    "private-s": 1024,
    "private-m": 2560,
    "private-l": 14336,
}
"""Memory of a dyno in MB by size, from Heroku's published dyno sizes (2026); used where the API is silent."""

POSTGRES_MEMORY_GB = {0: 4, 2: 8, 3: 15, 4: 30, 5: 61, 6: 122, 7: 244, 8: 488, 9: 768}
"""Memory of a Postgres plan above Essential by the number in its name (Heroku's plan lists, 2026)."""

TOLERANCE = 0.05
"""Share of its memory that something may lose to fit a size of the target. Vendors cut their sizes in other
places: the next larger one may cost several times as much for the last few MB."""

SMALLEST_DATABASE_MB = 1024


def process_memory_mb(process: Process) -> int:
    """Memory of one dyno of `process`; 512 MB where neither the API nor the size's name tells."""
    return process.memory_mb or DYNO_MEMORY_MB.get(process.size.lower(), 512)


def size_at_least(profile: Profile, memory_mb: int) -> int | None:
    """The smallest size of the target with at least `memory_mb`, None when it has none. Where sizes are free,
    it is `memory_mb` itself."""
    if (free := profile.capabilities.memory_range_mb) is not None:
        return max(memory_mb, free[0]) if memory_mb <= free[1] else None
    limit = profile.capabilities.max_memory_mb
    fitting = [
        size
        for size in sorted(profile.memory_sizes_mb)
        if size >= memory_mb and (limit is None or size <= limit)
    ]
    if fitting:
        return fitting[0]
    if profile.memory_sizes_mb or (limit is not None and memory_mb > limit):
        return None
    return memory_mb


def nearest_size(profile: Profile, memory_mb: int) -> int:
    """Like `size_at_least`, but up to `TOLERANCE` less where that fits a size, and the largest size of the
    target where none is large enough. See `less_than`."""
    if (free := profile.capabilities.memory_range_mb) is not None:
        return min(max(memory_mb, free[0]), free[1])
    enough = round(memory_mb * (1 - TOLERANCE)) if profile.memory_sizes_mb else memory_mb
    return size_at_least(profile, enough) or max(
        profile.memory_sizes_mb, default=profile.capabilities.max_memory_mb or memory_mb
    )


def less_than(profile: Profile, memory_mb: int) -> int | None:
    """The nearest size when it is smaller than `memory_mb`, which a person should look at, else None."""
    found = nearest_size(profile, memory_mb)
    return found if found < memory_mb else None


def is_size(profile: Profile, memory_mb: int, *, least: int | None = None) -> bool:
    """Whether the target has this size; any where it names none. `least` is the smallest where sizes are
    free, and something smaller than usual may be."""
    limit = profile.capabilities.max_memory_mb
    if limit is not None and memory_mb > limit:
        return False
    if (free := profile.capabilities.memory_range_mb) is not None:
        return min(free[0], least or free[0]) <= memory_mb <= free[1]
    return not profile.memory_sizes_mb or memory_mb in profile.memory_sizes_mb


def sizes_in_words(profile: Profile) -> str:
    """The sizes of the target, for a sentence that begins with "Choose"."""
    if (free := profile.capabilities.memory_range_mb) is not None:
        return f"any from {free[0]} to {free[1]}"
    sizes = ", ".join(str(size) for size in profile.memory_sizes_mb)
    return f"one of: {sizes or f'up to {profile.capabilities.max_memory_mb}'}"


def database_memory_mb(profile: Profile, add_on: AddOn) -> int:
    """Memory for a database: the size of the target nearest to what its plan has on Heroku."""
    return nearest_size(profile, plan_memory_mb(add_on.plan))


def plan_memory_mb(plan: str) -> int:
    """Memory of a Heroku Postgres plan ("heroku-postgresql:standard-2"); Essential plans count as 1 GB."""
    number = plan.rsplit("-", 1)[-1]
    if "essential" in plan or not number.isdigit():
        return SMALLEST_DATABASE_MB
    return POSTGRES_MEMORY_GB.get(int(number), 1) * 1024


def database_disk_gb(size_bytes: int | None) -> int:
    """Disk for a database of that many bytes, 10 GB at least: see `wizard.choose.disk`."""
    return recommended_disk(size_bytes).gb


def major_version(version: str) -> int | None:
    """The major version of "16.4" or "16", None where the text is no version."""
    head = version.strip().split(".", 1)[0]
    return int(head) if head.isdigit() and head.isascii() else None


def version_for(profile: Profile, version: str) -> int | None:
    """The version of the target for a database of `version`: the same major if offered, else the next higher.

    None when the target offers none that is new enough, or does not say what it offers.
    """
    wanted = major_version(version)
    if wanted is None:
        return None
    return min(
        (offered for offered in profile.capabilities.postgres_versions if offered >= wanted), default=None
    )
