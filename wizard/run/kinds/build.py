"""Builds of capsules: begun or found, followed to their end, and held against the prepared commit."""

import asyncio
from pathlib import Path

from wizard.model.plan import Evidence, Step
from wizard.model.trouble import Trouble
from wizard.ports import Capsule, Log, TargetDeploy
from wizard.run.capsules import capsule, capsule_target
from wizard.run.context import Context
from wizard.run.kinds.kind import Kind
from wizard.run.kinds.serve import stop
from wizard.session.places import private_folder

BEFORE = "before:"
"""Facts of such a step: the number of the newest build of a capsule when it began, by the capsule's name."""


class Build(Kind):
    """Each capsule of an app, built from the prepared commit, with the config that it has by now.

    A build from before the step began does not count: a frontend has the config of its build in its files.
    """

    async def probe(self, context: Context, step: Step) -> Evidence | None:
        record = context.journal.steps()[step.key]
        if record.evidence is None:
            return None
        built = []
        for name in _names(step):
            newest = await self._newest(context, name)
            least = record.evidence.facts.get(f"{BEFORE}{name}")
            if newest is None or newest.state != "succeeded":
                return None
            if not isinstance(least, int) or newest.number <= least or not _as_prepared(newest, step):
                return None
            runs = (await capsule(context, name)).replicas
            if record.state != "done" and newest.deployed is False and runs:
                return None
            built.append(newest)
        return self._evidence(step, built, record.evidence)

    def _evidence(self, step: Step, built: list[TargetDeploy], before: Evidence) -> Evidence:
        commit = str(step.args["commit"])
        told = all(one.commit for one in built)
        words = f"commit {commit[:10]}" if told else "a commit that the target does not tell"
        facts = {key: value for key, value in before.facts.items() if key.startswith(BEFORE)}
        return Evidence(
            summary=f"{', '.join(_names(step))} built from {words}",
            facts={**facts, "commit": commit if told else ""},
        )

    async def do(self, context: Context, step: Step) -> None:
        await self._note(context, step)
        # Each capsule has a queue of its own there, and the apps stand still meanwhile: all build at once.
        ended = await asyncio.gather(
            *(self._one(context, step, name) for name in _names(step)), return_exceptions=True
        )
        # One that failed does not cut off the others: their work counts at the next try.
        for error in ended:
            if error is not None:
                raise error

    async def _one(self, context: Context, step: Step, name: str) -> None:
        log = context.log(step)

        def say(line: str) -> None:
            log(f"{name}: {line}" if len(_names(step)) > 1 else line)

        found = await capsule(context, name)
        done = await self._done(context, step, found)
        if done is None:
            folder = private_folder(context.folder / "git" / name)
            await self._wait_for_older(context, step, found, say, folder)
            say("the build begins.")
            done = await capsule_target(context).build(found, say, folder=folder)
        if not _as_prepared(done, step):
            raise Trouble(
                f"{name} was built from commit {done.commit[:10]}; prepared is "
                f"{str(step.args['commit'])[:10]}.",
                untouched="It was not started.",
                remedy=f"Somebody pushed to {step.args['branch']}, or it was not pushed: push the prepared "
                "commit again (prepare shows it), then press r.",
                code="commit-differs",
            )
        # Else the version before would be taken for this one by whatever looks whether it answers.
        await capsule_target(context).until_deployed(found, done, say)

    async def _wait_for_older(
        self, context: Context, step: Step, found: Capsule, say: Log, folder: Path
    ) -> None:
        """The target begins a build at each push: one that is under way since before this step has not the
        config vars of now. It is waited for, since there is one at a time, and how it ends is all the same.
        """
        newest = await self._newest(context, found.name)
        if newest is None or newest.ended or newest.number > self._least(context, step, found.name):
            return
        say("a build from before is under way: it does not count, and is waited for.")
        try:
            await capsule_target(context).build(found, say, folder=folder)
        except Trouble as trouble:
            if trouble.code != "build-failed":
                raise
            say("it failed. It does not count; the one with the config vars of now begins.")

    def _least(self, context: Context, step: Step, name: str) -> int:
        """The number of the newest build when the step began."""
        record = context.journal.steps()[step.key]
        number = record.evidence.facts.get(f"{BEFORE}{name}") if record.evidence else None
        return number if isinstance(number, int) else 0

    async def _note(self, context: Context, step: Step) -> None:
        """Note once which builds there were; a later try goes on with those that this step began."""
        record = context.journal.steps()[step.key]
        known = record.evidence.facts if record.evidence is not None else {}
        if all(f"{BEFORE}{name}" in known for name in _names(step)):
            return
        # A build of an earlier cut-over that nobody saw is none of this one.
        context.creations.forget(step.key)
        facts: dict[str, str | int | float | bool | None] = {}
        for name in _names(step):
            newest = await self._newest(context, name)
            facts[f"{BEFORE}{name}"] = newest.number if newest else 0
        context.journal.note(step.key, Evidence(summary="", facts=facts))

    async def _done(self, context: Context, step: Step, found: Capsule) -> TargetDeploy | None:
        """The build that an earlier try of this step began, if it has succeeded."""
        newest = await self._newest(context, found.name)
        record = context.journal.steps()[step.key]
        least = record.evidence.facts.get(f"{BEFORE}{found.name}") if record.evidence else None
        if newest is None or newest.state != "succeeded" or not isinstance(least, int):
            return None
        return newest if newest.number > least and _as_prepared(newest, step) else None

    async def _newest(self, context: Context, name: str) -> TargetDeploy | None:
        builds = await capsule_target(context).builds(await capsule(context, name))
        return next(iter(builds), None)

    async def undo(self, context: Context, step: Step) -> str:
        said = await stop(context, str(step.args["handle"]), context.log(step))
        # Once, for all of them: the plan's first build is the last that is taken back.
        first = next((one for one in context.plan.steps if one.kind == step.kind), step)
        return ". ".join(part for part in (said, _of_pushes(context) if step == first else "") if part)


def _of_pushes(context: Context) -> str:
    target, source = context.plan.target, context.plan.source
    return (
        f"A push to the branch of a capsule has {target} build it again, which may start it beside {source}: "
        "its API has no switch for that. Turn automatic deploys off in the dashboard, for each capsule, or "
        "push nothing there."
    )


def _names(step: Step) -> tuple[str, ...]:
    names = step.args["capsules"]
    return names if isinstance(names, tuple) else (str(names),)


def _as_prepared(build: TargetDeploy, step: Step) -> bool:
    """Whether a build is of the prepared commit, as far as the target tells."""
    commit = str(step.args["commit"])
    return not build.commit or commit.startswith(build.commit) or build.commit.startswith(commit)
