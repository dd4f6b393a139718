"""How fast the way to the terminal is: measured before Textual is imported, or said by a person.

A terminal answers a question about its state (DSR, `ESC [ 5 n`) at once, so the time until the answer comes
is that of the way there and back. tmux, screen and mosh answer by themselves: what lies behind them is not
seen.

Whoever types meanwhile is heard, too: what is no answer goes to the screen as what it is (`Heard.typed`).
Where no screen comes after all it is dropped: the shell would take it for a command, and it may be a secret.
"""

import atexit
import contextlib
import os
import re
import select
import sys
import termios
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from wizard.settings import Link

DEADLINE = 1.0
"""Seconds until a terminal that does not answer is taken as it is."""

SLOW = 0.3
"""Seconds for the answer above which a way is slow: a satellite takes 0.6, a crowded mobile network 0.4."""

SLOWER = 5
"""How many times rarer the monitor is drawn anew over a slow link."""

ANSWER = r"\x1b\]11;[^\x07\x1b]{0,64}(?:\x07|\x1b\\)|\x1b\[0n"
"""What a terminal answers to what is asked here: the colour of its background (OSC 11), that it is well."""

_ASK = b"\x1b[5n"
_WELL = b"\x1b[0n"
_ANSWERS = re.compile(ANSWER.encode())

_BLOCK = 4096
"""Bytes read at once, as many as a terminal keeps."""


@dataclass(frozen=True)
class Answer:
    """What a terminal sent back, and the seconds that it took."""

    seconds: float
    said: bytes


@dataclass(frozen=True)
class Heard:
    """What came while an answer was waited for.

    Args:
        answer: None when it did not come in time.
        typed: everything else in its order: keys, and the beginning of an answer that is still on its way.
    """

    answer: Answer | None
    typed: bytes = b""


class Hush:
    """Nothing that comes is shown, and each key is there at once as what it is, until `end` is called or the
    process ends. An answer, or what somebody types ahead, would stand on the terminal.

    Attributes:
        before: the modes of the terminal as they were (termios), None where there is none.
    """

    def __init__(self, reads: int) -> None:
        self._reads = reads
        self.before: list[Any] | None = None
        with contextlib.suppress(OSError, termios.error):
            before, modes = termios.tcgetattr(reads), termios.tcgetattr(reads)
            # As the screen wants it: Enter is CR, and not what a line ends with.
            modes[0] &= ~termios.ICRNL
            modes[3] &= ~(termios.ECHO | termios.ICANON)
            modes[6][termios.VMIN], modes[6][termios.VTIME] = 1, 0
            # TCSANOW: nothing that was typed is thrown away.
            termios.tcsetattr(reads, termios.TCSANOW, modes)
            self.before = before
            atexit.register(self.end)

    def end(self) -> None:
        """As it was."""
        atexit.unregister(self.end)
        if self.before is not None:
            with contextlib.suppress(OSError, termios.error):
                termios.tcsetattr(self._reads, termios.TCSANOW, self.before)


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
    answer = ask(reads, writes, deadline).answer
    return answer.seconds if answer is not None else None


def ask(reads: int, writes: int, deadline: float, *, first: bytes = b"") -> Heard:
    """What the terminal answers, and what was typed before and meanwhile.

    Args:
        first: a question that not every terminal knows. Its answer, if any, comes before the one that ends
            the wait.
    """
    hush = Hush(reads)
    if hush.before is None:
        return Heard(None)
    came, took = b"", None
    try:
        begun = time.monotonic()
        os.write(writes, first + _ASK)
        while took is None and _comes(reads, begun + deadline):
            block = os.read(reads, _BLOCK)
            came += block
            if not block:
                break
            if _WELL in came:
                took = time.monotonic() - begun
    except OSError:
        pass  # The terminal is gone; whoever draws on it notices.
    finally:
        hush.end()
    said = b"".join(_ANSWERS.findall(came))
    # The line discipline ended a line with NL for each Enter that came before the question.
    typed = _ANSWERS.sub(b"", came).replace(b"\n", b"\r")
    return Heard(None if took is None else Answer(took, said), typed)


def _comes(reads: int, end: float) -> bool:
    return bool(select.select([reads], [], [], max(0.0, end - time.monotonic()))[0])


def make_way(slow: bool) -> None:
    """Let Textual, which reads this when it is imported, draw less often and move nothing."""
    if slow:
        os.environ.setdefault("TEXTUAL_FPS", "5")
        os.environ.setdefault("TEXTUAL_ANIMATIONS", "none")
