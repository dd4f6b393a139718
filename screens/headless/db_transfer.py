"""A backup that is made and downloaded, while that goes on."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Final

from screens.headless.db_live import Watch
from screens.headless.db_voice import Voice
from screens.monitor.bar import bar
from screens.monitor.line import Line, Span, line
from screens.quantities import duration, rate, size, span
from wizard.model.noun import Noun

BETWEEN = 0.25
"""Seconds between two pictures: pieces come many times a second."""


class TransferProgress(Noun, frozen=True, kw_only=True):
    """`phase`: ask (for a backup), capture (Heroku makes it), download or check (whether a file is whole).
    `bytes` of `total`; None: not known."""

    phase: str
    bytes: int
    total: int | None


SILENT: Final = {"ask": 2.0, "capture": 8.0, "download": 2.0, "check": 2.0}
"""Seconds without a report after which that is told; of a capture one comes every 3 s."""

_PHASES: Final = {
    "ask": "asking Heroku for a backup",
    "capture": "Heroku makes the backup",
    "download": "downloading",
    "check": "looking whether the file is whole",
}


class TransferWatch(Watch[TransferProgress]):
    """Shows a transfer. Rates and times are of what this process saw.

    Attributes:
        why: says why nothing comes, when the one that gives the bytes knows it.
    """

    def __init__(self, voice: Voice) -> None:
        super().__init__(voice, picture=self._lines, words=self._line, fields=self._json)
        self.why: Callable[[], str] = str
        self._seen: deque[tuple[float, int]] = deque(maxlen=60)
        self._phase = ""
        self._began = time.monotonic()
        self._shown_at = self._heard_at = 0.0
        self._end = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="offramp-silence", daemon=True)

    def __enter__(self) -> "TransferWatch":
        super().__enter__()
        self._ticker.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end.set()
        self._ticker.join()
        super().__exit__(kind, error, trace)

    def report(self, snapshot: TransferProgress) -> None:
        """Show a snapshot, if one was not shown a moment ago."""
        now = self._heard_at = time.monotonic()
        if snapshot.phase != self._phase:
            self._phase, self._began, self._shown_at = snapshot.phase, now, 0.0
            self._seen.clear()
        if snapshot.bytes == snapshot.total or now - self._shown_at >= BETWEEN:
            self._shown_at = now
            self._seen.append((now, snapshot.bytes))
            super().report(snapshot)

    def _tick(self) -> None:
        """While nothing is reported, that is what there is to tell."""
        while not self._end.wait(1.0):
            if self.last is not None and self._silent():
                self._seen.clear()
                super().report(self.last)

    def _silent(self) -> int:
        """Whole seconds without a report, 0 while that is nothing special."""
        seconds = time.monotonic() - self._heard_at
        return int(seconds) if seconds >= SILENT.get(self._phase, 2.0) else 0

    def _rate(self) -> float:
        if len(self._seen) < 2:
            return 0.0
        (then, before), (now, after) = self._seen[0], self._seen[-1]
        return (after - before) / (now - then) if now - then > 0.5 else 0.0

    def _parts(self, progress: TransferProgress) -> list[str]:
        parts = [_PHASES[progress.phase]]
        if progress.phase == "capture":
            parts.append(f"watched for {duration(time.monotonic() - self._began)}")
            parts += [f"{size(progress.bytes)} so far"] if progress.bytes else []
        elif progress.phase != "ask":
            parts.append(size(progress.bytes) + (f" of {size(progress.total)}" if progress.total else ""))
        if silent := self._silent():
            parts.append(
                f"{'no answer' if progress.phase in ('ask', 'capture') else 'nothing'} for {silent} s"
            )
        elif progress.phase == "download" and (speed := self._rate()) > 0:
            parts.append(rate(speed))
            if progress.total:
                seconds = (progress.total - progress.bytes) / speed
                parts.append(f"{span(seconds * 0.8, seconds * 1.5)} left")
        return parts

    def _waits(self) -> str:
        return self.why() if self._silent() else ""

    def _line(self, progress: TransferProgress) -> str:
        waits = self._waits()
        return " · ".join([*self._parts(progress), *([f"waits for {waits}"] if waits else [])])

    def _lines(self, progress: TransferProgress, cells: int) -> Sequence[Line]:
        lines = [line(" · ".join(self._parts(progress)))]
        if waits := self._waits():
            lines.append(line(Span(f"waits for {waits}", "attention")))
        if progress.total:
            right = f"{min(99, 100 * progress.bytes // progress.total)} %"
            lines.insert(0, bar(progress.bytes / progress.total, right, cells))
        lines.append(line(Span("ctrl+c stop", "muted")))
        return lines

    def _json(self, progress: TransferProgress) -> dict[str, object]:
        return {
            "phase": progress.phase,
            "bytes": progress.bytes,
            "total": progress.total,
            "rate": round(self._rate()),
            "silent_seconds": self._silent(),
            "waiting_for": self._waits(),
        }


def transfer_watch(voice: Voice) -> TransferWatch:
    """What shows a backup on its way."""
    return TransferWatch(voice)
