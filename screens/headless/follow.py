"""Following a run without a screen: one line for each thing that happens, and an exit code at its end."""

import sys
import time
from collections.abc import Sequence

from screens.headless.checks_again import check_again
from screens.headless.dns import tell_records
from screens.headless.exit_codes import DONE, FAILED, INTERRUPTED, TAKEN_BACK, WAITS
from screens.headless.guides import Guides
from screens.headless.logging_out import warn_of_logout
from screens.headless.quiet import Progress
from screens.headless.say import say
from screens.headless.which_step import ABOUT_STEPS, step_for, taken_for
from screens.monitor.run_keys import refusal
from screens.quantities import clock
from screens.stages import not_prepared
from screens.worn_words import WornWords
from wizard.credentials import open_vault
from wizard.model.plan import Plan
from wizard.model.trouble import Trouble
from wizard.run.abandon import abandon, why_not_abandoned
from wizard.run.control import ask, refused
from wizard.run.journal import Journal
from wizard.run.launch import running, start_worker
from wizard.run.program_sign_in import LIMIT as SIGN_IN_LIMIT
from wizard.run.view import RunView, view
from wizard.session.parts import PLAN, PREFLIGHT
from wizard.session.person import this_person
from wizard.session.store import Session, find

LOOK = 0.5
"""Seconds between looks at the journal."""

TAKES_UP = 5.0
"""Seconds in which a worker that was asked to try again must have begun with it."""

_OF_A_COPY = ("more", "fewer", "accept")

ENDS = {"done": DONE, "stopped": WAITS, "taken-back": TAKEN_BACK, "failed": FAILED}


def who() -> str:
    """Who speaks to the worker, for the journal."""
    return this_person()


def run(identity: str, confirm: list[str], *, detach: bool) -> int:
    """Start or go on with a session's run and follow it to its end, or to where it waits for a person."""
    answers = gate_words(confirm)
    if detach and confirm:
        raise Trouble(
            "--detach ends before a gate opens, so it cannot go with --confirm.",
            remedy="Leave one of them out: without --detach the gates are passed when they open.",
            code="usage",
        )
    session = find(identity)
    try:
        check_again(session, open_vault)
        ready(session)
        again = running(session)
        start_worker(session, open_vault())
        retry = again and (seen := view(session)) is not None and seen.run.state == "failed"
        if retry:
            ask(session, {"do": "retry", "who": who()})
        if detach:
            say(f"{session.name} runs. `offramp status {session.id}` tells how it stands.")
            warn_of_logout()
            return DONE
        return follow(session, answers, retried=retry)
    except KeyboardInterrupt:
        sys.stderr.write(
            f"\nThe run goes on. `offramp run {session.id}` follows it again, "
            f"`offramp tell {session.id} stop` ends it.\n"
        )
        warn_of_logout()
        return INTERRUPTED
    finally:
        session.close()


def tell(identity: str, what: str, step: str = "") -> int:
    """Pass a wish on to a session's worker; starts it for `resume`, `retry` and `back` when it is gone.

    Args:
        step: the one that a wish of `ABOUT_STEPS` is for, where it is named.

    Raises:
        Trouble: it is refused; or several steps wait for it, and none is named.
    """
    session = find(identity)
    try:
        if not running(session):
            if what == "stop" and not why_not_abandoned(view(session)):
                abandon(session, who())
                say("done")
                return DONE
            _worth_a_worker(session, what)
            ready(session)
            start_worker(session, open_vault())
        elif what in _OF_A_COPY and (why := refusal(what, view(session))):
            # A worker would take it for a copy that nobody knows of yet, and forget it.
            raise _not_taken(session, why)
        seen = view(session) if what in ABOUT_STEPS else None
        meant = step_for(what, seen, step) if seen is not None else None
        request = {"do": what, "who": who()}
        if meant is not None and (step or what == "accept"):
            request["step"] = meant.step.key
        answer = ask(session, request, timeout=SIGN_IN_LIMIT if what == "sign-in" else 5.0)
        if not answer.get("ok"):
            why = _without_keys(str(answer.get("why", "The worker refused.")), session)
            raise refused(answer | {"why": why}, remedy=f"`offramp status {session.id}` says how it stands.")
    finally:
        session.close()
    told = taken_for(what, meant, seen) if meant is not None and seen is not None else ""
    say(told or str(answer.get("said", "done")))
    return DONE


def _not_taken(session: Session, why: str) -> Trouble:
    return Trouble(
        why,
        untouched="Nothing was changed.",
        remedy=f"`offramp status {session.id}` says how it stands.",
        code="not-taken",
    )


def _worth_a_worker(session: Session, what: str) -> None:
    """Whether a worker is to be started to be told `what`.

    Raises:
        Trouble: there is nothing that it could do.
    """
    seen = view(session)
    if seen is not None and seen.run.state == "done":
        raise Trouble(
            f"The run of {session.name} is done.",
            remedy=f"`offramp report {session.id}` has what moved, and how to go back by hand.",
            code="run-done",
        )
    if what in ("pause", "stop", "sign-in", *_OF_A_COPY):
        raise Trouble(
            f"No worker of {session.name} runs, so nothing moves.",
            remedy=f"`offramp run {session.id}` goes on with the run.",
            code="no-worker",
        )
    if what == "back" and not (seen and (seen.can_go_back or seen.way_back)):
        raise Trouble(
            "There is nothing to take back: Heroku is as it was.",
            remedy=f"`offramp status {session.id}` tells how the run stands.",
            code="nothing-to-take-back",
        )


