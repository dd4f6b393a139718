"""What of one app is otherwise on Heroku than in the document that the plan was made of. A pure comparison.

What nobody has decided on would stay behind, so it stops the run; what the plan would look for and not find
stops it, too. The rest is to be looked at.
"""

from collections.abc import Iterable, Iterator

from wizard.model.mapping import Mapping
from wizard.model.network import Drain
from wizard.model.plan import Finding
from wizard.model.system import App

AGAIN = "Read the system again (document), so that nothing is missed."
DECIDE = "Read the system again (document), then decide on the map."
CODE = "Read the system again (document), and look at the changes to the code (prepare)."

NAMED = 4
"""How many names stand in a sentence; of more, the others are counted."""


def differences_of_app(then: App, now: App, mapping: Mapping, told: frozenset[str]) -> Iterator[Finding]:
    """One finding for each thing that differs; add-ons are not compared here.

    Args:
        told: config vars that come with an add-on which has a finding of its own.
    """
    yield from _identity(then, now)
    if then.release is not None and now.release != then.release:
        yield _look(
            f"{now.name} has had a release since it was documented",
            f"v{then.release} then, v{now.release} now: code or config may have changed",
            AGAIN,
        )
    yield from _code(then, now)
    yield from _domains(then, now, mapping)
    yield from _drains(then, now, mapping)
    yield from _config(then, now, mapping, told)


def listed(names: Iterable[str]) -> str:
    """ "a, b, c, d and 3 more"."""
    found = list(names)
    more = f" and {len(found) - NAMED} more" if len(found) > NAMED else ""
    return ", ".join(found[:NAMED]) + more


def _look(what: str, detail: str, remedy: str) -> Finding:
    return Finding(state="look", what=what, detail=detail, remedy=remedy)


def _blocks(what: str, detail: str, remedy: str = DECIDE) -> Finding:
    return Finding(state="blocks", what=what, detail=detail, remedy=remedy)


def _identity(then: App, now: App) -> Iterator[Finding]:
    if then.name != now.name:
        yield _look(
            f"{then.name} is called {now.name} on Heroku now",
            "Offramp goes by its id, so it still moves; the steps show the name that it had",
            AGAIN,
        )
    owner, was = now.team or now.owner, then.team or then.owner
    if owner and was and owner != was:
        yield _look(
            f"{now.name} belongs to {owner} now",
            f"it was documented as {was}'s; who may do what in it may be others",
            "Look whether you may still scale it, then read the system again (document).",
        )
    if then.pipeline != now.pipeline or then.pipeline_stage != now.pipeline_stage:
        yield _look(
            f"{now.name} is in {_pipeline(now)} now",
            f"it was documented in {_pipeline(then)}",
            AGAIN,
        )


def _pipeline(app: App) -> str:
    if not app.pipeline:
        return "no pipeline"
    stage = f", stage {app.pipeline_stage}" if app.pipeline_stage else ""
    return f"the pipeline {app.pipeline}{stage}"


def _code(then: App, now: App) -> Iterator[Finding]:
    if then.stack and now.stack and then.stack != now.stack:
        yield _look(
            f"{now.name} is on the stack {now.stack} now",
            f"its code was prepared for {then.stack}",
            CODE,
        )
    if "buildpacks" not in (*then.unread, *now.unread) and then.buildpacks != now.buildpacks:
        yield _look(
            f"{now.name} has other buildpacks: {_buildpacks(now)}",
            f"its code was prepared for: {_buildpacks(then)}",
            CODE,
        )


def _buildpacks(app: App) -> str:
    return ", ".join(app.buildpacks) or "Heroku chooses"


def _domains(then: App, now: App, mapping: Mapping) -> Iterator[Finding]:
    known, there = _custom(then), _custom(now)
    for host in sorted(there - known):
        yield _blocks(
            f"{now.name} has a new domain: {host}",
            "nobody has decided on it; it would stay behind, and lead to a stopped app",
        )
    made = {one.hostname for one in mapping.domains if one.app_id == then.id and one.action == "endpoint"}
    for host in sorted(known - there):
        yield _look(
            f"{host} is no domain of {now.name} any more",
            "the plan makes its web address at the target all the same"
            if host in made
            else "the plan speaks of it all the same",
            AGAIN,
        )


def _custom(app: App) -> set[str]:
    return {domain.hostname for domain in app.domains if domain.kind == "custom"}


def _drains(then: App, now: App, mapping: Mapping) -> Iterator[Finding]:
    known, there = _by_id(then.drains), _by_id(now.drains)
    for mark in sorted(there.keys() - known.keys()):
        yield _blocks(
            f"{now.name} has a new log drain: {there[mark].address}",
            "nobody has decided on it; its receiver would get no log after the move",
        )
    moved = {one.drain_id for one in mapping.drains if one.app_id == then.id and one.action == "move"}
    for mark in sorted(known.keys() - there.keys()):
        what = f"The log drain of {now.name} to {known[mark].address} is gone"
        if mark in moved:
            yield _blocks(what, "the plan moves it, and the run would stop where it reads its address", AGAIN)
        else:
            yield _look(what, "the map leaves it behind anyway", AGAIN)
    for one in now.telemetry:
        if one.id not in {each.id for each in then.telemetry}:
            yield _look(
                f"{now.name} sends telemetry to {one.address} now",
                "telemetry drains are Heroku's own: its receiver hears nothing after the move",
                AGAIN,
            )


def _by_id(drains: Iterable[Drain]) -> dict[str, Drain]:
    """Drains that are nobody else's: one that an add-on made comes and goes with it."""
    return {one.id: one for one in drains if not one.add_on_id}


def _config(then: App, now: App, mapping: Mapping, told: frozenset[str]) -> Iterator[Finding]:
    if "config vars" in then.unread:
        return  # the map says so, and lets it not move
    known, there = ({var.name: var for var in app.config} for app in (then, now))
    if came := sorted(there.keys() - known.keys() - told):
        yield _blocks(
            f"{now.name} has new config vars: {listed(came)}",
            "nobody has decided on them; the target would not get them",
        )
    wanted = {
        one.name
        for one in mapping.config
        if one.app_id == then.id and (one.action == "copy" or one.replacement == "app-url")
    }
    gone = known.keys() - there.keys()
    if stops := sorted(gone & wanted):
        yield _blocks(
            f"{now.name} has no config vars {listed(stops)} any more",
            "the plan copies them, and the cut-over would fail where it reads them",
            AGAIN,
        )
    # What an add-on sets comes and goes with it.
    if rest := sorted(name for name in gone - wanted if known[name].origin.kind != "add-on"):
        yield _look(
            f"{now.name} has no config vars {listed(rest)} any more",
            "the plan does not copy them",
            AGAIN,
        )
