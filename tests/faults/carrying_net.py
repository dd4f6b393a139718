"""A network from a port of loopback to a server. Other nets are made of it, and go wrong in their ways."""

import contextlib
import select
import socket
import threading

Pair = tuple[socket.socket, socket.socket]
"""Our client's end, and the server's."""


class CarryingNet:
    """Carries whole connections until it is closed.

    Args:
        there: the server's port, or the path of its unix socket.
    """

    def __init__(self, there: int | str) -> None:
        self._there = there
        self._lock = threading.Lock()
        self._pairs: set[Pair] = set()
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        threading.Thread(target=self._let_in, daemon=True).start()

    def cut(self) -> None:
        """Cut all connections at both ends."""
        with self._lock:
            pairs = list(self._pairs)
        for pair in pairs:
            hang_up(*pair)

    def close(self) -> None:
        """Let nobody in any more, and cut."""
        # Wakes whoever waits in accept(), which closing alone does not.
        hang_up(self._door)
        self._door.close()
        self.cut()

    # What other nets do in their own way.

    def taken(self, near: socket.socket) -> bool:
        """Whether a connection that has come is carried; where not, it is left to this method."""
        return True

    def pass_on(self, data: bytes, pair: Pair, *, from_server: bool) -> None:
        """Hand one end what came from the other."""
        pair[0 if from_server else 1].sendall(data)

    def ended(self, pair: Pair) -> None:
        """One end hung up."""
        for end in pair:
            end.close()

    # Its threads.

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                if self.taken(near):
                    threading.Thread(target=self._carry, args=(near,), daemon=True).start()

    def _carry(self, near: socket.socket) -> None:
        try:
            pair = (near, self._connected())
        except OSError:
            near.close()
            return
        with self._lock:
            self._pairs.add(pair)
        with contextlib.suppress(OSError, ValueError):
            while True:
                ready, _, _ = select.select(pair, [], [])
                for end in ready:
                    if not (data := end.recv(1 << 16)):
                        raise OSError
                    self.pass_on(data, pair, from_server=end is pair[1])
        with self._lock:
            self._pairs.discard(pair)
        self.ended(pair)

    def _connected(self) -> socket.socket:
        if isinstance(self._there, int):
            return socket.create_connection(("127.0.0.1", self._there))
        far = socket.socket(socket.AF_UNIX)
        far.connect(self._there)
        return far


def hang_up(*ends: socket.socket) -> None:
    """Wakes whoever reads them."""
    for end in ends:
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
