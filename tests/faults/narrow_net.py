"""A net that carries one connection at a time, as a vendor's own program may."""

import re
import socket
import struct
import time
from typing import Literal

from tests.faults.carrying_net import CarryingNet, Pair
from wizard.model.secret import Secret


class NarrowNet(CarryingNet):
    """Carries connections to a server, `most` at a time.

    Args:
        there: the server's port, or the path of its unix socket.
        beyond: what meets the next one: it is closed at once (`refuse`), or taken and never answered, not
            even when there is room again (`hang`).
        lag: seconds after the end of a connection in which it still counts.
    """

    def __init__(
        self,
        there: int | str,
        beyond: Literal["refuse", "hang"] = "refuse",
        *,
        most: int = 1,
        lag: float = 0.0,
    ) -> None:
        self._beyond = beyond
        self._most = most
        self._lag = lag
        self._now = 0
        self.carried = self.turned_away = self.at_once = 0
        self._hanging: list[socket.socket] = []
        super().__init__(there)

    def url(self, of: Secret) -> Secret:
        """`of` through this net."""
        return Secret(re.sub(r"@[^/?]*", f"@127.0.0.1:{self.port}", of.reveal()).partition("?")[0])

    def taken(self, near: socket.socket) -> bool:
        """While there is room."""
        with self._lock:
            full = self._now >= self._most
            self._now += not full
            self.at_once = max(self.at_once, self._now)
            self.turned_away += full
            self.carried += not full
        if full and self._beyond == "hang":
            self._hanging.append(near)
        elif full:
            near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            near.close()
        return not full

    def ended(self, pair: Pair) -> None:
        """It counts a while longer."""
        super().ended(pair)
        time.sleep(self._lag)
        with self._lock:
            self._now -= 1
