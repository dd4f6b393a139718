"""The steps of a run as lines: where it is, what comes next, what was done."""

from collections.abc import Sequence

from screens.monitor.line import Line, Span, Tone, crop, line, pad, spread
from screens.monitor.status import Status
from screens.quantities import clock, duration, exact, span
from wizard.database.progress import TunnelHealth
from wizard.model.plan import Step
from wizard.run.journal import Event
from wizard.run.view import RunView, StepView

WORST_FIRST = ("broken", "connecting", "down", "up", "closed")
"""States of a tunnel; the first is what a person should see first."""

SHOWN = 2
"""Tunnels that have a line of their own."""

PHASES = {"prepare": "Prepare", "copy": "Copy", "cut-over": "Cut-over", "finish": "Finish"}


def title(view: RunView, cells: int, *, age: float | None) -> Line:
    """Which step of how many, its name, and for how long (`age` in seconds) it has been at work."""
    current = view.current
    total = len(view.steps)
    if view.run.state == "going-back":
        back, to_go = undoing(view)
        return line(Span(f"{back} of {back + to_go} steps taken back", "strong"))
    if current is None or view.run.state in ("done", "taken-back"):
        return line(Span(f"{view.done} of {total} steps done", "strong"))
    right = ""
    if current.record.state == "intent" and age is not None and current.step.kind != "gate":
        expected = f" (expected {span(*current.step.seconds)})" if cells >= 100 else ""
        right = f"for {duration(age)}{expected}"
    count = f"{current.number} of {total}  "
    words = current.step.title
    if len(count) + len(words) + len(right) + 1 > cells:
        # What stands in parentheses explains; the name of the step comes before it.
        words = words.partition(" (")[0]
    return spread(line(Span(count, "muted"), Span(words, "strong")), line(Span(right, "muted")), cells)


def undoing(view: RunView) -> tuple[int, int]:
    """How many steps were taken back, and how many are still to be."""
    cut_over = [s for s in view.steps if s.step.phase in ("cut-over", "finish") and s.step.kind != "gate"]
    back = sum(step.record.state == "undone" for step in cut_over)
    return back, sum(step.record.state in ("intent", "done", "failed", "lost") for step in cut_over)


def mark(record_state: str, *, now: bool, status: Status) -> tuple[str, Tone]:
    """The glyph of a step."""
    match record_state:
        case "done":
            return "✓", "good"
        case "failed" | "lost":
            return "✗", "bad"
        case "undone":
            return "←", "attention"
        case "intent" if now:
            return ("●", "accent") if status.word == "running" else (status.glyph, status.tone)
        case "intent":
            return "●", "plain"
    return "○", "muted"


def step_line(view: RunView, step: StepView, status: Status, cells: int) -> Line:
    """A step with what is known of it: its measured time, or the expected one with `~`."""
    record = step.record
    ahead = view.run.state not in ("done", "going-back", "taken-back")
    now = ahead and step.step.key == view.run.current
    glyph, tone = mark(record.state, now=now, status=status)
    words: Tone = "muted" if record.state == "pending" else "strong" if now else "plain"
    match record.state:
        case "done" if record.seconds is not None:
            right = Span(exact(record.seconds), "plain")
        case "done":
            right = Span("done", "plain")
        case "undone":
            right = Span("taken back", "attention")
        case "failed":
            right = Span("failed", "bad")
        case "lost":
            right = Span("no longer there", "bad")
        case "intent" if not now:
            right = Span("not finished", "attention")
        case "intent" if not status.moving:
            right = Span(status.word, status.tone)
        case "intent":
            right = Span(f"attempt {record.attempts}" if record.attempts > 1 else "at work", "plain")
        case _ if step.step.by == "person":
            right = Span("you", "muted")
        case _:
            right = Span(span(*step.step.seconds), "muted")
    left = line(Span(f"{glyph} ", tone), Span(pad(str(step.number), 3, right=True) + "  ", "muted"))
    return spread((*left, Span(step.step.title, words)), line(right), cells)


