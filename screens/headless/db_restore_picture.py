"""A restore while it runs: what a person sees of it, what a pipe reads, and the keys."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from screens.headless.db_live import Watch
from screens.headless.db_voice import Voice
from screens.monitor.line import Line, Span, line, spread
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


def restore_watch(voice: Voice) -> Watch[RestoreProgress]:
    """What shows a restore."""
    return Watch(voice, picture=_picture, words=lambda progress: " · ".join(_parts(progress)), fields=_fields)


def _parts(progress: RestoreProgress) -> list[str]:
    parts = [PHASES.get(progress.phase, progress.phase)]
    if progress.phase in ("schema", "data", "indexes"):
        amount = size(progress.bytes) + (f" of {size(progress.total)}" if progress.total else "")
        parts.append(f"{amount} of the dump read")
        if progress.phase == "data" and progress.rate > 0:
            parts.append(rate(progress.rate))
        if progress.seconds_left:
            parts.append(f"{span(*progress.seconds_left)} left for the rows")
        parts.append(f"{progress.entries_done} of {progress.entries} objects")
    if progress.errors:
        parts.append(f"{progress.errors} errors to judge")
    return parts


def _picture(progress: RestoreProgress, cells: int) -> Sequence[Line]:
    done = progress.entries_done * 100 // max(1, progress.entries)
    room = max(8, cells - 16)
    full = room * progress.entries_done // max(1, progress.entries)
    bar = (Span("━" * full, "accent"), Span("─" * (room - full), "muted"))
    return [
        spread(line(*bar), line(Span(f"{min(99, done)} % objects", "strong")), cells),
        line(" · ".join(_parts(progress))),
        line(Span(progress.doing, "muted")),
        line(Span("p pause   ctrl+c stop", "muted")),
    ]


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
    }


def restore_keys(control: Control, watch: Watch[RestoreProgress]) -> Mapping[str, Callable[[], None]]:
    """What single keys do while a restore runs; no keys where nothing shows them."""
    if not watch.in_place:
        return {}

    def pause() -> None:
        if control.paused:
            control.resume()
        else:
            control.pause()

    return {"p": pause}
