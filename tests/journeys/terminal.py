"""A person at a terminal: `offramp` in a pseudo-terminal, keys pressed, the screen read as it would be seen.

The bytes that the program sends go through pyte, a terminal emulator; nothing is asked of the program
itself. Waiting is for what stands on the screen, with a deadline, never for a time to pass.
"""

import contextlib
import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyte

OFFRAMP = str(Path(sys.executable).parent / "offramp")
PATIENCE = 90.0
"""Seconds after which a wait is given up: far more than a loaded machine needs."""

KEYS = {
    "enter": "\r",
    "esc": "\x1b",
    "tab": "\t",
    "backspace": "\x7f",
    "up": "\x1b[A",
    "down": "\x1b[B",
    "ctrl+c": "\x03",
    "ctrl+p": "\x10",
    "ctrl+u": "\x15",
}

# What a program asks a terminal or switches in it, and pyte does not know: it would print it.
NOT_FOR_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\[[0-9;]*\$[a-z]")
_UNFINISHED = re.compile(rb"\x1b(\[[0-9;?<>=$]*)?$")

# What is switched on for the time of a full screen, and how each is switched off.
_MODES = {
    "the other screen": (rb"\x1b\[\?1049h", rb"\x1b\[\?1049l"),
    "mouse buttons": (rb"\x1b\[\?1000h", rb"\x1b\[\?1000l"),
    "mouse movement": (rb"\x1b\[\?1003h", rb"\x1b\[\?1003l"),
    "mouse as text": (rb"\x1b\[\?1006h", rb"\x1b\[\?1006l"),
    "bracketed paste": (rb"\x1b\[\?2004h", rb"\x1b\[\?2004l"),
    "focus reports": (rb"\x1b\[\?1004h", rb"\x1b\[\?1004l"),
    "a hidden cursor": (rb"\x1b\[\?25l", rb"\x1b\[\?25h"),
    "keys in another protocol": (rb"\x1b\[>[0-9;]*u", rb"\x1b\[<[0-9]*u"),
}


class Terminal:
    """A program in a pseudo-terminal of its own, which is its controlling terminal.

    Attributes:
        sent: every byte that the program wrote, in order.
    """

    def __init__(
        self,
        *arguments: str,
        size: tuple[int, int] = (80, 24),
        env: Mapping[str, str | None] | None = None,
        command: Sequence[str] | None = None,
        cwd: Path | None = None,
        start: Callable[..., Any] = subprocess.Popen,
    ) -> None:
        """Start `offramp` with `arguments`, or another `command`.

        Args:
            env: laid over the environment of the tests; None removes a name.
            start: starts it, as `subprocess.Popen` does.
        """
        # Said beforehand: this terminal does not answer when it is asked for its background.
        environment = {"COLORFGBG": "15;0", **os.environ}
        for name, value in (env or {}).items():
            if value is None:
                environment.pop(name, None)
            else:
                environment[name] = value
        self.sent = b""
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._rest = b""
        self._changed = threading.Condition()
        self._reads = threading.Event()
        self._reads.set()
        self._master, slave = pty.openpty()
        self._gone, self._going = os.pipe()
        self._resize(*size)
        self.before = termios.tcgetattr(slave)
        self.process = start(
            [*(command or [OFFRAMP]), *arguments],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=environment,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        )
        # Kept open: what the program leaves the terminal as can be read after its end.
        self._slave = slave
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- reading ------------------------------------------------------------------------------------

    def _read(self) -> None:
        while True:
            self._reads.wait()
            try:
                if self._gone in select.select([self._master, self._gone], [], [])[0]:
                    return
                data = os.read(self._master, 65536)
            except (OSError, ValueError):  # closed, before or while it was looked at
                data = b""
            with self._changed:
                if data:
                    self.sent += data
                    self._feed(data)
                self._changed.notify_all()
            if not data:
                return

    def _feed(self, data: bytes) -> None:
        data = self._rest + data
        unfinished = _UNFINISHED.search(data)
        cut = unfinished.start() if unfinished else len(data)
        self._rest = data[cut:]
        self._stream.feed(NOT_FOR_PYTE.sub(b"", data[:cut]))

    @property
    def text(self) -> str:
        """What stands on the screen."""
        with self._changed:
            return "\n".join(line.rstrip() for line in self._screen.display)

    @property
    def cursor_line(self) -> int:
        """The line with the cursor: where typing goes, also while the cursor is hidden."""
        with self._changed:
            return self._screen.cursor.y

    @property
    def words(self) -> str:
        """The same without line breaks and boxes, so that a sentence that was wrapped can be found."""
        lines = self.text.split("\n")
        # Of a line with a box, only what is in the box.
        inside = [line.split("│", 1)[1].rsplit("│", 1)[0] if line.count("│") > 1 else line for line in lines]
        return re.sub(r"[\s█]+", " ", "\n".join(inside))

    @property
    def said(self) -> str:
        """All that was written, for programs without a full screen."""
        with self._changed:
            return re.sub(r"\s+", " ", self.sent.decode(errors="replace"))

    def wait(self, *texts: str, gone: str = "", seconds: float = PATIENCE) -> str:
        """Wait until all `texts` stand on the screen, and `gone` does not; returns the screen."""

        def there() -> bool:
            words = self.words
            return all(text in words for text in texts) and not (gone and gone in words)

        wanted = " and ".join([*texts, *([f"no {gone!r}"] if gone else [])])
        self.until(there, f"{wanted} on the screen", seconds=seconds)
        return self.text

    def wait_said(self, text: str, *, seconds: float = PATIENCE) -> str:
        """Wait until `text` was written, by a program without a full screen."""
        self.until(lambda: text in self.said, f"{text!r} written", seconds=seconds)
        return self.said

    def until(self, true: Callable[[], bool], what: str, *, seconds: float = PATIENCE) -> None:
        """Wait until `true()`; looked at each time something was written, and ten times a second."""
        end = time.monotonic() + seconds
        while not true():
            left = end - time.monotonic()
            ended = self.process.poll()
            if left <= 0:
                state = "still runs" if ended is None else f"ended with {ended}"
                raise AssertionError(f"no {what}; the program {state}\n{self.text}")
            if ended is not None:
                # Nothing comes any more but what is on its way.
                end = min(end, time.monotonic() + 1.0)
            with self._changed:
                self._changed.wait(min(left, 0.1))

    # -- doing --------------------------------------------------------------------------------------

    def press(self, *keys: str) -> None:
        """Press keys, by their names in `KEYS` or as they are."""
        for key in keys:
            os.write(self._master, KEYS.get(key, key).encode())
            if key == "esc":
                # A letter right after Escape would be Alt and that letter, as in any terminal.
                time.sleep(0.15)

    def paste(self, text: str) -> None:
        """Paste, as a terminal with bracketed paste does it."""
        os.write(self._master, b"\x1b[200~" + text.encode() + b"\x1b[201~")

    def resize(self, columns: int, lines: int) -> None:
        """Make the window another size; the program is told by SIGWINCH."""
        with self._changed:
            self._screen.resize(lines, columns)
        self._resize(columns, lines)

    def _resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._master, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))

    def freeze(self) -> None:
        """Take nothing more from the program, as a laptop that sleeps at the other end of ssh."""
        self._reads.clear()

    def hang_up(self) -> None:
        """Close the terminal, as when its window is closed or its connection is lost."""
        os.close(self._slave)
        self._slave = -1
        # While somebody reads from it, the system keeps it open for him.
        os.write(self._going, b"x")
        if self._reads.is_set():
            self._reader.join(5)
        os.close(self._master)
        self._master = -1

    def signal(self, number: int) -> None:
        """Send a signal to the program."""
        self.process.send_signal(number)

    # -- the end ------------------------------------------------------------------------------------

    def exit_code(self, *, seconds: float = PATIENCE) -> int:
        """Wait for the end of the program; negative: the signal that killed it."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"the program does not end\n{self.text}") from None
        self._reads.set()
        # The rest of what it wrote; the reader ends with the last open end of the terminal.
        if self._slave >= 0:
            self.after = termios.tcgetattr(self._slave)
            os.close(self._slave)
            self._slave = -1
        self._reader.join(5)
        return code

    def settings(self) -> list[object]:
        """How the line is set now: echo, lines, signals, control characters, speed."""
        return list(termios.tcgetattr(self._slave))

    def left_behind(self) -> list[str]:
        """What the program switched on in the terminal and did not switch off again."""
        left = []
        for what, (on, off) in _MODES.items():
            last_on = max((m.start() for m in re.finditer(on, self.sent)), default=-1)
            last_off = max((m.start() for m in re.finditer(off, self.sent)), default=-1)
            if last_on > last_off:
                left.append(what)
        after = getattr(self, "after", None)
        if after is not None and after[3] != self.before[3]:
            left.append("keys without echo or lines")
        elif after is not None and after != self.before:
            left.append("other settings of the line")
        return left

    def close(self) -> None:
        """End the program if it still runs, and the terminal."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)
        self._reads.set()
        if self._slave >= 0:
            os.close(self._slave)
            self._slave = -1
        self._reader.join(5)
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
        if self._gone >= 0:
            os.close(self._gone)
            os.close(self._going)
            self._gone = self._going = -1


def no_traceback(terminal: Terminal, home: Path | None = None) -> None:
    """Assert that no traceback was shown and, with `home`, that Offramp met no error it did not foresee."""
    for mark in (b"Traceback", b"Error:", b"Exception"):
        assert mark not in terminal.sent, terminal.sent[-3000:].decode(errors="replace")
    if home is not None:
        logs = list(home.rglob("mistakes.log"))
        assert not logs, logs[0].read_text()
