"""Lines of a file by their numbers, as git and editors count them: only a line feed ends one."""

from collections.abc import Iterator


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


def line_at(text: str, position: int) -> int:
    """The number of the line in which a character stands."""
    return text.count("\n", 0, position) + 1
