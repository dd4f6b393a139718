"""The stages in their order, as data: the screen of each, and what ends it."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING

from wizard.choose.offer import profile_of
from wizard.document.answers import apply_answers, open_gaps
from wizard.mapping.check import blocking, problems
from wizard.model.system import System
from wizard.prepare.accepted import unprepared
from wizard.run.journal import Journal, RunRecord
from wizard.session.lock import Lock
from wizard.session.parts import (
    ANSWERS,
    CONNECTIONS,
    MAPPING,
    PLAN,
    PREFLIGHT,
    PREPARED,
    SYSTEM,
    TARGET,
    Answers,
    Prepared,
)
from wizard.session.store import Session

if TYPE_CHECKING:
    from screens.stage import StageScreen


@dataclass(frozen=True)
class Stage:
    """A stage. `screen` is "module:class", imported when it is first shown; `todo` completes the sentence
    "First ..." that is said of the stages behind it."""

    name: str
    screen: str
    todo: str
    done: Callable[[Session], bool]

    def make_screen(self) -> "StageScreen":
        """A new screen of this stage; it reads everything from the session."""
        module, _, name = self.screen.partition(":")
        screen: StageScreen = getattr(import_module(module), name)()
        return screen


def _signed_in(session: Session, provider: str) -> bool:
    connections = session.load(CONNECTIONS)
    return connections is not None and provider in connections.by_provider


def connected(session: Session) -> bool:
    """Signed in to the source, and to the target once one is chosen."""
    target = session.load(TARGET)
    return _signed_in(session, session.info.source) and (
        target is None or _signed_in(session, target.provider)
    )


def documented(session: Session) -> bool:
    """The inventory is there, with an app in it, and everything that no API tells was answered."""
    system = session.load(SYSTEM)
    if system is None or not system.apps:
        return False
    return not open_gaps(system, session.load(ANSWERS) or Answers())


def _chosen(session: Session) -> bool:
    return session.load(TARGET) is not None


def whole_system(session: Session) -> System | None:
    """The inventory with the person's answers in it, None before it was read."""
    system = session.load(SYSTEM)
    return None if system is None else apply_answers(system, session.load(ANSWERS) or Answers())


def _mapped(session: Session) -> bool:
    system, choice, mapping = whole_system(session), session.load(TARGET), session.load(MAPPING)
    if system is None or choice is None or mapping is None:
        return False
    profile = profile_of(session, choice.provider)
    return not blocking(problems(system, mapping, profile))


def not_prepared(session: Session) -> tuple[str, ...]:
    """The names of the apps that move and whose code is not prepared as the map wants it now."""
    system, choice, mapping = whole_system(session), session.load(TARGET), session.load(MAPPING)
    if system is None or choice is None or mapping is None:
        return ()
    profile = profile_of(session, choice.provider)
    return unprepared(system, mapping, profile, session.load(PREPARED) or Prepared())


def _prepared(session: Session) -> bool:
    if session.load(MAPPING) is None or session.load(PREPARED) is None:
        return False
    return not not_prepared(session)


def _planned(session: Session) -> bool:
    plan, preflight = session.load(PLAN), session.load(PREFLIGHT)
    return (
        plan is not None
        and preflight is not None
        and preflight.plan_digest == plan.digest()
        and all(finding.state != "blocks" for finding in preflight.findings)
    )


def newest_run(session: Session) -> RunRecord | None:
    """The newest run of a session, None before the first."""
    return Journal(session).run()


def _has_run(session: Session) -> bool:
    return newest_run(session) is not None


def _run_done(session: Session) -> bool:
    run = newest_run(session)
    return run is not None and run.state in ("done", "taken-back")


STAGES = (
    Stage("connect", "screens.connect:ConnectScreen", "sign in", connected),
    Stage("document", "screens.document:DocumentScreen", "read what stands on Heroku", documented),
    Stage("choose", "screens.choose:ChooseScreen", "choose a target", _chosen),
    Stage("map", "screens.map:MapScreen", "decide what becomes of each component", _mapped),
    Stage("prepare", "screens.prepare:PrepareScreen", "prepare the code", _prepared),
    Stage("plan", "screens.plan:PlanScreen", "make the plan and pass its checks", _planned),
    Stage("run", "screens.run:RunScreen", "start the run", _run_done),
    Stage("report", "screens.report:ReportScreen", "finish", lambda session: False),
)
NAMES = tuple(stage.name for stage in STAGES)


def stage_named(name: str) -> Stage:
    """The stage of that name; KeyError when there is none."""
    for stage in STAGES:
        if stage.name == name:
            return stage
    raise KeyError(name)


@dataclass(frozen=True)
class Standing:
    """Where a session stands: which stages are done, why a stage cannot be entered yet ("" when it can),
    and the stage to go on with."""

    done: frozenset[str]
    why_not: dict[str, str]
    current: str


def standing(session: Session) -> Standing:
    """Read where a session stands. A stage can be entered when all before it are done; `run` and `report`
    also when there is a run."""
    done = frozenset(stage.name for stage in STAGES if stage.done(session))
    run = newest_run(session)
    why_not: dict[str, str] = {}
    missing = ""
    current = ""
    for stage in STAGES:
        why_not[stage.name] = missing
        # Signing in to the target comes back to `connect`, after `choose`: neither it nor what was read
        # before may be shut by that.
        opens = _signed_in(session, session.info.source) if stage.name == "connect" else stage.name in done
        if not opens and not missing:
            missing = f"First {stage.todo}."
        if stage.name == "choose" and not missing and "connect" not in done:
            missing = "First sign in to the target, under connect."
        if stage.name not in done and not current:
            current = stage.name
    if run is not None:
        why_not["run"] = why_not["report"] = ""
        current = "report" if run.state in ("done", "taken-back") else "run"
    else:
        why_not["report"] = why_not["report"] or "There is no run to report yet."
        # A run is started from its plan; the empty monitor would be a detour.
        current = "plan" if current == "run" else current
    return Standing(done=done, why_not=why_not, current=current or "report")


def locked_by_run(session: Session) -> str:
    """Why answers may not be changed because of a run, "" when they may."""
    run = newest_run(session)
    if run is None or run.state in ("stopped", "taken-back"):
        return ""
    if run.state == "done":
        return "This migration is done; its answers are part of the report. Make a new one for another."
    what = "A run is under way with these answers."
    if Lock(session.worker_lock_file).holder() is None:
        return f"{what} Its worker is gone: press 7, then r goes on with it, b takes it back, s stops it."
    return f"{what} Press 7, then s stops it, b takes it back."
