"""The steps of a database: first copy, quiet, refresh, constraints, proof, tidy; all by the engine."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from wizard.database.move import Move
from wizard.database.orphans import Orphans
from wizard.database.progress import Proof
from wizard.model.noun import Noun, decode
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind
from wizard.run.stores import through_tunnel

T = TypeVar("T")

BROKEN_KEYS = "broken_keys"
"""A fact of the first copy's evidence: how many foreign keys rows of Heroku's break."""

QUIET_LIMIT = 60.0
"""Seconds for the source's own connections to end after the last dyno."""


class _Engine(Kind):
    """The engine's calls are idempotent and resume from the target's own marker: each is asked again
    rather than believed from the journal, and costs little when it is done."""

    in_thread = True

    async def run(self, context: Context, step: Step, work: Callable[[Move], T]) -> T:
        """Do `work` in a thread, with the tunnel up."""
        return await through_tunnel(context, str(step.args["handle"]), lambda: work(context.move(step)))

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        return None


class Copy(_Engine):
    """The first copy, while the app goes on writing: consistent in itself, proven table by table."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        proof = await self.run(context, step, lambda move: move.first_proof())
        return None if proof is None else self._evidence(context, step, proof)

    async def do(self, context: Context, step: Step) -> None:
        # After a cut-over that was taken back, rows may stand there that stand nowhere else.
        may = await written_since(context, step) == 0 or not _proven_before(context, step)

        def copied(move: Move) -> tuple[Orphans, ...] | None:
            move.first_copy(may_start_over=may)
            return move.orphans

        found = await self.run(context, step, copied)
        if found is not None:
            context.journal.gauge(f"broken-keys:{step.args['handle']}", BrokenKeys(keys=found))

    def _evidence(self, context: Context, step: Step, proof: Proof) -> Evidence:
        context.journal.gauge(f"first-proof:{step.args['handle']}", proof)
        evidence = _proof_evidence(proof, "copied, Heroku still serving")
        broken = context.journal.gauges().get(f"broken-keys:{step.args['handle']}")
        keys = decode(broken, BrokenKeys, what="the journal").keys if broken is not None else ()
        if not keys:
            return evidence
        some = ", ".join(f"{one.key} of {one.table} ({one.rows:,})" for one in keys[:3])
        more = f" and {len(keys) - 3} more" if len(keys) > 3 else ""
        said = (
            f"rows on Heroku broke the foreign key{'s' * (len(keys) > 1)} {some}{more}: unless they have"
            " been corrected there since, the cut-over will fail at that"
        )
        return Evidence(
            summary=f"{evidence.summary}; {said}", facts=evidence.facts | {BROKEN_KEYS: len(keys)}
        )


class Quiet(_Engine):
    """Nobody else who may write is connected, so nobody writes."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if await self.run(context, step, lambda move: move.other_writers()):
            return None
        return Evidence(summary="nobody else who may write is connected to the source")

    async def do(self, context: Context, step: Step) -> None:
        end = context.loop.time() + QUIET_LIMIT
        while names := await self.run(context, step, lambda move: move.other_writers()):
            if context.loop.time() > end:
                raise Trouble(
                    f"Somebody is still connected to the source database: {', '.join(names[:5])}.",
                    untouched="Nothing was copied again.",
                    remedy="End those connections (a psql, a dataclip, another app), then press r.",
                    code="not-quiet",
                )
            await asyncio.sleep(1)


class Refresh(_Engine):
    """What changed since the first copy, copied again; the source is frozen now, so it stays true."""

    stays = True

    async def do(self, context: Context, step: Step) -> None:
        self._changed = await self.run(context, step, lambda move: move.refresh())

    async def verify(self, context: Context, step: Step) -> Evidence:
        names = self._changed
        words = ", ".join(names[:4]) + (f" and {len(names) - 4} more" if len(names) > 4 else "")
        return Evidence(
            summary=(
                f"{len(names)} table{'s' * (len(names) != 1)} had changed, copied again: {words}"
                if names
                else "no table had changed since the first copy"
            ),
            facts={"tables": len(names)},
        )


