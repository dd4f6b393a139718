"""A network that cuts its connections after so many bytes, or is cut from outside."""

import contextlib
import re
import select
import socket
import threading

from wizard.model.secret import Secret


class CuttingNet:
    """Carries connections from a loopback port to a server on another one.

    Args:
        port: the server's.
        url: its URL; `url()` gives the same with this net's port.
        cut_after: bytes from the server after which all connections are cut, again and again, `cuts` times.
    """

    def __init__(self, port: int, url: Secret, *, cut_after: int = 0, cuts: int = 0) -> None:
        self._there = port
        self._url = url
        self._cut_after = cut_after
        self._left = cuts
        self.cuts = 0
        self._passed = 0
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._ends: set[socket.socket] = set()
        self._lock = threading.Lock()
        threading.Thread(target=self._let_in, daemon=True).start()

    def url(self) -> Secret:
        """The server's URL through this net."""
        return Secret(re.sub(r":\d+(?=/|$)", f":{self.port}", self._url.reveal()), label=self._url.label)

    def cut(self) -> None:
        """Cut all connections."""
        with self._lock:
            ends, self._ends = self._ends, set()
            self.cuts += bool(ends)
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let nobody in any more, and cut."""
        self._door.close()
        self.cut()

    def _let_in(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                try:
                    far = socket.create_connection(("127.0.0.1", self._there))
                except OSError:
                    near.close()
                    continue
                with self._lock:
                    self._ends |= {near, far}
                threading.Thread(target=self._carry, args=(near, far), daemon=True).start()

    def _carry(self, near: socket.socket, far: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError):
            while True:
                ready, _, _ = select.select([near, far], [], [])
                for end, other in ((near, far), (far, near)):
                    if end in ready:
                        data = end.recv(1 << 16)
                        if not data:
                            raise OSError
                        other.sendall(data)
                        if end is far:
                            self._count(len(data))
        with self._lock:
            self._ends -= {near, far}
        near.close()
        far.close()

    def _count(self, size: int) -> None:
        with self._lock:
            self._passed += size
            due = self._left > 0 and self._passed >= self._cut_after
            if due:
                self._left -= 1
                self._passed = 0
        if due:
            self.cut()
