"""Lines of a file by their numbers, as git and editors count them: only a line feed ends one."""

from collections.abc import Iterator

LONGEST_LINE = 2_000
"""Characters; a longer one was written by a program, and expressions may take minutes for it."""


def numbered(text: str) -> Iterator[tuple[int, str]]:
    """Every line with its number, counted from 1, without a carriage return at its end."""
    for number, line in enumerate(text.split("\n"), start=1):
        yield number, line.removesuffix("\r")


def told_lines(text: str) -> Iterator[tuple[int, str]]:
    """Those that are neither empty nor a comment (#), without the blanks around them."""
    for number, line in numbered(text):
        told = line.strip()
        if told and not told.startswith("#"):
            yield number, told


def short_lines(text: str) -> str:
    """The text with an empty line in the place of each that is too long."""
    if len(text) <= LONGEST_LINE:
        return text
    return "\n".join(line if len(line) <= LONGEST_LINE else "" for line in text.split("\n"))


def line_at(text: str, position: int) -> int:
    """The number of the line in which a character stands."""
    return text.count("\n", 0, position) + 1
