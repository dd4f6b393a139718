"""Where an answers file does not fit, and why, in the words of whoever wrote it. What stands there is never
repeated: it may be a secret by mistake."""

import difflib
import re
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import inspect

from wizard.answers.nouns import AnswersFile

_AT = re.compile(r" - at `\$\.?(.*)`$", re.DOTALL)
_PART = re.compile(r"\[\.\.\.\]|[^.\[\]]+")
_NAMED = re.compile(r"Object (contains unknown|missing required) field `(.*)`", re.DOTALL)
_EXPECTED = re.compile(r"Expected `(.*?)`, got `(.*)`")
_BARE = re.compile(r"[A-Za-z0-9_-]+")

KINDS = {
    "str": "a text in quotation marks",
    "int": "a whole number",
    "float": "a number with a point",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
}

ANY = "[...]"
"""How msgspec names a place in a table of names, or in a list."""


def misfit(error: msgspec.ValidationError, given: dict[str, Any]) -> str:
    """A sentence without its full stop about what `error` says of the file, which has `given` in it."""
    said = str(error)
    at = _AT.search(said)
    what, parts = said[: at.start()] if at else said, _PART.findall(at[1]) if at else []
    exact = next((path for path in _paths(given, parts) if _is_it(given, path, said)), tuple(parts))
    place, kind = _written(exact), _kind_at(parts)
    if named := _NAMED.fullmatch(what):
        return _unknown(place, named[2], kind) if "unknown" in named[1] else f"{place} lacks {named[2]}"
    if "matching regex" in what:
        return (
            f"{place} takes where a credential is, never the credential itself: env:NAME, command:LINE or "
            "keyring:EMAIL"
        )
    if isinstance(kind, inspect.LiteralType):
        values = ", ".join(str(value) for value in kind.values)
        return f"{place} takes {'one of ' if kind.values[1:] else ''}{values}"
    if expected := _EXPECTED.fullmatch(what):
        return f"{place} takes {_kinds(expected[1])}; {_kinds(expected[2])} stands there"
    return f"{place}: {what}"


def _unknown(place: str, name: str, kind: object) -> str:
    known = [field.encode_name for field in kind.fields] if isinstance(kind, inspect.StructType) else []
    near = difflib.get_close_matches(name, known, 1)
    meant = f"; is {near[0]} meant?" if near else "."
    return f"{place} has no key {name}{meant} Known there: {', '.join(known)}"


def _kinds(names: str) -> str:
    return " or ".join(KINDS.get(name, name) for name in names.split(" | ") if name != "null")


def _written(path: tuple[str | int, ...]) -> str:
    """As one would write it in the file: map.apps."my.app".handle."""
    keys = [f"number {part + 1}" if isinstance(part, int) else part for part in path]
    bare = [key if _BARE.fullmatch(key) or key.startswith("number ") else f'"{key}"' for key in keys]
    return ".".join(bare) or "the file"


def _paths(
    given: Any, parts: list[str], before: tuple[str | int, ...] = ()
) -> Iterator[tuple[str | int, ...]]:
    """Every place in `given` that `parts` may mean."""
    if not parts:
        yield before
        return
    first, *rest = parts
    keys: list[str | int]
    if first == ANY:
        keys = list(given) if isinstance(given, dict) else list(range(len(given)))
    elif isinstance(given, list):
        keys = [int(first)]
    else:
        keys = [first] if isinstance(given, dict) and first in given else []
    for key in keys:
        yield from _paths(given[key], rest, (*before, key))


def _is_it(given: dict[str, Any], path: tuple[str | int, ...], said: str) -> bool:
    """Whether the same is said of a file that has of every table of names this one only."""
    try:
        msgspec.convert(_only(given, path, inspect.type_info(AnswersFile)), AnswersFile)
    except msgspec.ValidationError as error:
        return str(error) == said
    return False


def _only(given: Any, path: tuple[str | int, ...], kind: object) -> Any:
    if not path:
        return given
    first, *rest = path
    within = _only(given[first], tuple(rest), _below(kind, str(first)))
    if isinstance(given, list):
        return [within if number == first else one for number, one in enumerate(given)]
    return {**given, first: within} if isinstance(_plain(kind), inspect.StructType) else {first: within}


def _kind_at(parts: list[str]) -> object:
    kind: object = inspect.type_info(AnswersFile)
    for part in parts:
        kind = _below(kind, part)
    return _plain(kind)


def _below(kind: object, part: str) -> object:
    plain = _plain(kind)
    if isinstance(plain, inspect.StructType):
        return next((field.type for field in plain.fields if field.encode_name == part), None)
    if isinstance(plain, inspect.DictType):
        return plain.value_type
    if isinstance(plain, inspect.ListType | inspect.VarTupleType):
        return plain.item_type
    return None


def _plain(kind: object) -> object:
    """Without what may be left out."""
    if isinstance(kind, inspect.Metadata):
        return _plain(kind.type)
    if isinstance(kind, inspect.UnionType):
        return next((_plain(one) for one in kind.types if not isinstance(one, inspect.NoneType)), None)
    return kind
