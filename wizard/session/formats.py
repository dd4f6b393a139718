"""Sessions between versions of Offramp: which format a file and each part of it has, and how older ones are
brought forward. A newer one is refused, with the way out; nothing is ever brought back.

A file's format is its `user_version`. A part's is `$v`, the first member of its JSON; the first format has
none.
"""

import json
import re
import sqlite3
from collections.abc import Callable, Mapping
from importlib.metadata import version
from typing import Any

from wizard.model.text import clean
from wizard.model.trouble import Trouble

Forward = Callable[[dict[str, Any]], dict[str, Any]]
"""From one format of a part to the next, as plain JSON."""

FILE_STEPS: dict[int, tuple[str, ...]] = {}
"""Statements that lead a file from the format of its key to the next one. They only add: a worker of the
version before may have the file open, and goes on with its run."""

WRITTEN_BY = "written-by"
"""The part that says which Offramp made the file, or brought it to its format: read even by one that is older
than the file."""

_FORMAT = re.compile(r'\{"\$v":(\d{1,6})[,}]')


def format_of(text: str) -> int:
    """The format of a part by its JSON."""
    found = _FORMAT.match(text)
    return int(found[1]) if found else 1


def marked(text: str, number: int) -> str:
    """The JSON of a part (an object), with the number of its format when that is not the first."""
    if number == 1:
        return text
    rest = text[1:]
    return f'{{"$v":{number}{rest if rest == "}" else f",{rest}"}'


def brought_forward(text: str, number: int, steps: Mapping[int, Forward]) -> str:
    """The JSON of a part in the format `number`, whichever earlier one it has."""
    have = format_of(text)
    if have == number:
        return text
    value = json.loads(text)
    value.pop("$v", None)
    for step in range(have, number):
        value = steps[step](value)
    return json.dumps(value)


def newer(what: str, *, has: int, reads: int, by: str) -> Trouble:
    """The refusal. `by` is the version that wrote it, empty when that is not known."""
    which = f"Offramp {by}, which wrote it, or a later one" if by else "the Offramp that wrote it"
    return Trouble(
        f"{what} was written by a newer Offramp (format {has}).",
        untouched="Nothing was changed.",
        remedy=f"Install that version again: open it with {which}; this one reads formats up to {reads}.",
        code="session-newer",
    )


def this_version() -> str:
    """Of the Offramp that runs."""
    return version("offramp")


def sign(connection: sqlite3.Connection, at: str) -> None:
    """Write down that this version made the file what it is. Part of the caller's transaction."""
    connection.execute(
        "INSERT OR REPLACE INTO part (name, value, saved_at) VALUES (?, ?, ?)",
        (WRITTEN_BY, json.dumps(this_version()), at),
    )


def signed(connection: sqlite3.Connection) -> str:
    """Which version made the file what it is, empty when it does not say so in a way that is understood."""
    try:
        row = connection.execute("SELECT value FROM part WHERE name = ?", (WRITTEN_BY,)).fetchone()
        told = json.loads(row[0]) if row else ""
    except (sqlite3.Error, ValueError, TypeError):
        return ""
    return clean(told, limit=40) if isinstance(told, str) else ""
