"""Typing that is not shown, and of which nothing is left for the shell.

A secret that is pasted with a line break in it has a second line. Who reads the first and ends leaves that to
the shell, which runs it and keeps it in its history. The same holds for what is typed while Offramp ends.
"""

import atexit
import contextlib
import os
import select
import signal
import termios
import time
from collections.abc import Callable, Iterator
from types import FrameType
from typing import Any, Final

QUIET: Final = 0.1
"""Seconds without anything new after which what was pasted has come as a whole."""

LONGEST: Final = 2.0
"""Seconds to wait for that: a key may be held down."""

BLOCK: Final = 65_536

_LOCAL = 3
"""Where echo and lines are in what termios tells of a terminal."""


def throw_away(terminal: int) -> bool:
    """Throw away what was typed and not read, and what still comes. Whether it was more than blanks.

    Takes `QUIET` seconds when nothing comes, `LONGEST` at most.
    """
    more = False
    with contextlib.suppress(OSError, termios.error):
        if not _ours(terminal):
            return False
        before = termios.tcgetattr(terminal)
        try:
            # Lines that are not ended are to be seen, too.
            _set(terminal, _without(before, termios.ECHO | termios.ICANON))
            end = time.monotonic() + LONGEST
            while time.monotonic() < end and select.select([terminal], [], [], QUIET)[0]:
                block = os.read(terminal, BLOCK)
                if not block:
                    break
                more = more or bool(block.strip())
        finally:
            termios.tcflush(terminal, termios.TCIFLUSH)
            _set(terminal, before)
    return more


@contextlib.contextmanager
def unseen(terminal: int, asked_again: Callable[[], None] = lambda: None) -> Iterator[None]:
    """While it lasts, `terminal` does not show what is typed. When it is broken off (ctrl+c, SIGTERM), what
    was typed and not read is thrown away; ctrl+z gives the shell its terminal as it was. For the main thread.

    Args:
        asked_again: called when a shell has brought this process back.
    """
    before = termios.tcgetattr(terminal)
    hidden = _without(before, termios.ECHO)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        _give_back(terminal, before)
        signal.signal(signal.SIGTSTP, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGTSTP)  # stops here, where a shell waits behind it
        signal.signal(signal.SIGTSTP, stop)
        _set(terminal, hidden)
        asked_again()

    def end(number: int, _frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    handlers: dict[int, Any] = {signal.SIGTSTP: signal.signal(signal.SIGTSTP, stop)}
    if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
        handlers[signal.SIGTERM] = signal.signal(signal.SIGTERM, end)
    try:
        _set(terminal, hidden)
        yield
    except SystemExit:
        # Whoever types goes on for a moment, and this process ends in another.
        unseen_until_the_end(terminal, before)
        raise
    except BaseException:
        throw_away(terminal)
        _give_back(terminal, before)
        raise
    else:
        _give_back(terminal, before)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


def unseen_until_the_end(terminal: int, before: list[Any] | None = None) -> None:
    """From now on nothing that is typed is shown; when this process ends, all of it is thrown away.

    Args:
        before: how the terminal is to be left (termios); None: as it is now.
    """
    with contextlib.suppress(OSError, termios.error):
        before = before or termios.tcgetattr(terminal)
        if _ours(terminal):
            _set(terminal, _without(before, termios.ECHO))
            # A file of its own: the one who asked closes theirs.
            atexit.register(_leave, os.dup(terminal), before)


def _leave(terminal: int, before: list[Any]) -> None:
    throw_away(terminal)
    with contextlib.suppress(OSError):
        if _ours(terminal):
            _give_back(terminal, before)


def _give_back(terminal: int, before: list[Any]) -> None:
    with contextlib.suppress(termios.error):  # it is gone
        termios.tcflush(terminal, termios.TCIFLUSH)
        _set(terminal, before)


def _ours(terminal: int) -> bool:
    """Whether keys reach this process: what is typed while a shell has the terminal is the shell's."""
    return os.tcgetpgrp(terminal) == os.getpgrp()


def _set(terminal: int, modes: list[Any]) -> None:
    # At once: a terminal that takes no output just now must not keep this waiting.
    termios.tcsetattr(terminal, termios.TCSANOW, modes)


def _without(modes: list[Any], flags: int) -> list[Any]:
    changed = list(modes)
    changed[_LOCAL] &= ~flags
    return changed
