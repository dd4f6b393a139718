"""The steps of a store that is no Postgres: first copy, refresh, proof, tidy; and what a person moves."""

from collections.abc import Callable
from typing import TypeVar

from wizard.choose.stores import COPIED, type_name
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind
from wizard.run.stores import PROOF, guided, mover, through_tunnel
from wizard.stores.move import StoreMove
from wizard.stores.progress import StoreInspection, StoreProof
from wizard.stores.start_empty import StartEmpty, waiting_words

T = TypeVar("T")


class _Moved(Kind):
    """The movers' calls are idempotent and resume from the target's own marker."""

    in_thread = True

    async def run(self, context: Context, step: Step, work: Callable[[StoreMove], T]) -> T:
        """Do `work` in a thread, with the tunnel up."""
        return await through_tunnel(context, str(step.args["handle"]), lambda: work(mover(context, step)))

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        return None


class StoreCopy(_Moved):
    """The first copy, while the app goes on writing."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        record = context.journal.steps()[step.key]
        if record.state != "done" or record.evidence is None:
            # Whether a copy is whole the mover knows by itself: asked again, it does what is missing.
            return None
        found = await self.run(context, step, lambda move: move.inspect())
        return record.evidence if found.target_state == "ours" else None

    async def do(self, context: Context, step: Step) -> None:
        def copied(move: StoreMove) -> StoreInspection:
            for finding in (found := move.inspect()).findings:
                if not finding.stops:
                    words = f"{finding.words} {finding.remedy}".strip()
                    context.journal.event("copy", words, step=step.key)
            move.copy()
            return found

        self._found = await self.run(context, step, copied)

    async def verify(self, context: Context, step: Step) -> Evidence:
        found = self._found
        count = sum(part.estimated for part in found.parts)
        waiting = ", ".join(waiting_words(one) for one in found.waiting if one.jobs)
        return Evidence(
            summary=f"about {count:,} {found.unit} of {found.store} copied from {found.source} to"
            f" {found.target}, Heroku still serving" + (f"; {waiting}" if waiting else ""),
            facts={found.unit: count, "bytes": found.bytes, "source": found.source, "target": found.target},
        )


class StoreRefresh(_Moved):
    """What changed since the first copy; the source is frozen now, so it stays true."""

    stays = True

    async def do(self, context: Context, step: Step) -> None:
        self._changes = await self.run(context, step, lambda move: move.refresh())

    async def verify(self, context: Context, step: Step) -> Evidence:
        changes, unit = self._changes, "tables" if step.args["type"] == "mysql" else "keys"
        some = f": {', '.join(changes.names[:4])}" if changes.names else ""
        if not changes.copied_again and not changes.removed:
            return Evidence(summary="nothing had changed since the first copy", facts={unit: 0})
        return Evidence(
            summary=f"{changes.copied_again:,} {unit} copied again, {changes.removed:,} removed{some}",
            facts={unit: changes.copied_again, "removed": changes.removed},
        )


class StoreProve(_Moved):
    """Every key or row compared on both sides, the source being frozen."""

    stays = True

    async def do(self, context: Context, step: Step) -> None:
        self._proof = await self._compare(context, step)
        context.journal.gauge(f"{PROOF}{step.args['handle']}", self._proof)

    async def _compare(self, context: Context, step: Step) -> StoreProof:
        return await self.run(context, step, lambda move: move.prove())

    async def verify(self, context: Context, step: Step) -> Evidence:
        proof = self._proof
        if not proof.equal:
            words = "; ".join(
                f"{one.words} ({', '.join(one.samples[:3])})" if one.samples else one.words
                for one in proof.differences
            ) or ", ".join(part.name for part in proof.parts if not part.equal)
            raise Trouble(
                f"The proof of {step.args['handle']} failed: {words}.",
                untouched="Heroku's data is as it was.",
                remedy=self.remedy,
                code="proof-failed",
                retry=self.again,
            )
        left = f"; left out: {'; '.join(proof.left_out)}" if proof.left_out else ""
        return Evidence(
            summary=f"{self.counted(proof)}{left}",
            facts={"compared": proof.compared, "seconds": round(proof.seconds, 1)},
        )

    remedy = "Press r to prove anew; b goes back to Heroku, and the copy is made equal the next time."
    again = False
    """Whether it is tried again by itself for a while: somebody may be about to put it right."""

    def counted(self, proof: StoreProof) -> str:
        """What was compared, in words."""
        return f"{proof.compared:,} {proof.unit} proven equal"


class StoreCheck(StoreProve):
    """What a person moved, counted on both sides as far as Offramp can."""

    remedy = "Move what is missing: it is counted again for some minutes, before Heroku serves again."
    again = True
    _said = ""

    async def _compare(self, context: Context, step: Step) -> StoreProof:
        store = guided(context, step)
        self._said = ""
        if not store.can_check:
            confirm = store.guide.confirm.removesuffix(".")
            self._said = f"since nothing of {store.guide.name} is counted: {confirm}"
            return store.prove()
        return await through_tunnel(context, str(step.args["handle"]), store.prove)

    def counted(self, proof: StoreProof) -> str:
        if self._said:
            return f"moved by a person, who confirmed it, {self._said}"
        if not proof.parts:
            return "nothing is in it on either side, as far as it is counted"
        return f"{proof.compared:,} {proof.unit} counted on both sides"


class StoreLeft(_Moved):
    """A store that starts empty: what was in the old one, as evidence."""

    stays = True

    async def do(self, context: Context, step: Step) -> None:
        self._proof: StoreProof | None = None
        if step.args["type"] in COPIED:

            def look(move: StoreMove) -> StoreProof:
                return StartEmpty(move, lambda text: None).prove()

            self._proof = await self.run(context, step, look)
            context.journal.gauge(f"{PROOF}{step.args['handle']}", self._proof)

    async def verify(self, context: Context, step: Step) -> Evidence:
        if self._proof is None:
            name = type_name(str(step.args["type"]))
            return Evidence(summary=f"{step.args['handle']} starts empty; nobody counted the old {name}")
        return Evidence(summary="; ".join(self._proof.left_out))


class StoreTidy(_Moved):
    """Offramp's marker removed from the target."""

    async def do(self, context: Context, step: Step) -> None:
        await self.run(context, step, lambda move: move.tidy())

    async def verify(self, context: Context, step: Step) -> Evidence:
        return Evidence(summary=f"nothing of Offramp's is left in {step.args['handle']}")


