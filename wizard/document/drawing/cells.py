"""How many columns of a terminal a text takes, and cutting it to fit."""

import unicodedata


def cells(text: str) -> int:
    """The columns that clean text takes: two for wide characters, none for what combines."""
    if text.isascii():
        return len(text)
    return sum(_width(sign) for sign in text)


def fit(text: str, width: int) -> str:
    """`text` in exactly `width` columns: filled up with spaces, or cut with an ellipsis."""
    taken = cells(text)
    if taken <= width:
        return text + " " * (width - taken)
    if width < 1:
        return ""
    kept, room = [], width - 1
    for sign in text:
        wide = _width(sign)
        if wide > room:
            break
        kept.append(sign)
        room -= wide
    return "".join(kept) + "…" + " " * room


def _width(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1
