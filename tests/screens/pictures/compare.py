"""What is different between the picture that is kept and the screen as it is now, in words."""

from collections.abc import Iterator
from itertools import groupby

from tests.screens.pictures.picture import Picture

MOST = 12
"""Differences of style of one mode that are told; the rest is counted."""


def differences(kept: Picture, now: Picture) -> list[str]:
    """Lines for a person; none when they are the same. Only modes that both know are compared."""
    told: list[str] = []
    for mode in (one for one in now.modes if one in kept.modes):
        before, after = kept.lines[mode], now.lines[mode]
        characters = _characters(before, after)
        if characters and characters != told[: len(characters)]:
            told += characters if not told else [f"    in the mode {mode}:", *characters]
        same = [row for row, (one, other) in enumerate(zip(before, after, strict=False)) if one == other]
        found = [line for row in same for line in _row(kept, now, mode, row)]
        told += found[:MOST]
        if len(found) > MOST:
            told.append(f"    {mode}: {len(found) - MOST} more")
    return told


def _characters(before: tuple[str, ...], after: tuple[str, ...]) -> list[str]:
    told = []
    if len(before) != len(after):
        told.append(f"    {len(before)} lines are kept, and {len(after)} are shown")
    for number, (one, other) in enumerate(zip(before, after, strict=False), 1):
        if one != other:
            told += [f"{number:3} - {one.rstrip()}", f"    + {other.rstrip()}"]
    return told


def _row(kept: Picture, now: Picture, mode: str, row: int) -> Iterator[str]:
    """Of a line with the same characters: which of them are shown otherwise."""
    pairs = zip(kept.styles[mode][row], now.styles[mode][row], strict=True)
    column = 0
    for (before, after), group in groupby(pairs):
        width = len(list(group))
        if before != after:
            words = now.lines[mode][row][column : column + width].strip() or "blank"
            yield f"{row + 1:3} {mode}: '{words}' was {before}; is {after}"
        column += width
