"""A program at a terminal of its own, at which one secret can be typed: for programs that ask for a password.

It goes in as keys would, when the program asks and hides what is typed: no argument, no variable of the
environment and no file holds it, and no echo gives it back.
"""

import contextlib
import fcntl
import os
import shutil
import struct
import subprocess
import sys
import termios
from collections.abc import Mapping, Sequence

from wizard.database.group_child import GroupChild
from wizard.model.secret import Secret

_ROWS, _COLUMNS = 50, 200
"""Wide, so that it does not wrap its words."""

_AT_ITS_TERMINAL = (
    "import fcntl, os, sys, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
    " os.execvp(sys.argv[1], sys.argv[1:])"
)
"""A session of its own has no terminal until it takes one; in a process of its own, for ours has threads."""


class TerminalChild(GroupChild):
    """See `GroupChild`; its stdin, stdout and stderr are a terminal, which is its own.

    Raises:
        OSError: it cannot be started; FileNotFoundError where there is no such program.
    """

    def __init__(self, words: Sequence[str], environment: Mapping[str, str]) -> None:
        if shutil.which(words[0]) is None:
            raise FileNotFoundError(words[0])
        super().__init__(words, {"TERM": "xterm", **environment}, typed_at=True)

    def _started(self, words: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
        ours, its = self._terminal
        fcntl.ioctl(its, termios.TIOCSWINSZ, struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0))
        started = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _AT_ITS_TERMINAL, *words],
            stdin=its,
            stdout=its,
            stderr=its,
            env=environment,
            start_new_session=True,
            cwd="/",
        )
        # Its end is heard only where nobody else has that side open.
        self._terminal = (ours,)
        os.close(its)
        return started

    def _heard(self) -> int:
        return self._terminal[0]

    @property
    def hides(self) -> bool:
        """Whether what is typed now would not be shown."""
        with contextlib.suppress(termios.error, IndexError):
            return not termios.tcgetattr(self._terminal[0])[3] & termios.ECHO
        return False

    def type_secret(self, secret: Secret) -> None:
        """Type it, and the key that ends a line. Raises OSError where nobody is there any more."""
        keys = secret.reveal().encode() + b"\r"
        while keys:
            keys = keys[os.write(self._terminal[0], keys) :]