NOT_BACKED_UP = "not_backed_up"
"""A fact of the evidence of daily backups that could not be turned on: why not."""


class DailyBackups(Kind):
    """Daily backups turned on. The apps serve already when it comes to this: that it fails is told at the
    last gate, and is no reason to take all back."""

    _why = ""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        try:
            database = await context.database(str(step.args["handle"]))
        except SignInNeeded:
            raise
        except Trouble as trouble:
            self._why = trouble.cause
            return None
        return Evidence(summary=f"{database.handle} is backed up daily") if database.backups else None

    async def do(self, context: Context, step: Step) -> None:
        self._why = ""
        try:
            await context.target.back_up_daily(await context.database(str(step.args["handle"])))
        except SignInNeeded:
            raise
        except Trouble as trouble:
            self._why = trouble.cause

    async def verify(self, context: Context, step: Step) -> Evidence:
        found = None if self._why else await self.probe(context, step)
        if found is not None:
            return found
        why = self._why or "they were asked for, and are not shown to be on."
        return Evidence(
            summary=f"daily backups of {step.args['handle']} are not on yet: {why}",
            facts={NOT_BACKED_UP: why},
        )


class BackUp(Kind):
    """The first backup, and daily ones if they are not on yet. It comes after the last gate."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        if context.journal.steps()[step.key].state in ("pending", "undone"):
            # A backup from before the copy is none of what is in there now.
            return None
        database = await context.database(str(step.args["handle"]))
        count = await context.target.backed_up(database)
        if database.backups is False or not count:
            return None
        return Evidence(
            summary=f"{database.handle} is backed up daily; {count} there", facts={"backups": count}
        )

    async def do(self, context: Context, step: Step) -> None:
        database = await context.database(str(step.args["handle"]))
        await context.target.back_up_daily(database)
        await context.target.back_up(database, context.log(step))
