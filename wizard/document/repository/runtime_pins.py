"""Places in files that name a version, with their lines."""

import json
import re
from collections.abc import Mapping
from typing import Any

from wizard.document.repository.code_nouns import Pin
from wizard.document.repository.text_lines import line_at, short_lines, told_lines
from wizard.model.text import clean

Found = tuple[list[Pin], list[str]]
"""Versions, those that win first, and sentences about them."""


def first_line(
    texts: Mapping[str, str], file: str, what: str, *, prefix: str = "", read: bool = True
) -> list[Pin]:
    """The first line that is no comment, without `prefix`."""
    for number, told in told_lines(texts.get(file, "")):
        version = clean(told.removeprefix(prefix), limit=100)
        return [Pin(what=what, version=version, file=file, line=number, read=read)]
    return []


def at_match(
    texts: Mapping[str, str],
    file: str,
    pattern: str,
    what: str,
    *,
    read: bool = True,
    main: bool = True,
    skip: int = 0,
) -> list[Pin]:
    """The first match of `pattern` (its group is the version), `skip` lines below where the match begins."""
    text = short_lines(texts.get(file, ""))
    match = re.search(pattern, text, re.MULTILINE)
    if match is None:
        return []
    line = line_at(text, match.start()) + skip
    version = clean(match[1].strip(), limit=100)
    return [Pin(what=what, version=version, file=clean(file), line=line, read=read, main=main)]


def property_pin(texts: Mapping[str, str], file: str, key: str, what: str, *, main: bool = True) -> list[Pin]:
    """A value of a Java properties file."""
    return at_match(texts, file, rf"^[ \t]*{re.escape(key)}[ \t]*[=:][ \t]*(\S+)", what, main=main)


def json_object(texts: Mapping[str, str], file: str) -> dict[str, Any] | None:
    """A file as a JSON object; None when it is none, or not there."""
    try:
        told = json.loads(texts.get(file, ""))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None


def line_of(text: str, key: str, value: str) -> int:
    """The line of `"key": "value"` in JSON; the first line when it is written another way."""
    pair = rf'"{re.escape(key)}"\s*:\s*{re.escape(json.dumps(value, ensure_ascii=False))}'
    match = re.search(pair, text)
    return line_at(text, match.start()) if match else 1
