"""The end of a screen that the system asks for: its terminal is gone (SIGHUP), or SIGTERM tells it to end.

Textual installs no handler for either. Leaving in good order needs the event loop and Textual's writer, and
both can be stuck for good: the writer's thread dies of its first write to a terminal that is gone, and the
loop then waits in its full queue. So there is a deadline. Nothing is lost by it: every answer is saved
already, the run is another process, and the kernel gives the session's lock back.
"""

import asyncio
import os
import signal
import threading
from collections.abc import Callable
from types import FrameType

SIGNALS = (signal.SIGTERM, signal.SIGHUP)

GRACE = 2.0
"""Seconds to leave in good order, the terminal restored."""


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


def stop_listening() -> None:
    """The signals do again what they do by default."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_DFL)
