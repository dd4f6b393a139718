"""How a run stands now, in sentences: what the monitor of the full screen shows all the time."""

from collections.abc import Iterator

from screens.monitor.reading import look
from screens.monitor.scene import Seen
from screens.monitor.status import status
from screens.plain.desk import Desk
from screens.plain.following import progress
from screens.plain.plainly import without_keys
from screens.quantities import duration
from wizard.database.progress import TunnelHealth
from wizard.run.view import RunView
from wizard.session.token_life import life

AHEAD = 3
"""Steps that are named of those to come."""


def tell_now(desk: Desk) -> None:
    """Say how it stands."""
    seen = look(desk.session)
    for line in sentences(seen) if seen is not None else ("Nothing has run yet.",):
        desk.console.say(line)


def sentences(seen: Seen) -> Iterator[str]:
    """The step it is at, why it does not move, copies, tunnels, tokens, what comes next."""
    view, now = seen.view, status(seen.view)
    current = view.current
    if current is not None:
        lasted = f", for {duration(seen.age)}" if seen.age is not None else ""
        yield f"Step {current.number} of {len(view.steps)}: {current.step.title}{lasted}."
    yield without_keys(now.why) if now.why else f"It is {now.word}."
    yield from progress(view)
    for name, health in sorted(view.tunnels.items()):
        yield _tunnel(name, health)
    for token in view.tokens:
        yield f"The token of {token.title}: {life(token.expires_at)}."
    yield from _next(view)


def _tunnel(name: str, health: TunnelHealth) -> str:
    said: list[str] = [health.state]
    if health.state == "up":
        said.append(f"for {duration(health.up_seconds)}")
    if health.way:
        said.append(f"by {health.way}")
    if health.reconnects:
        said.append(f"{health.reconnects} reconnects")
    if health.round_trip_ms is not None:
        said.append(f"{health.round_trip_ms:.0f} ms")
    more = " ".join(f"{one.rstrip('.')}." for one in (health.reason, health.warning) if one)
    return f"The tunnel to {name}: {', '.join(said)}. {without_keys(more)}".rstrip()


def _next(view: RunView) -> Iterator[str]:
    ahead = [step for step in view.steps if step.record.state == "pending"]
    if ahead:
        named = "; ".join(f"{step.number}, {step.step.title}" for step in ahead[:AHEAD])
        more = f"; and {len(ahead) - AHEAD} more" if len(ahead) > AHEAD else ""
        yield f"Next: {named}{more}."
