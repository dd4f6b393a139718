"""What the kernel tells of processes: CPU seconds, memory and bytes written of a whole tree. Linux only."""

import os
import signal
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from providers.sandbox.watchdog import WATCHDOG

_TICKS = os.sysconf("SC_CLK_TCK")


def _stats() -> dict[int, tuple[int, int]]:
    """Of every process its parent and its ticks of CPU, with those of the children it has waited for."""
    found: dict[int, tuple[int, int]] = {}
    for name in os.listdir("/proc"):  # noqa: PTH208 - ten times a second, and the names are all it needs
        if not name.isdigit():
            continue
        try:
            fields = Path(f"/proc/{name}/stat").read_bytes().rpartition(b")")[2].split()
        except OSError:
            continue  # it has ended meanwhile
        found[int(name)] = (int(fields[1]), sum(int(field) for field in fields[11:15]))
    return found


def tree(root: int, stats: Mapping[int, tuple[int, int]] | None = None) -> list[int]:
    """`root` and all below it that run now."""
    stats = _stats() if stats is None else stats
    children: dict[int, list[int]] = {}
    for pid, (parent, _) in stats.items():
        children.setdefault(parent, []).append(pid)
    found = [root] if root in stats else []
    for pid in found:
        found += children.get(pid, [])  # the list grows while it is walked: breadth first
    return found


def cpu_seconds(roots: Iterable[int]) -> float:
    """CPU that the trees below `roots` have used so far, those that have ended included."""
    stats = _stats()
    return sum(stats[pid][1] for root in roots for pid in tree(root, stats)) / _TICKS


def memory(root: int) -> int:
    """Bytes of memory of the tree below `root`; what processes share is counted once (PSS)."""
    total = 0
    for pid in tree(root):
        try:
            text = Path(f"/proc/{pid}/smaps_rollup").read_bytes()
        except OSError:
            continue
        for line in text.splitlines():
            if line.startswith(b"Pss:"):
                total += int(line.split()[1]) * 1024
    return total


def written(pid: int) -> int:
    """Bytes that the process has written so far, to sockets too; 0 when it is gone."""
    try:
        text = Path(f"/proc/{pid}/io").read_text()
    except OSError:
        return 0
    return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("wchar:"))


def disk(folder: Path) -> int:
    """Bytes on disk of all files below `folder`."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(f"{root}/{name}").st_blocks * 512
            except OSError:
                continue
    return total


def start(
    command: Sequence[str],
    *,
    folder: Path,
    log: str,
    environment: Mapping[str, str] | None = None,
    user: str | None = None,
    end_with: signal.Signals = signal.SIGKILL,
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own that ends when this process does, however it does.

    Args:
        log: the name of a file in `folder` that takes what it says on stderr and stdout.
        user: who runs it; None: the one who runs the benchmark.
    """
    with (folder / log).open("ab") as file:
        process = subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=file,
            env=None if environment is None else dict(environment),
            start_new_session=True,
            cwd=folder,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    WATCHDOG.guard(process.pid, end_with, group=end_with == signal.SIGKILL)
    return process


def end(process: subprocess.Popen[bytes], number: signal.Signals, patience: float = 30) -> None:
    """Send a signal, wait, and use force when it is not heeded."""
    if process.poll() is None:
        process.send_signal(number)
        try:
            process.wait(patience)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
    WATCHDOG.release(process.pid)
