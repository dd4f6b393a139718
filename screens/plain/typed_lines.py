"""The lines of standard input, read so that something else can be looked at while nobody types.

A terminal hands over whole lines; what was typed of one that is not ended stays with the terminal. So a line
said in between costs no key.
"""

import contextlib
import io
import os
import select
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from types import FrameType

LOOK = 0.5
"""Seconds between two looks while nobody types."""

BLOCK = 65_536


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


def _block(stream: int) -> bytes:
    try:
        return os.read(stream, BLOCK)
    except BlockingIOError:
        raise
    except OSError:
        return b""  # the terminal is gone: nobody types any more


def _text(line: bytes) -> str:
    return line.decode(sys.stdin.encoding or "utf-8", errors="replace")


@contextlib.contextmanager
def unseen() -> Iterator[None]:
    """While it lasts, the terminal does not show what is typed; the shell has it back as it was, also when
    ctrl+z stops this process meanwhile."""
    stream = sys.stdin.fileno()
    before = termios.tcgetattr(stream)
    hidden = list(before)
    hidden[3] &= ~termios.ECHO

    def hide() -> None:
        termios.tcsetattr(stream, termios.TCSADRAIN, hidden)

    def show() -> None:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        show()
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)  # stops here, where a shell waits behind it
        signal.signal(signal.SIGTSTP, stop)
        hide()

    handler = signal.signal(signal.SIGTSTP, stop)
    try:
        hide()
        yield
    finally:
        signal.signal(signal.SIGTSTP, handler)
        with contextlib.suppress(termios.error):  # the terminal is gone
            show()
