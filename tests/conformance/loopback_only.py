"""Runs a command where there is no network but loopback, and on that only one port.

    python loopback_only.py <port> <unix socket> <command> [argument ...]

Start it with `unshare -n` (or `unshare -rn`): it is alone in a network namespace then. What connects to
`port` of 127.0.0.1 is carried to the unix socket, which a namespace does not hide. It ends with the command's
code. Needs nothing but the standard library.
"""

import contextlib
import fcntl
import socket
import struct
import subprocess
import sys
import threading

_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x1


def loopback_up() -> None:
    """Switch the namespace's own loopback on; at first it is off."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asks:
        said = fcntl.ioctl(asks, _GET_FLAGS, struct.pack("16sH14s", b"lo", 0, b""))
        flags = struct.unpack("16sH14s", said)[1]
        fcntl.ioctl(asks, _SET_FLAGS, struct.pack("16sH14s", b"lo", flags | _UP, b""))


def carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(1 << 16):
            target.sendall(data)
    with contextlib.suppress(OSError):
        target.shutdown(socket.SHUT_WR)


def serve(listener: socket.socket, path: str) -> None:
    while True:
        here, _ = listener.accept()
        there = socket.socket(socket.AF_UNIX)
        there.connect(path)
        for pair in ((here, there), (there, here)):
            threading.Thread(target=carry, args=pair, daemon=True).start()


def main(port: str, path: str, *command: str) -> int:
    loopback_up()
    listener = socket.create_server(("127.0.0.1", int(port)))
    threading.Thread(target=serve, args=(listener, path), daemon=True).start()
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
