"""A database program as a child of the sandbox: started quietly, gone when the sandbox is gone."""

import asyncio
import signal
import subprocess
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from providers.sandbox.watchdog import WATCHDOG
from wizard.model.trouble import Trouble

SECONDS = 20.0
"""How long a program may take until it answers."""


class Program:
    """One running program. Make it with `start`."""

    def __init__(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self.name = name
        self._process = process

    @classmethod
    async def start(
        cls, command: Sequence[str], log: Path, ready: Callable[[], Awaitable[bool]], *, said: bytes = b""
    ) -> "Program":
        """Start it and wait until `ready` says so. `said` is written to its standard input.

        Raises:
            Trouble: it ends, or is not ready in time; the end of its log is in the cause.
        """
        name = Path(command[0]).name
        with log.open("wb") as output:
            process = subprocess.Popen(  # noqa: ASYNC220 - it takes no time
                command,
                stdin=subprocess.PIPE if said else subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                cwd="/",
            )
        WATCHDOG.guard(process.pid, signal.SIGKILL, group=True)
        program = cls(name, process)
        if process.stdin is not None:
            process.stdin.write(said)
            process.stdin.close()
        try:
            async with asyncio.timeout(SECONDS):
                while not await ready():
                    if process.poll() is not None:
                        raise TimeoutError
                    await asyncio.sleep(0.02)
        except BaseException as error:
            await program.stop()
            if not isinstance(error, TimeoutError):
                raise
            tail = await asyncio.to_thread(log.read_text, errors="replace")
            raise Trouble(
                f"{name} does not start: {tail[-400:].strip()}",
                remedy=f"Look whether {name} works on this machine.",
                code="database-program",
            ) from error
        return program

    @property
    def pid(self) -> int:
        return self._process.pid

    async def stop(self) -> None:
        """SIGTERM, and SIGKILL when that does not help. No error if it has ended."""
        if self._process.poll() is None:
            self._process.terminate()
            try:
                await asyncio.to_thread(self._process.wait, 10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                await asyncio.to_thread(self._process.wait, 10)
        WATCHDOG.release(self._process.pid)
