"""Plan, in lines: every step in its order, what the checks found, and the start of the run."""

from screens.monitor.steps import PHASES
from screens.plain.desk import Deed, Desk, do_one_of, heading
from screens.plain.plainly import aloud, without_keys
from screens.plain.question import Answer, Help, ask_one
from screens.plan_checks import old_checks
from screens.plan_outline import outline, who_works
from screens.quantities import clock, span
from screens.stages import newest_run, standing
from wizard.model.plan import Plan
from wizard.plan.gates import CUT_OVER
from wizard.plan.plan import make_plan
from wizard.plan.preflight import look
from wizard.registry import source_provider
from wizard.run.launch import start_worker
from wizard.session.parts import MAPPING, PLAN, PREFLIGHT, PREPARED, Preflight

HELP = Help(
    "Shows every step in the order in which it will run: who does it, what it changes, how long it is "
    "expected to take, and the way back. What runs is exactly this. The checks look at everything the plan "
    "needs; they change nothing.",
    "the run starts; it waits for you at each gate. Heroku is not changed before the first.",
)
STATES = {"blocks": "stops the run", "look": "look", "good": "good"}


def plan(desk: Desk) -> None:
    """Make the plan, check it, start the run.

    Raises:
        Back, Leave, EndOfInput.
    """
    heading(desk, "plan")
    if (made := make(desk)) is not None:
        if newest_run(desk.session) is None:
            tell_steps(desk)
        else:  # they were read out before, and are again when they are wanted
            desk.console.say(f"{aloud(outline(made))}.")
        if (checked(desk) is None or old_checks(desk.session)) and not desk.read_only():
            check(desk)

    def deeds() -> list[Deed]:
        made, found, held = desk.session.load(PLAN), checked(desk), desk.read_only()
        if made is None:
            return [Deed("Go on", lambda: None, "there is no plan: map and prepare come first")]
        stops = [one for one in found.findings if one.state == "blocks"] if found else []
        old = "the checks are from long ago: check again first" if old_checks(desk.session) else ""
        why = f"{stops[0].what}. {stops[0].remedy}" if stops else old
        again = Deed("Check again", lambda: check(desk), held, action="look")
        show = Deed("List the steps again", lambda: tell_steps(desk))
        good = Deed("List every check", lambda: tell_checks(desk, every=True))
        start = Deed("Start the run", lambda: _start(desk), held or why, action="start")
        if newest_run(desk.session) is not None:
            return [Deed("Go to the run", lambda: True, action="next"), start, again, show, good]
        return [again, start, show, good] if found is None or why else [start, again, show, good]

    do_one_of(desk, lambda: "What now?", deeds, help_=HELP, stage="plan")


def make(desk: Desk) -> Plan | None:
    """The plan, made if there is none and everything before it is done."""
    there = desk.session.load(PLAN)
    system, mapping = desk.system(), desk.session.load(MAPPING)
    prepared, profile = desk.session.load(PREPARED), desk.profile()
    if there is not None or desk.read_only():
        return there
    if system is None or mapping is None or prepared is None or profile is None:
        return None
    if standing(desk.session).why_not["plan"]:
        return None
    source = source_provider(desk.session.info.source).title
    made = make_plan(desk.session.name, system, mapping, prepared, source_title=source, profile=profile)
    desk.save(PLAN, made, keeps_plan=True)
    return made


def checked(desk: Desk) -> Preflight | None:
    """The last checks, when they were about this very plan."""
    made, found = desk.session.load(PLAN), desk.session.load(PREFLIGHT)
    return found if made and found and found.plan_digest == made.digest() else None


def check(desk: Desk) -> None:
    """Look at everything that the plan needs, and say what stops it.

    Raises:
        Trouble: it cannot be looked at.
    """
    desk.wait("Looking at everything that the plan needs", look(desk.session, desk.vault, lambda doing: None))
    tell_checks(desk)


def tell_checks(desk: Desk, *, every: bool = False) -> None:
    """What the checks found: what stops first; the good ones as a number, unless `every`."""
    found = checked(desk)
    if found is None:
        desk.console.say("The checks did not look yet.")
        return
    for state, words in STATES.items():
        of_state = [one for one in found.findings if one.state == state]
        if state == "good" and not every:
            desk.console.say(f"{len(of_state)} checks passed, looked at {clock(found.looked_at)}.")
            continue
        for one in of_state:
            detail = f" {one.detail[:1].upper()}{one.detail[1:].rstrip('.')}." if one.detail else ""
            desk.console.say(f"{words}: {one.what}.{detail} {one.remedy}".rstrip())


def tell_steps(desk: Desk) -> None:
    """Every step: who does it, what it changes, how long, the way back (said once where steps share it: each
    line is read aloud)."""
    made = desk.session.load(PLAN)
    if made is None:
        return
    phase = back = ""
    desk.console.say("The steps. A way back holds for the steps behind it as well, until another is said.")
    for number, step in enumerate(made.steps, 1):
        if step.phase != phase:
            phase = step.phase
            desk.console.say(f"{PHASES[phase]}:")
        changes = {"heroku": f" Changes {made.source}.", "target": f" Changes {made.target}.", "nothing": ""}
        who = "You do it." if step.by == "person" else f"{aloud(span(*step.seconds)).capitalize()}."
        way = (
            f" Way back: {without_keys(step.way_back.rstrip('.'))}."
            if step.way_back not in ("", back)
            else ""
        )
        back = step.way_back or back
        desk.console.say(f"{number}. {step.title}. {who}{changes[step.writes]}{way}", indent="  ")
    desk.console.say(f"{aloud(outline(made))}.")


def _start(desk: Desk) -> bool:
    made = desk.session.load(PLAN)
    assert made is not None
    say = desk.console.say
    gate = next((n for n, step in enumerate(made.steps, 1) if step.key == CUT_OVER), None)
    say(f"{aloud(outline(made))}.")
    costs = (
        "on this machine, and costs nothing" if desk.session.info.demo else "and may cost money from then on"
    )
    say(f"Now it begins on {made.target}: what the plan names is created there, {costs}.")
    if gate:
        say(f"{made.source} is not changed before you say so at step {gate}.")
    say(who_works(desk.session.load(PREFLIGHT)))
    ask_one(desk.console, "Start it?", [Answer("start", "Start the run")], help_=HELP)
    start_worker(desk.session, desk.vault)
    return True
