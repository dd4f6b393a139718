"""What a run is doing, or why nothing moves, in words: the first thing on the monitor."""

from typing import NamedTuple

from screens.monitor.guide import enter_does, open_guide
from screens.monitor.line import Line, Span, Tone, line, width, wrap
from screens.quantities import clock, duration
from screens.worn_words import AS_THEY_COME, WornWords
from wizard.model.trouble import tag
from wizard.run.abandon import why_not_abandoned
from wizard.run.view import GateView, RunView, SecretWanted
from wizard.session.image_login import wanted_registry

SILENT = 15.0
"""Seconds without a sign of a living worker until the monitor says so."""


class Status(NamedTuple):
    """`word` is one or two words for the header, `why` sentences for the monitor ("" while all is well).

    `moving` says whether figures of speed and time left are still true.
    """

    glyph: str
    word: str
    tone: Tone
    why: str
    moving: bool


def status(view: RunView) -> Status:
    """The state of a run, the most pressing reason first."""
    run = view.run
    if view.worker == "dead":
        return _dead(view)
    if run.state == "failed":
        return _failed(view)
    if wanted_secret(view) is not None:
        assert view.secret is not None
        what = "type it in" if wanted_registry(view.secret.vendor) else "sign in again"
        why = f"Waiting for you: {view.secret.reason} Press enter to {what}; the run goes on by itself."
        return _still("⚠", "waiting for you", why)
    if view.worker == "alive" and run.beat_age is not None and run.beat_age > SILENT:
        why = (
            f"The worker has given no sign for {duration(run.beat_age)}, though its process runs. "
            "What stands below is that old."
        )
        return _still("⚠", "silent", why)
    return _ended(view) or _living(view)


def wanted_secret(view: RunView) -> SecretWanted | None:
    """The credential that a living worker waits for. What a worker wrote that has died since is old."""
    return view.secret if view.worker == "alive" and view.run.state == "waiting" else None


def open_gate(view: RunView) -> GateView | None:
    """The gate that a living worker waits at."""
    return view.gate if view.worker == "alive" and wanted_secret(view) is None else None


def _still(glyph: str, word: str, why: str, tone: Tone = "attention") -> Status:
    return Status(glyph, word, tone, why, moving=False)


def _ended(view: RunView) -> Status | None:
    run = view.run
    match run.state:
        case "stopped":
            why = f"Stopped{_at(run.ended_at)}. What is done is kept; press r to go on from here."
            return _still("⏸", "stopped", why)
        case "taken-back":
            but = (
                ", but for the scheduler jobs that you removed: the report lists them" if view.by_hand else ""
            )
            why = (
                f"Taken back{_at(run.ended_at)}: Heroku runs as before the cut-over{but}.{_reason(view)} "
                "What is on the target stays there, unused. Press r to begin again at the cut-over."
            )
            return _still("✓", "taken back", why, "attention" if but else "good")
        case "done":
            why = (
                f"Done{_at(run.ended_at)}: every step is done and checked. Press enter for the report. "
                f"A bad deploy later on? {_undone_by(view)}"
            )
            return _still("✓", "done", why, "good")
    return None


def _undone_by(view: RunView) -> str:
    """What undoes a bad deploy: where the target builds from a repository, only its dashboard does."""
    if any(step.step.kind == "capsule" for step in view.steps):
        return "The capsule's dashboard goes back to an earlier build."
    return "k goes back to the release before."


def _reason(view: RunView) -> str:
    """Why it goes or went back, when it was no person's wish."""
    failed = next((step for step in view.steps if step.record.state == "failed"), None)
    if failed is None or failed.record.trouble is None:
        return ""
    return f" The cut-over did not succeed: {failed.record.trouble.cause}"


def _living(view: RunView) -> Status:
    run = view.run
    match run.state:
        case "waiting" if (gate := open_gate(view)) is not None:
            why = (
                f"Waiting for you at a gate: {gate.title.removeprefix('Gate: ')}. "
                "Nothing happens until you have read it and typed its word. Press enter."
            )
            return _still("⚠", "at a gate", why)
        case "waiting":
            return _still("○", "waiting", _waits(run.waiting_for))
        case "paused":
            return _still("⏸", "paused", "Paused: nothing moves until you press p. Connections stay open.")
        case "going-back":
            why = f"Going back: what was changed on Heroku is put back as it was.{_reason(view)}"
            if run.waiting_for:
                why = f"{why} {_waits(run.waiting_for)}"
            return _still("●", "going back", why)
    waits = waiting_for(view)
    if waits and (guide := open_guide(view)) is not None:
        return _still("⚠", "waiting for you", f"{_waits(waits)} {enter_does(guide)}".rstrip())
    if waits:
        return _still("○", "waiting", _waits(waits))
    return Status("●", "running", "accent", "", moving=True)


