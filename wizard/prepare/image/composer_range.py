"""Which release of PHP a range of Composer allows: its operators, as far as a version of PHP needs them."""

import re
from collections.abc import Iterable

_PART = re.compile(
    r"(>=|<=|>|<|\^|~|!=|==|=)?\s*v?(\d+)(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?(?:\.\d+)?(?:-\w+)?"
)
_TOP = 10_000


def newest_allowed(ranges: Iterable[str], releases: Iterable[str]) -> str:
    """The newest of `releases` ("8.3"), oldest first, of which each range allows a patch; "" when none is."""
    every = list(ranges)
    newest_first = reversed(list(releases))
    return next((one for one in newest_first if all(_allowed(text, one) for text in every)), "")


def _allowed(text: str, release: str) -> bool:
    major, minor = (int(part) for part in release.split("."))
    low, high = (major, minor, 0), (major, minor, _TOP)
    return any(_and(part, low, high) for part in re.split(r"\s*\|\|?\s*", text.strip()))


Version = tuple[int, int, int]


def _and(text: str, low: Version, high: Version) -> bool:
    """Whether all constraints of `text` together leave something between `low` and `high`."""
    text = re.sub(r"(\d\S*)\s+-\s+(\d\S*)", r">=\1 <=\2", text)
    if text in ("", "*"):
        return True
    for match in _PART.finditer(text):
        first, after = _bounds(match)
        low, high = max(low, first), min(high, after)
    return low <= high and _PART.search(text) is not None


def _bounds(match: re.Match[str]) -> tuple[Version, Version]:
    """The first and the last version that a constraint allows."""
    operator, parts = match[1] or "", [part for part in match.groups()[1:] if part and part.isdigit()]
    numbers = [min(int(part), _TOP) for part in parts]
    count = len(numbers)
    major, minor, patch = (*numbers, 0, 0)[:3]
    floor, ceiling = (0, 0, 0), (_TOP, _TOP, _TOP)
    exact = (major, minor, patch)
    whole = (major, minor if count > 1 else _TOP, patch if count > 2 else _TOP)
    if operator == ">=":
        return exact, ceiling
    if operator == ">":
        return (major, minor, patch + 1) if count > 2 else _after(whole), ceiling
    if operator == "<":
        return floor, _before(exact)
    if operator == "<=":
        return floor, whole
    if operator == "!=":
        return floor, ceiling
    if operator == "^":
        return exact, (major, _TOP, _TOP)
    if operator == "~":
        return exact, (major, _TOP, _TOP) if count < 3 else (major, minor, _TOP)
    return exact, whole


def _after(version: Version) -> Version:
    major, minor, _ = version
    return (major + 1, 0, 0) if minor == _TOP else (major, minor + 1, 0)


def _before(version: Version) -> Version:
    major, minor, patch = version
    if patch:
        return major, minor, patch - 1
    return (major, minor - 1, _TOP) if minor else (major - 1, _TOP, _TOP)
