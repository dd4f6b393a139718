"""Gates: a person says yes by typing the name. The worker opens them; see wizard/run/worker.py."""

from wizard.model.plan import Evidence, Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.run.context import Context
from wizard.run.dns import dns_records
from wizard.run.kinds.capsule_health import UNTOLD
from wizard.run.kinds.data import BROKEN_KEYS, source_written_since, written_since
from wizard.run.kinds.freeze import Maintenance, ScaleDown, Scheduler, jobs_if_told, jobs_to_create
from wizard.run.kinds.health import DIFFERS, Health
from wizard.run.kinds.heroku_now import heroku_now, news
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.ready import handed_over_facts, ready_facts
from wizard.run.kinds.store_gate import backup_facts, by_hand_facts, store_facts
from wizard.run.view import LEFT_THERE
from wizard.run.watched import ACCEPTED

FREEZES: dict[str, type[Kind]] = {
    "maintenance": Maintenance,
    "scheduler": Scheduler,
    "scale-down": ScaleDown,
}

Fact = tuple[str, str]
"""A state ("good" or "look") and a sentence."""


class Gate(Kind):
    """A gate is passed by an answer on the control socket, never by itself."""

    stays = True

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        """A gate is not found in the world: only the journal knows that it was passed."""
        return None

    async def do(self, context: Context, step: Step) -> None:
        """Nothing: the worker waits for the answer."""

    async def facts(self, context: Context, step: Step) -> tuple[Fact, ...]:
        """What is true now, looked up when the gate opens."""
        records = context.journal.steps()
        facts: list[Fact] = []
        for needed in step.needs:
            record = records.get(needed)
            step_needed = context.plan.step(needed)
            if not record or not record.evidence or step_needed.kind == "gate":
                continue
            evidence = await self._now(context, step_needed, record.evidence)
            if evidence is None:
                facts.append(("look", f"was so and is not any more: {record.evidence.summary}"))
            else:
                look = any(fact in evidence.facts for fact in (DIFFERS, BROKEN_KEYS, ACCEPTED, UNTOLD))
                facts.append(("look" if look else "good", evidence.summary))
        if step.args.get("gate") == "cut-over":
            facts.extend(await self._heroku_now(context))
            facts.extend(await self._written(context, "; the last copy puts Heroku's rows in their place"))
            facts.extend(await store_facts(context))
            facts.extend(await handed_over_facts(context))
        elif step.args.get("gate") == "ready":
            facts.extend(await ready_facts(context, step))
        elif step.args.get("gate") == "store":
            facts.extend(await by_hand_facts(context, step))
        elif step.args.get("gate") == "jobs":
            facts.extend(await self._jobs_now(context, step))
        else:
            facts.extend(await self._written(context, LEFT_THERE))
            facts.extend(await self._heroku_since(context))
        if step.args.get("gate") == "finish":
            facts.extend(backup_facts(context))
            dns = dns_records(context.system, context.mapping, records)
            # Of those that were watched, the step that watched them says how they are.
            yours = (record for record in dns if not record.managed)
            facts.extend(("look", f"yours to change: {record.sentence()}") for record in yours)
        return tuple(facts)

    async def since(self, context: Context, step: Step, told: tuple[Fact, ...]) -> tuple[Fact, ...]:
        """What differs on Heroku and was not `told` when this gate opened: looked up after the yes, before
        anything is written there, however long the gate stood open."""
        return await news(context, told) if step.args.get("gate") == "cut-over" else ()

    async def undo(self, context: Context, step: Step) -> str:
        """What a person may have removed at this gate, and nothing but the person knows of."""
        if step.args.get("gate") != "jobs":
            return ""
        app = context.source_app(step)
        waited = context.journal.steps().get(f"scheduler:{app.name}")
        if waited and waited.evidence and "before" in waited.evidence.facts:
            return ""  # the step after this gate says it
        return jobs_to_create(app, app.jobs or (), str(step.args["page"]))

    async def _jobs_now(self, context: Context, step: Step) -> list[Fact]:
        app = context.source_app(step)
        state = await jobs_if_told(context, app)
        facts: list[Fact] = []
        if state.jobs is None:
            facts.append(("look", "Heroku does not tell Offramp these jobs: whether they are gone, you know"))
        elif state.jobs:
            facts.append(
                ("look", f"Heroku tells {len(state.jobs)} of them now; Offramp removes those itself")
            )
        else:
            facts.append(("good", "Heroku tells that none of them is left"))
        if names := [name for name in state.running if name.startswith("scheduler")]:
            facts.append(("look", f"one of them runs now ({', '.join(names)}); its end is waited for"))
        return facts

    async def _now(self, context: Context, step: Step, then: Evidence) -> Evidence | None:
        """Whether an app answers is asked when the gate opens; what else was done is as it was."""
        return await Health().probe(context, step) if step.kind == "health" else then

    async def _heroku_since(self, context: Context) -> list[Fact]:
        """Whether Heroku still stands still, as it did at the proof."""
        facts: list[Fact] = []
        records = context.journal.steps()
        for step in context.plan.steps:
            if step.kind in FREEZES and records[step.key].state == "done":
                try:
                    found = await FREEZES[step.kind]().probe(context, step)
                except SignInNeeded:
                    raise
                except Trouble as trouble:
                    facts.append(("look", f"could not be looked at: {step.title}. {trouble.cause}"))
                    continue
                if found is None:
                    facts.append(
                        ("look", f"somebody changed Heroku since, this is not so any more: {step.title}")
                    )
            if step.kind == "prove" and (count := await source_written_since(context, step)):
                handle = step.args["handle"]
                facts.append(
                    ("look", f"{count:,} row changes on Heroku since the proof: they are not in {handle}")
                )
        return facts

    async def _written(self, context: Context, then: str) -> list[Fact]:
        """What was written to the target since the proof, and what `then` becomes of it."""
        facts: list[Fact] = []
        for step in context.plan.steps:
            if step.kind != "prove":
                continue
            count = await written_since(context, step)
            if count:
                rows = "row was" if count == 1 else "rows were"
                facts.append(
                    (
                        "look",
                        f"{count:,} {rows} written to {step.args['handle']} since the proof{then}",
                    )
                )
            elif count == 0:
                facts.append(("good", f"nothing was written to {step.args['handle']} since the proof"))
        return facts

    async def _heroku_now(self, context: Context) -> list[Fact]:
        return await heroku_now(context)
