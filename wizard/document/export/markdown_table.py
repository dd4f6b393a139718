"""Tables and lists of facts in Markdown, aligned so that they read well without a renderer too."""

import re
from typing import Final

from wizard.document.export.escape import code, plain, safe_text
from wizard.document.export.table import Cell, CellKind, Head, Table, moment_words
from wizard.document.summary import dollars, size_text

WIDEST: Final = 44
"""Characters up to which a column is filled up; what is longer sticks out."""

_RIGHT: Final = frozenset(("number", "cents", "bytes"))

_FOR_PROGRAMS: Final = frozenset(
    ("Id", "Key", "App id", "Every minutes", "At minute", "Version", "Release id")
)
_ALIKE: Final = 3
"""Rows from which a column that says the same in each is said once, above them."""


def grid(table: Table, *leave_out: str, fold: bool = False) -> str:
    """A table with the columns in which something stands for a reader; "" when there is no row.

    What all rows say alike is said once, above it; one named row is a line of a list, and one column a line
    of names.

    Args:
        fold: rows that differ in their first cell only are one, and the first column comes last.
    """
    shown = table.without_empty((*leave_out, *_FOR_PROGRAMS))
    if not shown.rows or not shown.heads:
        return ""
    lines = [
        [cell(value, head.kind) for value, head in zip(row.cells, shown.heads, strict=True)]
        for row in shown.rows
    ]
    heads = list(shown.heads)
    above = _said_once(heads, lines)
    if fold:
        heads, lines = _folded(heads, lines)
    if len(heads) == 1:
        names = ", ".join(line[0] for line in lines)
        return f"{above}\n\n{names}".lstrip("\n")
    if len(lines) == 1 and heads[0].kind == "name":
        said = (f"{plain(head.title)}: {text}" for head, text in zip(heads[1:], lines[0][1:], strict=True))
        return f"- {lines[0][0]}: {'; '.join(said)}"
    return f"{above}\n\n{_drawn(heads, lines)}".lstrip("\n")


def _said_once(heads: list[Head], lines: list[list[str]]) -> str:
    """Take away the columns that say the same in every line, but for the first and numbers."""
    if len(lines) < _ALIKE:
        return ""
    alike = [
        place
        for place, head in enumerate(heads)
        if place and head.kind not in _RIGHT and len({line[place] for line in lines}) == 1
    ]
    said = [f"{plain(heads[place].title)}: {lines[0][place]}" for place in alike]
    for place in reversed(alike):
        del heads[place]
        for line in lines:
            del line[place]
    return f"All {len(lines):,} have {'; '.join(said)}" if said else ""


def _folded(heads: list[Head], lines: list[list[str]]) -> tuple[list[Head], list[list[str]]]:
    names: dict[tuple[str, ...], list[str]] = {}
    for name, *rest in lines:
        names.setdefault(tuple(rest), []).append(name)
    return [*heads[1:], heads[0]], [[*rest, ", ".join(listed)] for rest, listed in names.items()]


def _drawn(heads: list[Head], lines: list[list[str]]) -> str:
    whole = [[plain(head.title) for head in heads], *lines]
    widths = [min(WIDEST, max(3, *(len(line[place]) for line in whole))) for place in range(len(heads))]
    # Nothing is to the right of the last column: it needs no filling up.
    widths[-1] = min(widths[-1], max(3, len(whole[0][-1]))) if heads[-1].kind not in _RIGHT else widths[-1]
    made = [_line(line, widths, heads) for line in whole]
    rules = [
        "-" * (width - 1) + ":" if head.kind in _RIGHT else "-" * width
        for width, head in zip(widths, heads, strict=True)
    ]
    made.insert(1, f"| {' | '.join(rules)} |")
    return "\n".join(made)


def facts(table: Table, *leave_out: str) -> str:
    """The first row of a table as a list: a line for each column in which something stands."""
    shown = table.without_empty(leave_out)
    if not shown.rows:
        return ""
    return "\n".join(
        f"- {plain(head.title)}: {cell(value, head.kind)}"
        for value, head in zip(shown.rows[0].cells, shown.heads, strict=True)
    )


def fenced(language: str, text: str) -> str:
    """Lines as they are, in a fence that they cannot close."""
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    fence = "`" * max(3, longest + 1)
    lines = "\n".join(safe_text(line) for line in text.splitlines())
    return f"{fence}{language}\n{lines}\n{fence}"


def cell(value: Cell, kind: CellKind) -> str:
    """A cell as a person reads it, made safe."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return "yes" if value else "" if kind == "flag" else "no"
    if isinstance(value, (int, float)):
        if kind == "cents":
            return dollars(int(value))
        return size_text(int(value)) if kind == "bytes" else f"{value:,}"
    if kind == "time":
        return plain(moment_words(value))
    return code(value) if kind == "name" else plain(value)


def _line(cells: list[str], widths: list[int], heads: list[Head]) -> str:
    filled = [
        text.rjust(width) if head.kind in _RIGHT else text.ljust(width)
        for text, width, head in zip(cells, widths, heads, strict=True)
    ]
    return f"| {' | '.join(filled)} |"
