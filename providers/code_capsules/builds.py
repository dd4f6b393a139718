"""Builds of capsules: begun, followed to their end, with their log.

One capsule has one build at a time (documentation). A capsule may have begun one by itself: the list is
looked at before one is asked for, and one that is under way is followed.
"""

import asyncio
import time

import msgspec

from providers.code_capsules.answers import BuildAnswer
from providers.code_capsules.creation import created
from providers.code_capsules.logs import LogReader, now, seconds
from providers.code_capsules.paths import BUILD_LOGS, BUILDS, LOGS, filled
from providers.code_capsules.places import Place, Places
from wizard.model.text import clean
from wizard.model.trouble import Trouble, Unreachable
from wizard.ports import Capsule, DeployState, Log, TargetDeploy

TAIL = 20
"""Lines of a log that a trouble repeats."""

STATES: dict[str, DeployState] = {
    "queued": "queued",
    "pending": "queued",
    "starting": "queued",
    "building": "running",
    "succeeded": "succeeded",
    "failed": "failed",
    "timed out": "failed",
    "success": "succeeded",
    "failure": "failed",
    "error": "failed",
    "timeout": "failed",
    "cancelled": "cancelled",
    "canceled": "cancelled",
}
"""By the vendor's word (skill; documentation), and by others for the same; any other is one of a build under
way."""

RUN_LOG_HOURS = (0.1, 1, 24, 168)
"""How far back a capsule's own log is looked at, until there is anything."""


class Builds:
    """Builds of all capsules."""

    def __init__(self, places: Places) -> None:
        self._places = places

    async def of(self, capsule: Capsule) -> list[TargetDeploy]:
        """All builds, newest first; their numbers are the moments at which they were made."""
        place, now = await self._places.capsule(capsule.id)
        known = await _listed(place, capsule)
        return [
            msgspec.structs.replace(found, deployed=is_deployed(found, known, now.deployment))
            for found in map(deploy, known)
        ]

    async def build(self, capsule: Capsule, log: Log) -> TargetDeploy:
        """Begin a build or follow the one that is under way, to its end.

        Raises:
            Trouble: `build-failed`, with the tail of its log; `build-endless`.
        """
        place = await self._places.of_capsule(capsule.id)
        notes, what = self._places.notes, f"build the capsule {capsule.name}"
        known = await _listed(place, capsule)
        # Of one before the newest nothing is under way, whatever word it has.
        running = next((one for one in known[:1] if not deploy(one).ended), None)
        if running is not None:
            log(f"A build of {capsule.name} is under way already ({in_words(running)}).")
            notes.settle(what)
            return await self._follow(place, capsule, running, log)
        noted = notes.asked(what)
        before = noted.before if noted is not None else tuple(one.id for one in known)
        if noted is None:
            log(f"Building {capsule.name} from {capsule.branch or 'its branch'}.")
        else:
            log(f"A build of {capsule.name} was asked for before: it is looked for.")

        async def post() -> None:
            await place.api.post(filled(BUILDS, capsule=capsule.id), {}, object, what=what)

        async def look() -> BuildAnswer | None:
            return next((one for one in await _listed(place, capsule) if one.id not in before), None)

        begun = await created(self._places.patience, notes, post, look, what, before=before)
        return await self._follow(place, capsule, begun, log)

    async def until_deployed(self, capsule: Capsule, build: TargetDeploy, log: Log) -> None:
        """Wait until what runs is of that build, as far as that is told; see `CapsuleTarget`."""
        patience = self._places.patience
        began, wait, told = time.monotonic(), patience.poll_first, False
        while True:
            place, now = await self._places.capsule(capsule.id)
            if now.products is not None and not now.products.count:
                return
            if is_deployed(build, await _listed(place, capsule), now.deployment) is not False:
                return
            if not told:
                told = True
                log(f"The build of {capsule.name} has succeeded; what it made is not what runs so far.")
            if time.monotonic() - began > patience.deployed:
                raise _not_deployed(capsule, patience.deployed, self._places.addresses.app)
            await asyncio.sleep(wait)
            wait = min(wait * 1.4, patience.poll_most)

    async def run_log(self, capsule: Capsule, lines: int) -> list[str]:
        """The newest lines that a capsule wrote, oldest first."""
        place = await self._places.of_capsule(capsule.id)
        until = now()
        what = f"the log of {capsule.name}"
        found: list[str] = []
        for hours in RUN_LOG_HOURS:
            path = filled(LOGS, capsule=capsule.id)
            found = await LogReader(place.api, path, until - hours * 3600, what).new(until)
            if found:
                break
        return found[-lines:]

    async def _follow(self, place: Place, capsule: Capsule, build: BuildAnswer, log: Log) -> TargetDeploy:
        patience = self._places.patience
        path = filled(BUILD_LOGS, build=build.id)
        what = f"the log of the build of {capsule.name}"
        reader = LogReader(place.api, path, seconds(build.created) or now(), what)
        shown: list[str] = []

        async def show(until: float, *, all_of_it: bool = False) -> None:
            try:
                lines = await reader.new(until, from_the_beginning=all_of_it)
            except (Trouble, Unreachable):
                return  # a build goes on without its log
            for line in lines:
                shown.append(line)
                log(line)

        log(f"The build of {capsule.name} is {in_words(build)}.")
        began = answered = time.monotonic()
        wait, told = patience.poll_first, build.status
        while not deploy(build).ended:
            await asyncio.sleep(wait)
            wait = min(wait * 1.4, patience.poll_most)
            moment = time.monotonic()
            try:
                build = await _again(place, capsule, build)
                answered = moment
            except Unreachable:
                if moment - answered > patience.outage:
                    raise
            if build.status != told:
                told = build.status
                log(f"The build of {capsule.name} is {in_words(build)}.")
            await show(now())
            if moment - began > patience.build:
                raise _endless(capsule, patience.build)
        ended = seconds(build.finished) or now()
        for pause in (0.0, *patience.log_settles):
            await asyncio.sleep(pause)
            before = len(shown)
            await show(ended, all_of_it=True)
            if shown and len(shown) == before:
                break
        done = deploy(build)
        if done.state != "succeeded":
            raise _failed(capsule, build, shown, self._places.addresses.app)
        return done


