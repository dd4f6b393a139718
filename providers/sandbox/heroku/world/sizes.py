"""Dyno sizes as the sandbox's Heroku offers them.

Names and list prices as the CLI 11.10 (`heroku ps:type`) has them, US cents a month; memory in GB. The API
itself tells no price of private, shield and Fir sizes: third-party tools keep a table of their own for those,
and their samples show `cost` with two nulls there. A dyno of a shield space is called Private-S, too, and
billed as Shield-S (CLI, ps:type).
"""

import re
from typing import NamedTuple


class Size(NamedTuple):
    """`cents` None: the API tells no price. `private`: only in Private Spaces."""

    name: str
    memory: float
    cents: int | None
    compute: int = 1
    dedicated: bool = False
    units: float = 1.0
    private: bool = False
    generation: str = "cedar"


_COMMON = (
    Size("Eco", 0.5, 0, units=0.28),
    Size("Basic", 0.5, 700, units=0.28),
    Size("Standard-1X", 0.5, 2_500),
    Size("Standard-2X", 1.0, 5_000, compute=2, units=2.0),
    Size("Performance-M", 2.5, 25_000, compute=12, dedicated=True, units=8.0),
    Size("Performance-L", 14.0, 50_000, compute=50, dedicated=True, units=16.0),
    Size("Performance-L-RAM", 30.0, 50_000, compute=24, dedicated=True, units=16.0),
    Size("Performance-XL", 62.0, 75_000, compute=50, dedicated=True, units=24.0),
    Size("Performance-2XL", 126.0, 150_000, compute=100, dedicated=True, units=48.0),
)

_PRIVATE = {"S": (1.0, 12), "M": (2.5, 12), "L": (14.0, 50), "L-RAM": (30.0, 24), "XL": (62.0, 50)}
"""Memory and compute of the private sizes; the shield ones have the same."""

_FIR = (
    *("1c-0.5gb", "2c-1gb", "1c-4gb", "2c-8gb", "4c-16gb", "8c-32gb", "16c-64gb"),
    *("2c-4gb", "4c-8gb", "8c-16gb", "16c-32gb", "32c-64gb"),
    *("1c-8gb", "2c-16gb", "4c-32gb", "8c-64gb", "16c-128gb"),
)


def _fir(name: str) -> Size:
    match = re.fullmatch(r"(\d+)c-([\d.]+)gb", name)
    assert match is not None
    return Size(
        f"dyno-{name}", float(match[2]), None, int(match[1]), dedicated=True, private=True, generation="fir"
    )


SIZES: tuple[Size, ...] = (
    *_COMMON,
    *(
        Size(f"{family}-{name}", memory, None, compute, dedicated=True, private=True)
        for family in ("Private", "Shield")
        for name, (memory, compute) in {**_PRIVATE, "2XL": (126.0, 100)}.items()
    ),
    *(_fir(name) for name in _FIR),
)

_BY_NAME = {size.name.lower(): size for size in SIZES}


def size_named(name: str) -> Size | None:
    """The dyno size of that name, however it is written."""
    return _BY_NAME.get(name.lower())


def offered(generation: str, *, private: bool) -> list[Size]:
    """The sizes that an app of that generation, in a space or not, may choose from."""
    return [size for size in SIZES if size.generation == generation and size.private == private]
