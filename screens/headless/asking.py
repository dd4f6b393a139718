"""Asking a person on a terminal, for commands without a screen: hidden values, and a name as consent."""

import locale
import os
import sys
import termios
from typing import TextIO

from screens.headless.exit_codes import INTERRUPTED
from screens.marks import ascii_twins, terminal_speaks_utf8
from screens.unseen import BLOCK, throw_away, unseen
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


def ask_hidden(prompt: str, *, instead: str) -> Secret:
    """Ask for a secret on the terminal; what is typed is not shown.

    Args:
        instead: how a script gives it.

    Raises:
        Trouble: there is no terminal, or nothing was typed, or more than one line (`usage`).
    """
    try:
        # Not the standard input, which may be a pipe.
        terminal = os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY | os.O_CLOEXEC)
    except OSError as error:
        raise Trouble(
            f"There is no terminal to ask for the {prompt}.",
            untouched="Nothing was done.",
            remedy=instead,
            code="usage",
        ) from error
    try:
        typed, more = _line(terminal, f"{prompt} (not shown): ")
    except KeyboardInterrupt:
        raise _declined(sys.stderr) from None
    finally:
        os.close(terminal)
    secret = Secret(typed.decode(locale.getpreferredencoding(False), "replace").strip(), prompt)
    if more:
        cause, remedy = f"The {prompt} came in more than one line.", "Try again, with all of it in one line."
    elif not secret.reveal():
        cause, remedy = f"No {prompt} was typed.", "Try again."
    else:
        return secret
    raise Trouble(cause, untouched="Nothing was done.", remedy=remedy, code="usage")


def _line(terminal: int, prompt: str) -> tuple[bytes, bool]:
    """A line, and whether more came behind it, which is gone."""
    said = (prompt if terminal_speaks_utf8() else ascii_twins(prompt)).encode()

    def ask() -> None:
        os.write(terminal, said)

    # What was typed before was typed without knowing what for.
    termios.tcflush(terminal, termios.TCIFLUSH)
    with unseen(terminal, asked_again=ask):
        ask()
        typed = b""
        while not typed.endswith(b"\n"):
            block = os.read(terminal, BLOCK)
            if not block:
                break
            typed += block
        more = throw_away(terminal)
        os.write(terminal, b"\n")
    return typed, more


def want_consent(name: str, *, what: str, yes: bool, out: TextIO) -> None:
    """Return when the person types `name`, or said `--yes`.

    Args:
        what: what the name stands for, in words ("begin").

    Raises:
        Trouble: nobody can be asked (`usage`), or something else was typed (`not-confirmed`).
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise Trouble(
            "Nobody can be asked here: the standard input is no terminal.",
            untouched="Nothing was done.",
            remedy="Run it in a terminal, or add --yes when a script shall go on without asking.",
            code="usage",
        )
    out.write(f"Type {name} to {what}, or press ctrl+c: ")
    out.flush()
    try:
        typed = sys.stdin.readline().strip()
    except KeyboardInterrupt:
        raise _declined(out) from None
    if typed != name:
        raise Trouble(
            f"“{typed}” is not {name}." if typed else f"{name} was not typed.",
            untouched="Nothing was done.",
            remedy="Run the command again when you want it.",
            code="not-confirmed",
        )


def _declined(out: TextIO) -> SystemExit:
    """The person pressed ctrl+c at a question."""
    out.write("\nNothing was done.\n")
    out.flush()
    return SystemExit(INTERRUPTED)