def around(view: RunView, status: Status, cells: int, room: int) -> list[Line]:
    """The steps nearest to the current one, as many as fit."""
    steps = list(view.steps)
    at = next((i for i, step in enumerate(steps) if step.step.key == view.run.current), 0)
    if view.run.state == "done":
        at = len(steps) - 1
    elif view.run.state in ("going-back", "taken-back"):
        # Backwards: the step taken back last is the first of them.
        at = next((i for i, step in enumerate(steps) if step.record.state == "undone"), at)
    first = max(0, min(at - room // 3, len(steps) - room))
    return [step_line(view, step, status, cells) for step in steps[first : first + room]]


def coming(view: RunView, cells: int) -> Line:
    """What comes next, as much as fits in a line."""
    after = [
        step for step in view.steps if step.record.state == "pending" and step.step.key != view.run.current
    ]
    label = Span("next    ", "muted")
    if not after:
        return line(label, Span("nothing more", "muted"))
    words = ""
    room = cells - 8
    for at, step in enumerate(after):
        piece = f"{step.number} {_short(step.step)}"
        joined = f"{words} · {piece}" if words else piece
        rest = len(after) - at - 1
        tail = f" · {rest} more" if rest else ""
        if words and len(joined) + len(tail) > room:
            return line(label, crop(f"{words} · {len(after) - at} more", room))
        words = joined
    return line(label, crop(words, room))


def _short(step: Step) -> str:
    if step.kind == "gate":
        return "gate: " + step.title.removeprefix("Gate: ")
    return step.title.partition(" (")[0]


def tunnel_line(name: str, health: TunnelHealth, *, known: bool) -> Line:
    """One tunnel. `known` is False when nobody watches it any more."""
    label = Span(pad("tunnel", 8), "muted")
    if not known:
        return line(
            label, Span("? not known", "attention"), Span(f": {name}, nobody watches it now", "plain")
        )
    reconnects = f"{health.reconnects} reconnect{'s' * (health.reconnects != 1)}"
    match health.state:
        case "up":
            parts = [f"up {duration(health.up_seconds)}", reconnects]
            if health.round_trip_ms is not None:
                parts.append(f"{health.round_trip_ms:.0f} ms")
            return line(label, Span("✓ ", "good"), " · ".join(parts), Span(f"  {name}{_by(health)}", "muted"))
        case "connecting":
            reason = f" ({health.reason.rstrip('.')})" if health.reason else ""
            return line(
                label,
                Span("○ connecting", "attention"),
                f"{reason} · {reconnects}",
                Span(f"  {name}", "muted"),
            )
        case "broken":
            reason = f": {health.reason.rstrip('.')}" if health.reason else ""
            return line(label, Span("✗ broken", "bad"), f"{reason} · reopens by itself · {reconnects}")
        case "closed":
            return line(label, Span(f"closed  {name}", "muted"))
    return line(label, Span(f"○ not open yet  {name}", "muted"))


def _by(health: TunnelHealth) -> str:
    """By what it goes, where that is not `ssh`, and how much it carries."""
    if health.way in ("", "ssh"):
        return ""
    most = health.most_connections
    return f" by {health.way}" + (f", {most} connection{'s' * (most != 1)}" if most is not None else "")


def tunnel_lines(view: RunView, *, known: bool) -> list[Line]:
    """The tunnels that are or should be open, the worst first: two of them, and how the others are.
    `known` is False when nobody watches them."""
    if view.run.state in ("done", "taken-back", "stopped"):
        return []
    tunnels = sorted(view.tunnels.items(), key=lambda tunnel: (WORST_FIRST.index(tunnel[1].state), tunnel[0]))
    lines = [tunnel_line(name, health, known=known) for name, health in tunnels[:SHOWN]]
    lines += [
        line(Span(pad("", 8)), Span(f"⚠ {health.warning}", "attention"))
        for _, health in tunnels[:SHOWN]
        if health.warning and known
    ]
    if rest := [health.state for _, health in tunnels[SHOWN:]]:
        how = ", ".join(f"{rest.count(state)} {state}" for state in WORST_FIRST if state in rest)
        lines.append(
            line(Span(pad("", 8)), Span(f"… {len(rest)} more" + (f": {how}" if known else ""), "muted"))
        )
    return lines


def event_line(event: Event) -> Line:
    """Something that happened, with its time of day."""
    return line(Span(f"{clock(event.at)}  ", "muted"), Span(event.text, "plain"))


def event_lines(events: Sequence[Event], room: int) -> list[Line]:
    """The newest events, newest last."""
    return [event_line(event) for event in events[-room:]] if room > 0 else []
