"""Which keys of the monitor work in which state of a run, and why the others do not."""

from screens.monitor.dns import open_watch
from screens.monitor.guide import open_guide
from screens.monitor.status import open_gate, waiting_for, wanted_secret, way_back_broken
from wizard.run.abandon import why_not_abandoned
from wizard.run.release_before import why_no_rollback
from wizard.run.view import RunView

ENDED = ("done", "stopped", "taken-back")


def refusal(name: str, view: RunView | None) -> str:
    """Why the action `name` is refused now; "" when it works."""
    if name == "detach":
        return ""
    if view is None:
        return "Nothing has run yet."
    match name:
        case "go":
            return _go(view)
        case "pause":
            return _pause(view)
        case "resume":
            return _resume(view)
        case "take_back":
            return _take_back(view)
        case "stop":
            return _stop(view)
        case "sign_in":
            return _sign_in(view)
        case "roll_back":
            return why_no_rollback(view)
        case "accept":
            return _accept(view)
        case "own_tunnel":
            return _own_tunnel(view)
        case "more" | "fewer":
            return _hire(view)
    return ""


def _accept(view: RunView) -> str:
    guide = open_guide(view)
    if open_watch(view) is not None or (guide is not None and guide.by_word):
        return ""
    if guide is not None:
        return "Offramp sees by itself when this is done; a word for it is not enough."
    return "Nothing is waited for that could be said to be done."


def _go(view: RunView) -> str:
    if (
        open_gate(view) is not None
        or wanted_secret(view) is not None
        or open_guide(view) is not None
        or open_watch(view) is not None
        or view.run.state in ("done", "taken-back")
    ):
        return ""
    return "Nothing waits for you now."


def _pause(view: RunView) -> str:
    if view.worker != "alive":
        return "No worker runs, so nothing moves already."
    if view.run.state == "paused":
        return ""
    if view.run.state == "going-back":
        return "It is going back to Heroku; that is not held up."
    if view.can_go_back:
        return "The cut-over is under way: it goes on to its end, or back to Heroku with b."
    if view.run.state != "running":
        return "Nothing moves now: the run waits."
    return ""


def _resume(view: RunView) -> str:
    if view.run.state == "done":
        return "Everything is done."
    if view.worker != "alive":
        if way_back_broken(view):
            return "Going back did not finish: press b to try that again."
        return ""
    if view.run.state in ("paused", "failed") or view.run.waiting_for:
        return "" if open_gate(view) is None else "The gate is what it waits for: press enter."
    if waiting_for(view):
        return "It is tried again by itself; nothing needs to be pressed."
    return "The run is going on."


def _take_back(view: RunView) -> str:
    if view.run.state == "going-back":
        return "It is going back already."
    if view.run.state == "taken-back":
        return "Heroku runs as before already."
    if not view.can_go_back:
        if view.run.state == "done":
            return "The last gate is passed: the move is final. The report says how to go back by hand."
        return "Heroku is untouched so far: there is nothing to take back."
    return ""


def _stop(view: RunView) -> str:
    if view.worker != "alive":
        return why_not_abandoned(view)
    if view.run.state == "going-back":
        return "It is going back to Heroku; that is not stopped half way."
    if view.can_go_back:
        return "The cut-over is under way: go back to Heroku with b first."
    return ""


def _hire(view: RunView) -> str:
    if view.worker != "alive" or view.run.state != "running":
        return "Nothing is copied now."
    return "" if any(copy.workers for copy in view.copies.values()) else "No copy is at work now."


def _own_tunnel(view: RunView) -> str:
    if view.worker != "alive" or view.run.state in ENDED:
        return "No worker runs, so nothing needs a tunnel."
    return "" if view.tunnels else "No tunnel is wanted now."


def _sign_in(view: RunView) -> str:
    if view.run.state in ENDED:
        return "The run has ended: no token is needed."
    if wanted_secret(view) is None and not view.tokens:
        return "No token of this run has a known end."
    return ""


def enter_word(view: RunView | None) -> str:
    """What enter does now."""
    if view is None:
        return "open"
    if open_gate(view) is not None:
        return "gate"
    if (guide := open_guide(view)) is not None:
        if guide.without:
            return "leave"
        return "sign in" if guide.offers else "done" if guide.blind else "copy"
    if open_watch(view) is not None:
        return "records"
    return "sign in" if wanted_secret(view) is not None else "report"


def pause_word(view: RunView | None) -> str:
    """Pausing and going on share a key."""
    return "go on" if view is not None and view.run.state == "paused" and view.worker == "alive" else "pause"


def resume_word(view: RunView | None) -> str:
    """What r does now."""
    if view is None or view.worker != "alive" or view.run.state == "paused":
        return "resume"
    return "retry"
