"""How the `db` commands speak: lines for a person, one JSON object a line for a script, never both in one
stream."""

import contextlib
import re
import shutil
import sys
import textwrap
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
            with _whoever_listens():
                self.words.write(self._wrapped(text) + "\n")
                self.words.flush()

    def _wrapped(self, text: str) -> str:
        """Broken between words on a terminal; a pipe gets it in one line."""
        if not self.words.isatty():
            return text
        width = max(40, shutil.get_terminal_size().columns - 1)
        # Under the text, where a word stands before it ("from  …").
        label = re.match(r"(\S+ {2,}| {6,})", text)
        indent = " " * len(label[0]) if label else ""
        return "\n".join(textwrap.wrap(text, width, subsequent_indent=indent, break_on_hyphens=False)) or text

    def event(self, kind: str, **fields: Any) -> None:
        """A line for a script; nothing without --json."""
        if self.json:
            with _whoever_listens():
                sys.stdout.write(msgspec.json.encode({"event": kind, **fields}).decode() + "\n")
                sys.stdout.flush()


def _whoever_listens() -> contextlib.suppress:
    """A terminal that is gone, or a reader that has enough: the work goes on, and the exit code tells."""
    return contextlib.suppress(OSError)
