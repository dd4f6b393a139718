"""A restore while it runs: what a person sees of it, what a pipe reads, and the keys."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

import msgspec

from screens.headless.db_live import Watch
from screens.headless.db_voice import Voice
from screens.headless.db_work import keys_are_heard
from screens.monitor.bar import bar
from screens.monitor.line import Line, Span, line
from screens.quantities import rate, size, span
from wizard.database.control import Control
from wizard.database.restore_progress import RestoreProgress

PHASES: Final = {
    "schema": "making the tables",
    "data": "restoring rows",
    "indexes": "building indexes and constraints",
    "analyze": "gathering statistics",
    "done": "done",
}


def restore_watch(voice: Voice, why: Callable[[], str] = str) -> Watch[RestoreProgress]:
    """What shows a restore. `why` tells why the dump does not come, where that is known."""

    def with_reason(progress: RestoreProgress) -> RestoreProgress:
        reason = why() if progress.waits_for_dump else ""
        if not reason:
            return progress
        return msgspec.structs.replace(progress, waiting_for=f"{progress.waiting_for} ({reason})")

    return Watch(
        voice,
        picture=lambda progress, cells: _picture(with_reason(progress), cells),
        words=lambda progress: _words(with_reason(progress)),
        fields=lambda progress: _fields(with_reason(progress)),
    )


def _parts(progress: RestoreProgress) -> list[str]:
    parts = [PHASES.get(progress.phase, progress.phase)]
    if progress.phase in ("schema", "data", "indexes"):
        if not progress.ended:
            parts.append(size(progress.bytes) + (f" of {size(progress.total)}" if progress.total else ""))
        if progress.phase == "data" and progress.rate > 0:
            parts.append(rate(progress.rate))
        if progress.seconds_left:
            parts.append(f"{span(*progress.seconds_left)} left for the rows")
    if progress.errors:
        parts.append(f"{progress.errors} error{'s' * (progress.errors != 1)} to judge")
    return parts


def _at(progress: RestoreProgress) -> str:
    # What pg_restore has begun with: that it is done is known when the next one begins.
    return f"object {progress.entries_done} of {progress.entries}" if progress.entries_done else ""


def _words(progress: RestoreProgress) -> str:
    parts = _parts(progress)
    if progress.phase in ("data", "indexes"):
        parts.insert(1, _at(progress))
    if progress.paused:
        parts.append("paused")
    elif progress.waiting_for:
        parts.append(f"waits for {progress.waiting_for}")
    return " · ".join(parts)


def _bar(progress: RestoreProgress, cells: int) -> Line:
    """How much of the dump was read, where its length is known and not all of it was; else how many objects
    are done."""
    if progress.total and not progress.ended:
        share, of = progress.bytes / progress.total, "of the dump"
    else:
        share, of = max(0, progress.entries_done - 1) / max(1, progress.entries), "of the objects"
    words = f"{min(99, int(share * 100))} % {of}"
    return bar(share, words, cells)


def _picture(progress: RestoreProgress, cells: int) -> Sequence[Line]:
    doing = " · ".join(words for words in (_at(progress), progress.doing) if words)
    lines = [_bar(progress, cells), line(" · ".join(_parts(progress))), line(Span(doing, "muted"))]
    if progress.paused:
        return [*lines, line(Span("⏸ paused", "attention"), "   p goes on   ctrl+c stops")]
    if progress.waiting_for:
        lines.append(line(Span(f"waits for {progress.waiting_for}", "attention")))
    # Once all of the dump was handed over nothing can be held up any more.
    pauses = not progress.ended and keys_are_heard()
    return [*lines, line(Span("p pause   ctrl+c stop" if pauses else "ctrl+c stop", "muted"))]


def _fields(progress: RestoreProgress) -> dict[str, object]:
    return {
        "phase": progress.phase,
        "bytes": progress.bytes,
        "total": progress.total,
        "rate": round(progress.rate),
        "seconds_left": list(progress.seconds_left) if progress.seconds_left else None,
        "objects_done": progress.entries_done,
        "objects": progress.entries,
        "doing": progress.doing,
        "errors": progress.errors,
        "paused": progress.paused,
        "waiting_for": progress.waiting_for,
    }


def restore_keys(control: Control, watch: Watch[RestoreProgress]) -> Mapping[str, Callable[[], None]]:
    """What single keys do while a restore runs; no keys where nothing shows them."""
    if not watch.in_place:
        return {}

    def pause() -> None:
        last = watch.last
        if control.paused:
            control.resume()
        elif last is None or not last.ended:
            control.pause()

    return {"p": pause}
