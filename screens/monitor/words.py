"""What a person reads before stopping a run, taking it back, or leaving the screen."""

from screens.monitor.guide import open_guide
from screens.monitor.status import open_gate, wanted_secret
from screens.quantities import ESTIMATE
from wizard.run.view import LEFT_THERE, RunView


def back_lines(view: RunView, target: str) -> list[str]:
    """What is true now and what going back does. `target` is the title of the target."""
    touched = [
        step
        for step in reversed(view.steps)
        if step.step.writes == "heroku"
        and step.step.kind != "gate"
        and step.record.state in ("intent", "done", "failed", "lost")
    ]
    by_way: dict[str, list[str]] = {}
    for step in touched:
        by_way.setdefault(step.step.way_back or "put back", []).append(step.step.key.partition(":")[2])
    lines = ["On Heroku, newest first:"]
    lines += [f"  · {way}: {', '.join(names)}" for way, names in by_way.items()]
    lines += [
        f"On {target}: what was started there is stopped. Apps and data stay, unused.",
        f"It takes {ESTIMATE}20 s to 2 min. What was written on {target} since the cut-over "
        "does not come along.",
    ]
    known = view.gate.true_now if view.gate is not None else ()
    lines += [f"  · {words}" for _, words in known if words.endswith(LEFT_THERE)]
    return [*lines, ""]


def stop_lines(view: RunView) -> list[str]:
    """What stopping does."""
    if view.worker != "alive":
        return [
            "The worker is gone already. The run is marked as stopped, and what is done is kept.",
            "Answers can be changed then. Heroku goes on serving. Pressing r goes on from here.",
            "",
        ]
    return [
        "The worker ends after what it is at is broken off cleanly. What is done is kept.",
        "Heroku is untouched and goes on serving. Pressing r later goes on from here.",
        "Pause (p) keeps the connections open; stop does not.",
        "",
    ]


def parting(view: RunView | None) -> str:
    """What becomes of the run when its screen ends."""
    saved = "Everything is saved."
    if view is None or view.run.state in ("done", "stopped", "taken-back"):
        return saved
    if view.worker != "alive" and view.can_go_back:
        return f"{saved} No worker runs, and Heroku stays as the cut-over of {view.name} left it."
    if view.worker != "alive":
        return f"{saved} No worker runs: the run of {view.name} stands still."
    waits = open_gate(view) or wanted_secret(view) or open_guide(view) or view.run.state == "failed"
    return f"{saved} The run of {view.name} {'waits for you' if waits else 'goes on'}."
