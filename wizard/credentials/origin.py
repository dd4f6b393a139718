"""Where a token comes from when Offramp does not keep it: a person's own command, or a variable they name.

A session holds the command or the name, never what it gives. The command is a list of words, started as it
is: no shell reads it, so a pipe or a variable in it would mean something else than the person thinks, and is
refused while it is typed.
"""

import re
import shlex
import shutil
from pathlib import Path

from wizard.model.noun import Noun
from wizard.model.text import UNSAFE, clean
from wizard.model.trouble import Trouble

LONGEST = 2_000
"""Characters of a command."""

PRINTERS = ("echo", "printf")
"""Programs that only give back their arguments: the token itself would stand in the session."""

_SHELL = re.compile(r"[|&;<>`]|\$[({A-Za-z_]")
_EXPANDED = re.compile(r"`|\$[({A-Za-z_]")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}")
# Heroku's tokens of 2024 and later, and JSON web tokens, which Aptible's are.
_TOKEN = re.compile(r"HRKU-|eyJ[\w-]+\.[\w-]+\.")


class Origin(Noun, frozen=True, kw_only=True):
    """One of the two: the words of `command`, or the name of a `variable` of the environment."""

    command: tuple[str, ...] = ()
    variable: str = ""

    @property
    def words(self) -> str:
        """ "the command `op read op://Work/Heroku/token`", "the variable ACME_TOKEN"."""
        return f"the command `{self.line}`" if self.command else f"the variable {clean(self.variable)}"

    @property
    def line(self) -> str:
        """The command as one would type it; the variable's name."""
        return clean(shlex.join(self.command)) if self.command else clean(self.variable)


def command_origin(text: str) -> Origin:
    """What a person typed as a command. Only its form is looked at; nothing is started.

    Raises:
        Trouble: it is no command, wants a shell, or has a token in it.
    """
    if _TOKEN.search(text):
        raise _wrong(
            "This has a token in it. A command is kept in the migration and stands in the list of processes: "
            "it must only say where the token is."
        )
    if len(text) > LONGEST or UNSAFE.search(text):
        raise _wrong("A command is one line without control characters, and not endless.")
    try:
        words = tuple(shlex.split(text))
    except ValueError:
        raise _wrong("A quotation mark is open at its end.") from None
    if not words:
        raise _wrong("This is empty.")
    # What is quoted is an argument like any other; what is not, a shell would have read.
    if _SHELL.search(_unquoted(text)):
        raise _wrong(
            "No shell reads it, so | & ; < > $ and ` have no meaning. Put those into a script of your own, "
            "and name that."
        )
    if any(word == "~" or word.startswith("~/") for word in words):
        raise _wrong("No shell reads it, so ~ is no folder. Write the whole path.")
    if Path(words[0]).name in PRINTERS:
        raise _wrong(f"{Path(words[0]).name} only gives back what you type. Paste the token instead.")
    if "/" in words[0] and not words[0].startswith("/"):
        raise _wrong("It is started from the folder /. Write the whole path of the program.")
    return Origin(command=words)


def variable_origin(text: str) -> Origin:
    """What a person typed as the name of a variable.

    Raises:
        Trouble: it is no name; most likely the token itself, which is not repeated.
    """
    name = text.strip().removeprefix("$")
    if not _VARIABLE.fullmatch(name) or _TOKEN.match(name):
        raise _wrong("A variable's name has letters, digits and _ only. Type the name, not the token.")
    return Origin(variable=name)


def program_of(origin: Origin) -> str | None:
    """The file that the command starts, None when there is none of that name on PATH."""
    return shutil.which(origin.command[0]) if origin.command else None


def _unquoted(text: str) -> str:
    """What a shell would read of a command line: between double quotes still $ and `."""
    return re.sub(
        r"\\.|'[^']*'|\"((?:[^\"\\]|\\.)*)\"",
        lambda found: " ".join(_EXPANDED.findall(found[1] or "")),
        text,
    )


def _wrong(why: str) -> Trouble:
    return Trouble(why, untouched="Nothing was started.", remedy="Type it again.", code="no-command")
