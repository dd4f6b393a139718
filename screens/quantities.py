"""Numbers as a person reads them: with a unit, with the precision that they have, and with `~` before
whatever is an estimate. Nothing without `~` is estimated."""

from datetime import datetime

ESTIMATE = "~"
"""Stands before every figure that was not measured."""

_SIZES = ((1e12, "TB"), (1e9, "GB"), (1e6, "MB"), (1e3, "KB"))
_COUNTS = ((1e9, "G"), (1e6, "M"))


def _three_digits(value: float) -> str:
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}"


def size(count: float) -> str:
    """Bytes in decimal units: "23.4 GB", "812 MB", "40 B"."""
    for factor, unit in _SIZES:
        if count >= factor:
            return f"{_three_digits(count / factor)} {unit}"
    return f"{count:.0f} B"


def number(count: int) -> str:
    """A count: "12,345" below a million, "81.2 M" above."""
    for factor, unit in _COUNTS:
        if count >= factor:
            return f"{_three_digits(count / factor)} {unit}"
    return f"{count:,}"


def sizes(done: int, estimated: int) -> str:
    """How many bytes of an estimated total: "14.1 of ~22.9 GB"; the total alone before the start.

    An estimate that was passed is no longer shown: it was wrong.
    """
    if estimated <= done:
        return size(done)
    total = size(estimated)
    if not done:
        return ESTIMATE + total
    amount, _, unit = size(done).rpartition(" ")
    if unit == total.rpartition(" ")[2]:
        return f"{amount} of {ESTIMATE}{total}"
    return f"{size(done)} of {ESTIMATE}{total}"


def numbers(done: int, estimated: int) -> str:
    """How many of an estimated count: "81.2 of ~132 M"."""
    if estimated <= done:
        return number(done)
    total = number(estimated)
    if not done:
        return ESTIMATE + total
    shown = number(done)
    unit = total[-1] if total[-1].isalpha() else ""
    return f"{shown.removesuffix(' ' + unit) if unit else shown} of {ESTIMATE}{total}"


def rate(per_second: float) -> str:
    """Bytes a second: "41 MB/s". Two digits: a rate jumps about too much for more."""
    for factor, unit in _SIZES:
        if per_second >= factor:
            value = per_second / factor
            return f"{value:.1f} {unit}/s" if value < 9.95 else f"{value:.0f} {unit}/s"
    return f"{per_second:.0f} B/s"


def percent(done: int, estimated: int) -> int | None:
    """How far, by an estimated total; None when nothing is known. Never 100: that is said by the end."""
    if estimated <= 0:
        return None
    return min(99, int(100 * done / estimated))


def duration(seconds: float) -> str:
    """A measured duration: "48 s", "12 min", "1 h 12 min", "2 d 3 h"."""
    whole = int(max(0.0, seconds))
    if whole < 120:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def exact(seconds: float) -> str:
    """A measured duration that is over: "0.4 s", "48 s", "12 min 04 s"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60:02d} s"
    return duration(whole)


def span(low: float, high: float) -> str:
    """An estimated duration between two: "~24 to 31 min", "~40 s to 3 min"."""
    first, last = duration(low), duration(max(low, high))
    if low < 1:
        return f"up to {ESTIMATE}{duration(max(1.0, high))}"
    if first == last:
        return ESTIMATE + first
    if first.rpartition(" ")[2] == last.rpartition(" ")[2] and first.count(" ") == last.count(" ") == 1:
        first = first.rpartition(" ")[0]
    return f"{ESTIMATE}{first} to {last}"


def clock(at: str) -> str:
    """The time of day here of an ISO 8601 moment: "14:31:08"."""
    return datetime.fromisoformat(at).astimezone().strftime("%H:%M:%S")


def day_and_clock(at: str) -> str:
    """The day and time here of an ISO 8601 moment: "2026-11-21 14:31"."""
    return datetime.fromisoformat(at).astimezone().strftime("%Y-%m-%d %H:%M")