async def _listed(place: Place, capsule: Capsule) -> list[BuildAnswer]:
    found = await place.api.listed(
        filled(BUILDS, capsule=capsule.id), "builds", BuildAnswer, what=f"the builds of {capsule.name}"
    )
    return sorted(found, key=lambda one: seconds(one.created) or 0.0, reverse=True)


async def _again(place: Place, capsule: Capsule, build: BuildAnswer) -> BuildAnswer:
    for one in await _listed(place, capsule):
        if one.id == build.id:
            return one
    raise Trouble(
        f"The build of {capsule.name} is not in Code Capsules' list any more.",
        untouched="What runs goes on as it did.",
        remedy="Look at the capsule's tab Deploy in the dashboard, then try again.",
        code="build-gone",
        retry=True,
    )


def deploy(build: BuildAnswer) -> TargetDeploy:
    """A build in the wizard's words."""
    made = seconds(build.created)
    return TargetDeploy(
        number=round(made * 1000) if made is not None else 0,
        state=STATES.get(build.status.lower(), "running"),
        ref=build.branch,
        commit=build.commit,
        at=build.created or "",
        deployed=build.deployed,
    )


def is_deployed(build: TargetDeploy, known: list[BuildAnswer], runs: str | None) -> bool | None:
    """Whether what runs is of that build or a later one; None where that is not told.

    `known` are all builds, and `runs` is what the capsule calls its current deployment. Nobody says whether
    that is the id of a build: it counts where it is one's.
    """
    deployed = [deploy(one).number for one in known if one.deployed or one.id == runs]
    if deployed:
        return max(deployed) >= build.number
    # Where something runs that no build is said to be, the builds do not tell.
    return False if not runs and any(one.deployed is False for one in known) else None


def in_words(build: BuildAnswer) -> str:
    """ "Building, commit 0123456789"."""
    commit = f", commit {build.commit[:10]}" if build.commit else ""
    return f"{build.status or 'in a state that is not told'}{commit}"


def _failed(capsule: Capsule, build: BuildAnswer, lines: list[str], app: str) -> Trouble:
    tail = [line for line in lines if line.strip()][-TAIL:]
    said = "Its log ends:\n" + "\n".join(tail) if tail else "Code Capsules gave no log for it."
    return Trouble(
        f"The build of {capsule.name} is {clean(in_words(build))}. {said}",
        untouched="What ran before goes on running.",
        remedy=f"Correct what the log names, push it, and try again; or look at the capsule in {app}.",
        code="build-failed",
    )


def _not_deployed(capsule: Capsule, limit: float, app: str) -> Trouble:
    return Trouble(
        f"The build of {capsule.name} has succeeded, and after {limit / 60:.0f} min it is not what runs: "
        "Code Capsules has another one deployed.",
        untouched="What ran before goes on running.",
        remedy=f"Look at the capsule's tab Deploy in the dashboard ({app}), then try again.",
        code="build-not-deployed",
        retry=True,
    )


def _endless(capsule: Capsule, limit: float) -> Trouble:
    return Trouble(
        f"The build of {capsule.name} has not ended after {limit / 60:.0f} min.",
        untouched="It may still end by itself; Offramp will find it then.",
        remedy="Look at the capsule's tab Deploy in the dashboard, then try again.",
        code="build-endless",
        retry=True,
    )
