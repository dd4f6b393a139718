"""A copy or a proof while it runs: what a person sees of it, what a pipe reads, and the keys."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from screens.headless.db_live import Watch
from screens.headless.db_proof_picture import ProofPace
from screens.headless.db_voice import Voice
from screens.headless.db_work import keys_are_heard
from screens.monitor.copy import PHASES, arrange, table_line, whole
from screens.monitor.line import Line, Span, line
from screens.quantities import number, rate, sizes, span
from wizard.database.control import Control
from wizard.database.progress import CopyProgress

TABLES_SHOWN: Final = 4

TOLD_ONE_BY_ONE: Final = 60
"""Tables: of a database with more of them only the number that is proven is told."""


def copy_watch(voice: Voice, control: Control) -> Watch[CopyProgress]:
    """What shows a copy. It knows by `control` whether it is paused."""
    rows: list[str] = []
    pace = ProofPace()
    keys = "p pause   + - workers   ctrl+c stop" if keys_are_heard() else "ctrl+c stop"

    def picture(progress: CopyProgress, cells: int) -> Sequence[Line]:
        rows[:] = arrange(rows, progress.tables, TABLES_SHOWN)
        by_name = {table.name: table for table in progress.tables}
        moving = not control.paused and not progress.waiting_for
        if progress.phase == "proof":
            lines = pace.lines(progress, cells, moving=moving)
        else:
            lines = whole(progress, cells, moving=moving, known=True)
        lines += [table_line(by_name[name], cells, moving=moving) for name in rows]
        if control.paused:
            lines.append(line(Span("⏸ paused", "attention"), "   p goes on   ctrl+c stops"))
            return lines
        if progress.waiting_for:
            lines.append(line(Span(f"waits for {progress.waiting_for}", "attention")))
        lines.append(line(Span(keys, "muted")))
        return lines

    return Watch(
        voice,
        picture=picture,
        words=lambda progress: _words(progress, pace, control.paused),
        fields=lambda progress: _fields(progress, pace),
    )


def copy_keys(control: Control, watch: Watch[CopyProgress]) -> Mapping[str, Callable[[], None]]:
    """What single keys do while a copy runs; no keys where nothing shows them."""
    if not watch.in_place:
        return {}

    def pause() -> None:
        if control.paused:
            control.resume()
        else:
            control.pause()
        watch.again()

    return {
        "p": pause,
        "+": lambda: control.add_workers(1),
        "=": lambda: control.add_workers(1),
        "-": lambda: control.add_workers(-1),
    }


class Proven:
    """Tells each table the moment it is proven, or differs, once."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._told: set[str] = set()

    def look(self, progress: CopyProgress, watch: Watch[CopyProgress]) -> None:
        """Tell what has come since the last look."""
        for table in progress.tables:
            if table.state not in ("proven", "differs") or table.name in self._told:
                continue
            self._told.add(table.name)
            self._voice.event("table", name=table.name, state=table.state, rows=table.rows, bytes=table.bytes)
            if len(progress.tables) <= TOLD_ONE_BY_ONE and not self._voice.json:
                mark = "✓ proven " if table.state == "proven" else "✗ differs"
                watch.say(f"{mark} {table.name}, {number(table.rows)} row{'s' * (table.rows != 1)}")


def _words(progress: CopyProgress, pace: ProofPace, paused: bool) -> str:
    if progress.phase == "proof":
        done, of = pace.parts(progress)
        parts = pace.words(progress, moving=not paused and not progress.waiting_for)
        parts.insert(1, f"{done:,} of {of:,} part{'s' * (of != 1)}")
        return _with_reason(parts, progress, paused)
    parts = [PHASES.get(progress.phase, progress.phase)]
    if progress.bytes and progress.phase != "done":
        parts.append(sizes(progress.bytes, progress.estimated_bytes))
    if progress.rate > 0 and progress.phase != "done":
        parts.append(rate(progress.rate))
    if progress.seconds_left is not None:
        parts.append(f"rows: {span(*progress.seconds_left)} left")
    if progress.tables:
        parts.append(f"{progress.tables_proven} of {len(progress.tables)} tables proven")
    return _with_reason(parts, progress, paused)


def _with_reason(parts: list[str], progress: CopyProgress, paused: bool) -> str:
    if paused:
        parts.append("paused")
    elif progress.waiting_for:
        parts.append(f"waits for {progress.waiting_for}")
    return " · ".join(parts)


def _fields(progress: CopyProgress, pace: ProofPace) -> dict[str, object]:
    done, of = pace.parts(progress)
    return {
        "phase": progress.phase,
        "bytes": progress.bytes,
        "estimated_bytes": progress.estimated_bytes,
        "rows": progress.rows,
        "rate": round(progress.rate),
        "seconds_left": list(progress.seconds_left) if progress.seconds_left else None,
        "workers": progress.workers,
        "tables": len(progress.tables),
        "tables_proven": progress.tables_proven,
        "parts_done": done,
        "parts": of,
        "waiting_for": progress.waiting_for,
    }
