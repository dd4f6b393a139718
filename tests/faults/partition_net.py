"""A network that goes wrong in one of eight ways, at a moment that is told from outside."""

import contextlib
import os
import random
import shutil
import socket
import struct
import subprocess
import time
from typing import Final, Literal, get_args

from tests.faults.carrying_net import Pair
from tests.faults.silent_net import Net
from tests.wizard.database_servers import Database

Mode = Literal["drop", "half-open", "reset", "stall", "mute", "drip", "delay", "corrupt"]

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


class PartitionNet(Net):
    """Carries connections to a database. Struck, it does to all connections of that moment:

    drop: both ends are closed. half-open: the client's end only, the server hears nothing. reset: as drop,
    with RST. stall: their packets are dropped by the kernel, both ways, so that not even an acknowledgement
    comes (root, and nft). mute: every packet is acknowledged, and none is carried. drip: one byte a second
    for `drips` seconds. delay: each piece comes later, to the end, on later ones too. corrupt: one
    hexadecimal digit in the middle of a row from the server becomes another letter, once.

    Args:
        later_too: whether `mute` holds for later connections too.
    """

    def __init__(
        self,
        there: Database,
        mode: Mode,
        chance: random.Random,
        *,
        drips: float = 3.0,
        later_too: bool = False,
    ) -> None:
        self._mode = mode
        self._chance = chance
        self._drips = drips
        self._later_too = later_too
        self.struck_at: float | None = None
        self.corrupted = 0
        self._fence = ""
        self._struck: set[Pair] = set()
        super().__init__(there)

    def strike(self) -> None:
        """Go wrong now."""
        with self._lock:
            self._struck |= self._pairs
            self.struck_at = time.monotonic()
        match self._mode:
            case "drop":
                self.cut()
            case "half-open":
                self.drop()
            case "reset":
                self._reset()
            case "stall":
                self._stall()
            case "mute":
                # Nor does the end of one get through.
                self._dropped |= self._struck

    def _reset(self) -> None:
        for end in (end for pair in self._struck for end in pair):
            with contextlib.suppress(OSError):
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                # Wakes the thread that carries it, which closes it, with RST.
                end.shutdown(socket.SHUT_RD)

    def _stall(self) -> None:
        ports = list[int]()
        for near, _ in self._struck:
            with contextlib.suppress(OSError):
                # Some were closed by their client long ago.
                ports.append(near.getpeername()[1])
        self._fence = drop_packets(ports)
        assert self._fence, f"nothing was dropped: {ports}"

    def close(self) -> None:
        """Let nobody in any more, and close all."""
        if self._fence:
            subprocess.run(["nft", "delete", "table", "inet", self._fence], check=True)
        super().close()

    def pass_on(self, data: bytes, pair: Pair, *, from_server: bool) -> None:
        """In the way of its mode."""
        struck = pair in self._struck
        if self._mode == "mute" and (struck or (self._later_too and self.struck_at is not None)):
            return
        if self._mode == "delay" and self.struck_at is not None:
            time.sleep(LAG)
        if from_server and struck and self._mode == "corrupt" and not self.corrupted:
            data = self._spoiled(data)
        while struck and self._mode == "drip" and data and not self._dripped():
            super().pass_on(data[:1], pair, from_server=from_server)
            data = data[1:]
            time.sleep(1)
        super().pass_on(data, pair, from_server=from_server)

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
