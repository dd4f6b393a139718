"""How far a proof is. It carries no bytes: what is measured are the parts of tables that both servers have
digested, each of about the same size, and the rows in them."""

import time
from typing import Final

from screens.monitor.line import Line, Span, line, spread
from screens.quantities import number, span
from wizard.database.progress import CopyProgress

SOON: Final = 10.0
"""Seconds before anything is said of those that are left."""


class ProofPace:
    """Says how far a proof is and how long it may take, by what this process saw of it."""

    def __init__(self) -> None:
        self._began: tuple[float, int] | None = None

    def parts(self, progress: CopyProgress) -> tuple[int, int]:
        """Parts that are digested, and all of them, of both sides."""
        return (
            sum(min(table.part, table.parts) for table in progress.tables),
            sum(table.parts for table in progress.tables),
        )

    def words(self, progress: CopyProgress, *, moving: bool) -> list[str]:
        """The figures, one after the other."""
        done, whole = self.parts(progress)
        differing = sum(table.state == "differs" for table in progress.tables)
        said = ["proving each table", f"{number(progress.rows)} row{'s' * (progress.rows != 1)} compared"]
        if differing and done == whole:
            said = ["looking for the rows that differ"]
        left = self._left(done, whole)
        if moving and left:
            said.append(f"{span(*left)} left")
        said.append(f"{progress.tables_proven:,} of {len(progress.tables):,} tables proven")
        return said + ([f"{differing:,} differ{'s' * (differing == 1)}"] if differing else [])

    def lines(self, progress: CopyProgress, cells: int, *, moving: bool) -> list[Line]:
        """A bar and the figures."""
        done, whole = self.parts(progress)
        right = f"{done:,} of {whole:,} part{'s' * (whole != 1)}"
        room = max(8, cells - max(24, len(right)) - 2)
        full = room * done // max(1, whole)
        bar = (Span("━" * full, "accent"), Span("─" * (room - full), "muted"))
        return [
            spread(line(*bar), line(Span(right, "strong")), cells),
            line(" · ".join(self.words(progress, moving=moving))),
        ]

    def _left(self, done: int, whole: int) -> tuple[float, float] | None:
        now = time.monotonic()
        if self._began is None or done < self._began[1]:
            self._began = now, done
        then, before = self._began
        if now - then < SOON or done - before < 3 or done >= whole:
            return None
        seconds = (now - then) * (whole - done) / (done - before)
        return seconds * 0.7, seconds * 1.6
