"""Deploys that a person begins, by the ways they had before, and Offramp watches: nothing may run early.

Before the cut-over the app there has no config vars, so that a deploy which comes too early can reach no
database. At the cut-over it is noted what was deployed so far; once the data is proven and the config is set,
the person is told to go, and the next deploy counts, whoever began it.
"""

import asyncio
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager

import msgspec

from wizard.model.plan import Evidence, Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports import TargetApp, TargetDeploy
from wizard.run.context import Context
from wizard.run.guide import GUIDE, Guide
from wizard.run.journal import now
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.serve import stop
from wizard.session.places import private_folder

FAILED = "failed"
"""A fact of such a step: the number of a deploy that failed, and is not waited for again."""


class DeploysBefore(Kind):
    """What was deployed before the cut-over to the apps that a person deploys: none of that counts."""

    stays = True

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        """Only the journal knows how it was then."""
        return None

    async def do(self, context: Context, step: Step) -> None:
        """Nothing: it is looked at."""

    async def verify(self, context: Context, step: Step) -> Evidence:
        facts: dict[str, str | int | float | bool | None] = {}
        for handle in _handles(step):
            facts[handle] = _newest_number(await _deploys(context, handle))
        early = [handle for handle, number in facts.items() if number]
        said = f"{', '.join(early)} had been deployed already" if early else "nothing was deployed before"
        return Evidence(summary=f"Looked before the data was proven: {said}", facts=facts)


class HandedOver(Kind):
    """A deploy that a person begins. Seen by itself; its log is shown as it comes, and its end when it fails.

    `every` is the pause between two looks, in seconds.
    """

    every = 3.0

    @abstractmethod
    async def guide(self, context: Context, step: Step) -> Guide:
        """What the person does."""

    async def missing(self, context: Context, step: Step) -> str:
        """What of the map is not there although the deploy succeeded; empty when all is."""
        return ""

    async def begin(self, context: Context, step: Step) -> None:
        """Begin a deploy where the person has done all that is theirs, and none comes of it by itself."""

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        deploy = await self._since(context, step)
        if deploy is None or deploy.state != "succeeded" or await self.missing(context, step):
            return None
        handle = str(step.args["handle"])
        content = f", {deploy.digest[:19]}" if deploy.digest else ""
        return Evidence(
            summary=f"{handle} runs {deploy.in_words()}{content} (operation {deploy.number})",
            facts={
                "commit": deploy.commit,
                "image": deploy.image,
                "digest": deploy.digest,
                "operation": deploy.number,
            },
        )

    async def do(self, context: Context, step: Step) -> None:
        handle, log = str(step.args["handle"]), context.log(step)
        guide = await self.guide(context, step)
        with shown(context, step, guide):
            deploy = await self._begun(context, step, guide)
        log(f"The deploy of {handle} has begun: operation {deploy.number}, {deploy.in_words()}.")
        folder = private_folder(context.folder / "git" / handle)
        try:
            await context.target.follow_deploy(await context.app(handle), deploy, log, folder=folder)
        except Trouble as trouble:
            if trouble.code == "operation-failed":
                # Another try is another deploy.
                note = Evidence(summary="", facts={FAILED: deploy.number})
                context.journal.note(step.key, note)
            raise
        with shown(context, step, guide):
            await self._complete(context, step, guide)

    async def undo(self, context: Context, step: Step) -> str:
        said = await stop(context, str(step.args["handle"]), context.log(step))
        warning = str(step.args.get("later", ""))
        return ". ".join(part for part in (said, warning) if part)

    async def _begun(self, context: Context, step: Step, guide: Guide) -> TargetDeploy:
        handle = str(step.args["handle"])
        while True:
            try:
                if (deploy := await self._since(context, step)) is None:
                    await self.begin(context, step)
                    deploy = await self._since(context, step)
                seen = f"no new deploy of {handle} so far"
            except SignInNeeded:
                raise
            except Trouble as trouble:
                if not trouble.retry:
                    raise
                deploy, seen = None, f"could not look: {trouble.cause}"
            if deploy is not None:
                return deploy
            say(context, guide, seen)
            await asyncio.sleep(self.every)

    async def _complete(self, context: Context, step: Step, guide: Guide) -> None:
        while missing := await self.missing(context, step):
            say(context, guide, f"deployed, and not there yet: {missing}")
            await asyncio.sleep(self.every)

    async def _since(self, context: Context, step: Step) -> TargetDeploy | None:
        """The newest deploy since the cut-over began, and since the last one that failed."""
        handle = str(step.args["handle"])
        newest = next(iter(await _deploys(context, handle)), None)
        record = context.journal.steps().get(step.key)
        failed = record.evidence.facts.get(FAILED) if record and record.evidence else None
        least = max(before(context, handle), failed if isinstance(failed, int) else 0)
        return newest if newest is not None and newest.number > least else None


def before(context: Context, handle: str) -> int:
    """The number of the newest deploy of an app when the cut-over began; 0 when there was none."""
    records = context.journal.steps()
    for step in context.plan.steps:
        record = records.get(step.key)
        if step.kind == "deploys-before" and record is not None and record.evidence is not None:
            number = record.evidence.facts.get(handle)
            return number if isinstance(number, int) else 0
    return 0


async def early_deploys(context: Context, handles: tuple[str, ...]) -> list[tuple[str, str]]:
    """Facts for a gate before the cut-over: whether such an app was deployed already."""
    facts = []
    for handle in handles:
        newest = next(iter(await _deploys(context, handle)), None)
        if newest is None:
            facts.append(("good", f"nothing is deployed to {handle} yet"))
        else:
            facts.append(
                (
                    "look",
                    f"{handle} has been deployed before ({newest.in_words()}, {newest.state}, operation "
                    f"{newest.number}): that does not count, it is deployed again at the cut-over",
                )
            )
    return facts


@contextmanager
def shown(context: Context, step: Step, guide: Guide) -> Iterator[None]:
    """Show a guide while a step waits for a person."""
    context.journal.gauge(GUIDE, guide)
    context.journal.set_run("running", waiting_for=f"you: {guide.waits}", current=step.key)
    try:
        yield
    finally:
        context.journal.drop_gauge(GUIDE)
        context.journal.set_run("running", current=step.key)


def say(context: Context, guide: Guide, seen: str) -> None:
    """Tell in a guide that is shown what was seen just now."""
    context.journal.gauge(GUIDE, msgspec.structs.replace(guide, seen=f"{seen}; looked at {now()[11:19]} UTC"))


async def _deploys(context: Context, handle: str) -> list[TargetDeploy]:
    app: TargetApp | None = await context.target.find_app(await context.environment(), handle)
    return [] if app is None else await context.target.deploys(app)


def _newest_number(deploys: list[TargetDeploy]) -> int:
    return max((one.number for one in deploys), default=0)


def _handles(step: Step) -> tuple[str, ...]:
    handles = step.args["handles"]
    return handles if isinstance(handles, tuple) else (str(handles),)
