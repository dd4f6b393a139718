"""Reading a Procfile by the rule that runs on Heroku today.

The rule is the one expression of Heroku's slug compiler (kept in heroku/buildpacks-procfile with a pointer
to it): the colon is optional, a blank after it is not, what does not fit is silently passed over, and of
two lines with one name the last wins. Newer readers are stricter; where they would differ, `oddities`
says so.
"""

import re
from collections.abc import Iterator

from wizard.document.repository.oddities import few
from wizard.model.noun import Noun
from wizard.model.text import clean

_ENTRY = re.compile(r"^\s*([a-zA-Z0-9_-]+):?\s+(.*)")
_PORTABLE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_STRICT_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


class Procfile(Noun, frozen=True, kw_only=True):
    """Process types to commands, in file order. `oddities` are sentences about lines to look at,
    `cloud_native` sentences about lines that Heroku's cloud native buildpacks (Fir) take another way."""

    commands: dict[str, str]
    oddities: tuple[str, ...] = ()
    cloud_native: tuple[str, ...] = ()


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
    return Procfile(
        commands=commands, oddities=few(oddities), cloud_native=few(list(_cloud_native(split_lines(text))))
    )


def _cloud_native(lines: list[str]) -> Iterator[str]:
    """Where the newer rule differs: it wants a colon but no blank after it, no empty command, and names of
    lower case letters, figures and hyphens; underscores and capitals it corrects, all else ends the build."""
    by_fixed: dict[str, str] = {}
    for number, line in enumerate(lines, start=1):
        told = line.strip(" \t")
        if not told or told.startswith("#"):
            continue
        original, colon, command = told.partition(":")
        fixed = fir_name(original)
        if not colon or not command.strip(" \t"):
            what = "has no command" if colon else "has no colon"
            yield f"Line {number} {what}: a build with cloud native buildpacks (Fir) fails there."
            continue
        if not _STRICT_NAME.fullmatch(fixed):
            name = clean(original, limit=80)
            yield f"Line {number}: cloud native buildpacks (Fir) take no name `{name}`; the build fails."
            continue
        if parse_line(line) is None:
            yield f"Line {number} makes `{fixed}` a process on Fir only: no blank follows the colon."
        if fixed != original:
            yield f"Line {number}: `{clean(original, limit=80)}` is called `{fixed}` on Fir."
        if by_fixed.get(fixed, original) != original:
            yield f"Line {number}: `{by_fixed[fixed]}` and `{original}` are one process on Fir, the last one."
        by_fixed[fixed] = original


def fir_name(name: str) -> str:
    """What Fir calls the process type `name`."""
    return name.replace("_", "-").lower()


def parse_line(line: str) -> tuple[str, str] | None:
    """Name and command of one line, None where Heroku sees no process."""
    match = _ENTRY.match(line)
    return (match[1], match[2].rstrip()) if match else None


def split_lines(text: str) -> list[str]:
    """The lines of a Procfile: CR, LF and CR LF end one, nothing else does."""
    lines = re.split(r"\r\n?|\n", text)
    return lines[:-1] if lines and not lines[-1] else lines
