"""A proof in words and for JSON."""

from typing import Final

from screens.headless.db_voice import Voice
from screens.quantities import exact, number
from wizard.database.progress import Proof

NAMED: Final = 50
"""Differences that are printed one by one; of more the number is told."""


def tell_proof(voice: Voice, proof: Proof, *, skipped: bool = False) -> None:
    """Print every difference, and the sum of it. `skipped`: the tables were not compared."""
    good = sum(table.equal for table in proof.tables)
    rows = sum(table.source_rows for table in proof.tables)
    differences = _differences(proof)
    for words in differences[:NAMED]:
        voice.line(f"differs  {words}")
    if len(differences) > NAMED:
        voice.line(f"         and {len(differences) - NAMED} more")
    took = f" in {exact(proof.seconds)}" if proof.seconds else ""
    if skipped:
        voice.line("The rows were not proven, as you asked. `offramp db verify` does it at any time.")
    else:
        voice.line(
            f"{good} of {len(proof.tables)} tables equal, {number(rows)} rows, by count and digest{took}."
        )
    voice.event(
        "proof",
        equal=proof.equal,
        tables=[
            {
                "name": table.name,
                "equal": table.equal,
                "source_rows": table.source_rows,
                "target_rows": table.target_rows,
            }
            for table in proof.tables
        ],
        sequences=proof.sequences_checked,
        differences=list(proof.differences),
        left_out=list(proof.left_out),
    )


def _differences(proof: Proof) -> list[str]:
    tables = [
        f"table {table.name}: {_rows(table.source_rows, table.target_rows)}"
        for table in proof.tables
        if not table.equal
    ]
    return [*tables, *proof.differences]


def _rows(there: int, here: int) -> str:
    if there == here:
        return f"{number(there)} rows on both sides, not the same ones"
    return f"{number(there)} rows on the source, {number(here)} on the target"
