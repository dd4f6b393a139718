"""What is to be known of a version that a target's builders do not have."""

from wizard.mapping.problem import Problem
from wizard.model.text import clean
from wizard.prepare.capsules.capsule_case import CapsuleCase

DOCKER = "choose a Docker capsule for it on the map, which keeps the version"


def raised(case: CapsuleCase, title: str, wanted: str, line: str, look: str) -> Problem:
    """The version goes up, by what is written or by a config var."""
    return case.problem(
        "runtime-raised",
        f"is pinned to {title} {clean(wanted, limit=40)}, which {case.profile.title} does not build: here it "
        f"goes up to {line}",
        f"Run its tests with {title} {line} first (look at {look}), or {DOCKER}.",
    )


def not_offered(case: CapsuleCase, title: str, wanted: str, newest: str) -> Problem:
    """The version is newer than all, or is no line that one could go up to without a look."""
    return case.problem(
        "runtime-not-offered",
        f"is pinned to {title} {clean(wanted, limit=40)}, which {case.profile.title} does not build: its "
        f"newest is {newest}",
        f"{DOCKER[0].upper()}{DOCKER[1:]}; or pin {title} {newest} and commit it.",
        blocks=True,
    )


def by_hand(case: CapsuleCase, title: str, wanted: str, line: str, where: str) -> Problem:
    """Going up needs the tools of the language."""
    return case.problem(
        "runtime-by-hand",
        f"is pinned to {title} {clean(wanted, limit=40)}, which {case.profile.title} does not build",
        f"{DOCKER[0].upper()}{DOCKER[1:]}; or go up to {title} {line} in {where}, and commit it.",
        blocks=True,
    )


def unpinned(case: CapsuleCase, title: str, line: str) -> Problem:
    """Nothing says a version, so the newest is written."""
    return case.problem(
        "runtime-not-pinned",
        f"pins no {title}: here {line} is written, and Heroku may still run an older one",
        "Look at the build log on Heroku; pin the version that it names, if it is another.",
    )
