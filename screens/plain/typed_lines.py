"""The lines of standard input, read so that something else can be looked at while nobody types.

A terminal hands over whole lines; what was typed of one that is not ended stays with the terminal. So a line
said in between costs no key.
"""

import io
import os
import select
import signal
import sys
from collections.abc import Callable
from types import FrameType

from screens.unseen import BLOCK, throw_away

LOOK = 0.5
"""Seconds between two looks while nobody types."""


class TypedLines:
    """Standard input. `continued` is true once after the shell stopped this process and it goes on again."""

    def __init__(self) -> None:
        # A shell may have closed it (`<&-`): then there is nobody to ask.
        sys.stdin = sys.stdin or io.StringIO()
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")
        self._bytes = b""
        self._continued = False

    def watch_stops(self) -> None:
        """Notice that the process was stopped (ctrl+z) and goes on: what was asked is far above by then. And
        end in order when it is told to (SIGTERM), with the terminal as it was."""

        def continued(_signal: int, _frame: FrameType | None) -> None:
            self._continued = True

        def ended(number: int, _frame: FrameType | None) -> None:
            raise SystemExit(128 + number)

        signal.signal(signal.SIGCONT, continued)
        signal.signal(signal.SIGTERM, ended)

    def continued(self) -> bool:
        """Whether it was stopped and goes on since this was asked last."""
        seen, self._continued = self._continued, False
        return seen

    def next(self, between: Callable[[], None]) -> str:
        """The next line with its end, "" when there is none any more. `between` is called now and then as
        long as nothing comes.

        Raises:
            KeyboardInterrupt: ctrl+c.
        """
        try:
            stream = sys.stdin.fileno()
        except (OSError, ValueError):  # no file behind it: a test, or a closed one
            return sys.stdin.readline()
        while b"\n" not in self._bytes:
            if not select.select([stream], [], [], LOOK)[0]:
                between()
                continue
            try:
                block = _block(stream)
            except BlockingIOError:
                continue  # another program made it so, and what was there is gone again
            if not block:
                rest, self._bytes = self._bytes, b""
                return _text(rest)
            self._bytes += block
        line, _, self._bytes = self._bytes.partition(b"\n")
        return _text(line + b"\n")

    def forget_rest(self) -> bool:
        """Throw away what came behind the last line on a terminal. Whether there was anything but blanks."""
        rest, self._bytes = self._bytes, b""
        more = throw_away(sys.stdin.fileno())
        return more or bool(rest.strip())


def _block(stream: int) -> bytes:
    try:
        return os.read(stream, BLOCK)
    except BlockingIOError:
        raise
    except OSError:
        return b""  # the terminal is gone: nobody types any more


def _text(line: bytes) -> str:
    return line.decode(sys.stdin.encoding or "utf-8", errors="replace")
