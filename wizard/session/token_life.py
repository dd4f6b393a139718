"""How long a token that a session names is still good, in seconds and in words."""

import time
from datetime import datetime

SOON = 30 * 60.0
"""Seconds before its end at which a token is asked for anew: time enough for a person to come back."""


def seconds_left(expires_at: str | None) -> float | None:
    """Until the end of a token (UTC, ISO 8601); below zero when it is over, None when no end is known."""
    if expires_at is None:
        return None
    return datetime.fromisoformat(expires_at).timestamp() - time.time()


def moment(expires_at: str) -> str:
    """Its end by the clock here: "18:02", with the day when that is not today's."""
    ends = datetime.fromisoformat(expires_at).astimezone()
    today = datetime.now(ends.tzinfo).date()
    return ends.strftime("%H:%M" if ends.date() == today else "%Y-%m-%d %H:%M")


def life(expires_at: str | None) -> str:
    """ "good until 18:02, 3 h left", "has ended at 18:02"; empty when no end is known."""
    left = seconds_left(expires_at)
    if expires_at is None or left is None:
        return ""
    if left <= 0:
        return f"has ended at {moment(expires_at)}"
    return f"good until {moment(expires_at)}, {span(left)} left"


def span(seconds: float) -> str:
    """ "48 s", "12 min", "3 h", "1 h 20 min", "6 d 23 h": what a person plans by."""
    whole = int(max(0.0, seconds))
    if whole < 120:
        return f"{whole} s"
    minutes = whole // 60
    if minutes < 120:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes} min" if minutes and hours < 3 else f"{hours} h"
    return f"{hours // 24} d {hours % 24} h" if hours % 24 else f"{hours // 24} d"
