"""Whether the capsules of an app stay up, and the last words of one that does not."""

from wizard.mapping.spaces import space_of_handle
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import Capsule, CapsuleTarget
from wizard.run.context import Context

FALLEN = ("failed", "error", "errored", "crashed", "crashing", "crashloopbackoff", "oomkilled", "unhealthy")
"""States that say that what was started has ended. The vendor documents none; any other is taken for good."""

RUNNING = ("running", "ready", "healthy", "active", "up")
"""States that say that it runs."""

UNTOLD = "untold"
"""A fact of a health check: something was started, and nobody tells whether it runs."""

TAIL = 12
"""Lines of a log that a trouble repeats."""


async def fallen(context: Context, handle: str) -> list[Capsule]:
    """The capsules of an app that are to run and have ended; none where the target has no capsules."""
    target = context.target
    if not isinstance(target, CapsuleTarget):
        return []
    environment = await context.environment(space_of_handle(context.mapping, handle))
    found = [await target.find_capsule(environment, name) for name in context.capsules(handle).values()]
    return [one for one in found if one is not None and one.replicas and _is_fallen(one)]


async def untold(context: Context, handle: str) -> list[str]:
    """The started capsules of an app, beside its web's, of which the target does not say that they run."""
    target = context.target
    if not isinstance(target, CapsuleTarget):
        return []
    environment = await context.environment(space_of_handle(context.mapping, handle))
    names = [name for service, name in context.capsules(handle).items() if service != "web"]
    found = [await target.find_capsule(environment, name) for name in names]
    return [one.name for one in found if one and one.replicas and _plain(one.state) not in RUNNING]


def has_workers(context: Context, handle: str) -> bool:
    """Whether an app has capsules of which no web address tells that they run."""
    return isinstance(context.target, CapsuleTarget) and bool(set(context.capsules(handle)) - {"web"})


def _is_fallen(capsule: Capsule) -> bool:
    return _plain(capsule.state) in FALLEN


def _plain(state: str) -> str:
    return state.lower().replace(" ", "").replace("_", "")


async def last_words(context: Context, capsule: Capsule) -> list[str]:
    """The end of what a capsule wrote; empty where its log cannot be read now."""
    target = context.target
    if not isinstance(target, CapsuleTarget):
        return []
    try:
        return [clean(line) for line in await target.run_log(capsule, TAIL) if line.strip()]
    except Trouble:
        return []  # what is told is that the capsule ended; its log is in the dashboard too


def does_not_stay_up(capsule: Capsule, lines: list[str]) -> Trouble:
    """Told of the first one that has ended."""
    said = "Its log ends:\n" + "\n".join(lines) if lines else "It has no log."
    return Trouble(
        f"The capsule {capsule.name} does not stay up: it is {capsule.state}. {said}",
        untouched="Heroku's data and apps are as they were.",
        remedy="Look at what its log says (l), correct it, push it to the branch and prepare again; or press "
        "r to look again, b to go back to Heroku.",
        code="unhealthy",
    )
