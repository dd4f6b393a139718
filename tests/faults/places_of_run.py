"""Where a run is when its worker dies: the step, how it stood in the journal, and what was done of it."""

import functools
from collections.abc import Awaitable, Callable
from typing import Any

from tests.faults.boundaries import PLACE, at
from wizard.model.plan import Step
from wizard.run.context import Context
from wizard.run.drive import Drive
from wizard.run.journal import Journal
from wizard.run.kinds import KINDS
from wizard.run.look import Look


def tell_places() -> None:
    """Have `PLACE` say where the run of this process is; there is no way back."""
    for name in ("_attempt", "_gate"):
        setattr(Drive, name, _at_the_step(getattr(Drive, name)))
    for owner, name, words in (
        (Look, "again", "the look at what was done"),
        (Look, "at_the_cut_over", "the look at the gate"),
        (Drive, "_stop_what_runs", "the look at what runs early"),
    ):
        setattr(owner, name, _while(words, getattr(owner, name)))
    for kind in {base for made in KINDS.values() for base in made.__mro__}:
        for verb in ("probe", "do", "verify"):
            if verb in vars(kind):
                setattr(kind, verb, _verb(verb, getattr(kind, verb)))


def _at_the_step(call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(call)
    async def placed(drive: Drive, kind: Any, step: Step) -> Any:
        with at(f"{step.key}, {drive.journal.steps()[step.key].state}"):
            return await call(drive, kind, step)

    return placed


def _while(words: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(call)
    async def placed(self: Any) -> Any:
        context: Context = self.context if isinstance(self, Drive) else self._context
        with at(f"{words}, {_phase(context)}"):
            return await call(self)

    return placed


def _phase(context: Context) -> str:
    """The phase of the first step that is not done."""
    records = Journal(context.session).steps()
    left = (step.phase for step in context.plan.steps if records[step.key].state != "done")
    return next(left, "the end")


def _verb(verb: str, call: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(call)
    async def placed(kind: Any, context: Context, step: Step) -> Any:
        where = PLACE.get()
        with at(where if where.endswith(f" {verb}") else f"{where}, {verb}"):
            return await call(kind, context, step)

    return placed
