"""A child process and its children end together, whenever whoever started it is cancelled."""

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from wizard import child

TRIES = 40


@pytest.fixture
def marker() -> str:
    """A word that stands in the command line of this test's processes only."""
    return f"offramp-child-{os.getpid()}-{os.urandom(4).hex()}"


def alive(marker: str) -> list[str]:
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if marker.encode() in (process / "cmdline").read_bytes():
                found.append(process.name)
    return found


@pytest.mark.skipif(not Path("/proc/self").is_dir(), reason="looks for processes in /proc")
async def test_cancelled_at_any_moment_nothing_hangs_and_nothing_is_left(marker: str) -> None:
    async def work() -> None:
        # The grandchild holds the pipes open, as the ssh of a `git push` does.
        script = f"sh -c 'sleep 600; : {marker}' & sleep 600; : {marker}"
        started = await child.start("sh", "-c", script, stdout=asyncio.subprocess.PIPE)
        try:
            await started.communicate()
        finally:
            await child.end(started)

    for attempt in range(TRIES):
        task = asyncio.create_task(work())
        await asyncio.sleep(attempt * 0.0002)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=20)
        assert done, f"cancelled after {attempt * 0.2:.1f} ms it hangs"
        assert task.cancelled()
    for _ in range(500):
        if not alive(marker):
            break
        await asyncio.sleep(0.01)
    assert alive(marker) == []
