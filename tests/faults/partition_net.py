"""A network that goes wrong in one of seven ways, at a moment that is told from outside."""

import contextlib
import os
import random
import select
import shutil
import socket
import struct
import subprocess
import threading
import time
from typing import Final, Literal, get_args

from tests.wizard.database_servers import PASSWORD, Database
from wizard.model.secret import Secret

Mode = Literal["drop", "half-open", "reset", "stall", "drip", "delay", "corrupt"]

MODES: Final = get_args(Mode)

LAG: Final = 0.02
"""Seconds by which each piece comes later, in the mode `delay`."""

_DIGITS: Final = frozenset(b"0123456789abcdef")


def may_drop_packets() -> bool:
    """Whether this machine lets us: root, nft, and a kernel with it."""
    if os.geteuid() != 0 or shutil.which("nft") is None:
        return False
    table = drop_packets([1])
    if table:
        subprocess.run(["nft", "delete", "table", "inet", table], check=True)
    return bool(table)


def drop_packets(ports: list[int]) -> str:
    """Have the kernel drop what comes from and goes to these ports of loopback; the name of the nft table
    that says so, which the caller deletes. Empty where the kernel does not."""
    table = f"offramp_faults_{os.getpid()}"
    many = "{ " + ", ".join(map(str, ports)) + " }"
    rules = f"""
table inet {table} {{
    chain fence {{
        type filter hook input priority 0;
        iif lo tcp sport {many} drop
        iif lo tcp dport {many} drop
    }}
}}
"""
    done = subprocess.run(["nft", "-f", "-"], input=rules, text=True, capture_output=True, check=False)
    return "" if done.returncode else table


class PartitionNet:
    """Carries connections from a loopback port to a server. Struck, it does to all connections of that
    moment:

    drop: both ends are closed. half-open: the client's end only, the server hears nothing. reset: as drop,
    with RST. stall: their packets are dropped by the kernel, both ways, so that not even an acknowledgement
    comes (root, and nft). drip: one byte a second for `drips`
    seconds. delay: each piece comes later, to the end, on later ones too. corrupt: one hexadecimal digit in
    the middle of a row from the server becomes another letter, once.
    """

    def __init__(self, there: Database, mode: Mode, chance: random.Random, *, drips: float = 3.0) -> None:
        self.there = there
        self._mode = mode
        self._chance = chance
        self._drips = drips
        self.struck_at: float | None = None
        self.corrupted = 0
        self._fence = ""
        self._door = socket.create_server(("127.0.0.1", 0))
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._struck: set[socket.socket] = set()
        self._kept: list[socket.socket] = []
        self._lock = threading.Lock()
        threading.Thread(target=self._let_in, daemon=True).start()

    def url(self, role: str = "app") -> Secret:
        """The server's URL through this net; without TLS, whose own sums would find what a digest must."""
        port = self._door.getsockname()[1]
        return Secret(f"postgresql://{role}:{PASSWORD}@127.0.0.1:{port}/{self.there.name}?sslmode=disable")

    def strike(self) -> None:
        """Go wrong now."""
        with self._lock:
            pairs, self._pairs = self._pairs, []
            self._struck |= {near for near, _ in pairs}
            self.struck_at = time.monotonic()
        if self._mode == "stall":
            ports = list[int]()
            for near, _ in pairs:
                with contextlib.suppress(OSError):
                    # Some were closed by their client long ago.
                    ports.append(near.getpeername()[1])
            self._fence = drop_packets(ports)
            assert self._fence, f"nothing was dropped: {ports}"
        for near, far in pairs:
            if self._mode == "reset":
                for end in (near, far):
                    with contextlib.suppress(OSError):
                        end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            if self._mode in ("drop", "reset", "half-open"):
                self._kept += [far] if self._mode == "half-open" else []
                for end in (near,) if self._mode == "half-open" else (near, far):
                    with contextlib.suppress(OSError):
                        # Wakes the thread that carries it, which closes it: with RST where that was set.
                        end.shutdown(socket.SHUT_RD if self._mode == "reset" else socket.SHUT_RDWR)

    def close(self) -> None:
        """Let nobody in any more, and close all."""
        if self._fence:
            subprocess.run(["nft", "delete", "table", "inet", self._fence], check=True)
        with contextlib.suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        with self._lock:
            ends = [end for pair in self._pairs for end in pair] + self._kept + list(self._struck)
        for end in ends:
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

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
                        self._pass_on(data, other, near, from_server=end is far)
        near.close()
        if far not in self._kept:
            far.close()

    def _pass_on(self, data: bytes, other: socket.socket, near: socket.socket, *, from_server: bool) -> None:
        struck = near in self._struck
        if self.struck_at is not None and self._mode == "delay":
            time.sleep(LAG)
        if from_server and struck and self._mode == "corrupt" and not self.corrupted:
            data = self._spoiled(data)
        while struck and self._mode == "drip" and data and not self._dripped():
            other.sendall(data[:1])
            data = data[1:]
            time.sleep(1)
        other.sendall(data)

    def _dripped(self) -> bool:
        return self.struck_at is not None and time.monotonic() - self.struck_at > self._drips

    def _spoiled(self, data: bytes) -> bytes:
        # Short ones are answers to queries, not rows.
        for _ in range(100 if len(data) > 4096 else 0):
            place = self._chance.randrange(len(data))
            around = data[max(place - 8, 0) : place + 8]
            if len(around) == 16 and all(byte in _DIGITS for byte in around):
                self.corrupted = 1
                return data[:place] + b"z" + data[place + 1 :]
        return data
