"""Commands of a Procfile, in the forms that a Dockerfile and a hook file want."""

import json
import re
import shlex

_SHELL = re.compile(r"[$&|;<>()`\\*?\[\]{}~#!\n=]")
_ONE_COMMAND = re.compile(r"[&|;<>()`\n]")


def exec_form(command: str) -> str:
    """The command as a JSON list, so that the process gets the signals itself.

    A command that needs a shell (variables, `&&`, wild cards) is run by bash, as on Heroku; a single one
    replaces that shell.
    """
    plain = plain_words(command)
    if plain:
        return json.dumps(plain)
    words = command.split(None, 1)
    single = not _ONE_COMMAND.search(command) and bool(words) and "=" not in words[0]
    start = "exec " if single and words[0] != "exec" else ""
    return json.dumps(["bash", "-c", start + command])


def plain_words(command: str) -> list[str]:
    """The words of a command that needs no shell; empty for any other, an odd quote included."""
    if _SHELL.search(command):
        return []
    try:
        return shlex.split(command)
    except ValueError:
        return []


def resolve(command: str, processes: dict[str, str]) -> str:
    """The command that Heroku runs for `command`: the name of a process type stands for its command."""
    first, _, rest = command.strip().partition(" ")
    if first in processes:
        return f"{processes[first]} {rest}".strip()
    return command.strip()