def ready(session: Session) -> Plan:
    """The session's plan; raises Trouble while there is none that may run."""
    plan, preflight = session.load(PLAN), session.load(PREFLIGHT)
    if plan is None or preflight is None or preflight.plan_digest != plan.digest():
        raise Trouble(
            f"{session.name} has no plan that was checked.",
            remedy="Open it with `offramp` and go through the stages to the plan.",
            code="not-ready",
        )
    run = Journal(session).run()
    begun = run is not None and run.plan_digest == plan.digest()
    blocking = [finding for finding in preflight.findings if finding.state == "blocks"]
    if blocking and not begun:
        raise Trouble(
            f"The plan of {session.name} is blocked: {blocking[0].what}.",
            remedy=blocking[0].remedy or "Open it with `offramp` and look at the plan.",
            code="blocked",
        )
    if not begun and (stale := not_prepared(session)):
        raise Trouble(
            f"The code of {', '.join(stale)} was prepared before the map changed.",
            remedy="Open it with `offramp`, go to prepare and accept the changes again.",
            code="not-prepared",
        )
    return plan


def gate_words(confirm: Sequence[str]) -> dict[str, str]:
    """What `--confirm` says, by the key of the gate. Raises Trouble: it names no gate, or no word."""
    answers = {}
    for item in confirm:
        gate, _, word = item.partition("=")
        if not (gate in ("cut-over", "finish") or gate.startswith(("jobs:", "store:", "ready:"))) or not word:
            raise Trouble(
                "--confirm takes cut-over=NAME, finish=NAME, jobs:APP=NAME, ready:APP=NAME or "
                "store:STORE=NAME.",
                remedy="NAME is the name of the session, typed out.",
                code="usage",
            )
        answers[f"gate:{gate}"] = word
    return answers


def follow(session: Session, answers: dict[str, str], *, retried: bool = False, file: str = "") -> int:
    """Print what happens until the run ends or waits for a person.

    Args:
        answers: words by gate key; `done:KEY` for a step of a person's that is said to be done.
        file: the answers file in which more of them can stand: what only a word tells is not waited for then.
        retried: whether the worker was asked to try again a moment ago: that it failed is old then.
    """
    journal = Journal(session)
    seen_event = 0
    old_until = time.monotonic() + TAKES_UP if retried else 0.0
    passed: set[str] = set()
    guided: set[str] = set()
    guides, progress = Guides(session, answers, guided, file), Progress()
    while True:
        for event in journal.events(after=seen_event):
            seen_event = event.seq
            progress.heard()
            say(f"{clock(event.at)} {event.text}")
        seen = view(session)
        if seen is None:
            time.sleep(LOOK)
            continue
        if seen.run.state == "failed" and seen.worker == "alive" and time.monotonic() < old_until:
            time.sleep(LOOK / 10)
            continue
        old_until = 0.0
        if seen.run.state in ENDS and not about_to_go_on(seen):
            return _ended(seen)
        if seen.worker == "dead":
            say(f"The worker is gone. `offramp run {session.id}` goes on where it stopped.")
            return WAITS
        if seen.secret is not None:
            say(f"{seen.secret.reason} Open it with `offramp` and sign in; the run goes on by itself.")
            return WAITS
        if _paused(seen):
            say(f"The run is paused. `offramp tell {session.id} resume` goes on with it.")
            return WAITS
        tell_records(seen, session.info, guided)
        if not guides.tell(seen.guide):
            return WAITS
        gate = seen.gate.key if seen.gate is not None else ""
        # The worker takes a moment to shut a gate that was just passed.
        if gate and gate not in passed:
            if not _pass(session, seen, answers):
                return WAITS
            passed.add(gate)
        for line in progress.due(session, seen):
            say(f"         {line}")
        time.sleep(LOOK)


def _without_keys(text: str, session: Session) -> str:
    """What was written for the full screen, with the command in place of the key that takes all back."""
    return WornWords({"b": f"`offramp tell {session.id} back`"})(text)


def about_to_go_on(seen: RunView) -> bool:
    """Whether a worker that was just started has not yet written that it runs."""
    return seen.worker == "alive" and seen.run.state in ("stopped", "taken-back")


def _paused(seen: RunView) -> bool:
    # What a worker before this one wrote is not what this one does: it begins by going on.
    return seen.run.state == "paused" and seen.holder is not None and seen.holder.pid == seen.run.pid


def _ended(seen: RunView) -> int:
    trouble = seen.trouble
    if trouble is not None and seen.run.state != "done":
        say(trouble.sentence())
    say(f"The run is {seen.run.state}: {seen.done} of {len(seen.steps)} steps done.")
    return ENDS[seen.run.state]


def _pass(session: Session, seen: RunView, answers: dict[str, str]) -> bool:
    gate = seen.gate
    assert gate is not None
    word = answers.pop(gate.key, None)
    if word is None:
        say(f"{gate.title} is open. True now:")
        for state, sentence in gate.true_now:
            say(f"  {state}: {sentence}")
        for sentence in gate.will_happen:
            say(f"  will happen: {sentence}")
        say(f"  takes: {gate.duration}")
        say(f"  way back: {_without_keys(gate.way_back, session)}")
        short = gate.key.partition(":")[2]
        say(f"`offramp run {session.id} --confirm {short}={gate.word}` passes it.")
        return False
    answer = ask(session, {"do": "answer", "gate": gate.key, "word": word, "who": who()})
    if not answer.get("ok"):
        raise Trouble(
            f"{gate.title}: {answer.get('why')}",
            untouched="The gate stays shut.",
            remedy=f"Its name is {gate.word}.",
            code="usage",
        )
    return True
