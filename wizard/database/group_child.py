"""A child process that may have children of its own: started apart from us, heard, and ended as a whole.

npx starts a shell, and that starts the program: whoever ends only the first leaves the others behind, with
the port still open.
"""

import contextlib
import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence

from wizard.database.orphan_watch import OrphanWatch
from wizard.model.secret import redact
from wizard.model.text import clean

KEPT = 8_000
"""Characters that are kept of what it says, the last ones."""

POLITELY = 3.0
"""Seconds that it may take to end by itself when it is asked to."""

_PASSED_ON = re.compile(
    r"PATH|HOME|LANG|LANGUAGE|LC_\w+|USER|LOGNAME|SHELL|TMPDIR|TZ|DISPLAY|WAYLAND_DISPLAY|DBUS_SESSION_BUS_ADDRESS"
    r"|XDG_\w+|GNOME_KEYRING_CONTROL|(HTTPS?|ALL|NO)_PROXY|(https?|all|no)_proxy|SSL_CERT_(FILE|DIR)"
    r"|NODE_OPTIONS|NODE_EXTRA_CA_CERTS|(NPM|npm)_(CONFIG|config)_\w+|(NVM|VOLTA|FNM|ASDF|MISE|N)_\w+"
)
"""What of our environment such a program gets: what it needs to be found, to reach the network, and to open
the keyring. Nothing else: tokens of other vendors may stand there."""

_SECRET = re.compile(r"(?i)auth|token|passw|secret")

_ENDING = 'kill -s TERM -- "-$1" 2>/dev/null; sleep 2; kill -s KILL -- "-$1" 2>/dev/null'
"""How the whole group is ended when we are gone."""

_COLOURS = re.compile(r"\x1b\[[0-9;?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[@-_]")


def environment_of(more: Mapping[str, str]) -> dict[str, str]:
    """The environment of such a program: what is passed on of ours, and `more`."""
    passed = {
        name: value
        for name, value in os.environ.items()
        if _PASSED_ON.fullmatch(name) and not _SECRET.search(name)
    }
    return passed | {"NO_COLOR": "1"} | dict(more)


class GroupChild:
    """A running program, in a session of its own. It is never told anything: its stdin is empty, or a
    terminal at which nobody types.

    Args:
        typed_at: give it a terminal for stdin: some programs refuse to run without one.

    Raises:
        OSError: it cannot be started.
    """

    def __init__(
        self, words: Sequence[str], environment: Mapping[str, str], *, typed_at: bool = False
    ) -> None:
        self._terminal: tuple[int, ...] = os.openpty() if typed_at else ()
        try:
            self.process = self._started(list(words), environment_of(environment))
        except BaseException:
            self._hang_up_terminal()
            raise
        self._said = ""
        self._reader = threading.Thread(
            target=self._read, args=(self._heard(),), name="offramp-proxy-output", daemon=True
        )
        self._reader.start()
        try:
            self._watch = OrphanWatch(_ENDING, self.process.pid)
        except BaseException:
            # Nobody else would ever end it.
            self._signal(signal.SIGKILL)
            self.process.wait(5)
            self._hang_up_terminal()
            raise

    def _started(self, words: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            words,
            stdin=self._terminal[1] if self._terminal else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=environment,
            start_new_session=True,
            cwd="/",
        )

    def _heard(self) -> int:
        """Where its words come in."""
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    @property
    def pid(self) -> int:
        """Of the program, and of its group."""
        return self.process.pid

    @property
    def said(self) -> str:
        """The end of what it has written so far, clean, without colours, a line each."""
        lines = _COLOURS.sub("", self._said).replace("\r", "\n").split("\n")
        return "\n".join(clean(redact(line.rstrip()), limit=400) for line in lines if line.strip())

    def _read(self, number: int) -> None:
        # Unread, a full pipe would hold it up; a grandchild may keep the pipe open longer than we care.
        with contextlib.suppress(OSError, ValueError):
            while data := os.read(number, 4_096):
                self._said = (self._said + data.decode("utf-8", "replace"))[-KEPT:]

    def ended(self, seconds: float) -> bool:
        """Whether the program has ended, waiting up to `seconds` for that."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True

    def hang_up(self) -> None:
        """Ask all of it to end; may be called from another thread than the one that watches it."""
        self._signal(signal.SIGTERM)

    def end(self) -> None:
        """End all of it: politely, then not. Done already is no error."""
        self._signal(signal.SIGTERM)
        until = time.monotonic() + POLITELY
        self.ended(POLITELY)
        while self._signal(0) and time.monotonic() < until:
            time.sleep(0.02)
        self._signal(signal.SIGKILL)
        self.process.wait(5)
        self._watch.release()
        self._reader.join(1)
        if self.process.stdout is not None and not self._reader.is_alive():
            self.process.stdout.close()
        self._hang_up_terminal()

    def _signal(self, number: int) -> bool:
        """Send it to the group; whether there is one."""
        try:
            os.killpg(self.process.pid, number)
        except (ProcessLookupError, PermissionError):
            return False
        return True

    def _hang_up_terminal(self) -> None:
        for number in self._terminal:
            os.close(number)
        self._terminal = ()
