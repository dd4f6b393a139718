"""A net that carries one connection at a time, as a vendor's own program may."""

import contextlib
import re
import select
import socket
import struct
import threading
from typing import Literal

from wizard.model.secret import Secret


class NarrowNet:
    """Carries connections from a loopback port to a server, `most` at a time.

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
        self._there = there
        self._beyond = beyond
        self._most = most
        self._lag = lag
        self._now = 0
        self.carried = self.turned_away = self.at_once = 0
        self._hanging: list[socket.socket] = []
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._let_in, daemon=True).start()

    def url(self, of: Secret) -> Secret:
        """`of` through this net."""
        return Secret(re.sub(r"@[^/?]*", f"@127.0.0.1:{self.port}", of.reveal()).partition("?")[0])

    def cut(self) -> None:
        """Cut what is carried now."""
        with self._lock:
            ends = list(self._ends)
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let nobody in any more, and cut."""
        with contextlib.suppress(OSError):
            # Wakes whoever waits in accept(), which closing alone does not.
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self.cut()
        for end in self._hanging:
            end.close()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                with self._lock:
                    full = self._now >= self._most
                    self._now += not full
                    self.at_once = max(self.at_once, self._now)
                    self.turned_away += full
                    self.carried += not full
                if full:
                    self._turn_away(near)
                    continue
                threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _turn_away(self, near: socket.socket) -> None:
        if self._beyond == "hang":
            self._hanging.append(near)
            return
        near.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        near.close()

    def _carry(self, near: socket.socket) -> None:
        far = self._connected()
        with self._lock:
            self._ends |= {near, far}
        with contextlib.suppress(OSError, ValueError):
            while True:
                ready, _, _ = select.select([near, far], [], [])
                for end, other in ((near, far), (far, near)):
                    if end in ready:
                        data = end.recv(1 << 16)
                        if not data:
                            raise OSError
                        other.sendall(data)
        with self._lock:
            self._ends -= {near, far}
        near.close()
        far.close()
        if self._lag:
            threading.Event().wait(self._lag)
        with self._lock:
            self._now -= 1

    def _connected(self) -> socket.socket:
        if isinstance(self._there, int):
            return socket.create_connection(("127.0.0.1", self._there))
        far = socket.socket(socket.AF_UNIX)
        far.connect(self._there)
        return far
