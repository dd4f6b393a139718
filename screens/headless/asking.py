"""Asking a person on a terminal, for commands without a screen: hidden values, and a name as consent."""

import getpass
import os
import sys
from typing import TextIO

from screens.headless.exit_codes import INTERRUPTED
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble


def ask_hidden(prompt: str, *, instead: str) -> Secret:
    """Ask for a secret on the terminal; what is typed is not shown.

    Args:
        instead: how a script gives it.

    Raises:
        Trouble: there is no terminal, or nothing was typed (`usage`).
    """
    try:
        os.close(os.open("/dev/tty", os.O_RDWR | os.O_NOCTTY))
    except OSError as error:
        raise Trouble(
            f"There is no terminal to ask for the {prompt}.",
            untouched="Nothing was done.",
            remedy=instead,
            code="usage",
        ) from error
    try:
        # getpass opens the terminal by itself, so a pipe at stdin or stdout does not matter.
        typed = getpass.getpass(f"{prompt} (not shown): ")
    except KeyboardInterrupt:
        raise _declined(sys.stderr) from None
    if not typed.strip():
        raise Trouble(
            f"No {prompt} was typed.", untouched="Nothing was done.", remedy="Try again.", code="usage"
        )
    return Secret(typed.strip(), prompt)


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