class Constraints(_Engine):
    """Sequences, foreign keys, triggers, materialised views, statistics."""

    stays = True

    async def do(self, context: Context, step: Step) -> None:
        await self.run(context, step, lambda move: move.finish())

    async def verify(self, context: Context, step: Step) -> Evidence:
        return Evidence(summary=f"{step.args['handle']} has its sequences, foreign keys, triggers and views")


class Prove(_Engine):
    """Count and digest of every table on both sides, the source being frozen."""

    stays = True

    async def do(self, context: Context, step: Step) -> None:
        source = await self.run(context, step, lambda move: move.source_changes())
        proof = await self.run(context, step, lambda move: move.prove())
        context.journal.gauge(f"proof:{step.args['handle']}", proof)
        self._proof = proof
        changes = await self.run(context, step, lambda move: move.changes())
        context.journal.gauge(f"changes:{step.args['handle']}", Changes(count=changes, source=source))

    async def verify(self, context: Context, step: Step) -> Evidence:
        proof = self._proof
        if not proof.equal:
            raise Trouble(
                f"The proof of {step.args['handle']} failed: {'; '.join(_what_differs(proof)[:6])}.",
                untouched="Heroku's data is as it was.",
                remedy="Press r to copy what differs again and prove anew, or b to go back to Heroku.",
                code="proof-failed",
            )
        return _proof_evidence(proof, "proven equal")


class Tidy(_Engine):
    """Offramp's marker schema removed from the target."""

    async def do(self, context: Context, step: Step) -> None:
        await self.run(context, step, lambda move: move.remove_marker())

    async def verify(self, context: Context, step: Step) -> Evidence:
        return Evidence(summary=f"nothing of Offramp's is left in {step.args['handle']}")


class BrokenKeys(Noun, frozen=True, kw_only=True):
    """What the first copy found of foreign keys that rows of Heroku's break; kept as the gauge
    `broken-keys:DATABASE`."""

    keys: tuple[Orphans, ...]


class Changes(Noun, frozen=True, kw_only=True):
    """Row changes that both servers had counted at the moment of a proof, `count` by the target; kept as the
    gauge `changes:DATABASE` from run to run."""

    count: int
    source: int


async def written_since(context: Context, step: Step) -> int | None:
    """How many row changes the database of `step` has seen since its newest proof; None when that is not
    known."""
    before = _at_the_proof(context, step)
    if before is None:
        return None
    since = await Prove().run(context, step, lambda move: move.changes()) - before.count
    # A server that crashed counts from zero again.
    return since if since >= 0 else None


async def source_written_since(context: Context, step: Step) -> int | None:
    """The same of the source."""
    before = _at_the_proof(context, step)
    if before is None:
        return None
    since = await Prove().run(context, step, lambda move: move.source_changes()) - before.source
    return since if since >= 0 else None


def _at_the_proof(context: Context, step: Step) -> Changes | None:
    gauge = context.journal.gauges().get(f"changes:{step.args['handle']}")
    return None if gauge is None else decode(gauge, Changes, what="the journal")


def _proven_before(context: Context, step: Step) -> bool:
    return _at_the_proof(context, step) is not None


def _what_differs(proof: Proof) -> list[str]:
    """Each table that differs, with the first of its rows, and what is lost."""
    tables = [
        f"{table.name} ({table.rows.words[0]})" if table.rows and table.rows.words else table.name
        for table in proof.tables
        if not table.equal
    ]
    return tables + [one.words for one in proof.lost]


def _proof_evidence(proof: Proof, words: str) -> Evidence:
    rows = sum(table.source_rows for table in proof.tables)
    good = sum(table.equal for table in proof.tables)
    return Evidence(
        summary=f"{good} of {len(proof.tables)} tables {words}, {rows:,} rows",
        facts={
            "tables": len(proof.tables),
            "equal": good,
            "rows": rows,
            "seconds": round(proof.seconds, 1),
        },
    )
