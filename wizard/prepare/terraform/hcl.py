"""Terraform's language as it is written: blocks and values, laid out as `terraform fmt` lays them out."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import NamedTuple

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class Expression(NamedTuple):
    """An expression as it is written: a reference, a call."""

    text: str


Value = str | bool | int | None | Expression | Mapping[str, "Value"]


class Attribute(NamedTuple):
    name: str
    value: Value


class Comment(NamedTuple):
    text: str


class Block(NamedTuple):
    """A block. Between two parts of a body that are not plain attributes stands an empty line."""

    type: str
    labels: tuple[str, ...]
    body: "tuple[Attribute | Block | Comment, ...]"


def quoted(text: str) -> str:
    """`text` as a template that stands for itself: no sign in it is taken for an expression."""
    return '"' + "".join(_sign(text, at) for at in range(len(text))) + '"'


def _sign(text: str, at: int) -> str:
    sign = text[at]
    if sign in "$%" and text[at + 1 : at + 2] == "{":
        # `$${` would do, but behind another sign of its kind readers disagree which of the three pair.
        return f"\\u{ord(sign):04x}"
    if sign in _ESCAPES:
        return _ESCAPES[sign]
    if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp", "Co", "Cn"):
        return f"\\u{ord(sign):04x}" if ord(sign) < 0x10000 else f"\\U{ord(sign):08x}"
    return sign


def is_identifier(text: str) -> bool:
    """Whether it can be the name of a block, a variable or an attribute."""
    return _IDENTIFIER.fullmatch(text) is not None


def identifier(text: str, *, start: str = "x") -> str:
    """A name made of `text`: what cannot stand in one becomes an underscore."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "_", text)
    return plain if re.match(r"[A-Za-z_]", plain) else f"{start}_{plain}".rstrip("_")


def file_text(blocks: Iterable[Block | Comment], *, head: str) -> str:
    """A whole file: `head` as comment lines, then the blocks."""
    parts = ["".join(f"# {line}\n" for line in head.split("\n"))]
    parts += [_block(block, 0) if isinstance(block, Block) else f"# {block.text}\n" for block in blocks]
    return "\n".join(parts)


def _block(block: Block, depth: int) -> str:
    indent = "  " * depth
    head = " ".join((block.type, *(quoted(label) for label in block.labels)))
    if not block.body:
        return f"{indent}{head} {{}}\n"
    return f"{indent}{head} {{\n{_body(block.body, depth + 1)}{indent}}}\n"


def _body(body: Iterable[Attribute | Block | Comment], depth: int) -> str:
    """Attributes that follow each other have their signs one below the other; all else stands alone."""
    runs: list[list[Attribute]] = []
    parts: list[str | list[Attribute]] = []
    above = ""
    for one in body:
        if isinstance(one, Comment):
            above += f"{'  ' * depth}# {one.text}\n"
            continue
        if isinstance(one, Attribute) and not isinstance(one.value, Mapping) and not above:
            if not parts or not isinstance(parts[-1], list):
                runs.append([])
                parts.append(runs[-1])
            runs[-1].append(one)
            continue
        text = _attributes([one], depth) if isinstance(one, Attribute) else _block(one, depth)
        parts.append(above + text)
        above = ""
    if above:
        parts.append(above)
    return "\n".join(part if isinstance(part, str) else _attributes(part, depth) for part in parts)


def _attributes(run: list[Attribute], depth: int) -> str:
    return _lines([(one.name, one.value) for one in run], depth)


def _lines(pairs: list[tuple[str, Value]], depth: int) -> str:
    indent = "  " * depth
    width = max((len(name) for name, _ in pairs), default=0)
    return "".join(f"{indent}{name:<{width}} = {_value(value, depth)}\n" for name, value in pairs)


def _value(value: Value, depth: int) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Expression):
        return value.text
    if not value:
        return "{}"
    # Keys in quotes: an unquoted one may be a word of the language.
    inner = _lines([(quoted(name), one) for name, one in value.items()], depth + 1)
    return f"{{\n{inner}{'  ' * depth}}}"
