"""How the `db` commands speak: lines for a person, one JSON object a line for a script, never both in one
stream."""

import sys
from typing import Any, TextIO

import msgspec


class Voice:
    """Where what goes. With `json`, events go to standard output and words to standard error; with `data`,
    the standard output carries a dump, and everything else goes to standard error."""

    def __init__(self, *, json: bool = False, data: bool = False) -> None:
        self.json = json
        self.words: TextIO = sys.stderr if json or data else sys.stdout

    def line(self, text: str = "") -> None:
        """A line for a person; a pipe reads it without delay. Standard error is not used for it under --json:
        there the same is told by `event`."""
        if not self.json:
            self.words.write(text + "\n")
            self.words.flush()

    def event(self, kind: str, **fields: Any) -> None:
        """A line for a script; nothing without --json."""
        if self.json:
            sys.stdout.write(msgspec.json.encode({"event": kind, **fields}).decode() + "\n")
            sys.stdout.flush()
