"""What happened to a tunnel, as sentences for the journal: each change once, however often health is told."""

import time
from collections.abc import Callable

from wizard.database.progress import TunnelHealth
from wizard.database.tunnel import AGAIN


class TunnelTale:
    """Tells of one tunnel. `tell` takes a sentence; it is called from the tunnel's thread."""

    def __init__(self, handle: str, tell: Callable[[str], None]) -> None:
        self._handle = handle
        self._tell = tell
        self._up = False
        self._was_up = False
        self._older_told = False
        self._why = ""
        self._broke_at = 0.0
        self._way = ""
        self._warning = ""

    def heard(self, now: TunnelHealth) -> None:
        """Take the tunnel's health."""
        if now.state == "up":
            if not self._up:
                self._opened(now)
        elif now.state == "broken":
            # When the next try is due is another number each time, and no news.
            why = now.reason.partition(AGAIN)[0]
            if self._up:
                self._broke_at = time.monotonic()
            if self._up or why != self._why:
                # The first tries of a vendor's own program fail often: nothing is broken then.
                how = "is down" if self._was_up else "does not open yet, and is tried again"
                self._tell(f"The tunnel to {self._handle} {how}: {why or 'no reason given'}")
            self._up, self._why = False, why

    def _opened(self, now: TunnelHealth) -> None:
        if now.older_algorithms and not self._older_told:
            self._older_told = True
            self._tell(
                f"The portal of {self._handle} takes only older signatures (ssh-rsa), which ssh has refused "
                "unasked since 8.8; they were allowed for this tunnel alone. Its host key is checked as ever."
            )
        fresh = now.way in ("", "ssh")
        if self._was_up:
            after = f" after {time.monotonic() - self._broke_at:.0f} s" if self._broke_at else ""
            how = ", with fresh credentials" if fresh else f", by {now.way}"
            self._tell(f"The tunnel to {self._handle} is open again{after}{how}")
        else:
            self._tell(f"The tunnel to {self._handle} is open{'' if fresh else f', by {now.way}'}")
        if now.most_connections is not None and now.way != self._way:
            plural = "s" * (now.most_connections != 1)
            self._tell(
                f"The tunnel to {self._handle} carries {now.most_connections} connection{plural} at a time: "
                "the copy has no more either, and takes longer"
            )
        if now.warning and now.warning != self._warning:
            self._tell(f"The tunnel to {self._handle}: {now.warning}")
        self._way, self._warning = now.way, now.warning or self._warning
        self._up, self._was_up, self._why = True, True, ""
