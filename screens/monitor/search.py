"""Searching a list: the lines with a text, one after the other, without hiding what stands around them."""

import itertools
from collections.abc import Sequence

from screens.monitor.line import Line, Span, text


class Search:
    """`text` as it was typed; capitals make no difference. At most one line is the current hit."""

    def __init__(self, text: str = "") -> None:
        self.text = text
        self._at = -1
        self._hits: list[int] = []

    def go(self, lines: Sequence[str], by: int, top: int) -> int | None:
        """The number of the next hit in `lines` (by 1) or of the one before (by -1), from the current one, or
        from the line `top` at first; None when there is none. Lines may have come or gone since."""
        self._hits = [at for at, line in enumerate(lines) if self.text.lower() in line.lower()]
        if not self._hits:
            self._at = -1
            return None
        if self._at < 0:
            start = next((n for n, at in enumerate(self._hits) if at >= top), 0)
            index = start if by > 0 else start - 1
        else:
            index = (
                sum(at <= self._at for at in self._hits)
                if by > 0
                else sum(at < self._at for at in self._hits) - 1
            )
        self._at = self._hits[index % len(self._hits)]
        return self._at

    def words(self) -> str:
        """How many there are, and which this is."""
        if not self._hits:
            return f"Nothing has '{self.text}' in it."
        where = self._hits.index(self._at) + 1
        return f"'{self.text}': {where} of {len(self._hits)}   n next   N before   esc ends the search"

    def marked(self, lines: Sequence[Line], top: int) -> list[Line]:
        """`lines`, the first of which has the number `top`: hits stand out, and the whole line of the current
        one does."""
        if not self.text:
            return list(lines)
        return [
            _marked(_strong(one) if at == self._at else one, self.text) for at, one in enumerate(lines, top)
        ]


def _strong(of: Line) -> Line:
    return tuple(Span(span.text, "strong") for span in of)


def _marked(of: Line, wanted: str) -> Line:
    at = text(of).lower().find(wanted.lower())
    if at < 0:
        return of
    end, position = at + len(wanted), 0
    parts: list[Span] = []
    for span in of:
        cuts = sorted({0, len(span.text), *(min(len(span.text), max(0, x - position)) for x in (at, end))})
        for start, stop in itertools.pairwise(cuts):
            inside = at <= position + start < end
            parts.append(Span(span.text[start:stop], "attention" if inside else span.tone))
        position += len(span.text)
    return tuple(parts)
