"""Commands that only tell: status, report, sessions, doctor. Lines for people, JSON for scripts."""

import sys

from screens.headless.exit_codes import DONE, FAILED, TAKEN_BACK, TROUBLE, WAITS
from screens.headless.say import say
from screens.headless.shapes import session_shapes, status_shape
from screens.home_entries import read_entries
from screens.monitor.store import current_store, figures
from screens.quantities import size
from wizard.model.noun import encode
from wizard.run.view import RunView, view
from wizard.session.store import Session, find

CODES = {"done": DONE, "running": DONE, "going-back": DONE, "paused": WAITS, "waiting": WAITS}
CODES |= {"failed": FAILED, "stopped": WAITS, "taken-back": TAKEN_BACK}


def status(identity: str, *, as_json: bool) -> int:
    """Print how a session's run stands; the exit code says it too."""
    session = find(identity)
    try:
        seen = view(session)
        if as_json:
            say(encode(status_shape(session, seen)))
        else:
            for line in status_lines(session, seen):
                say(line)
    finally:
        session.close()
    if seen is None:
        return WAITS
    code = CODES[seen.run.state]
    return WAITS if seen.worker == "dead" and code == DONE else code


def status_lines(session: Session, seen: RunView | None) -> list[str]:
    """The status in a few lines."""
    if seen is None:
        return [f"{session.name}: no run yet. Open it with `offramp` to go on."]
    lines = [f"{session.name}: {seen.run.state}, {seen.done} of {len(seen.steps)} steps done"]
    if seen.worker == "dead":
        lines.append(f"Its worker is gone. `offramp run {session.id}` goes on where it stopped.")
        if seen.can_go_back:
            lines.append(left_in_cut_over(session.id))
    if seen.current and seen.run.state != "done":
        lines.append(f"at step {seen.current.number}: {seen.current.step.title}")
    if seen.run.waiting_for:
        lines.append(f"waiting for {seen.run.waiting_for}")
    if seen.guide is not None:
        if seen.guide.seen:
            lines.append(f"seen so far: {seen.guide.seen}")
        lines.append(f"`offramp run {session.id}` tells what is yours to do.")
    for handle, copy in seen.copies.items():
        if copy.phase != "done" and seen.run.state == "running":
            lines.append(f"{handle}: {copy.phase}, {size(copy.bytes)}, {copy.tables_proven} tables proven")
    store = current_store(seen)
    if store is not None and store.phase != "done" and seen.run.state == "running":
        lines.append(f"{store.store}: {figures(store, moving=True)}")
    if seen.trouble:
        trouble = seen.trouble
        lines.append(trouble.sentence())
    return lines


def left_in_cut_over(identity: str) -> str:
    """How Heroku stands when a worker has ended in the cut-over, and what ends that."""
    return f"Heroku is as the cut-over left it. `offramp tell {identity} back` puts it back."


def report(identity: str, output: str | None) -> int:
    """Print a session's report, or write it to a file that is not there yet (0600)."""
    from wizard.report.export import export
    from wizard.report.markdown import render
    from wizard.report.report import build

    session = find(identity)
    try:
        text = render(build(session))
    finally:
        session.close()
    if output is None:
        sys.stdout.write(text)
        return DONE
    say(f"The report is in {export(text, output)}.")
    return DONE


def sessions(*, as_json: bool) -> int:
    """List all sessions: those that a person is needed for, those that run, then the newest; 1 when one of
    them cannot be read."""
    if as_json:
        shapes = session_shapes()
        say(encode(shapes))
        return TROUBLE if any(shape.state == "broken" for shape in shapes) else DONE
    entries = read_entries()
    if not entries:
        say("There are no migrations yet. `offramp` makes one, `offramp demo` shows one.")
    else:
        for entry in entries:
            if entry.broken:
                say(f"{entry.id:<26} {entry.broken} {entry.way_out}".rstrip())
            else:
                state = f"{entry.glyph} {entry.state}"
                say(f"{entry.id:<26} {entry.route:<24} {state:<14} {entry.detail}  {entry.age}")
            if entry.pressing:
                say(f"  {left_in_cut_over(entry.id)}")
    return TROUBLE if any(entry.broken for entry in entries) else DONE


def doctor(*, as_json: bool) -> int:
    """Print what is on this machine; 1 when something blocks a move."""
    from screens.headless.settings_finding import of_settings
    from wizard.machine import examine

    findings = (*examine(), of_settings())
    if as_json:
        say(encode(findings))
    else:
        mark = {"good": "ok   ", "look": "look ", "blocks": "MISSING"}
        for finding in findings:
            say(f"{mark[finding.state]:<8}{finding.title:<16}{finding.sentence}")
            if finding.meaning:
                say(f"{'':<24}{finding.meaning}")
            for way in finding.ways:
                say(f"{'':<24}- {way.title}{':' if way.command else '.'}")
                if way.command:
                    say(f"{'':<26}{way.command}")
                say(f"{'':<26}{way.meaning}")
    return TROUBLE if any(finding.state == "blocks" for finding in findings) else DONE
