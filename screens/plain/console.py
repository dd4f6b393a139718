"""Lines in, lines out: no cursor is moved, nothing is drawn over, nothing needs a colour.

A screen reader reads each line once, in the order in which it comes. What is read from a pipe is asked all
the same, so that what was answered can be seen in what was printed.
"""

import errno
import os
import shutil
import sys
import textwrap
from typing import Protocol

from screens.marks import ascii_twins, terminal_speaks_utf8
from screens.plain.plainly import without_keys
from screens.plain.typed_lines import TypedLines
from screens.unseen import unseen
from wizard.model.secret import Secret
from wizard.model.text import clean, clean_lines
from wizard.model.trouble import Trouble

WIDEST = 100
"""Columns of a line on a terminal; longer lines are hard to read, and to listen to."""

LONGEST = 4_000
"""Characters of an answer."""

LONGEST_SAID = 20_000_000
"""Characters that are printed at once: a report has many tables."""

ONCE_MORE = "ctrl+c once more leaves. Everything is saved; a run goes on by itself."


class EndOfInput(Exception):
    """Nobody answers any more: the pipe has ended, or the person pressed ctrl+d."""


class Interrupted(Exception):
    """ctrl+c was pressed, and pressed again."""


class GivenAway(Exception):
    """Somebody else controls the migration now, by a yes: what was asked is void. The text says who."""


class Aside(Protocol):
    """What may have to be asked while another question is open."""

    def look(self) -> str:
        """What is to be said now, "" when there is nothing new; about twice a second."""

    def take(self, typed: str) -> str:
        """What came of a line that was typed, "" when it is not about this.

        Raises:
            GivenAway: the open question is not this terminal's to answer any more.
        """


class Console:
    """The standard streams. A terminal gets lines broken between words, a pipe gets them whole."""

    def __init__(self) -> None:
        self._typed = TypedLines()
        self._interrupted = False
        self._ascii = not terminal_speaks_utf8()
        self.aside: Aside | None = None

    def watch_stops(self) -> None:
        """Ask again what is open when the shell brings this process back."""
        self._typed.watch_stops()

    def say(self, text: str = "", *, indent: str = "") -> None:
        """Print a line; `indent` stands before each of those it is broken into, those after the first get
        two spaces more."""
        lines = []
        for line in self._safe(text).splitlines() or [""]:
            lines += [part.rstrip() + "\n" for part in _broken(line, indent)]
        self._write("".join(lines))

    def verbatim(self, text: str) -> None:
        """Print lines that are to be typed or read exactly as they are: commands, addresses, a diff."""
        self._write(self._safe(text).rstrip("\n") + "\n")

    def ring(self) -> None:
        """Call the person, who may be at another window; nothing is drawn by it."""
        if sys.stdout.isatty():
            self._write("\a")

    def trouble(self, trouble: Trouble) -> None:
        """Say what is in the way."""
        self.say(f"Not done: {without_keys(trouble.sentence())}")

    def broken_off(self, what: str) -> None:
        """Say that ctrl+c has ended `what`; pressed again, it leaves.

        Raises:
            Interrupted: it was pressed again already.
        """
        if self._interrupted:
            raise Interrupted
        self._interrupted = True
        self.say()
        self.say(f"{what} {ONCE_MORE}")

    def line(self, prompt: str) -> str:
        """Ask, and return what was typed, made safe.

        Raises:
            EndOfInput: nothing can be typed any more.
            Interrupted: ctrl+c, twice.
            GivenAway: control was given to another terminal instead.
        """
        return clean(self._asked(prompt).rstrip("\r\n"), limit=LONGEST).strip()

    def hidden(self, prompt: str, label: str) -> Secret:
        """Ask for a secret; a terminal does not show it.

        Raises:
            EndOfInput, Interrupted, GivenAway.
        """
        prompt = f"{prompt} (not shown): "
        if not sys.stdin.isatty():
            return Secret(self._asked(prompt).strip(), label)
        with unseen(sys.stdin.fileno()):
            while True:
                secret = Secret(self._asked(prompt, seen=False).strip(), label)
                # The rest of a paste would answer the next question, and be shown, or go to the shell.
                if not self._typed.forget_rest():
                    return secret
                self.say("That was more than one line, and nothing of it was taken. Paste it in one line.")

    def _asked(self, prompt: str, *, seen: bool = True) -> str:
        said = False
        while True:
            try:
                if not said:
                    self._write(self._safe(prompt))
                    said = True
                typed = self._typed.next(lambda: self._look_aside(prompt))
            except KeyboardInterrupt:
                self.broken_off("Nothing was answered.")
                said = False
                continue
            if not typed or not (seen and sys.stdin.isatty()):
                # A terminal has shown the line end that was typed.
                self._write("\n")
            if not typed:
                raise EndOfInput
            self._interrupted = False
            aside = self._taken_aside(typed.strip().lower())
            if not aside:
                return typed
            self.say(aside)
            said = False

    def _taken_aside(self, typed: str) -> str:
        try:
            return self.aside.take(typed) if self.aside is not None else ""
        except GivenAway as given:
            self.say(str(given))
            raise

    def _look_aside(self, prompt: str) -> None:
        said = self.aside.look() if self.aside is not None else ""
        if said or self._typed.continued():
            self._write("\n")
            if said:
                self.ring()
                self.say(said)
            self._write(self._safe(prompt))

    def _safe(self, text: str) -> str:
        """What came from outside was made safe where it came in; here nothing has a screen between it and
        the terminal, so that it is made sure."""
        safe = clean_lines(text, limit=LONGEST_SAID)
        return ascii_twins(safe) if self._ascii else safe

    def _write(self, text: str) -> None:
        try:
            sys.stdout.write(text)
            sys.stdout.flush()
        except OSError as error:
            if error.errno not in (errno.EIO, errno.EPIPE):
                raise
            # The terminal, or what read the pipe, is gone: there is nobody to tell, and nobody to ask.
            sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: PTH123, SIM115
            raise EndOfInput from error


def _broken(line: str, indent: str) -> list[str]:
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
