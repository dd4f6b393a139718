"""A row of the map laid out in columns, as the full screen shows it."""

from screens.map_rows import MARKS, Entry
from screens.monitor.content import content
from screens.monitor.line import Line, Span, Tone, line, pad
from screens.widgets.row_list import Row


def layout(entry: Entry, cells: int) -> Row:
    """A row of `cells` cells."""
    mark, tone = MARKS[entry.state]
    name = max(18, cells * 28 // 100)
    before = max(12, cells * 22 // 100)
    after = max(12, cells - name - before - 14)
    words: Tone = "strong" if entry.depth == 0 else "plain"
    if entry.state == "left":
        words = "muted"
    arrow = "→ " if entry.after else "  "
    columns: Line = line(
        Span(pad("  " * entry.depth + entry.name, name) + " ", words),
        Span(pad(entry.before, before) + " ", "muted"),
        Span(arrow, "muted"),
        Span(pad(entry.after, after) + " ", words if words == "muted" else "plain"),
        Span(mark, tone),
    )
    found_by = f"{entry.name} {entry.before} {entry.after} {mark} {entry.why}"
    return Row(entry.id, content(columns), found_by=found_by)
