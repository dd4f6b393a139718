"""How long the tokens of a run are good: a line of the monitor, loud when one is to be renewed."""

from screens.monitor.line import Line, Span, line, pad
from screens.monitor.status import wanted_secret
from wizard.run.view import RunView
from wizard.session.token_life import SOON, life, moment, seconds_left, span


def token_lines(view: RunView) -> list[Line]:
    """At most one line: what is wanted now, or when each token ends. Nothing where no end is known, nor where
    the run waits for a token: its end is of no use to who has to sign in anew."""
    label = Span(pad("token", 8), "muted")
    if view.run.state in ("done", "taken-back", "stopped") or not view.tokens or wanted_secret(view):
        return []
    first = min(view.tokens, key=lambda token: seconds_left(token.expires_at) or 0.0)
    left = seconds_left(first.expires_at) or 0.0
    if left >= SOON:
        lives = " · ".join(f"{token.title} {life(token.expires_at)}" for token in view.tokens)
        return [line(label, Span(lives, "plain"))]
    ends = f"ends at {moment(first.expires_at)}, in {span(left)}"
    if left <= 0:
        ends = f"has ended at {moment(first.expires_at)}"
    return [line(label, Span(f"⚠ {first.title} {ends}", "attention"), Span(": a signs in again", "strong"))]
