"""A tunnel that somebody else keeps open: it is used, watched, and never ended."""

import threading

from wizard.database.tunnel_way import LATELY, Failure
from wizard.model.ticket import PortTicket
from wizard.model.trouble import Trouble

TRIES = 5
"""Times in a row that nothing answers there, before a person is told."""


class OwnPort:
    """See `wizard.database.tunnel_way`."""

    slow_start = 0.0
    unknown = True
    pid = None

    def __init__(self, ticket: PortTicket) -> None:
        self.port = ticket.port
        self.name = f"your own tunnel on port {ticket.port}"
        self._over = threading.Event()

    def let_in(self, seconds: float) -> bool:
        """It is there, or it is not: only a query tells."""
        return True

    def settled(self) -> None:
        """Nothing to do."""

    def ended(self, seconds: float) -> bool:
        """Whether we have left it."""
        return self._over.wait(seconds)

    def failure(self, *, let_in: bool, why: str = "") -> Failure:
        """It is looked at again; what never answered is a person's matter after some tries."""
        if let_in:
            return Failure("retry", why or "your tunnel is not used any more")
        told = Trouble(
            f"Nothing answers as it should on port {self.port}, where your own tunnel is said to be: {why}.",
            untouched="Nothing was sent but the login.",
            remedy="Open your tunnel again on that port, then press r; or have Offramp open its own again "
            "(`offramp tell SESSION port off`).",
            code="own-tunnel-away",
        )
        return Failure("fresh", why, told, TRIES, LATELY)

    def hang_up(self) -> None:
        """Leave it."""
        self._over.set()

    def end(self) -> None:
        """Leave it."""
        self._over.set()
