"""A proof in words and for JSON."""

from typing import Final

from screens.headless.db_voice import Voice
from screens.quantities import exact, number
from wizard.database.progress import Proof, TableProof

NAMED: Final = 50
"""Differences that are printed one by one; of more the number is told."""

_UNREAD: Final = ("it is not here", "it cannot be read here")
"""How the verifier says that a table of the target was not counted."""


def tell_proof(voice: Voice, proof: Proof, *, skipped: bool = False) -> None:
    """Print every difference, and the sum of it. `skipped`: the tables were not compared."""
    good = sum(table.equal for table in proof.tables)
    rows = sum(table.source_rows for table in proof.tables)
    differences = _differences(proof)
    for words in differences[:NAMED]:
        voice.line(f"differs  {words}")
    if len(differences) > NAMED:
        voice.line(f"         and {len(differences) - NAMED} more")
    for one in proof.excused[:NAMED]:
        voice.line(f"{one.judgement:<10} {one.words}")
    if len(proof.excused) > NAMED:
        voice.line(f"           and {len(proof.excused) - NAMED} more of these")
    took = f" in {exact(proof.seconds)}" if proof.seconds else ""
    if skipped:
        voice.line("The rows were not proven, as you asked. `offramp db verify` does it at any time.")
    else:
        more = len(proof.lost)
        others = f" {number(more)} other thing{'s' * (more != 1)} differ{'s' * (more == 1)}." if more else ""
        voice.line(
            f"{good} of {len(proof.tables)} tables equal, {number(rows)} rows, by count and"
            f" digest{took}.{others}"
        )
    voice.event(
        "proof",
        equal=proof.equal,
        tables=[
            {
                "name": table.name,
                "equal": table.equal,
                "source_rows": table.source_rows,
                "target_rows": table.target_rows if _was_read(table) else None,
                "rows": _rows_for_json(table),
            }
            for table in proof.tables
        ],
        sequences=proof.sequences_checked,
        views=proof.views_checked,
        differences=[
            {"kind": one.kind, "name": one.name, "words": one.words, "judgement": one.judgement}
            for one in proof.differences
        ],
        left_out=list(proof.left_out),
    )


def _differences(proof: Proof) -> list[str]:
    lines = []
    for table in proof.tables:
        if not table.equal and _was_read(table):
            lines.append(f"table {table.name}: {_rows(table.source_rows, table.target_rows)}")
        if table.rows is not None:
            lines += [f"table {table.name}: {words}" for words in table.rows.lines]
    return [*lines, *(one.words for one in proof.lost)]


def _was_read(table: TableProof) -> bool:
    """Whether the rows of the target were counted: of a table that is not there, or cannot be read as the
    source's is, there is no number."""
    return table.rows is None or not table.rows.words[:1] or not table.rows.words[0].startswith(_UNREAD)


def _rows_for_json(table: TableProof) -> dict[str, object] | None:
    if table.rows is None:
        return None
    rows = table.rows
    return {"missing": rows.missing, "more": rows.more, "exact": rows.exact, "words": list(rows.words)}


def _rows(there: int, here: int) -> str:
    if there == here:
        return f"{number(there)} rows on both sides, not the same ones"
    return f"{number(there)} rows on the source, {number(here)} on the target"
