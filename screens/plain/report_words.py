"""The report in sentences that are read aloud: the verdict and what is left to do first, each part when it is
asked for. In a file it is Markdown, as it is handed in."""

from collections.abc import Iterator
from dataclasses import dataclass

from screens.plain.plainly import without_keys
from screens.quantities import exact
from wizard.database.progress import Proof, TableProof
from wizard.report.report import Report
from wizard.stores.progress import StoreProof

DIGITS = 8
"""Of a digest, its last, as many as a person compares."""


@dataclass(frozen=True)
class Words:
    """A line. What is `verbatim` is needed elsewhere as it stands."""

    text: str
    verbatim: bool = False


def first(report: Report) -> Iterator[Words]:
    """The verdict, what is yours to do, the new addresses, the proofs in a sentence each."""
    yield Words(report.verdict)
    ended = f", ended {_moment(report.ended_at)}" if report.ended_at else ""
    yield Words(f"Begun {_moment(report.started_at)}{ended}. Accounts: {', '.join(report.accounts)}.")
    for title, lines in (("Yours to do now", todo(report)), ("Addresses", addresses(report))):
        found = list(lines)
        if found:
            yield Words(f"{title}:")
            yield from found
    yield from (Words(_sum(proof)) for proof in report.proofs)
    yield from (Words(_store_sum(proof)) for proof in report.store_proofs)


def todo(report: Report) -> Iterator[Words]:
    """What is left for the person."""
    for number, one in enumerate(report.todo, 1):
        yield Words(f"{number}. {one.what.rstrip('.')}. {without_keys(one.how)}")


def addresses(report: Report) -> Iterator[Words]:
    """What is pasted elsewhere, each on a line of its own."""
    for one in report.addresses:
        yield Words(f"{one.what}:")
        yield Words(one.value, verbatim=True)


def parts(report: Report) -> dict[str, list[str]]:
    """The rest, by title; parts that have nothing to say are left out."""
    known = {
        "The proof, table by table": [
            *(line for proof in report.proofs for line in _proof(proof, report.source)),
            *(line for proof in report.store_proofs for line in _store_proof(proof, report.source)),
        ],
        "What moved": [
            f"{one.what} becomes {one.became}{f'; {one.proof}' if one.proof else ''}" for one in report.moved
        ],
        "What was left behind, and why": [f"{one.what}: {one.reason}" for one in report.left],
        "Config vars": [f"{app} {name}: {became}" for app, name, became in report.config],
        "Steps": [
            f"{one.title}: {one.state}{'' if one.seconds is None else f', {exact(one.seconds)}'}"
            f"{f'; {one.evidence}' if one.evidence else ''}"
            for one in report.timings
        ],
        "What happened (times are UTC)": [f"{one.at[11:19]} {one.text}" for one in report.events],
    }
    return {title: lines for title, lines in known.items() if lines}


def _moment(at: str) -> str:
    return f"{at[:10]} {at[11:16]} UTC"


def _sum(proof: Proof) -> str:
    good = sum(table.equal for table in proof.tables)
    rows = sum(table.source_rows for table in proof.tables)
    wrong = "" if good == len(proof.tables) else f", {len(proof.tables) - good} DIFFER"
    return f"Proof of {proof.database}: {good} of {len(proof.tables)} tables equal, {rows:,} rows{wrong}."


def _store_sum(proof: StoreProof) -> str:
    good = sum(part.equal for part in proof.parts)
    how = "counted" if proof.counted else "compared"
    unit = f"{proof.compared:,} {proof.unit} {how}"
    return f"Proof of {proof.store}: {good} of {len(proof.parts)} parts equal, {unit}."


def _proof(proof: Proof, source: str) -> Iterator[str]:
    yield _sum(proof)
    yield from (f"Lost: {one.words}" for one in proof.lost)
    # What differs comes first: nobody should have to look for it.
    for table in sorted(proof.tables, key=lambda one: (one.equal, one.name)):
        yield from _table(table, source)
    yield f"{proof.sequences_checked} sequences compared, in {exact(proof.seconds)}"
    yield from (f"{one.judgement}: {one.words}" for one in proof.excused)


def _table(table: TableProof, source: str) -> Iterator[str]:
    if table.equal:
        digest = table.source_digest[-DIGITS:]
        yield f"{table.name}: equal, {table.target_rows:,} rows, digest ends {digest}"
        return
    yield f"{table.name}: DIFFERS, {table.source_rows:,} rows on {source}, {table.target_rows:,} now"
    yield from (table.rows.lines if table.rows else ())


def _store_proof(proof: StoreProof, source: str) -> Iterator[str]:
    yield _store_sum(proof)
    yield from (f"Differs: {one.words}" for one in proof.differences)
    for part in sorted(proof.parts, key=lambda one: (one.equal, one.name, one.kind)):
        counts = f"{part.source:,} {proof.unit} on {source}, {part.target:,} now"
        yield f"{part.name} {part.kind}: {'equal' if part.equal else 'DIFFERS'}, {counts}"
