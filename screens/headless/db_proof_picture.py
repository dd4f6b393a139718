"""How far a proof is, and how long it may take by what this process saw of it."""

import time
from typing import Final

from screens.monitor import proof
from screens.monitor.line import Line
from screens.quantities import span
from wizard.database.progress import CopyProgress

SOON: Final = 10.0
"""Seconds before anything is said of those that are left."""


class ProofPace:
    """Remembers when the proof began here."""

    def __init__(self) -> None:
        self._began: tuple[float, int] | None = None

    def parts(self, progress: CopyProgress) -> tuple[int, int]:
        """Parts that are digested, and all of them, of both sides."""
        return proof.parts(progress)

    def words(self, progress: CopyProgress, *, moving: bool) -> list[str]:
        """The figures, one after the other."""
        left = self._left(*proof.parts(progress))
        return proof.words(progress, f"{span(*left)} left" if moving and left else "")

    def lines(self, progress: CopyProgress, cells: int, *, moving: bool) -> list[Line]:
        """A bar and the figures."""
        return proof.lines(progress, cells, self.words(progress, moving=moving))

    def _left(self, done: int, whole: int) -> tuple[float, float] | None:
        now = time.monotonic()
        if self._began is None or done < self._began[1]:
            self._began = now, done
        then, before = self._began
        if now - then < SOON or done - before < 3 or done >= whole:
            return None
        seconds = (now - then) * (whole - done) / (done - before)
        return seconds * 0.7, seconds * 1.6
