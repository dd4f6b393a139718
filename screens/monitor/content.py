"""Lines as Textual's own text, for dialogs and static places. Nothing in them is read as markup."""

from collections.abc import Iterable

from textual.content import Content

from screens.marks import ACCENT, ATTENTION, BAD, GOOD, MUTED, STRONG
from screens.monitor.line import Line, Tone

STYLES: dict[Tone, str] = {
    "plain": "",
    "strong": STRONG,
    "muted": MUTED,
    "accent": ACCENT,
    "good": GOOD,
    "attention": ATTENTION,
    "bad": BAD,
}


def content(of: Line) -> Content:
    """One line."""
    return Content.assemble(*((span.text, STYLES[span.tone]) for span in of))


def block(lines: Iterable[Line]) -> Content:
    """Several lines under each other."""
    return Content("\n").join([content(line) for line in lines])
