"""A bar that fills, and what it stands at."""

from screens.monitor.line import Line, Span, line, spread


def bar(share: float, right: str, cells: int) -> Line:
    """A line of `cells` cells: the bar, filled by `share` (0 to 1), and the words `right`."""
    room = max(8, cells - max(24, len(right)) - 2)
    full, half = divmod(int(room * 2 * min(1.0, share)), 2)
    drawn = line(Span("━" * full + "╸" * half, "accent"), Span("─" * (room - full - half), "muted"))
    return spread(drawn, line(Span(right, "strong")), cells)
