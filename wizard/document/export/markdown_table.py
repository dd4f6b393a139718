"""Tables and lists of facts in Markdown, aligned so that they read well without a renderer too."""

import re
from typing import Final

from wizard.document.export.escape import code, plain, safe_text
from wizard.document.export.table import Cell, CellKind, Head, Table, moment_words
from wizard.document.summary import dollars, size_text

WIDEST: Final = 44
"""Characters up to which a column is filled up; what is longer sticks out."""

_RIGHT: Final = frozenset(("number", "cents", "bytes"))


_FOR_PROGRAMS: Final = frozenset(("Id", "Key", "App id", "Every minutes", "At minute", "Version"))


def grid(table: Table, *leave_out: str) -> str:
    """A table with the columns in which something stands for a reader; "" when there is no row."""
    shown = table.without_empty((*leave_out, *_FOR_PROGRAMS))
    if not shown.rows or not shown.heads:
        return ""
    lines = [[plain(head.title) for head in shown.heads]]
    lines += [
        [cell(value, head.kind) for value, head in zip(row.cells, shown.heads, strict=True)]
        for row in shown.rows
    ]
    widths = [min(WIDEST, max(3, *(len(line[place]) for line in lines))) for place in range(len(shown.heads))]
    made = [_line(line, widths, shown.heads) for line in lines]
    rules = [
        "-" * (width - 1) + ":" if head.kind in _RIGHT else "-" * width
        for width, head in zip(widths, shown.heads, strict=True)
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
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        if kind == "cents":
            return dollars(int(value))
        return size_text(int(value)) if kind == "bytes" else f"{value:,}"
    if kind == "time":
        return plain(moment_words(value))
    return code(value) if kind == "name" else plain(value)


def _line(cells: list[str], widths: list[int], heads: tuple[Head, ...]) -> str:
    filled = [
        text.rjust(width) if head.kind in _RIGHT else text.ljust(width)
        for text, width, head in zip(cells, widths, heads, strict=True)
    ]
    return f"| {' | '.join(filled)} |"
