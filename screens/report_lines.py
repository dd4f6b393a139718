"""The report as lines of a screen: the verdict first, what is left to do next, the proof, then the rest."""

import textwrap
from collections.abc import Iterable
from typing import NamedTuple

from textual.content import Content

from screens.marks import ATTENTION, BAD, GLYPHS, GOOD, MUTED, STRONG, marked
from screens.quantities import exact
from wizard.database.progress import Proof, TableProof
from wizard.report.report import Report, Timing
from wizard.stores.progress import StoreProof

DIGITS = 8
"""Of a digest, its last, as many as a person compares."""


class Block(NamedTuple):
    """A heading, and what stands under it; each entry may have several lines."""

    title: Content
    entries: list[Content]


def content(report: Report, width: int, wanted: str = "") -> Content:
    """The whole report, `width` cells wide; long texts wrap. With `wanted` only what contains that text."""
    blocks = [
        _todo(report, width),
        _addresses(report),
        *(_proof(proof, report.source, width) for proof in report.proofs),
        *(_store_proof(proof, report.source, width) for proof in report.store_proofs),
        _moved(report),
        _left(report),
        _config(report),
        _timings(report, width),
        _events(report),
    ]
    shown = [] if wanted else [_verdict(report)]
    for block in blocks:
        entries = [entry for entry in block.entries if wanted.lower() in entry.plain.lower()]
        if entries:
            shown.append(Content("\n").join([block.title, *entries]))
    if not shown:
        return Content(f"Nothing in the report contains {wanted}. Escape shows all of it.")
    return Content("\n\n").join(shown)


def _block(title: str, entries: Iterable[Content]) -> Block:
    return Block(Content.styled(title, STRONG), list(entries))


def _verdict(report: Report) -> Content:
    good = report.state == "done" and all(proof.equal for proof in report.proofs)
    glyph, style = (GLYPHS["done"], GOOD) if good else (GLYPHS["look"], ATTENTION)
    when = f"begun {_moment(report.started_at)}"
    if report.ended_at:
        when += f" · ended {_moment(report.ended_at)}"
    if report.accounts:
        when += f" · {', '.join(report.accounts)}"
    return Content.assemble((f"{glyph} {report.verdict}", style), "\n", (when, MUTED))


def _moment(at: str) -> str:
    """The zone is that of the exported file: what is handed in says the same everywhere."""
    return f"{at[:10]} {at[11:16]} UTC"


def _todo(report: Report, width: int) -> Block:
    return _block(
        "Yours to do now",
        (
            Content.assemble(f"{number}  ", (todo.what, STRONG), f"\n{_indented(todo.how, width)}")
            for number, todo in enumerate(report.todo, 1)
        ),
    )


def _indented(words: str, width: int) -> str:
    wrapped = textwrap.wrap(words, max(24, width - 5), break_on_hyphens=False)
    return "\n".join(f"   {line}" for line in wrapped)


def _addresses(report: Report) -> Block:
    return _block(
        "Addresses",
        (
            Content.assemble((f"{address.what}\n   ", MUTED), (address.value, STRONG))
            for address in report.addresses
        ),
    )


def _proof(proof: Proof, source: str, width: int) -> Block:
    good = sum(table.equal for table in proof.tables)
    rows = sum(table.source_rows for table in proof.tables)
    title = f"Proof of {proof.database}: {good} of {len(proof.tables)} tables equal, {rows:,} rows"
    legend = f"rows on {source} = rows now, and the end of the digest that both sides have"
    lines = [Content.assemble(marked("failed", one.words)) for one in proof.lost]
    # What differs comes first: nobody should have to look for it.
    lines += [_table(table, source, width) for table in sorted(proof.tables, key=lambda t: (t.equal, t.name))]
    lines.append(
        Content.styled(f"{proof.sequences_checked} sequences compared, in {exact(proof.seconds)}", MUTED)
    )
    lines += [Content.styled(f"{one.judgement}: {one.words}", MUTED) for one in proof.excused]
    return Block(Content.assemble((title, STRONG), "\n", (legend, MUTED)), lines)


def _store_proof(proof: StoreProof, source: str, width: int) -> Block:
    good = sum(part.equal for part in proof.parts)
    title = f"Proof of {proof.store}: {good} of {len(proof.parts)} parts equal"
    title += f", {proof.compared:,} {proof.unit}"
    room = max(16, width - 54)
    lines = [Content.assemble(marked("failed", one.words)) for one in proof.differences]
    for part in sorted(proof.parts, key=lambda one: (one.equal, one.name, one.kind)):
        name = f"{part.name} {part.kind}".strip()
        name = name if len(name) <= room else name[: room - 1] + "…"
        end = marked("done", "equal") if part.equal else (f"{GLYPHS['failed']} differs", BAD)
        sign = "=" if part.source == part.target else "≠"
        counts = f"{part.source:>12,} {sign} {part.target:<12,} {proof.unit}"
        lines.append(Content.assemble(f"{name:<{room}} {counts}  ", end))
    how = "counted, not compared" if proof.counted else "compared"
    lines.append(Content.styled(f"{how}, in {exact(proof.seconds)}", MUTED))
    legend = f"{proof.unit} on {source} = {proof.unit} now, {'' if proof.counted else 'each of them '}{how}"
    return Block(Content.assemble((title, STRONG), "\n", (legend, MUTED)), lines)


def _table(table: TableProof, source: str, width: int) -> Content:
    room = max(16, width - 54)
    name = table.name if len(table.name) <= room else table.name[: room - 1] + "…"
    rows, now = f"{table.source_rows:,}", f"{table.target_rows:,}"
    if table.equal:
        return Content.assemble(
            f"{name:<{room}} {rows:>12} = {now:<12} rows  ",
            (f"…{table.source_digest[-DIGITS:]:<{DIGITS}}", MUTED),
            "  ",
            marked("done", "equal"),
        )
    return Content.assemble(
        f"{name:<{room}} {rows:>12} rows, now {now}  ",
        (f"{GLYPHS['failed']} differs", BAD),
        f"\n   digest on {source} …{table.source_digest[-DIGITS:]}, now …{table.target_digest[-DIGITS:]}",
        *(f"\n   {words}" for words in (table.rows.lines if table.rows else ())),
    )


def _moved(report: Report) -> Block:
    return _block(
        "What moved" if report.state == "done" else "What is to move",
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


def _left(report: Report) -> Block:
    return _block(
        "Left behind", (Content.assemble(left.what, "\n   ", (left.reason, MUTED)) for left in report.left)
    )


def _config(report: Report) -> Block:
    return _block(
        "Config vars",
        (
            Content.assemble(app, " ", (name, STRONG), "\n   ", (became, MUTED))
            for app, name, became in report.config
        ),
    )


def _timings(report: Report, width: int) -> Block:
    return _block("Steps", (_timing(timing, width) for timing in report.timings))


def _timing(timing: Timing, width: int) -> Content:
    known = {"done": GLYPHS["done"], "failed": GLYPHS["failed"], "undone": GLYPHS["look"]}
    glyph = known.get(timing.state, GLYPHS["to-come"])
    took = "" if timing.seconds is None else exact(timing.seconds)
    room = max(20, width - 24)
    title = timing.title if len(timing.title) <= room else timing.title[: room - 1] + "…"
    return Content.assemble(f"{glyph} {timing.state:<8} {title:<{room}} ", (f"{took:>10}", MUTED))


def _events(report: Report) -> Block:
    return _block(
        "What happened (times are UTC)",
        (Content.assemble((event.at[11:19] + " ", MUTED), event.text) for event in report.events),
    )
