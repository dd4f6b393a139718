"""Reading TOML that other people wrote."""

import tomllib
from typing import Any

LONGEST = 32 * 1024
"""Characters; the parser takes minutes for a key of a megabyte."""


def read_toml(text: str) -> dict[str, Any]:
    """The tables of a text; none when it is no TOML, or longer than what people write."""
    if len(text) > LONGEST:
        return {}
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return {}


def table(told: dict[str, Any], *path: str) -> dict[str, Any]:
    """The table under these keys, one below the other; an empty one where there is none."""
    for name in path:
        inner = told.get(name)
        told = inner if isinstance(inner, dict) else {}
    return told
