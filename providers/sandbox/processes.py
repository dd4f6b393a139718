"""Processes of the sandbox's dynos and containers: started by a command line, ended as a group."""

import asyncio
import contextlib
import os
import re
import shlex
import signal
import socket
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from providers.sandbox.node import options
from providers.sandbox.watchdog import WATCHDOG

_ASSIGNMENT = re.compile(r"^[A-Za-z_]\w*=")
_LONGEST_LINE = 64 * 1024


class Running:
    """A process with its children. Make it with `Running.start`."""

    def __init__(self, process: asyncio.subprocess.Process, log: Callable[[str], None]) -> None:
        self._process = process
        self._log = log
        self._followed = asyncio.create_task(self._follow())

    @classmethod
    async def start(
        cls, command: str, cwd: Path, env: Mapping[str, str], log: Callable[[str], None]
    ) -> "Running":
        """Start `command` by a shell, in a session of its own; it dies with the sandbox.

        Args:
            env: its whole environment; only what `local_environment` says is added.
            log: takes each line of its output, as it is.
        """
        process = await asyncio.create_subprocess_exec(
            "/bin/sh",
            "-c",
            f"exec {command}" if _is_simple(command) else command,
            cwd=cwd,
            env=local_environment(env),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            start_new_session=True,
            limit=_LONGEST_LINE,
        )
        WATCHDOG.guard(process.pid, signal.SIGKILL, group=True)
        return cls(process, log)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative is the number of the signal that ended it."""
        return self._process.returncode

    async def wait(self) -> int:
        """Wait until it has ended and its output is read; returns the exit code."""
        await asyncio.shield(self._followed)
        code = self._process.returncode
        assert code is not None
        return code

    async def stop(self, grace: float = 30.0) -> None:
        """SIGTERM to the whole group, SIGKILL after `grace` seconds. No error if it has ended."""
        if self._process.returncode is None:
            _signal_group(self.pid, signal.SIGTERM)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), grace)
            if self._process.returncode is None:
                _signal_group(self.pid, signal.SIGKILL)
        await self.wait()

    async def _follow(self) -> None:
        reading = asyncio.create_task(self._read())
        try:
            await self._process.wait()
            # The leader is gone; what it left running goes too, and with it the last writer to the pipe.
            _signal_group(self.pid, signal.SIGKILL)
            WATCHDOG.release(self.pid)
            await asyncio.wait((reading,), timeout=2)
        finally:
            reading.cancel()

    async def _read(self) -> None:
        assert self._process.stdout is not None
        rest = b""
        while data := await self._process.stdout.read(_LONGEST_LINE):
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                self._log(line.rstrip(b"\r").decode(errors="replace"))
            if len(rest) > _LONGEST_LINE:
                self._log(rest.decode(errors="replace"))
                rest = b""
        if rest:
            self._log(rest.decode(errors="replace"))


def local_environment(env: Mapping[str, str]) -> dict[str, str]:
    """`env` for a process that runs here instead of in a container.

    PATH begins with this interpreter's folder, so that `python` has psycopg; HOST keeps the example apps,
    which otherwise listen on every address, to loopback; output comes line by line; Node reads TypeScript.
    """
    own = str(Path(sys.executable).parent)
    path = os.pathsep.join([own, env.get("PATH") or os.environ.get("PATH", os.defpath)])
    plain = {"HOST": "127.0.0.1", "PYTHONUNBUFFERED": "1", "PYTHONDONTWRITEBYTECODE": "1"}
    if node := options():
        plain["NODE_OPTIONS"] = node
    return {**plain, **env, "PATH": path}


def _is_simple(command: str) -> bool:
    """Whether it is one program with arguments, so that it can take the shell's place and its signals."""
    try:
        words = list(shlex.shlex(command, posix=True, punctuation_chars=True))
    except ValueError:
        return False
    operators = set("();<>|&")
    return (
        bool(words)
        and words[0] != "exec"
        and not _ASSIGNMENT.match(words[0])
        and not any(set(word) <= operators for word in words if word)
    )


def free_port() -> int:
    """A loopback TCP port that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def port_answers(port: int, running: Running, seconds: float) -> bool:
    """Wait until something listens on `port`; False if the process ended or the time is over."""
    deadline = asyncio.get_running_loop().time() + seconds
    while running.exit_code is None and asyncio.get_running_loop().time() < deadline:
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.02)
            continue
        writer.close()
        return True
    return False


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):  # macOS says EPERM of a dead group
        os.killpg(pid, number)
