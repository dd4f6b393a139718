"""The step that proves: it ends the way forward for what is lost, and for nothing else."""

from typing import Any

import pytest

from wizard.database.progress import Difference, Proof, RowDifferences, TableProof
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.run.kinds.data import Prove

STEP = Step(key="prove:db", kind="prove", title="Prove db", phase="cut-over", args={"handle": "db"})
ANY: Any = None


def table(name: str, *, equal: bool, words: tuple[str, ...] = ()) -> TableProof:
    rows = None if equal else RowDifferences(words=words, missing=1, more=0)
    digest = "1" if equal else "2"
    return TableProof(
        name=name, source_rows=4, target_rows=4, source_digest="1", target_digest=digest, rows=rows
    )


def difference(words: str, judgement: Any) -> Difference:
    return Difference(kind="index", name="i", words=words, judgement=judgement)


async def verified(proof: Proof) -> Evidence:
    step = Prove()
    step._proof = proof
    return await step.verify(ANY, STEP)


async def test_what_is_excused_does_not_stop_the_run() -> None:
    differences = (difference("an index left out", "harmless"), difference("a role", "on purpose"))
    proof = Proof(database="db", tables=(table("public.t", equal=True),), differences=differences)
    evidence = await verified(proof)
    assert evidence.summary == "1 of 1 tables proven equal, 4 rows"


async def test_what_is_lost_is_named_with_the_first_row_of_each_table() -> None:
    tables = (
        table("public.t", equal=False, words=("id = 3 differs in balance", "id = 4 is missing")),
        table("public.u", equal=False),
        table("public.v", equal=True),
    )
    differences = (difference("index i is missing", "lost"), difference("a role", "on purpose"))
    with pytest.raises(Trouble) as failed:
        await verified(Proof(database="db", tables=tables, differences=differences))
    assert failed.value.code == "proof-failed"
    assert failed.value.cause == (
        "The proof of db failed: public.t (id = 3 differs in balance); public.u; index i is missing."
    )
