"""For how long one of MySQL's programs has owed something, for whoever watches the tunnel that it takes."""

import contextlib
import time
from collections.abc import Callable, Iterator


class Waited:
    """See `wizard.database.lanes.Held`. The program's own connection is not seen: how long it takes nothing
    of what it is given, or gives no answer, is. `cut` ends it."""

    backend = 0

    def __init__(self, cut: Callable[[], None]) -> None:
        self._since: float | None = None
        self._cut = cut
        self.streams = self.instant = False

    @property
    def owing(self) -> float | None:
        """Seconds since it was given something, or since its last word; None while it owes nothing."""
        since = self._since
        return None if since is None else time.monotonic() - since

    def cut(self) -> None:
        """End it."""
        self._cut()

    def moved(self) -> None:
        """It gave an answer, or took something."""
        self._since = time.monotonic()

    @contextlib.contextmanager
    def owed(self, *, streams: bool = False, instant: bool = False) -> Iterator[None]:
        """It owes an answer, or is to take rows (`streams`), for the length of the block; `instant`: one that
        takes a server no time, as long as that is set."""
        self.streams, self.instant = streams, instant
        self.moved()
        try:
            yield
        finally:
            self._since = None
