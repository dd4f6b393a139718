"""Lines in, lines out: no cursor is moved, nothing is drawn over, nothing needs a colour.

A screen reader reads each line once, in the order in which it comes. What is read from a pipe is asked all
the same, so that what was answered can be seen in what was printed.
"""

import getpass
import io
import shutil
import sys
import textwrap

from wizard.model.secret import Secret
from wizard.model.text import clean, clean_lines
from wizard.model.trouble import Trouble

WIDEST = 100
"""Columns of a line on a terminal; longer lines are hard to read, and to listen to."""

LONGEST = 4_000
"""Characters of an answer."""

LONGEST_SAID = 20_000_000
"""Characters that are printed at once: a report has many tables."""


class EndOfInput(Exception):
    """Nobody answers any more: the pipe has ended, or the person pressed ctrl+d."""


class Console:
    """The standard streams. A terminal gets lines broken between words, a pipe gets them whole."""

    def __init__(self) -> None:
        # A shell may have closed it (`<&-`): then there is nobody to ask.
        sys.stdin = sys.stdin or io.StringIO()
        if isinstance(sys.stdin, io.TextIOWrapper):
            sys.stdin.reconfigure(errors="replace")

    def say(self, text: str = "", *, indent: str = "") -> None:
        """Print a line; `indent` stands before each of those it is broken into, those after the first get
        two spaces more."""
        for line in _safe(text).splitlines() or [""]:
            for part in self._broken(line, indent):
                sys.stdout.write(part.rstrip() + "\n")
        sys.stdout.flush()

    def verbatim(self, text: str) -> None:
        """Print lines that are to be typed or read exactly as they are: commands, addresses, a diff."""
        sys.stdout.write(_safe(text).rstrip("\n") + "\n")
        sys.stdout.flush()

    def trouble(self, trouble: Trouble) -> None:
        """Say what is in the way."""
        self.say(f"Not done: {trouble.sentence()}")

    def line(self, prompt: str) -> str:
        """Ask, and return what was typed, made safe.

        Raises:
            EndOfInput: nothing can be typed any more.
        """
        self._prompt(prompt)
        typed = sys.stdin.readline()
        self._end_line(typed)
        return clean(typed.rstrip("\r\n"), limit=LONGEST).strip()

    def hidden(self, prompt: str, label: str) -> Secret:
        """Ask for a secret; a terminal does not show it.

        Raises:
            EndOfInput: nothing can be typed any more.
        """
        if sys.stdin.isatty():
            sys.stdout.flush()
            try:
                return Secret(getpass.getpass(f"{prompt} (not shown): ", sys.stdout).strip(), label)
            except EOFError:
                raise EndOfInput from None
        self._prompt(f"{prompt} (not shown): ")
        typed = sys.stdin.readline()
        self._end_line(typed)
        return Secret(typed.strip(), label)

    def _prompt(self, prompt: str) -> None:
        sys.stdout.write(_safe(prompt))
        sys.stdout.flush()

    def _end_line(self, typed: str) -> None:
        if not sys.stdin.isatty() or not typed:
            # A terminal has shown the line end that was typed.
            sys.stdout.write("\n")
            sys.stdout.flush()
        if not typed:
            raise EndOfInput

    def _broken(self, line: str, indent: str) -> list[str]:
        if not sys.stdout.isatty():
            return [indent + line]
        width = min(WIDEST, max(40, shutil.get_terminal_size().columns - 1))
        return textwrap.wrap(
            line,
            width,
            initial_indent=indent,
            subsequent_indent=f"{indent}  ",
            break_long_words=False,
            break_on_hyphens=False,
        ) or [""]


def _safe(text: str) -> str:
    """What came from outside was made safe where it came in; here nothing has a screen between it and the
    terminal, so that it is made sure."""
    return clean_lines(text, limit=LONGEST_SAID)
