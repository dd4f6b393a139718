"""Definitions as a dump and a restore leave them, so that both sides of a copy can be compared as texts.

Postgres writes one thing in two ways: the array of `status IN ('a', 'b')` on a varchar reads
`(ARRAY['a'::character varying, ...])::text[]` where it was typed in, and
`ARRAY[('a'::character varying)::text, ...]` where that text was read back (measured on 16 and 18). The
second form stays as it is from then on.
"""

import re

_QUOTED = re.compile(r"""[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*'|"(?:[^"]|"")*\"""", re.DOTALL)
_ARRAY = "ARRAY["
_CAST = re.compile(r"""::((?:"(?:[^"]|"")*"|[\w\s$.]|\(\d+(?:,\s*\d+)?\))+?)\[\]""")
"""The cast of an array to another array type; the group is the element's type."""


def settled(definition: str) -> str:
    """`definition` with every cast of a written-out array moved to its elements."""
    if _ARRAY not in definition:
        # Nearly all of them, and looking at every letter costs seconds where there are thousands.
        return definition
    at = 0
    while (at := _next_array(definition, at)) >= 0:
        first = at + len(_ARRAY)
        end, elements = _elements(definition, first)
        if end < 0:
            break
        wrapped = definition[at - 1 : at] == "(" and definition[end + 1 : end + 2] == ")"
        cast = _CAST.match(definition, end + 2 if wrapped else end + 1)
        if cast is None:
            at = first
            continue
        inside = ", ".join(_cast(one, cast[1].strip(), wrapped) for one in elements)
        start = at - 1 if wrapped else at
        # Looked at again from the same place: the array may be cast once more.
        definition = f"{definition[:start]}{_ARRAY}{inside}]{definition[cast.end() :]}"
        at = max(0, start - 1)
    return definition


def _cast(element: str, kind: str, wrapped: bool) -> str:
    if element.startswith(_ARRAY):
        # Of an array of arrays; its own elements come next.
        kind += "[]"
    return f"({element})::{kind}" if wrapped else f"{element}::{kind}"


def _next_array(text: str, at: int) -> int:
    """Where the next `ARRAY[` stands outside of quotes, -1 where none does."""
    while at < len(text):
        if quoted := _QUOTED.match(text, at):
            at = quoted.end()
        elif text.startswith(_ARRAY, at):
            return at
        else:
            at += 1
    return -1


def _elements(text: str, at: int) -> tuple[int, list[str]]:
    """Where the bracket that was opened before `at` closes, and what stands between its commas; -1 where
    it does not close."""
    elements: list[str] = []
    depth, begun = 0, at
    while at < len(text):
        if quoted := _QUOTED.match(text, at):
            at = quoted.end()
            continue
        letter = text[at]
        if letter in "([":
            depth += 1
        elif letter in ")]":
            if depth == 0:
                return at, [*elements, text[begun:at].strip()]
            depth -= 1
        elif letter == "," and depth == 0:
            elements.append(text[begun:at].strip())
            begun = at + 1
        at += 1
    return -1, []
