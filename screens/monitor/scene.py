"""The whole monitor: a snapshot of a run becomes the lines of the run screen."""

from typing import Final, NamedTuple

from screens.monitor.copy import arrange, sparks, table_line, whole
from screens.monitor.dns import open_watch, watch_picture
from screens.monitor.guide import guide_picture, open_guide
from screens.monitor.line import EMPTY, Line, Span, Tone, fit, line, pad, spread, wrap
from screens.monitor.source import source_lines
from screens.monitor.status import Status, handle, open_gate, remedy_lines, status, why_lines
from screens.monitor.steps import around, coming, event_lines, title, tunnel_lines
from screens.monitor.store import current_store, part_lines, store_lines
from screens.monitor.tokens import token_lines
from screens.worn_words import AS_THEY_COME, WornWords
from wizard.database.progress import CopyProgress
from wizard.run.journal import Event
from wizard.run.view import GateView, RunView
from wizard.stores.progress import StoreProgress

_MARKS: Final[dict[str, tuple[str, Tone]]] = {"good": ("✓", "good"), "look": ("⚠", "attention")}

UNWATCHED: Final = ("worker gone", "not taken back", "silent")
"""Words of a status in which nobody watches what is shown: it is what was seen last."""

MOST_PARTS: Final = 6
"""Lines for the parts of a store."""

TIMED: Final = ("running", "waiting", "going back")
"""Words of a status in which it is said how long a step has been at work."""

LABEL: Final = 13
"""Cells of the words at the left of a gate's lines."""


class Seen(NamedTuple):
    """What the monitor read at one moment: the run, the newest events, the newest lines of the log of step
    `log_of` (the current one, or the last before it that has any), and for how many seconds the current step
    has been at work (None: not known); `demo` when it is the run of the guided demo. `keys` puts the keys of
    the person into a sentence."""

    view: RunView
    events: tuple[Event, ...] = ()
    log: tuple[str, ...] = ()
    log_of: str = ""
    age: float | None = None
    demo: bool = False
    keys: WornWords = AS_THEY_COME


class Kept(NamedTuple):
    """What must stay from one second to the next so that nothing moves without need: the names in the
    table rows, and the row of blocks that shows the last minute."""

    rows: tuple[str, ...] = ()
    sparks: str = ""
    beats: int = 0


class Scene(NamedTuple):
    """The lines, and what to pass in again the next time."""

    lines: list[Line]
    kept: Kept


def scene(seen: Seen, cells: int, height: int, kept: Kept) -> Scene:
    """The monitor in `height` lines of `cells` cells."""
    view = seen.view
    now = status(view)
    now = now._replace(why=seen.keys(now.why))
    copy = current_copy(view)
    store = current_store(view)
    top = _top(seen, now, copy, store, cells)
    bottom = _bottom(seen, now, cells, kept.sparks if now.moving and copy else "")
    room = height - len(top) - len(bottom)
    main, rows = _main(seen, now, copy, (cells, max(0, room)), kept)
    main += [EMPTY] * (room - len(main))
    beats = (kept.beats + 1) % 5
    blocks = sparks(copy.history) if copy and (beats == 0 or not kept.sparks) else kept.sparks
    return Scene([*top, *main, *bottom][:height], Kept(rows, blocks if copy else "", beats))


def current_copy(view: RunView) -> CopyProgress | None:
    """The copy that the current step is about, None when it is about something else or it is over."""
    current = view.current
    if current is None or view.run.state in ("done", "taken-back", "going-back"):
        return None
    if current.step.kind not in ("copy", "refresh", "constraints", "prove"):
        return None
    return view.copies.get(handle(view))


def _top(
    seen: Seen, now: Status, copy: CopyProgress | None, store: StoreProgress | None, cells: int
) -> list[Line]:
    lines = [title(seen.view, cells, age=seen.age if now.word in TIMED else None)]
    # A line is kept for the reason even when there is none: figures below it do not jump about.
    why = why_lines(now, cells, 5) + remedy_lines(seen.view, cells, seen.keys)
    if not why and (copy is not None or store is not None):
        why = [EMPTY]
    lines += why
    if copy is not None:
        lines += [*whole(copy, cells, moving=now.moving, known=now.word not in UNWATCHED)]
    elif store is not None:
        lines += store_lines(store, cells, moving=now.moving, known=now.word not in UNWATCHED)
        lines += part_lines(store, cells, MOST_PARTS)
    lines.append(EMPTY)
    return lines


