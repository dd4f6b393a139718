"""The base of every noun: frozen, typed, decoded with the path of what is wrong."""

from pathlib import Path
from typing import Any, TypeVar

import msgspec

from wizard.model.trouble import Trouble

T = TypeVar("T")

# The last two come through msgspec as they are: bytes that are not UTF-8, and nesting without end.
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Noun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=False):
    """A plain value. No noun does I/O; unknown fields are ignored when decoding, missing ones are errors."""


def encode(value: Any) -> str:
    """Return `value` (a noun, or containers of nouns) as JSON text."""
    return msgspec.json.encode(value).decode()


def encode_ordered(value: Any) -> str:
    """Return `value` as JSON with sorted keys: equal values give equal texts, so it can be digested."""
    return msgspec.json.encode(value, order="deterministic").decode()


def decode(text: str | bytes, kind: type[T], *, what: str) -> T:
    """Decode JSON into `kind`.

    Args:
        what: what the text is, for the message ("the mapping of session acme-shop").

    Raises:
        Trouble: the text is not JSON or does not fit; the message has the path ("$.apps[0].name").
    """
    try:
        return msgspec.json.decode(text, type=kind)
    except _UNREADABLE as error:
        raise Trouble(
            f"Cannot read {what}: {error}.",
            remedy="If another version of Offramp wrote it, open it with that one.",
            code="unreadable",
        ) from error


def decode_toml(path: Path, kind: type[T]) -> T:
    """Decode the TOML file at `path` into `kind`; raises Trouble like `decode`."""
    try:
        return msgspec.toml.decode(path.read_bytes(), type=kind)
    except (*_UNREADABLE, OSError) as error:
        raise Trouble(
            f"Cannot read {path.name}: {error}.",
            remedy="Install Offramp again; this file is part of it.",
            code="unreadable",
        ) from error
