"""A domain that the target refuses once the apps serve there at their own addresses.

That takes nothing back: a person mends it, has it asked for again, or goes on without.
"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from wizard.database.control import Stopped
from wizard.model.plan import Evidence, Step
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.run.context import Context
from wizard.run.guide import Guide, guide_lines
from wizard.run.kinds.guided import looked_again
from wizard.run.kinds.handed_over import say, shown
from wizard.run.kinds.watch import accepted_before
from wizard.run.watched import ACCEPTED

LAST_LINES = 3
"""Of what the target said, where it said much: the reason stands at its end."""


@dataclass(frozen=True)
class Asking:
    """How the domain of a step is asked for.

    Attributes:
        ask: raises Trouble where it cannot be had.
        look: evidence where the target has it.
        absent: what is told where it has not ("www.acme.example does not belong to shop").
        by_hand: what a person does about it, as a sentence.
        every: seconds between two looks.
    """

    ask: Callable[[], Awaitable[None]]
    look: Callable[[], Awaitable[Evidence | None]]
    absent: str
    by_hand: str
    every: float = 5.0


async def known(
    context: Context, step: Step, look: Callable[[], Awaitable[Evidence | None]]
) -> Evidence | None:
    """What `look` tells before the domain is asked for. What does not pass by itself the asking says, where a
    person can answer; what was done before is not undone by it."""
    if (before := accepted_before(context, step)) is not None:
        return before
    try:
        return await look()
    except SignInNeeded:
        raise
    except Trouble as trouble:
        if trouble.retry:
            raise
        record = context.journal.steps().get(step.key)
        return record.evidence if record and record.state == "done" else None


async def ask_until_had(context: Context, step: Step, asking: Asking) -> str:
    """Ask for it; return when the target has it, or a person goes on without: then why it was refused.

    Raises:
        Trouble: what passes by itself.
        Stopped: the person stopped the run.
    """
    while (refused := await _refused(context, asking)) is not None:
        why = in_short(refused)
        context.journal.event("look", f"{why} {refused.remedy}", step=step.key)
        if not await _again(context, step, asking, refused):
            return why
        context.creations.again(step.key)
    return ""


async def _refused(context: Context, asking: Asking) -> Trouble | None:
    try:
        await asking.ask()
    except SignInNeeded:
        raise
    except Trouble as trouble:
        if trouble.retry:
            raise
        return trouble
    finally:
        context.flush_logs()
    return None


async def _again(context: Context, step: Step, asking: Asking, refused: Trouble) -> bool:
    """Wait for a person: whether they want it asked for again. Else it is there, or is done without."""
    guide = _guide(context, step, asking, refused)
    context.look_again.clear()
    # What looks right at once may be half done: that is refused as it stands.
    believed = False
    with shown(context, step, guide):
        while True:
            if context.control.stopped:
                raise Stopped
            if step.key in context.accepted:
                return False
            there = await _is_there(context, asking, guide)
            if there and believed:
                return False
            believed = believed or there is False
            if await looked_again(context, asking.every) and step.key not in context.accepted:
                return True


async def _is_there(context: Context, asking: Asking, guide: Guide) -> bool | None:
    """None where that cannot be told now."""
    try:
        there = await asking.look() is not None
    except SignInNeeded:
        raise
    except Trouble as trouble:
        say(context, guide, f"could not look: {trouble.cause}")
        return None
    if not there:
        say(context, guide, asking.absent)
    return there


def _guide(context: Context, step: Step, asking: Asking, refused: Trouble) -> Guide:
    target, hostname = context.plan.target, step.args["hostname"]
    return Guide(
        step=step.key,
        waits=asking.absent,
        lines=guide_lines(
            f"{in_short(refused)} {refused.remedy}",
            f"The apps run and answer at their own addresses; {hostname} does not lead there.",
            f"{asking.by_hand} Press r to have {target} asked again.",
            "Or go on without it: the report says then what is left to do. Or press b: all goes back to "
            "Heroku.",
        ),
        by_word=True,
        without=True,
    )


def in_short(refused: Trouble) -> str:
    """The first line of what was said, and the last ones where it is long."""
    first, *rest = (line.strip() for line in refused.cause.strip().splitlines())
    return f"{first} {'; '.join(rest[-LAST_LINES:])}".strip()


def done_without(step: Step, why: str) -> Evidence:
    """The evidence of a domain that a person went on without."""
    words = why.rstrip(".") or "not asked for again"
    return Evidence(
        summary=f"{step.args['hostname']}: a person went on without it ({words})", facts={ACCEPTED: True}
    )


def went_without(context: Context, step: Step) -> bool:
    """Whether a person went on without the domain of this step: then there is nothing to lead anywhere."""
    record = context.journal.steps().get(f"domain:{step.args['hostname']}")
    return bool(record and record.state == "done" and record.evidence and ACCEPTED in record.evidence.facts)


def left_without(step: Step) -> Evidence:
    """The evidence of what comes after such a domain."""
    words = f"{step.args['hostname']} is left as it is: a person went on without it"
    return Evidence(summary=words, facts={ACCEPTED: True})
