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
    """Memory in MB: one of the sizes that the target has; any from `least` where it has no list."""
    sizes = memory_sizes(profile)
    return one_of(sizes) if sizes else number(least, 1_000_000)


def memory_sizes(profile: Profile) -> tuple[str, ...]:
    """The target's sizes of memory (MB), the smallest first."""
    return tuple(str(size) for size in sorted(profile.memory_sizes_mb))


def handle(profile: Profile) -> Check:
    """A name that the target takes."""
    return lambda text: "" if is_handle(profile, text) else f"{profile.title} takes no such name."
