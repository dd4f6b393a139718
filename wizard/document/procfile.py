"""Reading a Procfile by the rule that runs on Heroku today.

The rule is the one expression of Heroku's slug compiler (kept in heroku/buildpacks-procfile with a pointer
to it): the colon is optional, a blank after it is not, what does not fit is silently passed over, and of
two lines with one name the last wins. Newer readers are stricter; where they would differ, `oddities`
says so.
"""

import re

from wizard.model.noun import Noun
from wizard.model.text import clean

_ENTRY = re.compile(r"^\s*([a-zA-Z0-9_-]+):?\s+(.*)")
_PORTABLE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class Procfile(Noun, frozen=True, kw_only=True):
    """Process types to commands, in file order. `oddities` are sentences about lines to look at."""

    commands: dict[str, str]
    oddities: tuple[str, ...] = ()


def parse_procfile(text: str) -> Procfile:
    """Parse a Procfile as Heroku does; never fails, for Heroku does not either."""
    commands: dict[str, str] = {}
    oddities: list[str] = []
    for number, line in enumerate(split_lines(text), start=1):
        entry = parse_line(line)
        if entry is None:
            if line.strip() and not line.lstrip().startswith("#"):
                oddities.append(f"Line {number} is no process to Heroku and is passed over: {clean(line)}")
            continue
        name, command = entry
        if name in commands:
            oddities.append(f"Line {number} names `{name}` again; the last one wins.")
        if not command:
            oddities.append(f"Line {number} gives `{name}` no command.")
        if not re.match(r"\s*[a-zA-Z0-9_-]+:", line):
            oddities.append(f"Line {number} has no colon after `{name}`; Heroku takes it, others do not.")
        elif not _PORTABLE_NAME.fullmatch(name):
            oddities.append(f"Line {number}: other platforms may not take the name `{name}`.")
        commands[name] = command
    return Procfile(commands=commands, oddities=tuple(oddities))


def parse_line(line: str) -> tuple[str, str] | None:
    """Name and command of one line, None where Heroku sees no process."""
    match = _ENTRY.match(line)
    return (match[1], match[2].rstrip()) if match else None


def split_lines(text: str) -> list[str]:
    """The lines of a Procfile: CR, LF and CR LF end one, nothing else does."""
    lines = re.split(r"\r\n?|\n", text)
    return lines[:-1] if lines and not lines[-1] else lines
