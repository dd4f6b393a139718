"""A workflow as YAML nodes with their places in the text, and as plain trees to compare.

Nothing is ever written back through a YAML library: texts are edited where nodes stand, then read again.
GitHub reads YAML 1.2, where `on` is a key and 3.10 a text's business; ruamel.yaml does so too.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

LARGEST = 256 * 1024
"""Characters; no person writes a longer workflow."""


class NotEditable(Exception):
    """The text cannot be edited here. `args[0]` says why, to follow "it"."""


class Scalar(NamedTuple):
    tag: str
    value: str


class Pairs(NamedTuple):
    items: "tuple[tuple[Tree, Tree], ...]"


class Items(NamedTuple):
    items: "tuple[Tree, ...]"


Tree = Scalar | Pairs | Items
"""A value without places, quotes and comments: two texts that mean the same have equal trees."""

STRING = "tag:yaml.org,2002:str"
INTEGER = "tag:yaml.org,2002:int"


class Pair(NamedTuple):
    """A key with its value; `end` is behind the last character that belongs to the value."""

    name: str
    key: ScalarNode
    value: Node
    end: int


def compose(text: str) -> Node:
    """The root node of a text.

    Raises:
        NotEditable: it is too large, no YAML, several documents, or uses anchors, where one place stands for
            several.
    """
    if len(text) > LARGEST:
        raise NotEditable("is larger than any workflow that a person writes")
    if text.startswith("\ufeff"):
        raise NotEditable("begins with a byte order mark")
    try:
        # Without C: only the Python reader counts places in characters.
        root = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, RecursionError, ValueError) as error:
        raise NotEditable("is no valid YAML") from error
    if not isinstance(root, MappingNode):
        raise NotEditable("is no YAML map")
    if _shared(root, set()):
        raise NotEditable("uses YAML anchors, so that one line stands for several")
    return root


def _shared(node: Node, seen: set[int]) -> bool:
    """Whether a node stands in more than one place, as aliases make it."""
    if id(node) in seen:
        return True
    seen.add(id(node))
    if isinstance(node, ScalarNode):
        return False
    return any(
        _shared(inner, seen) for one in node.value for inner in (one if isinstance(one, tuple) else (one,))
    )


def tree(node: Node) -> Tree:
    """The plain tree of a node."""
    if isinstance(node, MappingNode):
        return Pairs(tuple((tree(key), tree(value)) for key, value in node.value))
    if isinstance(node, SequenceNode):
        return Items(tuple(tree(item) for item in node.value))
    return Scalar(str(node.tag), str(node.value))


def pairs(node: Node | None) -> list[Pair]:
    """The pairs of a map whose keys are scalars; nothing for anything else."""
    if not isinstance(node, MappingNode):
        return []
    return [
        Pair(str(key.value), key, value, content_end(value))
        for key, value in node.value
        if isinstance(key, ScalarNode)
    ]


def get(node: Node | None, *path: str) -> Node | None:
    """The value under these keys, one below the other."""
    here = node
    for name in path:
        here = next((pair.value for pair in pairs(here) if pair.name == name), None)
    return here


def items(node: Node | None) -> list[Node]:
    """What a list holds; nothing for anything else."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def text_of(node: Node | None) -> str:
    """The text of a scalar; empty for anything else."""
    return str(node.value) if isinstance(node, ScalarNode) else ""


def texts_of(node: Node | None) -> list[str]:
    """A scalar, or the scalars of a list."""
    if isinstance(node, ScalarNode):
        return [str(node.value)]
    return [str(item.value) for item in items(node) if isinstance(item, ScalarNode)]


def start(node: Node) -> int:
    """Where a node begins, in characters."""
    return int(node.start_mark.index)


def line_of(node: Node) -> int:
    """The line that a node begins on, from 1."""
    return int(node.start_mark.line) + 1


def content_end(node: Node) -> int:
    """Behind the last character of a node. What the reader calls the end of a block is where the next one
    begins, behind blank lines and comments."""
    if isinstance(node, ScalarNode):
        end = int(node.end_mark.index)
        if node.style in ("|", ">"):
            text = str(node.end_mark.buffer or "")
            while end > start(node) and text[end - 1 : end] in "\r\n \t":
                end -= 1
        return end
    if not is_block(node) or not node.value:
        return int(node.end_mark.index)
    last = node.value[-1]
    return content_end(last[1] if isinstance(last, tuple) else last)


def is_block(node: Node) -> bool:
    """Whether a map or list is written on lines of its own, not in braces."""
    return isinstance(node, (MappingNode, SequenceNode)) and not node.flow_style


class Comment(NamedTuple):
    start: int
    end: int
    text: str


_COMMENT = re.compile(r"(?:^|(?<=[ \t\n\r]))#[^\r\n]*")


def comments(text: str, root: Node) -> list[Comment]:
    """All comments of a text in order; a `#` inside a scalar is none."""
    taken = sorted(_scalars(root))
    found: list[Comment] = []
    at = 0
    for begin, end in [*taken, (len(text), len(text))]:
        found += [
            Comment(match.start(), match.end(), match[0].rstrip())
            for match in _COMMENT.finditer(text, at, begin)
        ]
        at = max(at, end)
    return found


def _scalars(node: Node) -> Iterator[tuple[int, int]]:
    if isinstance(node, ScalarNode):
        begin = start(node)
        if node.style in ("|", ">"):
            # The line of the sign may end in a comment.
            text = str(node.start_mark.buffer or "")
            line = re.compile(r"[^\r\n#]*").match(text, begin)
            after = re.compile(r"[^\r\n]*").match(text, begin)
            yield begin, line.end() if line else begin
            yield (after.end() if after else begin), content_end(node)
            return
        yield begin, int(node.end_mark.index)
        return
    for one in node.value:
        for inner in one if isinstance(one, tuple) else (one,):
            yield from _scalars(inner)
