"""While a run is followed and nothing happens: a line now and then, more and more seldom, that it goes on."""

from time import monotonic as now

from screens.headless.copies import copy_sentences
from screens.monitor.reading import look
from screens.monitor.status import waiting_for
from screens.quantities import duration
from wizard.run.view import RunView
from wizard.session.store import Session

SHORTEST = 30.0
"""Seconds of silence after which a person wonders whether it is still there."""

LONGEST = 600.0
"""Seconds between two of these lines at most: a step that waits for a person may wait for days."""


PROGRESS = 30.0
"""Seconds between lines about a copy that goes on: each is read by somebody, or read aloud."""


class Quiet:
    """How long nothing was said."""

    def __init__(self) -> None:
        self._since = now()
        self._patience = SHORTEST

    def broken(self) -> None:
        """Something else was said."""
        self._since = now()
        self._patience = SHORTEST

    def too_long(self) -> bool:
        """Whether something is to be said now; asked again, it is twice as long until then."""
        if now() - self._since < self._patience:
            return False
        self._since = now()
        self._patience = min(LONGEST, 2 * self._patience)
        return True


class Progress:
    """What is to be said of a run to which nothing happens: how far its copies are, or that it goes on."""

    def __init__(self) -> None:
        self._quiet = Quiet()
        self._told_at = float("-inf")

    def heard(self) -> None:
        """Something else was said."""
        self._quiet.broken()

    def due(self, session: Session, seen: RunView) -> list[str]:
        """The sentences for now."""
        if now() - self._told_at >= PROGRESS:
            self._told_at = now()
            if lines := copy_sentences(seen):
                self._quiet.broken()
                return lines
        still = still_at(session) if self._quiet.too_long() else ""
        return [still] if still else []


def still_at(session: Session) -> str:
    """At which step the run is, for how long, and what it waits for; "" when there is none."""
    seen = look(session)
    if seen is None or (current := seen.view.current) is None:
        return ""
    lasted = f", for {duration(seen.age)}" if seen.age is not None else ""
    reason = waiting_for(seen.view).removeprefix("waiting for ")
    waits = f", waiting for {reason.rstrip('.')}" if reason else ""
    return f"Still at step {current.number} of {len(seen.view.steps)}: {current.step.title}{lasted}{waits}."
