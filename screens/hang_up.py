"""The end of a screen that the system asks for: its terminal is gone (SIGHUP), or SIGTERM tells it to end.

Textual installs no handler for either. Leaving in good order needs the event loop and Textual's writer, and
both can be stuck for good: the writer's thread dies of its first write to a terminal that is gone, and the
loop then waits in its full queue. So there is a deadline. Nothing is lost by it: every answer is saved
already, the run is another process, and the kernel gives the session's lock back.

The signal alone is not enough: Python hears it in the main thread only, which may be the one that hangs, and
Textual reads on from a terminal that is gone, as fast as it can. So a thread waits for the end of the
terminal itself.
"""

import asyncio
import contextlib
import os
import select
import signal
import termios
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

SIGNALS = (signal.SIGTERM, signal.SIGHUP)

GRACE = 2.0
"""Seconds to leave in good order, the terminal restored."""

LAST = 4
"""Seconds until the kernel ends a process whose terminal is gone, whatever its threads do."""


AS_BEFORE = (
    b"\x1b[?1000l\x1b[?1003l\x1b[?1006l\x1b[?1015l\x1b[?1004l\x1b[?2004l\x1b[<u\x1b[0m\x1b[?25h\x1b[?1049l"
)
"""No mouse, focus or bracketed paste, the usual keys, the cursor, and what stood there before the screen."""


def leave_when_told(leave: Callable[[], None], terminal: int | None, modes: list[Any] | None = None) -> None:
    """Call `leave` in the running loop when a signal asks for it. To be called from the main thread.

    Args:
        terminal: the one to be stuck with, if there is one; then the process ends when that takes too long.
        modes: of its line, as they were before the screen (termios), to be put back then.
    """
    loop = asyncio.get_running_loop()

    def told(number: int, frame: FrameType | None) -> None:
        # Not the loop's own handler: that one would never run in a loop that is stuck.
        if terminal is not None:
            last = threading.Timer(GRACE, _end, (number, terminal, modes))
            last.daemon = True
            last.start()
        loop.call_soon_threadsafe(leave)

    for number in SIGNALS:
        signal.signal(number, told)


def _end(number: int, terminal: int, modes: list[Any] | None) -> None:
    """End at once, whatever stands still; the shell gets a line that can be typed in."""
    with contextlib.suppress(OSError, termios.error):
        # What was typed for the screen is nothing for the shell.
        termios.tcflush(terminal, termios.TCIFLUSH)
        if modes is not None:
            termios.tcsetattr(terminal, termios.TCSANOW, modes)
    with contextlib.suppress(OSError):
        # A terminal that takes nothing must not keep this from ending. The shell has the same open file.
        os.set_blocking(terminal, False)
        try:
            os.write(terminal, AS_BEFORE)
        finally:
            os.set_blocking(terminal, True)
    os._exit(128 + number)


def leave_when_gone(leave: Callable[[], None], end_reading: Callable[[], None], terminal: int) -> None:
    """Watch over the terminal in a thread, which takes nothing while it waits. When it is gone: end the
    reading from it, call `leave` in the running loop, and end the process when that takes too long.

    Args:
        end_reading: called in that thread.
        terminal: the file that is read from. The system must be able to wait for the end of it (poll).
    """
    loop = asyncio.get_running_loop()
    signal.signal(signal.SIGALRM, signal.SIG_DFL)

    def watch() -> None:
        if not _wait_for_end(terminal):
            return
        # The kernel's own, which needs no thread of this process, nor Python.
        signal.alarm(LAST)
        end_reading()
        with contextlib.suppress(RuntimeError):  # the loop is closed: it leaves already
            loop.call_soon_threadsafe(leave)
        time.sleep(GRACE)
        os._exit(128 + signal.SIGHUP)

    threading.Thread(target=watch, name="offramp-hang-up", daemon=True).start()


def _wait_for_end(terminal: int) -> bool:
    """Block until nobody is behind `terminal` any more. False: it cannot be waited for."""
    poll = select.poll()
    poll.register(terminal, 0)
    while True:
        try:
            found = poll.poll()
        except OSError:
            return False
        for _, what in found:
            if what & select.POLLNVAL:
                return False
            if what & (select.POLLHUP | select.POLLERR):
                return True


def stop_listening() -> None:
    """The signals do again what they do by default."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
