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
import threading
import time
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP)

GRACE = 2.0
"""Seconds to leave in good order, the terminal restored."""

LAST = 4
"""Seconds until the kernel ends a process whose terminal is gone, whatever its threads do."""


def leave_when_told(leave: Callable[[], None], *, has_terminal: bool) -> None:
    """Call `leave` in the running loop when a signal asks for it. To be called from the main thread.

    Args:
        has_terminal: whether there is one to be stuck with; then the process ends when that takes too long.
    """
    loop = asyncio.get_running_loop()

    def told(number: int, frame: FrameType | None) -> None:
        # Not the loop's own handler: that one would never run in a loop that is stuck.
        if has_terminal:
            last = threading.Timer(GRACE, os._exit, (128 + number,))
            last.daemon = True
            last.start()
        loop.call_soon_threadsafe(leave)

    for number in SIGNALS:
        signal.signal(number, told)


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
