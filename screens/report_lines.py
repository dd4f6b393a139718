"""The report as lines of a screen: the verdict first, what is left to do next, the proof, then the rest."""

from collections.abc import Iterable

from textual.content import Content

from screens.marks import ATTENTION, BAD, GLYPHS, GOOD, MUTED, STRONG, marked
from screens.quantities import day_and_clock, exact
from wizard.database.progress import Proof, TableProof
from wizard.report.report import Report, Timing


def content(report: Report, width: int) -> Content:
    """The whole report, `width` cells wide; long texts wrap."""
    blocks = [
        _verdict(report),
        _todo(report),
        *(_proof(proof, width) for proof in report.proofs),
        _moved(report),
        _left(report),
        _config(report),
        _timings(report, width),
        _events(report),
    ]
    return Content("\n\n").join([block for block in blocks if block.plain])


def _lines(title: str, lines: Iterable[Content]) -> Content:
    found = list(lines)
    return Content("\n").join([Content.styled(title, STRONG), *found]) if found else Content("")


def _verdict(report: Report) -> Content:
    mark = {"done": ("done", GOOD), "taken-back": ("look", ATTENTION)}.get(report.state, ("now", ATTENTION))
    glyph = GLYPHS["done"] if mark[0] == "done" else GLYPHS["look"]
    when = f"begun {day_and_clock(report.started_at)}"
    if report.ended_at:
        when += f" · ended {day_and_clock(report.ended_at)}"
    if report.accounts:
        when += f" · {', '.join(report.accounts)}"
    return Content.assemble((f"{glyph} {report.verdict}", mark[1]), "\n", (when, MUTED))


def _todo(report: Report) -> Content:
    return _lines(
        "Yours to do now",
        (
            Content.assemble(f"{number}  ", (todo.what, STRONG), "\n   ", todo.how)
            for number, todo in enumerate(report.todo, 1)
        ),
    )


def _proof(proof: Proof, width: int) -> Content:
    good = sum(table.equal for table in proof.tables)
    rows = sum(table.source_rows for table in proof.tables)
    title = f"Proof of {proof.database}: {good} of {len(proof.tables)} tables equal, {rows:,} rows"
    lines = [Content.assemble(marked("failed", difference)) for difference in proof.differences]
    # What differs comes first: nobody should have to look for it.
    lines += [_table(table, width) for table in sorted(proof.tables, key=lambda t: (t.equal, t.name))]
    sequences = f"{proof.sequences_checked} sequences compared, in {exact(proof.seconds)}"
    return _lines(title, [*lines, Content.styled(sequences, MUTED)])


def _table(table: TableProof, width: int) -> Content:
    room = max(16, width - 46)
    name = table.name if len(table.name) <= room else table.name[: room - 1] + "…"
    rows, digest = f"{table.source_rows:,}", table.source_digest[-10:]
    if table.equal:
        return Content.assemble(
            f"{name:<{room}} {rows:>13} rows  ", (f"…{digest:>10}", MUTED), "  ", marked("done", "equal")
        )
    return Content.assemble(
        f"{name:<{room}} {rows:>13} rows, now {table.target_rows:,}  ", (f"{GLYPHS['failed']} differs", BAD)
    )


def _moved(report: Report) -> Content:
    return _lines(
        "What moved",
        (
            Content.assemble(
                moved.what,
                (" → ", MUTED),
                moved.became,
                (f"\n   {moved.proof}" if moved.proof else "", MUTED),
            )
            for moved in report.moved
        ),
    )


def _left(report: Report) -> Content:
    return _lines(
        "Left behind", (Content.assemble(left.what, "\n   ", (left.reason, MUTED)) for left in report.left)
    )


def _config(report: Report) -> Content:
    return _lines(
        "Config vars",
        (
            Content.assemble(app, " ", (name, STRONG), "\n   ", (became, MUTED))
            for app, name, became in report.config
        ),
    )


def _timings(report: Report, width: int) -> Content:
    return _lines("Steps", (_timing(timing, width) for timing in report.timings))


def _timing(timing: Timing, width: int) -> Content:
    known = {"done": GLYPHS["done"], "failed": GLYPHS["failed"], "undone": GLYPHS["look"]}
    glyph = known.get(timing.state, GLYPHS["to-come"])
    took = "" if timing.seconds is None else exact(timing.seconds)
    room = max(20, width - 24)
    title = timing.title if len(timing.title) <= room else timing.title[: room - 1] + "…"
    return Content.assemble(f"{glyph} {timing.state:<8} {title:<{room}} ", (f"{took:>10}", MUTED))


def _events(report: Report) -> Content:
    return _lines(
        "What happened",
        (Content.assemble((event.at[11:19] + " ", MUTED), event.text) for event in report.events),
    )
