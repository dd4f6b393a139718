"""One line on standard output, at once."""

import sys


def say(text: str = "") -> None:
    """Print `text`; a pipe reads it without delay."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
