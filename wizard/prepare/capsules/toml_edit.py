"""One entry added to TOML that people wrote: comments, layout and order of all else stay as they are."""

import re
import tomllib
from typing import Any

from wizard.prepare.capsules.json_edit import NotEditable

_HEADER = re.compile(r"^[ \t]*\[(?!\[)[ \t]*([^\]\n]+?)[ \t]*\][ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)
_ANY_HEADER = re.compile(r"^[ \t]*\[[^\n]*\][ \t]*(?:#[^\n]*)?\r?$", re.MULTILINE)
_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"""|' + r"'''.*?'''|" + r'"(?:[^"\\\n]|\\.)*"|' + r"'[^'\n]*'|#[^\n]*|[\[\]]",
    re.DOTALL,
)


def with_item(text: str, table: str, key: str, item: str) -> str:
    """`text` with the string `item` at the end of the list `key` of `table` ("project").

    Raises:
        NotEditable: it is no TOML, or has no such list of strings.
    """
    told = _loaded(text)
    listed = _in(told, table).get(key)
    if not isinstance(listed, list) or not all(isinstance(one, str) for one in listed):
        raise NotEditable(f"written without a list `{key}` under [{table}]")
    start, end = _section(text, table)
    found = re.compile(rf"^[ \t]*{re.escape(key)}[ \t]*=[ \t]*(?=\[)", re.MULTILINE).search(text, start, end)
    if found is None:
        raise NotEditable("laid out in a way that Offramp does not edit")
    close, last = _list_end(text, found.end())
    quoted = f'"{item}"'
    if last is None:
        new = text[: found.end() + 1] + quoted + text[close:]
    else:
        gap = _between(text, found.end() + 1, last[0])
        trailing = text[last[1] : close].partition("#")[0].strip() == ","
        rest = "" if trailing else ","
        at = last[1] + text[last[1] : close].index(",") + 1 if trailing else last[1]
        new = f"{text[:at]}{rest}{gap}{quoted}{',' if trailing else ''}{text[at:]}"
    return _checked(new, told, table, key, [*listed, item])


def with_key(text: str, table: str, key: str, value: str) -> str:
    """`text` with `key = "value"` at the end of `table` ("tool.poetry.dependencies").

    Raises:
        NotEditable: it is no TOML, or has no such table of its own.
    """
    told = _loaded(text)
    start, end = _section(text, table)
    body = text[start:end]
    at = start + len(body.rstrip())
    line_end = "\r\n" if "\r\n" in text else "\n"
    new = f'{text[:at]}{line_end}{key} = "{value}"{text[at:] or line_end}'
    return _checked(new, told, table, key, value)


def _loaded(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise NotEditable("no valid TOML") from error


def _in(told: dict[str, Any], table: str) -> dict[str, Any]:
    for name in table.split("."):
        inner = told.get(name)
        told = inner if isinstance(inner, dict) else {}
    return told


def _section(text: str, table: str) -> tuple[int, int]:
    """Where the body of a table begins and ends."""
    for header in _HEADER.finditer(text):
        if header[1] == table:
            later = _ANY_HEADER.search(text, header.end())
            return header.end(), later.start() if later else len(text)
    raise NotEditable(f"written without a table [{table}]")


def _list_end(text: str, start: int) -> tuple[int, tuple[int, int] | None]:
    """The place of the bracket that closes the list at `start`, and of its last string."""
    depth, last = 0, None
    for token in _TOKEN.finditer(text, start):
        if token[0] == "[":
            depth += 1
        elif token[0] == "]":
            depth -= 1
            if not depth:
                return token.start(), last
        elif not token[0].startswith("#"):
            last = token.span()
    raise NotEditable("laid out in a way that Offramp does not edit")


def _between(text: str, start: int, last: int) -> str:
    """What goes before a new item: the line end and indentation before the last one, or a blank."""
    before = text[start:last]
    blanks = before[len(before.rstrip(" \t")) :]
    return ("\r\n" if "\r\n" in text else "\n") + blanks if before.rstrip(" \t").endswith("\n") else " "


def _checked(new: str, told: dict[str, Any], table: str, key: str, value: object) -> str:
    """`new`, if it says what `told` said and nothing but that entry beside it."""
    after = _loaded(new)
    place = _in(after, table)
    if place.get(key) != value:
        raise NotEditable("laid out in a way that Offramp does not edit")
    before = _in(told, table)
    if key in before:
        place[key] = before[key]
    else:
        del place[key]
    if after != told:
        raise NotEditable("laid out in a way that Offramp does not edit")
    return new