def waiting_for(view: RunView) -> str:
    """Why a running run does not move: its own reason, or that of the copy it is at."""
    if view.run.waiting_for:
        return view.run.waiting_for
    copy = view.copies.get(handle(view)) or view.stores.get(handle(view))
    return copy.waiting_for if copy is not None and copy.phase != "done" else ""


def handle(view: RunView) -> str:
    """The target's name of what the current step is about, empty when there is none."""
    current = view.current
    return str(current.step.args.get("handle", "")) if current else ""


def _dead(view: RunView) -> Status:
    age = view.run.beat_age
    sign = "it left no sign of life" if age is None else f"last sign {duration(age)} ago"
    if way_back_broken(view):
        why = f"Going back did not finish, and the worker has ended ({sign}). {_left_undone(view)}"
        return Status("✗", "not taken back", "bad", why, moving=False)
    left = ", and Heroku stays as the cut-over left it" if view.can_go_back else ""
    why = (
        f"The worker is gone ({sign}): nothing moves{left}. "
        "Press r to start it again; it goes on where it stopped."
    )
    if view.can_go_back:
        why += " Or b: Heroku serves again as before."
    if not why_not_abandoned(view):
        why += " Or s stops it, and answers can be changed."
    return Status("✗", "worker gone", "bad", why, moving=False)


def way_back_broken(view: RunView) -> bool:
    """Whether Heroku was to be started again and something of it could not be put back."""
    return view.run.state == "failed" and any(step.record.state == "undone" for step in view.steps)


def _left_undone(view: RunView) -> str:
    return sentence(view.run.waiting_for.removeprefix("you: ")) or "The log (l) says what is left."


def _failed(view: RunView) -> Status:
    if way_back_broken(view):
        why = f"Going back did not finish. {_left_undone(view)}"
        return Status("✗", "not taken back", "bad", why, moving=False)
    trouble = view.trouble
    failed = next((step for step in view.steps if step.record.trouble), None)
    when = _at(failed.record.ended_at) if failed else ""
    cause = trouble.cause if trouble else sentence(view.run.waiting_for) or "The reason is in the log (l)."
    return Status("✗", "failed", "bad", f"Failed{when}. {cause}", moving=False)


def _at(moment: str | None) -> str:
    return f" at {clock(moment)}" if moment else ""


def _waits(reason: str) -> str:
    reason = reason.removeprefix("waiting for ").strip()
    if not reason:
        return "Waiting."
    # A whole sentence stands for itself: "Aptible does not answer. Trying again in 4 s".
    if reason[0].isupper():
        return "Waiting. " + sentence(reason)
    return sentence("waiting for " + reason)


def sentence(words: str) -> str:
    """`words` with a capital letter and a full stop."""
    words = words.strip()
    if not words:
        return ""
    return words[0].upper() + words[1:] + ("" if words[-1] in ".!?…" else ".")


def why_lines(now: Status, cells: int, room: int) -> list[Line]:
    """The reason over at most `room` lines, the glyph before it."""
    if not now.why:
        return []
    wrapped = wrap(now.why, cells - 2, now.tone)
    lines = [line(Span(f"{now.glyph} ", now.tone), *wrapped[0])]
    lines += [line("  ", *more) for more in wrapped[1:]]
    return lines[:room]


def remedy_lines(view: RunView, cells: int, keys: WornWords = AS_THEY_COME) -> list[Line]:
    """What was not touched and what to do, when a step failed."""
    trouble = view.trouble
    if trouble is None or view.run.state != "failed" or view.worker == "dead" or way_back_broken(view):
        return []
    lines: list[Line] = []
    if trouble.untouched:
        lines += wrap(keys(trouble.untouched), cells - 2, "plain", indent="  ")
    if trouble.remedy:
        lines += wrap(keys(trouble.remedy), cells - 2, "strong", indent="  ")
    return coded(lines, trouble.code, cells, "  ")


def coded(lines: list[Line], code: str, cells: int, indent: str) -> list[Line]:
    """`lines` with the code of a trouble behind the last, where it fits there, or on one of its own."""
    mark = Span(tag(code), "muted")
    if lines and width(lines[-1]) + 1 + width((mark,)) <= cells:
        return [*lines[:-1], line(*lines[-1], " ", mark)]
    return [*lines, line(indent, mark)]
