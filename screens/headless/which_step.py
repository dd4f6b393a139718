"""Which step a wish is for, where `offramp tell` names one, or only one waits."""

from screens.monitor.dns import open_watch
from screens.monitor.guide import open_guide
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.run.view import RunView, StepView

ABOUT_STEPS = ("accept", "retry")
"""Wishes that are for one step."""


def step_for(what: str, seen: RunView, name: str = "") -> StepView | None:
    """The step that is meant: the one of that key, number or handle among those that wait for such a wish, or
    the only one. None where nothing tells, as for another try of a run that is at no step.

    Raises:
        Trouble: several wait and none is named, or the one that is named does not wait.
    """
    waiting = waiting_for(what, seen)
    if not name:
        if len(waiting) > 1:
            raise _which(f"{len(waiting)} steps wait for such a word.", what, waiting)
        return waiting[0] if waiting else None
    found = [one for one in waiting if name in (one.step.key, str(one.number))]
    found = found or [one for one in waiting if name in one.step.key.split(":")]
    if len(found) == 1:
        return found[0]
    if not found:
        known = next((one for one in seen.steps if name in (one.step.key, str(one.number))), None)
        said = (
            f"Step {known.number} ({known.step.title}) does not wait for that."
            if known is not None
            else f"No step is called {clean(name)}."
        )
        raise _which(said, what, waiting)
    raise _which(f"{clean(name)} fits {len(found)} steps.", what, found)


def waiting_for(what: str, seen: RunView) -> list[StepView]:
    """The steps that wait for the wish `what` now."""
    current = seen.current
    if what == "accept":
        guide = open_guide(seen)
        keys = {guide.step} if guide is not None and guide.by_word else set()
        if open_watch(seen) is not None and current is not None:
            keys.add(current.step.key)
        return [one for one in seen.steps if one.step.key in keys]
    ended = seen.run.state in ("done", "taken-back")
    return [] if ended or current is None else [current]


def taken_for(what: str, step: StepView, seen: RunView) -> str:
    """What was done with a wish, in a sentence; `seen` is the run as it was told."""
    did = "Said to be done" if what == "accept" else "Tried again"
    guide = seen.guide
    if what == "accept" and guide is not None and guide.step == step.step.key and guide.without:
        did = "Gone on without it"
    elif what == "accept" and open_watch(seen) is not None:
        did = "Gone on with DNS as it is"
    return f"{did}: step {step.number}, {step.step.title} ({step.step.key})."


def _which(why: str, what: str, waiting: list[StepView]) -> Trouble:
    there = "; ".join(f"{what} {one.step.key} ({one.step.title})" for one in waiting)
    return Trouble(
        why,
        untouched="Nothing was told.",
        remedy=f"Name one: {there}." if there else "No step waits for that now; `offramp status` tells more.",
        code="usage" if there else "not-taken",
    )
