"""Ways to spoil an answer: JSON that is wrong in a way of one's choosing, and bodies that are too much."""

import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from typing import Any

Change = Callable[[Any], Any]
_GONE = object()


def spoil(kind: str, body: bytes, params: Mapping[str, Any]) -> bytes:
    """`body` (JSON) spoilt as `kind` says; what is no JSON stays as it is.

    Params: `field`, the name of the fields meant at any depth ("*": all that hold no object or list);
    `value` for "set"; `depth` for "deep"; `times` for "twice".

    Raises:
        ValueError: there is no such kind.
    """
    if kind == "deep":
        depth = int(params.get("depth", 100_000))
        return b"[" * depth + b"]" * depth
    if kind == "empty":
        return b""
    try:
        told = json.loads(body)
    except ValueError:
        return body
    if kind == "duplicate-keys":
        return _with_doubles(told).encode()
    if kind == "twice":
        return json.dumps(told * int(params.get("times", 2)) if isinstance(told, list) else told).encode()
    changes: dict[str, Change] = {
        "null": lambda _: None,
        "missing": lambda _: _GONE,
        "wrong-type": _other_type,
        "nan": lambda value: float("nan") if _is_number(value) else value,
        "huge-number": lambda value: 10**400 if _is_number(value) else value,
        "set": lambda _: params.get("value"),
    }
    if kind not in changes:
        raise ValueError(f"there is no way to spoil called {kind!r}")
    usual = "*" if kind in {"nan", "huge-number"} else "name"
    return json.dumps(_changed(told, str(params.get("field", usual)), changes[kind])).encode()


SPOILING = {
    "null": "answers with null for every `field` (name)",
    "missing": "answers without any `field` (name)",
    "wrong-type": "answers with a value of another type for every `field` (name)",
    "set": "answers with `value` for every `field` (name)",
    "nan": "answers with NaN for numbers",
    "huge-number": "answers with numbers of 400 digits",
    "duplicate-keys": "answers with every key twice, the first time with another value",
    "twice": "answers with every row of a list `times` (2) times",
    "deep": "answers with lists in lists, `depth` (100000) deep",
    "empty": "answers with nothing, and success",
}
"""What `spoil` knows, as `faults.KINDS` shows it."""


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _other_type(value: Any) -> Any:
    match value:
        case None | bool():
            return "neither"
        case int() | float():
            return str(value)
        case str():
            return {"unexpected": [value]}
        case list():
            return {str(place): one for place, one in enumerate(value)}
        case _:
            return [value]


def _changed(told: Any, field: str, change: Change) -> Any:
    if isinstance(told, list):
        return [_changed(one, field, change) for one in told]
    if not isinstance(told, dict):
        return told
    made = {}
    for name, value in told.items():
        chosen = name == field or (field == "*" and not isinstance(value, dict | list))
        new = change(value) if chosen else _changed(value, field, change)
        if new is not _GONE:
            made[name] = new
    return made


def _with_doubles(told: Any) -> str:
    if isinstance(told, list):
        return "[" + ", ".join(_with_doubles(one) for one in told) + "]"
    if not isinstance(told, dict):
        return json.dumps(told)
    first = (f"{json.dumps(name)}: {json.dumps(_other_type(value))}" for name, value in told.items())
    second = (f"{json.dumps(name)}: {_with_doubles(value)}" for name, value in told.items())
    return "{" + ", ".join([*first, *second]) + "}"


@lru_cache(maxsize=4)
def bomb(megabytes: int) -> bytes:
    """A gzip body that unfolds to so many MiB of JSON: a list with a very long text."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    parts = [packer.compress(b'["')]
    block = b"A" * 2**20
    parts += [packer.compress(block) for _ in range(megabytes)]
    return b"".join([*parts, packer.compress(b'"]'), packer.flush()])


def flood(megabytes: int) -> Iterator[bytes]:
    """So many MiB of JSON, piece by piece: a list of objects."""
    row = b'{"id": "00000000-0000-4000-8000-000000000000", "name": "' + b"x" * 900 + b'"}, '
    block = row * (2**20 // len(row))
    yield b"["
    for _ in range(megabytes):
        yield block
    yield b"{}]"
