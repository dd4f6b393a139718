"""Steps of a person's of which an answers file says beforehand that they are done."""

from collections.abc import Iterable, Sequence

from wizard.model.plan import Plan, Step
from wizard.run.kinds import KINDS


def takes_word(step: Step) -> bool:
    """Whether a person's word is enough for a step: nothing, or not everything, of it can be looked up."""
    return bool(getattr(KINDS[step.kind], "by_word", False))


def steps_said(plan: Plan, named: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The keys of the steps that are named, each once, and the names that fit no step that takes a word."""
    known = [step.key for step in plan.steps if takes_word(step)]
    keys: dict[str, None] = {}
    unknown: list[str] = []
    for name in named:
        found = [key for key in known if name in (key, key.partition(":")[0])]
        keys |= dict.fromkeys(found)
        if not found:
            unknown.append(name)
    return tuple(keys), tuple(unknown)


def words_wanted(plan: Plan, unknown: Sequence[str]) -> list[str]:
    """What is said of names that fit nothing."""
    known = ", ".join(step.key for step in plan.steps if takes_word(step)) or "none in this plan"
    seen = {step.key for step in plan.steps if step.by == "person" and not takes_word(step)}
    return [
        f"run.done: Offramp sees by itself whether {name} is done, a word for it counts for nothing"
        if any(name in (key, key.partition(":")[0]) for key in seen)
        else f"run.done: no step is called {name}; those that take a word: {known}"
        for name in unknown
    ]
