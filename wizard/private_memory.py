"""Keeping the memory of a process to itself. Called first of all, before any secret is there."""

import contextlib
import ctypes
import resource
import sys

PR_SET_DUMPABLE = 4
"""From <linux/prctl.h>."""


def keep_memory_private() -> None:
    """No core file of this process is written, and (on Linux) no other process of this user can read its
    memory or attach to it: it holds secrets. Root still can. Elsewhere only the first is done.

    Children inherit the limit for core files. They are dumpable again once they run another program, which
    is why their secrets are few and short-lived.
    """
    with contextlib.suppress(ValueError, OSError):
        # Only where a limit of zero is refused, which no system is known to do.
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        with contextlib.suppress(OSError, AttributeError):
            # A libc without prctl: the limit above stands by itself.
            ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
