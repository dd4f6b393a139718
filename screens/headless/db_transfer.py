"""A backup that is made and downloaded, while that goes on."""

import time
from collections import deque
from collections.abc import Sequence

from screens.headless.db_live import Watch
from screens.headless.db_voice import Voice
from screens.monitor.line import Line, Span, line, spread
from screens.quantities import duration, rate, size, span
from wizard.model.noun import Noun

BETWEEN = 0.25
"""Seconds between two pictures: pieces come many times a second."""


class TransferProgress(Noun, frozen=True, kw_only=True):
    """`phase`: capture (Heroku makes the backup) or download. `bytes` of `total`; None: not known."""

    phase: str
    bytes: int
    total: int | None


class TransferWatch(Watch[TransferProgress]):
    """Shows a transfer. Rates and times are of what this process saw."""

    def __init__(self, voice: Voice) -> None:
        super().__init__(voice, picture=self._lines, words=self._line, fields=self._json)
        self._seen: deque[tuple[float, int]] = deque(maxlen=60)
        self._phase = ""
        self._began = time.monotonic()
        self._shown_at = 0.0

    def report(self, snapshot: TransferProgress) -> None:
        """Show a snapshot, if one was not shown a moment ago."""
        now = time.monotonic()
        if snapshot.phase != self._phase:
            self._phase, self._began, self._shown_at = snapshot.phase, now, 0.0
            self._seen.clear()
        if snapshot.bytes == snapshot.total or now - self._shown_at >= BETWEEN:
            self._shown_at = now
            self._seen.append((now, snapshot.bytes))
            super().report(snapshot)

    def _rate(self) -> float:
        if len(self._seen) < 2:
            return 0.0
        (then, before), (now, after) = self._seen[0], self._seen[-1]
        return (after - before) / (now - then) if now - then > 0.5 else 0.0

    def _parts(self, progress: TransferProgress) -> list[str]:
        if progress.phase == "capture":
            said = [f"Heroku makes the backup, since {duration(time.monotonic() - self._began)}"]
            return said + ([f"{size(progress.bytes)} so far"] if progress.bytes else [])
        parts = ["downloading"]
        parts.append(size(progress.bytes) + (f" of {size(progress.total)}" if progress.total else ""))
        speed = self._rate()
        if speed > 0:
            parts.append(rate(speed))
            if progress.total:
                seconds = (progress.total - progress.bytes) / speed
                parts.append(f"{span(seconds * 0.8, seconds * 1.5)} left")
        return parts

    def _line(self, progress: TransferProgress) -> str:
        return " · ".join(self._parts(progress))

    def _lines(self, progress: TransferProgress, cells: int) -> Sequence[Line]:
        lines = [line(self._line(progress))]
        if progress.total:
            right = f"{min(99, 100 * progress.bytes // progress.total)} %"
            room = max(8, cells - 8)
            full = room * progress.bytes // progress.total
            bar = (Span("━" * full, "accent"), Span("─" * (room - full), "muted"))
            lines.insert(0, spread(line(*bar), line(Span(right, "strong")), cells))
        lines.append(line(Span("ctrl+c stop", "muted")))
        return lines

    def _json(self, progress: TransferProgress) -> dict[str, object]:
        return {
            "phase": progress.phase,
            "bytes": progress.bytes,
            "total": progress.total,
            "rate": round(self._rate()),
        }


def transfer_watch(voice: Voice) -> TransferWatch:
    """What shows a backup on its way."""
    return TransferWatch(voice)
