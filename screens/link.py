"""How fast the way to the terminal is: measured before Textual is imported, or said by a person.

A terminal answers a question about its state (DSR, `ESC [ 5 n`) at once, so the time until the answer comes
is that of the way there and back. tmux, screen and mosh answer by themselves: what lies behind them is not
seen.
"""

import contextlib
import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from wizard.settings import Link

DEADLINE = 1.0
"""Seconds until a terminal that does not answer is taken as it is."""

SLOW = 0.3
"""Seconds for the answer above which a way is slow: a satellite takes 0.6, a crowded mobile network 0.4."""

SLOWER = 5
"""How many times rarer the monitor is drawn anew over a slow link."""

_ASK = b"\x1b[5n"
_END = b"n"


@dataclass(frozen=True)
class Answer:
    """What a terminal sent back, and the seconds that it took."""

    seconds: float
    said: bytes


def decide(
    wanted: Link,
    *,
    slow: bool = False,
    environment: Mapping[str, str] | None = None,
    took: Callable[[], float | None] | None = None,
) -> bool:
    """Whether the link is to be treated as slow.

    Args:
        wanted: what the settings say.
        slow: the command line says so, which counts more.
        took: seconds that the terminal took to answer, where it was asked already.
    """
    environment = os.environ if environment is None else environment
    if slow or wanted != "auto":
        return slow or wanted == "slow"
    if not is_far(environment):
        return False  # a terminal of this machine
    answered = took() if took else measure(sys.__stdin__.fileno() if sys.__stdin__ else 0, 2)
    return answered is not None and answered > SLOW


def is_far(environment: Mapping[str, str]) -> bool:
    """Whether the terminal is behind a network."""
    return bool(environment.get("SSH_CONNECTION") or environment.get("SSH_TTY"))


def measure(reads: int, writes: int, deadline: float = DEADLINE) -> float | None:
    """Seconds that the terminal takes to answer, None when it does not."""
    answer = ask(reads, writes, deadline)
    return answer.seconds if answer is not None else None


def ask(reads: int, writes: int, deadline: float, *, first: bytes = b"") -> Answer | None:
    """What the terminal answers, None when it does not, or when somebody types already: what they typed is
    not to be lost.

    Args:
        first: a question that not every terminal knows. Its answer, if any, comes before the one that ends
            the wait.
    """
    with contextlib.suppress(OSError, termios.error):
        before = termios.tcgetattr(reads)
        try:
            # TCSANOW: nothing that was typed is thrown away.
            tty.setcbreak(reads, termios.TCSANOW)
            if select.select([reads], [], [], 0)[0]:
                return None
            begun = time.monotonic()
            os.write(writes, first + _ASK)
            return _answered(reads, begun, begun + deadline)
        finally:
            termios.tcsetattr(reads, termios.TCSANOW, before)
    return None


def _answered(reads: int, begun: float, end: float) -> Answer | None:
    found = b""
    while select.select([reads], [], [], max(0.0, end - time.monotonic()))[0]:
        block = os.read(reads, 1)
        found += block
        if not block or (found[-1:] == _END and b"\x1b[" in found):
            return Answer(time.monotonic() - begun, found) if block else None
    return None


def make_way(slow: bool) -> None:
    """Let Textual, which reads this when it is imported, draw less often and move nothing."""
    if slow:
        os.environ.setdefault("TEXTUAL_FPS", "5")
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
