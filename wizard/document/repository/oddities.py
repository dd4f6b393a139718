"""Sentences about what is odd in a file, so many as a person reads."""

from collections.abc import Sequence

MOST = 20
"""Sentences kept of one file; one that is no such file at all has an oddity in every line."""


def few(sentences: Sequence[str]) -> tuple[str, ...]:
    """The first of them, and how many more there are."""
    if len(sentences) <= MOST:
        return tuple(sentences)
    return (*sentences[:MOST], f"There are {len(sentences) - MOST:,} more of these.")
