"""Lines of text with a meaning to each piece, before any terminal: what tests read and the board draws."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

from rich.cells import cell_len, set_cell_size

Tone = Literal["plain", "strong", "muted", "accent", "good", "attention", "bad"]
"""What a piece of text means. Colour helps; the text itself always says the same."""


class Span(NamedTuple):
    """A piece of a line. The text is clean and is never read as markup."""

    text: str
    tone: Tone = "plain"


Line = tuple[Span, ...]

EMPTY: Line = ()


def line(*parts: str | Span) -> Line:
    """A line of `parts`; plain texts are plain in tone."""
    return tuple(part if isinstance(part, Span) else Span(part) for part in parts if part)


def text(of: Line) -> str:
    """The words of a line."""
    return "".join(span.text for span in of)


def texts(of: Sequence[Line]) -> str:
    """The words of several lines, as they stand under each other."""
    return "\n".join(text(one) for one in of)


def width(of: Line) -> int:
    """Cells that a line takes."""
    return sum(cell_len(span.text) for span in of)


def crop(words: str, cells: int) -> str:
    """`words` in at most `cells` cells; what is cut ends in an ellipsis."""
    if cell_len(words) <= cells:
        return words
    if cells <= 1:
        return "…"[:cells]
    return set_cell_size(words, cells - 1).rstrip() + "…"


def pad(words: str, cells: int, *, right: bool = False) -> str:
    """`words` in exactly `cells` cells; `right` puts them at the right end."""
    words = crop(words, cells)
    space = " " * (cells - cell_len(words))
    return space + words if right else words + space


def fit(of: Line, cells: int) -> Line:
    """A line in at most `cells` cells."""
    if width(of) <= cells:
        return of
    kept: list[Span] = []
    room = cells
    for span in of:
        taken = cell_len(span.text)
        if taken >= room:
            # The ellipsis must also stand where a span ends exactly at the edge.
            kept.append(
                Span(crop(span.text + " ", room) if taken == room else crop(span.text, room), span.tone)
            )
            break
        kept.append(span)
        room -= taken
    return tuple(kept)


def spread(left: Line, right: Line, cells: int) -> Line:
    """`left` at the left and `right` at the right end; the left one gives way."""
    room = cells - width(right) - (1 if right else 0)
    left = fit(left, max(0, room))
    return (*left, Span(" " * max(0, cells - width(left) - width(right))), *right)


def wrap(words: str, cells: int, tone: Tone = "plain", *, indent: str = "") -> list[Line]:
    """`words` over as many lines as they need, broken at spaces; words too long are broken anywhere."""
    room = max(8, cells - cell_len(indent))
    lines: list[Line] = []
    current, used = "", 0
    for given in words.split():
        word, taken = given, cell_len(given)
        while taken > room:
            if current:
                lines.append(line(Span(indent + current, tone)))
                current, used = "", 0
            head = set_cell_size(word, room)
            lines.append(line(Span(indent + head, tone)))
            word = word[len(head.rstrip()) :]
            taken = cell_len(word)
        if current and used + 1 + taken > room:
            lines.append(line(Span(indent + current, tone)))
            current, used = "", 0
        # Not the cells of both together: a log has hundreds of lines, and each key waits for them.
        current, used = (f"{current} {word}", used + 1 + taken) if current else (word, taken)
    if current:
        lines.append(line(Span(indent + current, tone)))
    return lines