def _main(
    seen: Seen, now: Status, copy: CopyProgress | None, area: tuple[int, int], kept: Kept
) -> tuple[list[Line], tuple[str, ...]]:
    view = seen.view
    cells, room = area
    gate = open_gate(view)
    if gate is not None:
        lines = gate_lines(gate, cells, seen.keys)
        if len(lines) > room > 0:
            hidden = len(lines) - room + 1
            lines[room - 1 :] = [line(Span(seen.keys(f"… {hidden} more lines: enter shows all"), "muted"))]
        return lines, ()
    watch = open_watch(view)
    if watch is not None:
        return watch_picture(watch, cells, demo=seen.demo, keys=seen.keys)[: max(0, room)], ()
    guide = open_guide(view)
    if guide is not None:
        lines = guide_picture(guide, cells, seen.keys)
        if len(lines) > room > 0:
            lines[room - 1 :] = [
                line(Span(seen.keys(f"… {len(lines) - room + 1} more lines: enter lists them"), "muted"))
            ]
        return lines, ()
    lines = []
    rows: tuple[str, ...] = ()
    if copy is not None:
        few = min(len(copy.tables), max(1, room - 1), 12 if room > 24 else room)
        rows = tuple(arrange(kept.rows, copy.tables, few))
        by_name = {table.name: table for table in copy.tables}
        lines += [table_line(by_name[name], cells, moving=now.moving) for name in rows]
        more = len(copy.tables) - len(rows)
        if more > 0:
            lines.append(
                spread(
                    line(Span(f"… {more:,} more", "muted")),
                    line(Span(seen.keys("t all tables"), "muted")),
                    cells,
                )
            )
    elif seen.log and seen.log_of == view.run.current and room >= 5:
        few = min(len(seen.log), max(3, room // 2))
        lines += [*around(view, now, cells, room - few - 1), EMPTY]
        lines += [fit(line(Span(words, "muted")), cells) for words in seen.log[-few:]]
    else:
        return around(view, now, cells, room), ()
    left = room - len(lines)
    if copy is not None and left > 6:
        steps = min(len(view.steps), max(4, left - 8))
        lines += [EMPTY, *around(view, now, cells, steps)]
        left = room - len(lines)
        if left > 3 and seen.events:
            lines += [EMPTY, *event_lines(seen.events, left - 1)]
    return lines, rows


def gate_lines(gate: GateView, cells: int, keys: WornWords = AS_THEY_COME) -> list[Line]:
    """What is true now and what will happen: the same words in the monitor and in the gate itself."""
    lines: list[Line] = []
    for at, (state, words) in enumerate(gate.true_now):
        glyph, tone = _MARKS.get(state, ("·", "plain"))
        first, *rest = wrap(keys(words), cells - LABEL - 2) or [EMPTY]
        label = "True now" if at == 0 else ""
        lines.append(line(Span(pad(label, LABEL), "muted"), Span(f"{glyph} ", tone), *first))
        lines += [line(" " * (LABEL + 2), *more) for more in rest]
    lines += labelled("Will happen", gate.duration, cells)
    for words in gate.will_happen:
        first, *rest = wrap(words, cells - LABEL - 2) or [EMPTY]
        lines.append(line(" " * LABEL, "· ", *first))
        lines += [line(" " * (LABEL + 2), *more) for more in rest]
    lines += labelled("Way back", keys(gate.way_back), cells)
    return lines


def labelled(label: str, words: str, cells: int) -> list[Line]:
    """`words` wrapped beside a label."""
    first, *rest = wrap(words, cells - LABEL) or [EMPTY]
    return [line(Span(pad(label, LABEL), "muted"), *first), *(line(" " * LABEL, *more) for more in rest)]


def _bottom(seen: Seen, now: Status, cells: int, blocks: str) -> list[Line]:
    view = seen.view
    if view.run.state in ("done", "taken-back"):
        return []
    lines: list[Line] = [EMPTY]
    lines += [fit(one, cells) for one in tunnel_lines(view, known=now.word not in UNWATCHED)]
    if blocks and len(lines) > 1:
        lines[-1] = spread(lines[-1], line(Span(blocks, "muted")), cells)
    lines += [fit(one, cells) for one in (*source_lines(view, seen.keys), *token_lines(view))]
    if view.run.state not in ("stopped", "going-back"):
        lines.append(coming(view, cells))
    return lines
