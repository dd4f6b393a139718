"""A network that cuts its connections after so many bytes, or is cut from outside."""

import re

from tests.faults.carrying_net import CarryingNet, Pair
from wizard.model.secret import Secret


class CuttingNet(CarryingNet):
    """Carries connections to a server.

    Args:
        port: the server's.
        url: its URL; `url()` gives the same with this net's port.
        cut_after: bytes from the server after which all connections are cut, again and again, `cuts` times.
    """

    def __init__(self, port: int, url: Secret, *, cut_after: int = 0, cuts: int = 0) -> None:
        self._url = url
        self._cut_after = cut_after
        self._left = cuts
        self.cuts = 0
        self._passed = 0
        super().__init__(port)

    def url(self) -> Secret:
        """The server's URL through this net."""
        return Secret(re.sub(r":\d+(?=/|$)", f":{self.port}", self._url.reveal()), label=self._url.label)

    def cut(self) -> None:
        """Cut all connections."""
        self.cuts += bool(self._pairs)
        super().cut()

    def pass_on(self, data: bytes, pair: Pair, *, from_server: bool) -> None:
        """And count."""
        super().pass_on(data, pair, from_server=from_server)
        if not from_server:
            return
        with self._lock:
            self._passed += len(data)
            due = self._left > 0 and self._passed >= self._cut_after
            if due:
                self._left -= 1
                self._passed = 0
        if due:
            self.cut()
