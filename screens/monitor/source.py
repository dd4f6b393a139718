"""How Heroku stands while the cut-over has changed it: a line of the monitor until that is over."""

from screens.monitor.line import Line, Span, line, pad
from screens.quantities import clock
from screens.worn_words import AS_THEY_COME, WornWords
from wizard.run.view import RunView


def source_lines(view: RunView, keys: WornWords = AS_THEY_COME) -> list[Line]:
    """At most one line, whatever else the run waits for: nobody serves meanwhile, and one key ends that."""
    if not view.can_go_back:
        return []
    apps = [step.record for step in view.steps if step.step.kind == "maintenance"]
    on = [record for record in apps if record.state == "done"]
    words = "the cut-over has begun to change it"
    if on:
        since = min(record.ended_at or "" for record in on)
        some = "" if len(on) == len(apps) else f" on {len(on)} of {len(apps)} apps"
        words = f"maintenance mode{some} since {clock(since)[:5]}"
    way = "" if view.run.state == "going-back" else keys(" · b takes it back")
    return [line(Span(pad("heroku", 8), "muted"), Span(f"⚠ {words}", "attention"), Span(way, "strong"))]
