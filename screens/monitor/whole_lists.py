"""The long lists behind the monitor: all tables, all steps, what happened, the log."""

from typing import Literal

from screens.monitor.copy import ranked, table_line
from screens.monitor.line import Line, Span, line, wrap
from screens.monitor.scene import Seen
from screens.monitor.status import coded, status
from screens.monitor.steps import PHASES, step_line
from screens.monitor.store import whole_store
from screens.quantities import clock

Kind = Literal["tables", "steps", "events", "log"]

TITLES: dict[Kind, str] = {
    "tables": "All tables",
    "steps": "All steps",
    "events": "What happened",
    "log": "Log",
}

EMPTY_WORDS: dict[Kind, str] = {
    "tables": "No table was copied yet.",
    "steps": "There are no steps.",
    "events": "Nothing happened yet.",
    "log": "No step has a log yet. Deploys and operations on the target have one.",
}


def lines_of(kind: Kind, seen: Seen, cells: int) -> list[Line]:
    """The whole list, as long as it is; empty when there is nothing to show."""
    match kind:
        case "tables":
            return _tables(seen, cells)
        case "steps":
            return _steps(seen, cells)
        case "events":
            return [
                part
                for event in seen.events
                for part in _hanging(f"{clock(event.at)}  ", seen.keys(event.text), cells)
            ]
    return [part for words in seen.log for part in wrap(words, cells) or [()]]


def title_of(kind: Kind, seen: Seen) -> str:
    """What stands above the list."""
    if kind == "log" and seen.log_of:
        number, title = next(
            (step.number, step.step.title) for step in seen.view.steps if step.step.key == seen.log_of
        )
        return f"Log of step {number}: {title}"
    return TITLES[kind]


def follows_end(kind: Kind) -> bool:
    """Whether the newest stands last, so that the list begins at its end."""
    return kind in ("events", "log")


def _tables(seen: Seen, cells: int) -> list[Line]:
    moving = status(seen.view).moving
    lines: list[Line] = []
    for name, copy in sorted(seen.view.copies.items()):
        if len(seen.view.copies) + len(seen.view.stores) > 1:
            lines.append(line(Span(name, "strong")))
        lines += [table_line(table, cells, moving=moving) for table in ranked(copy.tables)]
    for name, store in sorted(seen.view.stores.items()):
        lines.append(line(Span(name, "strong")))
        lines += whole_store(store, seen.view.store_proofs.get(name), cells)
    return lines


def _steps(seen: Seen, cells: int) -> list[Line]:
    now = status(seen.view)
    lines: list[Line] = []
    phase = ""
    for step in seen.view.steps:
        if step.step.phase != phase:
            phase = step.step.phase
            lines.append(line(Span(PHASES[phase], "accent")))
        lines.append(step_line(seen.view, step, now, cells))
        record = step.record
        if record.trouble is not None:
            for words in (record.trouble.cause, record.trouble.remedy):
                lines += wrap(
                    seen.keys(words), cells, "bad" if record.state == "failed" else "muted", indent=" " * 7
                )
            lines = coded(lines, record.trouble.code, cells, " " * 7)
        elif record.evidence is not None and record.state == "done":
            lines += wrap(record.evidence.summary, cells, "muted", indent=" " * 7)
    return lines


def _hanging(label: str, words: str, cells: int) -> list[Line]:
    first, *rest = wrap(words, cells - len(label)) or [()]
    return [line(Span(label, "muted"), *first), *(line(" " * len(label), *more) for more in rest)]
