"""The copy of a database as lines: the whole, and the tables that matter now."""

from collections.abc import Sequence
from typing import Final

from screens.monitor import proof
from screens.monitor.bar import bar
from screens.monitor.line import Line, Span, Tone, crop, line, pad
from screens.quantities import ESTIMATE, number, numbers, percent, rate, size, sizes, span
from wizard.database.progress import CopyProgress, TableProgress

PHASES: Final = {
    "schema": "making the tables",
    "data": "copying rows",
    "indexes": "building indexes",
    "keys": "checking foreign keys",
    "constraints": "adding constraints",
    "sequences": "setting sequences",
    "analyze": "gathering statistics",
    "proof": "proving each table",
    "done": "done",
}

_SPARKS = "▁▂▃▄▅▆▇█"

_ACTIVE = ("differs", "failed", "copying", "indexing", "proving")
"""The states that a person wants to see first, most pressing first."""


def whole(copy: CopyProgress, cells: int, *, moving: bool, known: bool) -> list[Line]:
    """The bar and the figures of the whole database, two lines. `known` is False for what was seen last."""
    if copy.phase == "proof":
        doing, *figures = proof.words(copy)
        return proof.lines(copy, cells, [doing if known else f"seen last: {doing}", *figures])
    return [_bar(copy, cells), _figures(copy, cells, moving=moving, known=known)]


def _bar(copy: CopyProgress, cells: int) -> Line:
    if copy.phase == "done":
        share: int | None = 100
        right = f"100 %  {size(copy.bytes)}"
    else:
        share = percent(copy.bytes, copy.estimated_bytes)
        right = sizes(copy.bytes, copy.estimated_bytes)
        if share is not None:
            right = f"{ESTIMATE}{share} %  {right}"
        else:
            right = f"{size(copy.bytes)} so far, the whole is not known"
    if share is None:
        room = max(8, cells - max(24, len(right)) - 2)
        return line(Span("─" * room, "muted"), " ", Span(right, "strong"))
    return bar(share / 100, right, cells)


def _figures(copy: CopyProgress, cells: int, *, moving: bool, known: bool) -> Line:
    doing = _doing(copy)
    parts = [doing if known else f"seen last: {doing}"]
    if moving and copy.phase != "done":
        if copy.rate > 0:
            parts.append(rate(copy.rate))
        if copy.seconds_left is not None:
            parts.append(f"rows: {span(*copy.seconds_left)} left")
        elif doing == PHASES["data"]:
            parts.append("time left not known yet")
    if copy.tables:
        parts.append(f"{copy.tables_proven:,} of {len(copy.tables):,} tables proven")
    words = " · ".join(parts)
    workers = f" · {copy.workers} worker{'s' * (copy.workers > 1)}"
    # What a person misses least goes first when the line is short.
    if moving and copy.workers and copy.phase != "done" and len(words) + len(workers) <= cells:
        words += workers
    return line(words)


def _doing(copy: CopyProgress) -> str:
    """What happens now, in words: within the copying of rows, what the tables are really at."""
    states = {table.state for table in copy.tables}
    if copy.phase == "data" and "copying" not in states:
        if "indexing" in states:
            return PHASES["indexes"]
        if "proving" in states:
            return PHASES["proof"]
    return PHASES.get(copy.phase, copy.phase)


def sparks(history: Sequence[float], *, seconds: int = 5) -> str:
    """The last minute of bytes a second as a row of blocks, one for `seconds` figures."""
    cut = len(history) % seconds
    groups = [history[at : at + seconds] for at in range(cut, len(history), seconds)]
    means = [sum(group) / len(group) for group in groups]
    top = max(means, default=0.0)
    if top <= 0 or len(means) < 3:
        return ""
    return "".join(_SPARKS[min(7, int(mean / top * 7.999))] for mean in means)


