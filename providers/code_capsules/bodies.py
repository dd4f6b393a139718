"""Bodies of answers: read, unwrapped, and their texts made safe where they come in."""

import json
from typing import Any

import msgspec

from wizard.model.secret import Secret
from wizard.model.text import clean

UNREADABLE = (ValueError, RecursionError)
"""What decoding raises; msgspec's and json's errors are ValueErrors."""

KEPT = frozenset({"privateConnectionString", "publicConnectionString", "value"})
"""Fields that stay as they came, because a changed sign would be a wrong password or a wrong config var."""


def parsed(body: bytes) -> Any:
    """JSON, also such with control characters in its texts: logs come with them (skill). Raises
    UNREADABLE."""
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        return json.loads(body.decode("utf-8", "replace"), strict=False)


def unwrapped(value: Any) -> Any:
    """What lies in {"data", "meta"}, or the value itself."""
    if isinstance(value, dict) and "data" in value and set(value) <= {"data", "meta"}:
        return value["data"]
    return value


def cleaned(value: Any) -> Any:
    """The same with every text made safe, but for `KEPT`. A URL with a password in it becomes known as a
    secret here, before anything can fail."""
    if isinstance(value, str):
        return clean(value)
    if isinstance(value, dict):
        return {clean(str(key)): _field(str(key), item) for key, item in value.items()}
    if isinstance(value, list):
        return [cleaned(item) for item in value]
    return value


def _field(key: str, value: Any) -> Any:
    if key in KEPT and isinstance(value, str):
        if key != "value":
            Secret(value, "connection string")
        return value
    return cleaned(value)


def said(body: bytes) -> str:
    """The words of an error, empty when there are none: {"message"}, or LoopBack's {"error": {"message"}}."""
    try:
        value = parsed(body)
    except UNREADABLE:
        return ""
    for _ in range(3):
        if isinstance(value, str):
            return clean(value, limit=300)
        if isinstance(value, list) and value:
            value = value[0]
        elif isinstance(value, dict):
            value = next((value[key] for key in ("message", "error", "errors") if value.get(key)), "")
        else:
            return ""
    return clean(value, limit=300) if isinstance(value, str) else ""
