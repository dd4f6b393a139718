"""ctrl+z: the terminal is given back to the shell, which brings Offramp back with `fg`. A run goes on.

In a full screen ctrl+z arrives as a key, so what the kernel sees to elsewhere is seen to here: a program that
no shell waits for is not stopped, for nobody could bring it back, and the whole group is, a wrapper included.

`kill -TSTP` does the same. Textual's own handlers run wherever the loop is just then, which may be in the
queue that they write to, and all stood still for ever then (seen one time in four). These run in the loop.
"""

import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

from textual.driver import Driver


def suspend(driver: Driver) -> str:
    """Stop this process and its group, the terminal as it was before; returns when it was brought back, ""
    then. Where it is not stopped: why not."""
    if not _shell_waits():
        return "No shell waits behind this screen, so nothing could bring it back. q leaves; a run goes on."
    # First: a shell that sees a wrapper stop takes the terminal at once.
    driver.suspend_application_mode()
    handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
    try:
        os.killpg(os.getpgrp(), signal.SIGTSTP)  # stops here
    finally:
        signal.signal(signal.SIGTSTP, handler)
        driver.resume_application_mode()
    return ""


def stop_when_told(stop: Callable[[], object], draw: Callable[[], object]) -> None:
    """Call `stop` in the running loop on SIGTSTP, and `draw` on SIGCONT: what stood on the screen may be
    gone. In place of Textual's handlers, so after its driver was made."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTSTP, stop)
    loop.add_signal_handler(signal.SIGCONT, draw)


def _shell_waits() -> bool:
    """Whether a process of this login stands above the group, as a shell with job control does; the kernel
    asks the same ("orphaned process group", setpgid(2))."""
    group, session, above = os.getpgrp(), os.getsid(0), os.getppid()
    try:
        while above > 1 and os.getpgid(above) == group:
            above = _parent(above)
        return above > 1 and os.getsid(above) == session
    except (OSError, ValueError):
        # It has ended, or is not ours to ask about: then it is no shell of this login.
        return False


def _parent(pid: int) -> int:
    """By /proc; where there is none, a wrapper in between is not seen through (OSError)."""
    return int(Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(")")[2].split()[1])
