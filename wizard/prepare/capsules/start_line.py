"""The line that starts a web process, looked up through the scripts of package.json, and its parts."""

import re
import shlex
from collections.abc import Mapping

_BY_NAME = re.compile(r"(?:npm|yarn|pnpm|bun)\s+(?:run(?:-script)?\s+)?([\w:.-]+)\s*")


def resolved(line: str, scripts: Mapping[str, str]) -> str:
    """What a line runs in the end: "npm start" is the script `start`, and so on."""
    for _ in range(4):
        match = _BY_NAME.fullmatch(line.strip())
        if match is None or match[1] not in scripts:
            break
        line = scripts[match[1]]
    return line.strip()


def steps(line: str) -> list[str]:
    """The parts of a line that `&&` joins; the line alone where it is joined by anything else."""
    parts, quote, start, at = [], "", 0, 0
    while at < len(line):
        sign = line[at]
        if quote:
            if sign == "\\" and quote == '"':
                at += 1
            elif sign == quote:
                quote = ""
        elif sign in "'\"":
            quote = sign
        elif sign == "\\":
            at += 1
        elif line.startswith("&&", at):
            parts.append(line[start:at].strip())
            at += 1
            start = at + 1
        elif line.startswith("||", at) or sign in ";\n" or (sign == "|" and line[at - 1 : at] != ">"):
            return [line.strip()]
        at += 1
    return [*parts, line[start:].strip()]


def words(line: str) -> list[str]:
    """The words of a command, empty where its quotes do not close."""
    try:
        return shlex.split(line)
    except ValueError:
        return []


def names_in(text: str) -> list[str]:
    """The variables of the environment that a line of a shell names, each once."""
    return list(dict.fromkeys(re.findall(r"\$\{?([A-Za-z_]\w*)", text)))
