"""A person at `offramp --plain` through pipes: reads up to a question, types an answer."""

import os
import re
import selectors
import subprocess
import sys
import time
from collections.abc import Mapping

OFFRAMP = [sys.executable, "-m", "screens.main"]

PATIENCE = 200.0
"""Seconds until a question must have come; long, since others use this machine too."""


class PlainPipe:
    """One `offramp` whose streams are pipes; standard error goes to the same."""

    def __init__(self, *words: str, environment: Mapping[str, str] | None = None) -> None:
        self.said = ""
        self._read = 0
        self._process = subprocess.Popen(
            [*OFFRAMP, *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env={**os.environ, **(environment or {})},
        )

    def answer(self, question: str, typed: str) -> str:
        """Wait for `question` and its prompt, then type; what was said since the answer before."""
        end = time.monotonic() + PATIENCE
        while not ((at := self.said.find(question, self._read)) >= 0 and self.said[at:].endswith(": ")):
            self._more(end, question)
        heard, self._read = self.said[self._read :], len(self.said)
        assert self._process.stdin is not None
        self._process.stdin.write(f"{typed}\n".encode())
        self._process.stdin.flush()
        return heard

    def wait_until(self, pattern: re.Pattern[str]) -> str:
        """What was said since the answer before, as soon as it fits `pattern`."""
        end = time.monotonic() + PATIENCE
        while not pattern.search(self.said[self._read :]):
            self._more(end, pattern.pattern)
        return self.said[self._read :]

    def end(self, patience: float = 60) -> int:
        """Close the input, read to the end; the exit code, within `patience` s after the last word."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self.said += self._process.stdout.read().decode()
        return self._process.wait(patience)

    def close(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()

    def _more(self, end: float, question: str) -> None:
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ)
            if not selector.select(max(0.0, end - time.monotonic())):
                raise AssertionError(f"{question!r} was not asked:\n{self.said[-3000:]}")
        block = os.read(self._process.stdout.fileno(), 65_536)
        if not block:
            raise AssertionError(f"it ended before {question!r} was asked:\n{self.said[-3000:]}")
        self.said += block.decode()
