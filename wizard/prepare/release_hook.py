"""Heroku's `release:` command in the file where the target looks for it.

The file is YAML with one list of commands under a key; only as much YAML is read as it takes to add a line
to what is there, and what cannot be read is left to a person.
"""

import re
import shlex

from wizard.document.procfile import split_lines
from wizard.ports import ReleaseHook
from wizard.prepare.yaml_value import WORDS, quoted

_PLAIN = re.compile(r"[A-Za-z0-9_./][A-Za-z0-9_./=,+@%-]*( [A-Za-z0-9_./=,+@%-]+)*")
_NUMBER = re.compile(r"[\d.+_-][\w.,+-]*")
"""One word that a reader of YAML may take for a number or a date."""


class NotReadable(Exception):
    """The file has the key in a form that is not understood here. `args[0]` says which form."""


def with_hook(old: str | None, hook: ReleaseHook, command: str) -> str:
    """The text of the file with `command` in it; `old` itself when it is there already.

    Raises:
        NotReadable: the key is there, but not as a list of one command a line.
    """
    line = f"- {scalar(command)}"
    if old is None or not old.strip():
        return f"{hook.key}:\n  {line}\n"
    lines = split_lines(old)
    start = next((i for i, text in enumerate(lines) if _key(text) in (hook.key, *hook.aliases)), None)
    if start is None:
        end = "" if old.endswith("\n") else "\n"
        return f"{old}{end}{hook.key}:\n  {line}\n"
    if not re.fullmatch(r"[^:]+:\s*(#.*)?", lines[start]):
        raise NotReadable(f"`{_key(lines[start])}` is not a list of one command a line")
    last = start
    indent = "  "
    for number in range(start + 1, len(lines)):
        text = lines[number]
        if not text.strip() or text.lstrip().startswith("#"):
            continue
        item = re.match(r"(\s*)-\s+(.*)", text)
        if item is None:
            if text[:1].isspace():
                raise NotReadable(f"`{_key(lines[start])}` holds a command of several lines")
            break
        if item[2].strip() in (command, scalar(command)):
            return old
        indent, last = item[1], number
    lines.insert(last + 1, indent + line)
    return "\n".join(lines) + "\n"


def commands(text: str, hook: ReleaseHook) -> tuple[str, ...]:
    """The commands that the file holds already, as written."""
    found = []
    inside = False
    for line in split_lines(text):
        if _key(line):
            inside = _key(line) in (hook.key, *hook.aliases)
        elif inside and (item := re.match(r"\s*-\s+(.*)", line)):
            found.append(item[1].strip())
    return tuple(found)


def scalar(text: str) -> str:
    """`text` as a YAML value on one line: plain where that is safe, else in double quotes."""
    if _PLAIN.fullmatch(text) and text.lower() not in WORDS and not _NUMBER.fullmatch(text):
        return text
    return quoted(text)


def without_shell(command: str) -> str:
    """The command as words, with its own bash, for a target that has none around it or another shell."""
    return f"bash -c {shlex.quote(command)}"


def _key(line: str) -> str:
    match = re.match(r"([A-Za-z0-9_\"'-]+)\s*:", line)
    return match[1].strip("\"'") if match else ""
