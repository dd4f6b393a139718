"""The long lists of a run, in sentences: tables, steps, what happened, the log of the target; each is listed
whole, or only what contains a text."""

from collections.abc import Callable, Sequence

from screens.monitor.copy import ranked
from screens.monitor.reading import look
from screens.monitor.scene import Seen
from screens.monitor.steps import PHASES
from screens.monitor.whole_lists import EMPTY_WORDS, Kind, title_of
from screens.plain.desk import Deed, Desk
from screens.plain.question import Help, ask_text
from screens.quantities import clock, exact, number, numbers, size, sizes, span
from wizard.database.progress import TableProgress
from wizard.run.view import StepView
from wizard.stores.progress import StoreProgress, StoreProof

HELP = Help("Enter lists all of it; a text lists only the lines that contain it, capitals or not.")

SHORT = 20
"""Lines that are listed without asking."""

WORDS: dict[Kind, str] = {
    "tables": "Read about the tables and the parts of stores",
    "steps": "Read all steps, with their times and evidence",
    "events": "Read what happened so far",
    "log": "Read the log of the target",
}

STATES = {
    "waiting": "waits",
    "copying": "is being copied",
    "indexing": "gets its indexes",
    "copied": "is copied",
    "proving": "is being proven",
    "proven": "proven equal",
    "differs": "DIFFERS",
    "failed": "FAILED",
}


def lists(desk: Desk) -> list[Deed]:
    """A deed for each list."""
    return [Deed(words, _reading(desk, kind), action=kind) for kind, words in WORDS.items()]


def _reading(desk: Desk, kind: Kind) -> Callable[[], None]:
    def read() -> None:
        seen = look(desk.session)
        lines = sentences(kind, seen) if seen is not None else []
        if seen is None or not lines:
            desk.console.say(EMPTY_WORDS[kind])
            return
        read_or_find(desk, title_of(kind, seen), lines)

    return read


def read_or_find(desk: Desk, title: str, lines: Sequence[str]) -> None:
    """Say the lines, or those with a text in them where they are many.

    Raises:
        Back, Leave, EndOfInput, Interrupted.
    """
    wanted = ""
    if len(lines) > SHORT:
        question = f"{title}: {len(lines):,} lines. A text to find in them? Enter alone lists all."
        wanted = ask_text(desk.console, question, help_=HELP, check=lambda _: "").lower()
        wanted = wanted.removeprefix("/").strip()  # as at every other list
    found = [one for one in lines if wanted in one.lower()]
    count = f", {len(found):,} of {len(lines):,} lines" if wanted else ""
    desk.console.say(f"{title}{count}:")
    for one in found:
        desk.console.say(one, indent="  ")


def sentences(kind: Kind, seen: Seen) -> list[str]:
    """A list in lines that are read aloud well: no columns, no signs alone."""
    match kind:
        case "tables":
            return _tables(seen)
        case "steps":
            return [line for step in seen.view.steps for line in _step(step)]
        case "events":
            return [f"{clock(event.at)} {event.text}" for event in seen.events]
    return [line for line in seen.log if line.strip()]


def _tables(seen: Seen) -> list[str]:
    lines = []
    for name, copy in sorted(seen.view.copies.items()):
        lines += [f"{name}, {_table(one)}" for one in ranked(copy.tables)]
    for name, store in sorted(seen.view.stores.items()):
        lines += [f"{name}, {words}" for words in _store(store, seen.view.store_proofs.get(name))]
    return lines


def _table(table: TableProgress) -> str:
    over = table.state in ("copied", "proven", "proving", "indexing", "differs")
    rows = number(table.rows) if over else numbers(table.rows, table.estimated_rows)
    amount = size(table.bytes) if over else sizes(table.bytes, table.estimated_bytes)
    part = f", part {table.part + 1:,} of {table.parts:,}" if table.part < table.parts != 1 else ""
    return f"{table.name}: {STATES.get(table.state, table.state)}, {rows} rows, {amount}{part}"


def _store(store: StoreProgress, proof: StoreProof | None) -> list[str]:
    if proof is None or not proof.parts:
        return [
            f"{one.name}: {number(one.done)} of {number(one.estimated)} {store.unit}" for one in store.parts
        ]
    how = "counted" if proof.counted else "proven equal"
    return [
        f"{one.name} {one.kind}: {how if one.equal else 'DIFFERS'}, {number(one.source)} on the source, "
        f"{number(one.target)} here"
        for one in proof.parts
    ]


def _step(step: StepView) -> list[str]:
    record, phase = step.record, PHASES[step.step.phase]
    took = f", {exact(record.seconds)}" if record.seconds is not None else ""
    state = {
        "pending": f"to come, expected {span(*step.step.seconds)}",
        "intent": "now",
        "done": f"done{took}",
        "failed": "FAILED",
        "lost": "FAILED",
        "undone": "taken back",
    }.get(record.state, record.state)
    said = ""
    if record.trouble is not None:
        said = f" {record.trouble.cause} {record.trouble.remedy}"
    elif record.evidence is not None and record.state == "done":
        said = f" {record.evidence.summary}."
    return [f"{step.number}. {phase}: {step.step.title}. {state[:1].upper()}{state[1:]}.{said}"]