def arrange(before: Sequence[str], tables: Sequence[TableProgress], room: int) -> list[str]:
    """Which tables stand in `room` rows: those at work first, and whoever stands stays in its row.

    A row changes its table only when the table is no longer at work and another one is. So nothing moves
    that did not change.
    """
    by_name = {table.name: table for table in tables}
    ranked = [table.name for table in sorted(tables, key=_rank)]
    at_work = [name for name in ranked if by_name[name].state in _ACTIVE][:room]
    rows: list[str | None] = [name if name in by_name else None for name in before[:room]]
    rows += [None] * (min(room, len(tables)) - len(rows))
    absent = [name for name in at_work if name not in rows]
    fillers = [name for name in ranked if name not in rows and name not in absent]
    for at, name in enumerate(rows):
        if name is None or (absent and by_name[name].state not in _ACTIVE):
            rows[at] = absent.pop(0) if absent else (fillers.pop(0) if fillers else None)
    # More at work than rows, some of them newer and more pressing: a failed table is never hidden.
    for name in absent:
        if by_name[name].state in ("differs", "failed"):
            rows[-1] = name
    return [name for name in rows if name is not None]


def _rank(table: TableProgress) -> tuple[int, int, str]:
    order = (*_ACTIVE, "waiting", "copied", "proven")
    return (order.index(table.state), -max(table.bytes, table.estimated_bytes), table.name)


def ranked(tables: Sequence[TableProgress]) -> list[TableProgress]:
    """All tables: those at work first, then those to come, then those done; the largest first."""
    return sorted(tables, key=_rank)


def table_line(table: TableProgress, cells: int, *, moving: bool) -> Line:
    """One table in a line of `cells` cells."""
    wide = cells >= 100
    # Not wider than names are, or the figures stand too far from them.
    name = min(44, max(16, cells - (66 if wide else 60)))
    # A table that waits and has rows was copied before, and is looked at again.
    again = table.state == "waiting" and table.rows > 0
    over = again or table.state in ("copied", "proven", "proving", "indexing", "differs")
    rows = (number(table.rows) if over else numbers(table.rows, table.estimated_rows)) + " rows"
    if not over and not table.rows and not table.estimated_rows and table.estimated_bytes:
        # The source has no statistics of it.
        rows = "rows not known"
    amount = size(table.bytes) if over else sizes(table.bytes, table.estimated_bytes)
    if over and table.rows and not table.bytes:
        # A proof by itself carries none.
        amount = f"{table.part:,} of {table.parts:,} parts" if table.part < table.parts else ""
    speed = rate(table.rate) if moving and table.state == "copying" and table.rate > 0 else ""
    word, tone = _state(table)
    figures: Tone = "muted" if table.state in ("waiting", "proven", "copied") else "plain"
    return line(
        Span(pad(shorten(table.name, name), name), figures),
        " ",
        Span(pad(rows, 21 if wide else 20, right=True), figures),
        " ",
        Span(pad(amount, 20 if wide else 17, right=True), figures),
        " ",
        Span(pad(speed, 8, right=True), figures),
        "  ",
        Span(word, tone),
    )


def _state(table: TableProgress) -> tuple[str, Tone]:
    match table.state:
        case "waiting":
            return "○ to come", "muted"
        case "copying":
            if table.parts > 1:
                count = f"{min(table.part + 1, table.parts)}/{table.parts}"
                # Of more than 99 parts the numbers alone fit.
                return count if table.parts > 99 else f"part {count}", "plain"
            return "● copying", "plain"
        case "indexing":
            if table.indexes:
                return f"index {min(table.indexes_done + 1, table.indexes)}/{table.indexes}", "plain"
            return "● indexing", "plain"
        case "proving":
            return "● proving", "plain"
        case "copied":
            return "copied", "plain"
        case "proven":
            return "✓ proven", "good"
        case "differs":
            return "✗ differs", "bad"
    return "✗ failed", "bad"


def shorten(name: str, cells: int) -> str:
    """A table's name: `public.` goes first when room is short, for it says least."""
    if len(name) > cells:
        name = name.removeprefix("public.")
    return crop(name, cells)
