"""Starting a child process that ends as a whole, also when its start itself is cancelled."""

import asyncio
import contextlib
import os
import signal
from asyncio.subprocess import Process
from typing import Any


async def start(*words: str, **how: Any) -> Process:
    """Start a program in a session of its own, so that it can be ended with all of its children.

    Args:
        how: what `asyncio.create_subprocess_exec` takes.

    Raises:
        OSError: it cannot be started.
    """
    birth = asyncio.ensure_future(asyncio.create_subprocess_exec(*words, start_new_session=True, **how))
    try:
        return await asyncio.shield(birth)
    except asyncio.CancelledError:
        # Cancelled within, asyncio kills the child alone and waits for pipes that a grandchild may hold open.
        with contextlib.suppress(OSError):
            await end(await birth)
        raise


async def end(child: Process) -> None:
    """Kill a child of `start` and all of its children, and wait until it is gone; nothing where it is."""
    if child.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        await child.wait()
