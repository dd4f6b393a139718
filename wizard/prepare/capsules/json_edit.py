"""One value set in JSON that people wrote: layout, order and line ends of all else stay as they are."""

import json
import re
from typing import Any, NamedTuple

_STRING = re.compile(r'"(?:[^"\\]|\\.)*"')
_BLANK = re.compile(r"[ \t\r\n]*")
_SCALAR = re.compile(r"[^\s,\]}]+")


class NotEditable(Exception):
    """The text cannot be changed in that place without a guess. `args[0]` says why, to follow "is"."""


class _Member(NamedTuple):
    key: str
    start: int
    value: "_Node"


class _Node(NamedTuple):
    """Where a value stands in the text; `members` of an object, None for any other."""

    start: int
    end: int
    members: "list[_Member] | None" = None


def with_value(text: str, path: tuple[str, ...], value: object) -> str:
    """`text` with `value` under these keys, one object below the other; `text` itself where it is so already.

    Objects that are missing are made. A new key goes
    last; below the top where the alphabet wants it, if the others keep to it.

    Raises:
        NotEditable: it is no JSON object, a key is there twice, or something that is no object in the way.
    """
    before = _loaded(text)
    wanted = _set(before, path, value)
    if wanted == before:
        return text
    node, depth = _scan(text), 0
    while depth < len(path):
        inner = next((one.value for one in node.members or [] if one.key == path[depth]), None)
        if inner is None:
            break
        node, depth = inner, depth + 1
    if depth == len(path):
        new = text[: node.start] + _written(value, text, node.start) + text[node.end :]
    else:
        for key in reversed(path[depth + 1 :]):
            value = {key: value}
        new = _with_member(text, node, path[depth], value, ordered=depth > 0)
    if _loaded(new) != wanted:
        raise NotEditable("laid out in a way that Offramp does not edit")
    return new


def value_at(text: str, path: tuple[str, ...]) -> object:
    """What stands under these keys, None where nothing does, or the text is no JSON object."""
    try:
        told: object = _loaded(text)
    except NotEditable:
        return None
    for key in path:
        told = told.get(key) if isinstance(told, dict) else None
    return told


def _loaded(text: str) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise NotEditable("written with a key twice")
        return found

    try:
        told = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise NotEditable("no valid JSON") from error
    if not isinstance(told, dict):
        raise NotEditable("no JSON object")
    return told


def _set(told: dict[str, Any], path: tuple[str, ...], value: object) -> dict[str, Any]:
    key, rest = path[0], path[1:]
    if not rest:
        return {**told, key: value}
    inner = told.get(key, {})
    if not isinstance(inner, dict):
        raise NotEditable(f"written with something else than an object under `{key}`")
    return {**told, key: _set(inner, rest, value)}


def _scan(text: str) -> _Node:
    return _value(text, _skip(text, 0))


def _skip(text: str, at: int) -> int:
    match = _BLANK.match(text, at)
    return match.end() if match else at


def _value(text: str, at: int) -> _Node:
    """The value that begins at `at`. The text is known to be JSON."""
    if text[at] == "{":
        members = []
        here = _skip(text, at + 1)
        while text[here] != "}":
            key = _STRING.match(text, here)
            assert key is not None
            inner = _value(text, _skip(text, _skip(text, key.end()) + 1))
            members.append(_Member(json.loads(key[0]), here, inner))
            here = _skip(text, inner.end)
            here = _skip(text, here + 1) if text[here] == "," else here
        return _Node(at, here + 1, members)
    if text[at] == "[":
        here = _skip(text, at + 1)
        while text[here] != "]":
            here = _skip(text, _value(text, here).end)
            here = _skip(text, here + 1) if text[here] == "," else here
        return _Node(at, here + 1)
    match = (_STRING if text[at] == '"' else _SCALAR).match(text, at)
    assert match is not None
    return _Node(at, match.end())


def _with_member(text: str, node: _Node, key: str, value: object, *, ordered: bool) -> str:
    members = node.members or []
    name = json.dumps(key, ensure_ascii=False)
    if not members:
        inside = _indent(text, node.start) + _unit(text)
        lone = _line_end(text) if "\n" in text.strip() else ""
        if not lone:
            return f"{text[: node.start]}{{{name}: {_written(value, text, -1)}}}{text[node.end :]}"
        told = _written(value, text, -1, inside)
        end = _indent(text, node.start)
        return f"{text[: node.start]}{{{lone}{inside}{name}: {told}{lone}{end}}}{text[node.end :]}"
    gap = _gap(text, node, members)
    indent = gap.strip("\r\n") if "\n" in gap else ""
    told = f"{name}: {_written(value, text, -1, indent)}"
    keys = [one.key for one in members]
    ordered = ordered and keys == sorted(keys)
    later = next((one for one in members if one.key > key), None) if ordered else None
    if later is not None:
        return f"{text[: later.start]}{told},{gap}{text[later.start :]}"
    at = members[-1].value.end
    return f"{text[:at]},{gap}{told}{text[at:]}"


def _gap(text: str, node: _Node, members: list[_Member]) -> str:
    """What stands between two members: a line end with the indentation, or a blank."""
    before = text[node.start + 1 : members[0].start]
    if "\n" in before:
        return before[before.rindex("\n") - (before[: before.rindex("\n")].endswith("\r")) :]
    if len(members) > 1:
        between = text[members[0].value.end : members[1].start]
        return between.partition(",")[2]
    return " "


def _indent(text: str, at: int) -> str:
    """The blanks at the start of the line that `at` is on."""
    line = text.rfind("\n", 0, at) + 1
    return text[line : len(text) - len(text[line:].lstrip(" \t"))]


def _unit(text: str) -> str:
    match = re.search(r"\n([ \t]+)\S", text)
    return match[1] if match else "  "


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _written(value: object, text: str, at: int, indent: str | None = None) -> str:
    """`value` as JSON, laid out as the text is; `indent` is that of its line."""
    if not isinstance(value, dict) or "\n" not in text.strip():
        return json.dumps(value, ensure_ascii=False)
    own = _indent(text, at) if indent is None else indent
    told = json.dumps(value, ensure_ascii=False, indent=_unit(text))
    return told.replace("\n", _line_end(text) + own)
