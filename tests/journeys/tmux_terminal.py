"""A person at a real terminal: tmux runs the program, keys go in, only what the screen shows is read."""

import os
import shlex
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

PATIENCE = 150.0
"""Seconds that a text may take to appear; long, since CI has two cores and others use them."""


class TmuxTerminal:
    """One program in one tmux pane of a given size."""

    def __init__(self, folder: Path, *, columns: int = 80, rows: int = 24) -> None:
        self._socket = folder / "tmux"
        self._size = (columns, rows)

    def _tmux(self, *arguments: str) -> str:
        done = subprocess.run(
            ["tmux", "-S", str(self._socket), *arguments], capture_output=True, text=True, check=True
        )
        return done.stdout

    def start(self, command: list[str], environment: Mapping[str, str] | None = None) -> None:
        """Start `command`, with `environment` added to ours."""
        columns, rows = self._size
        settings = [f"{name}={value}" for name, value in (environment or {}).items()]
        line = shlex.join(["env", "TERM=tmux-256color", *settings, *command])
        self._tmux(
            *("-f", "/dev/null", "new-session", "-d", "-s", "person"),
            *("-x", str(columns), "-y", str(rows), line),
        )
        self._tmux("set-option", "-g", "remain-on-exit", "on")

    def screen(self) -> str:
        """What stands on the screen."""
        return self._tmux("capture-pane", "-p", "-t", "person")

    def press(self, *keys: str) -> None:
        """Press keys by tmux's names (Enter, Escape, Down, C-c, n ...)."""
        for key in keys:
            self._tmux("send-keys", "-t", "person", key)

    def type(self, text: str) -> None:
        """Type a text, character by character as a person would."""
        self._tmux("send-keys", "-t", "person", "-l", text)

    def wait_for(self, *texts: str, patience: float = PATIENCE) -> str:
        """The screen, as soon as one of `texts` stands on it."""
        end = time.monotonic() + patience
        while True:
            now = self.screen()
            if any(text in now for text in texts):
                return now
            if time.monotonic() > end:
                raise AssertionError(f"none of {texts} within {patience:.0f} s; the screen is:\n{now}")
            time.sleep(0.05)

    def wait_until_gone(self, text: str, patience: float = PATIENCE) -> str:
        """The screen, as soon as `text` no longer stands on it."""
        end = time.monotonic() + patience
        while text in (now := self.screen()):
            if time.monotonic() > end:
                raise AssertionError(f"{text!r} still there after {patience:.0f} s:\n{now}")
            time.sleep(0.05)
        return now

    def pid(self) -> int:
        """The process id of the program."""
        return int(self._tmux("display-message", "-p", "-t", "person", "#{pane_pid}"))

    def close(self) -> None:
        """Close the terminal, as a lost connection does: the program gets a hang-up."""
        subprocess.run(["tmux", "-S", str(self._socket), "kill-server"], capture_output=True, check=False)


def ended(pid: int) -> bool:
    """Whether a process is gone (a zombie counts as gone)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    except OSError:
        os.kill(pid, 0)
        return False
    return state == "Z"
