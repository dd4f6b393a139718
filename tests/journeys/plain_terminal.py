"""A person at `offramp --plain` in a real terminal; what the terminal is sent is written down as it is."""

import re
import shlex
import sys
import time
from pathlib import Path

from tests.journeys.tmux_terminal import TmuxTerminal

OFFRAMP = str(Path(sys.executable).with_name("offramp"))

PATIENCE = 200.0
"""Seconds until a question must have come; long, since others use this machine too."""

PROMPT = re.compile(r"(\]|, b or q|to leave it|it|not shown\)): $")


class PlainTerminal:
    """One `offramp` in a tmux pane of 80 columns, a dumb terminal without UTF-8: the least there is."""

    def __init__(self, folder: Path, home: Path) -> None:
        self._raw = folder / "sent"
        self._home = home
        self._terminal = TmuxTerminal(folder)
        self._read = 0

    def start(self, *words: str) -> None:
        """Start it, or once more after it has ended."""
        self._raw.unlink(missing_ok=True)
        self._read = 0
        line = f"script -qfec {shlex.quote(shlex.join([OFFRAMP, *words]))} {self._raw}"
        settings = {"OFFRAMP_HOME": str(self._home), "TERM": "dumb", "LC_ALL": "C", "NO_COLOR": "1"}
        self._terminal.start(["sh", "-c", line], settings)

    @property
    def sent(self) -> bytes:
        """What the terminal was sent, without what `script` says of itself."""
        raw = self._raw.read_bytes() if self._raw.exists() else b""
        return raw.partition(b"\n")[2] if raw.startswith(b"Script started") else raw

    @property
    def said(self) -> str:
        """The same as lines; those that were broken between words are still apart."""
        return self.sent.decode(errors="replace").replace("\r\n", "\n")

    def asked(self) -> str:
        """What was said since the answer before, as soon as something is asked."""
        end = time.monotonic() + PATIENCE
        while not PROMPT.search(new := self.said[self._read :]):
            assert time.monotonic() < end, f"nothing was asked:\n{new[-3000:]}"
            time.sleep(0.05)
        return new

    def answer(self, question: str, typed: str) -> str:
        """Wait for `question`, then type; what was said since the answer before."""
        end = time.monotonic() + PATIENCE
        while question not in " ".join((heard := self.asked()).split()):
            assert time.monotonic() < end, f"{question!r} was not asked:\n{heard[-3000:]}"
            time.sleep(0.05)
        self._read = len(self.said)
        if typed:
            self._terminal.type(typed)
        self._terminal.press("Enter")
        return heard

    def number_of(self, words: str) -> str:
        """The number of the answer that begins with `words`, of those that are offered now."""
        found = re.findall(rf"^ *(\d+)\. {re.escape(words)}", self.asked(), re.MULTILINE)
        assert found, f"no answer begins with {words!r}:\n{self.asked()[-3000:]}"
        return str(found[-1])

    def wait_said(self, words: str) -> None:
        """Wait until `words` were said."""
        end = time.monotonic() + PATIENCE
        while words not in " ".join(self.said.split()):
            assert time.monotonic() < end, f"{words!r} was not said:\n{self.said[-3000:]}"
            time.sleep(0.05)

    def close(self) -> None:
        """Close the terminal."""
        self._terminal.close()


def reads_well(sent: bytes) -> None:
    """Assert that a screen reader reads each line once, in its order: nothing moves a cursor, nothing is
    drawn over, nothing needs a colour or more than ASCII, no line is wider than the terminal."""
    assert b"\x1b" not in sent and sent.isascii()
    # The bell draws nothing: it calls a person who waited.
    assert not re.search(rb"\r(?!\n)|[\b\f\v]", sent)
    lines = sent.decode().replace("\r\n", "\n").splitlines()
    # What is to be copied, and the prompt with what was typed after it, may not be broken.
    wide = [one for one in lines if len(one) >= 80 and " " in one.strip() and ": " not in one]
    assert not [one for one in wide if not one.startswith(("git ", "offramp "))], wide
    # No columns: spaces stand between words, and before what is under something.
    assert not [one for one in lines if re.search(r"\S {3,}\S", one)]
    assert "Traceback" not in sent.decode()
