"""While a run is followed and nothing happens: a line now and then, more and more seldom, that it goes on."""

import time

from screens.monitor.reading import look
from screens.monitor.status import status
from screens.plain.desk import Desk
from screens.plain.plainly import without_keys
from screens.quantities import duration

SHORTEST = 30.0
"""Seconds of silence after which a person wonders whether it is still there."""

LONGEST = 600.0
"""Seconds between two of these lines at most: a step that waits for a person may wait for days."""


class Quiet:
    """How long nothing was said."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._patience = SHORTEST

    def broken(self) -> None:
        """Something else was said."""
        self._since = time.monotonic()
        self._patience = SHORTEST

    def too_long(self) -> bool:
        """Whether something is to be said now; asked again, it is twice as long until then."""
        if time.monotonic() - self._since < self._patience:
            return False
        self._since = time.monotonic()
        self._patience = min(LONGEST, 2 * self._patience)
        return True


def tell_step(desk: Desk) -> None:
    """At which step the run is, for how long, and why it waits."""
    seen = look(desk.session)
    if seen is None or (current := seen.view.current) is None:
        return
    lasted = f", for {duration(seen.age)}" if seen.age is not None else ""
    now = status(seen.view)
    why = f" {without_keys(now.why)}" if now.why else ""
    desk.console.say(
        f"Still at step {current.number} of {len(seen.view.steps)}: {current.step.title}{lasted}.{why}"
    )
