"""Plain values as TOML: tables below tables, keys in their order. Python reads TOML and does not write it."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

_BARE = re.compile(r"[A-Za-z0-9_-]+")


def toml_text(values: Mapping[str, Any]) -> str:
    """The tables as TOML 1.0. Takes strings, whole numbers, truth values, lists of them and of tables, and
    tables."""
    return "\n".join(_table(values, ())) + "\n"


def _table(values: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[str]:
    for key, value in values.items():
        if not isinstance(value, Mapping):
            yield f"{_key(key)} = {_value(value)}"
    for key, value in values.items():
        if isinstance(value, Mapping):
            here = (*path, key)
            inside = list(_table(value, here))
            # A table that holds nothing but tables needs no head of its own.
            if not value or any(not isinstance(one, Mapping) for one in value.values()):
                inside = ["", f"[{'.'.join(map(_key, here))}]", *inside]
            yield from inside


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return _string(value)
    if isinstance(value, Mapping):
        inside = ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items())
        return f"{{ {inside} }}"
    return f"[{', '.join(_value(one) for one in value)}]"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _string(key)


def _string(text: str) -> str:
    # JSON escapes what TOML wants escaped, but for one sign.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
