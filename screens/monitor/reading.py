"""One look at a run: everything the monitor shows, read from the session file. Blocking; for a thread."""

from datetime import UTC, datetime

from screens.monitor.scene import Seen
from wizard.run.journal import Journal
from wizard.run.view import RunView, view
from wizard.session.store import Session

EVENTS = 300
"""Newest events that are read."""

LOG = 400
"""Newest lines of a log that are read."""


def look(session: Session) -> Seen | None:
    """The run as it is now; None when nothing was run yet.

    Raises:
        Trouble: the session cannot be read.
    """
    now = view(session)
    if now is None:
        return None
    journal = Journal(session)
    of, lines = _log(journal, now)
    return Seen(
        view=now,
        events=tuple(journal.events(limit=EVENTS)),
        log=tuple(lines),
        log_of=of,
        age=_age(now),
        demo=session.info.demo,
    )


def _log(journal: Journal, now: RunView) -> tuple[str, list[str]]:
    """The log of the current step, else of the last step before it that has one; with the step's key."""
    current = now.current
    upto = current.number if current else len(now.steps)
    for step in reversed(now.steps[:upto]):
        lines = journal.log_tail(step.step.key, LOG)
        if lines:
            return step.step.key, lines
    return "", []


def _age(now: RunView) -> float | None:
    current = now.current
    if current is None or current.record.intent_at is None:
        return None
    # Of wall clocks, so only to be shown; never negative, even when a clock was set back.
    begun = datetime.fromisoformat(current.record.intent_at)
    return max(0.0, (datetime.now(UTC) - begun).total_seconds())
