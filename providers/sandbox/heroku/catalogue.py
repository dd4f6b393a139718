"""Dyno sizes, plans and app features as the sandbox's Heroku offers them.

Prices: US cents a month, Heroku's list prices as the CLI 11.10 (`heroku ps:type`) and the add-on pages of
2026 show them. Memory in GB.
"""

from typing import NamedTuple

from providers.sandbox.heroku.world import stable_id

CEDAR = {"id": stable_id("generation", "cedar"), "name": "cedar"}


class Size(NamedTuple):
    name: str
    memory: float
    cents: int
    compute: int = 1
    dedicated: bool = False
    units: float = 1.0


SIZES = (
    Size("Eco", 0.5, 0, units=0.28),
    Size("Basic", 0.5, 700, units=0.28),
    Size("Standard-1X", 0.5, 2_500),
    Size("Standard-2X", 1.0, 5_000, compute=2, units=2.0),
    Size("Performance-M", 2.5, 25_000, compute=12, dedicated=True, units=8.0),
    Size("Performance-L", 14.0, 50_000, compute=50, dedicated=True, units=16.0),
    Size("Performance-L-RAM", 30.0, 50_000, compute=24, dedicated=True, units=16.0),
    Size("Performance-XL", 62.0, 75_000, compute=100, dedicated=True, units=24.0),
    Size("Performance-2XL", 126.0, 150_000, compute=200, dedicated=True, units=48.0),
)

PLANS = {
    "heroku-postgresql:essential-1": ("Heroku Postgres", "Essential 1", 900),
    "scheduler:standard": ("Heroku Scheduler", "Standard", 0),
    "papertrail:choklad": ("Papertrail", "Choklad", 0),
}
"""Service and plan as people call them, cents a month, by plan name."""

FEATURES = (
    ("http-session-affinity", "Session affinity", False, "general"),
    ("log-runtime-metrics", "Log runtime metrics", False, "beta"),
    ("preboot", "Preboot", False, "general"),
    ("runtime-dyno-metadata", "Runtime dyno metadata", False, "beta"),
)


def size_named(name: str) -> Size | None:
    """The dyno size of that name, however it is written."""
    return next((size for size in SIZES if size.name.lower() == name.lower()), None)
