"""A network that drops connections without a word to the servers."""

import contextlib
import select
import socket
import threading

from tests.wizard.database_servers import PASSWORD, Database
from wizard.model.secret import Secret


class Net:
    """Carries connections from a loopback port to a server. `drop` cuts the clients' ends only."""

    def __init__(self, there: Database) -> None:
        self.there = there
        self._door = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._kept: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._let_in, daemon=True).start()

    def url(self, role: str = "app") -> Secret:
        port = self._door.getsockname()[1]
        return Secret(f"postgresql://{role}:{PASSWORD}@127.0.0.1:{port}/{self.there.name}?sslmode=disable")

    def drop(self) -> None:
        """The servers hear nothing of it, and what they say from here on gets nowhere."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
            self._kept += [far for _, far in pairs]
        for near, _ in pairs:
            with contextlib.suppress(OSError):
                near.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._door.close()
        self.drop()
        for far in self._kept:
            far.close()

    def _let_in(self) -> None:
        path = str(self.there.server.postgres.socket)
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._door.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(path)
                with self._lock:
                    self._pairs.append((near, far))
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
        near.close()
        with self._lock:
            dropped = (near, far) not in self._pairs
        if not dropped:
            far.close()
