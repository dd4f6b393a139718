"""What a program says on its standard error while somebody else is busy with the rest of it."""

import contextlib
import subprocess
import threading

MOST = 1 << 16
"""Bytes that are kept, the first ones; all are taken in, for a program waits where nobody does."""


class Ear:
    """Listens to a child, in a thread that ends with it."""

    def __init__(self, child: "subprocess.Popen[bytes]") -> None:
        self._child = child
        self._heard = bytearray()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def _listen(self) -> None:
        assert self._child.stderr is not None
        with contextlib.suppress(OSError, ValueError):
            while part := self._child.stderr.readline(4096):
                if len(self._heard) < MOST:
                    self._heard += part

    def heard(self) -> bytes:
        """All of it, once the child has ended."""
        self._thread.join(5)
        return bytes(self._heard)
