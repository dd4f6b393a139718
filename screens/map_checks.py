"""Checks of what a person types on the map: a sentence about what is wrong with it, "" when nothing is."""

from collections.abc import Callable

from wizard.mapping.names import is_handle
from wizard.ports import Profile

Check = Callable[[str], str]


def number(low: int, high: int) -> Check:
    """A whole number from `low` to `high`, both included."""

    def check(text: str) -> str:
        good = text.isascii() and text.isdigit() and low <= int(text) <= high
        return "" if good else f"Type a number from {low} to {high}."

    return check


def one_of(values: tuple[str, ...]) -> Check:
    """One of `values`, as it stands there."""
    return lambda text: "" if text in values else "Type one of " + ", ".join(values) + "."


def size_of(profile: Profile, least: int) -> Check:
    """Memory in MB: one of the sizes that the target has; any from `least` where it has no list, and any
    between its own limits where sizes are free."""
    if (free := profile.capabilities.memory_range_mb) is not None:
        return number(min(free[0], profile.capabilities.static_memory_mb or free[0]), free[1])
    sizes = memory_sizes(profile)
    return one_of(sizes) if sizes else number(least, 1_000_000)


def memory_sizes(profile: Profile) -> tuple[str, ...]:
    """The target's sizes of memory (MB), the smallest first; steps where sizes are free."""
    return tuple(str(size) for size in sorted(profile.memory_sizes_mb))


def sizes_in_words(profile: Profile) -> str:
    """What can be typed for a size."""
    if (free := profile.capabilities.memory_range_mb) is not None:
        return f"any from {free[0]} to {free[1]}"
    return ", ".join(memory_sizes(profile)) or "any"


def handle(profile: Profile) -> Check:
    """A name that the target takes."""
    return lambda text: "" if is_handle(profile, text) else f"{profile.title} takes no such name."
