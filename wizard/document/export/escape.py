"""How text from outside stands in a file that something else interprets: Markdown, HTML, a spreadsheet, JSON.

Names in the inventory are clean already (`wizard.model.text`). Cleaning again changes nothing and costs
little, and an export must not depend on everybody's memory.
"""

import re
from typing import Final

from wizard.model.text import UNSAFE, clean

_IN_CODE: Final = re.compile(r"[^`|<\\]+")
_MARKED: Final = re.compile(r"[\\`*\[\]|~]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])|&(?=#|\w+;)")
_AT_START: Final = re.compile(r"(\d*)([-+](?=[-+\s]|$)|[#>=:]|(?<=\d)[.)](?=\s|$))")
_NO_ASCII: Final = re.compile(r"[^\n -~]")
_LONGEST: Final = 1_000_000
"""Characters of one cell: lists of names may be longer than one text from outside."""

FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula when it opens a CSV file, full-width forms too."""


def plain(text: str) -> str:
    """Text as part of a line of Markdown: no markup, no HTML, no cell border.

    Signs that every reader of Markdown shows as they are stay as they are, so that the file reads well as
    plain text too. `<` becomes an entity, since not every reader knows a backslash before it.
    """
    safe = _MARKED.sub(r"\\\g<0>", safe_text(text)).replace("<", "&lt;")
    if safe.count("$") > 1:
        safe = safe.replace("$", "\\$")  # GitHub sets what stands between two of them as a formula
    # What would begin a list, a heading or a quotation.
    start = _AT_START.match(safe)
    return f"{start[1]}\\{safe[start.end(1) :]}" if start else safe


def code(text: str) -> str:
    """A name or a command as it is typed, in a code span where the text cannot break out of one."""
    safe = safe_text(text)
    return f"`{safe}`" if _IN_CODE.fullmatch(safe) and safe == safe.strip() else plain(safe)


def safe_text(text: str) -> str:
    """One line without anything that a terminal obeys, however long."""
    return clean(text, limit=_LONGEST)


def csv_cell(text: str) -> str:
    """Text as a cell of CSV: an apostrophe before what would be a formula, as spreadsheets write it
    themselves. Only these cells are other than the text."""
    safe = safe_text(text)
    return f"'{safe}" if safe.startswith(FORMULA) else safe


def harmless_json(text: str) -> str:
    """JSON whose invisible characters are written as \\u escapes: equal when decoded, harmless in a terminal.

    All of them stand inside strings, since JSON's own signs are ASCII.
    """
    return UNSAFE.sub(_escaped, text)


def ascii_json(text: str) -> str:
    """As `harmless_json`, in ASCII alone: for a pipe or a terminal that takes no UTF-8."""
    return _NO_ASCII.sub(_escaped, text)


def _escaped(match: re.Match[str]) -> str:
    code_point = ord(match[0])
    if code_point in (0x0A, 0x09, 0x0D):
        return match[0]  # between values; in strings they are escaped already
    if code_point < 0x10000:
        return f"\\u{code_point:04x}"
    rest = code_point - 0x10000
    return f"\\u{0xD800 + (rest >> 10):04x}\\u{0xDC00 + (rest & 0x3FF):04x}"
