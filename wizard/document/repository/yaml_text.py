"""Reading YAML that other people wrote: as nodes with line numbers, never as objects.

PyYAML's composer makes no Python objects, so nothing in a file can run, dates stay texts, `on` stays a key,
and an alias is one more arrow to a node that is there already. What walks the nodes must be bounded then,
since a few arrows can stand for millions of visits: all items of a document draw on one budget.
"""

from collections.abc import Iterator

import yaml

MOST_CHARACTERS = 256 * 1024
MOST_VISITS = 100_000
"""Nodes that one reading of a document may look at; files that people write have fewer."""

_LOADER: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Item:
    """A value in a document with the line that it begins on, counted from 1; `named_at` is the line of its
    key, where it has one."""

    __slots__ = ("_budget", "_node", "_told", "line", "named_at")

    def __init__(self, node: yaml.Node, budget: list[int], key: yaml.Node | None = None) -> None:
        self._node = node
        self._budget = budget
        self._told: tuple[tuple[str, Item], ...] | None = None
        self.line = _line(node)
        self.named_at = _line(key or node)

    @property
    def text(self) -> str | None:
        """A scalar as it is written ("3.10", "yes"); None when this is a list or a map."""
        return self._node.value if isinstance(self._node, yaml.ScalarNode) else None

    @property
    def is_map(self) -> bool:
        return isinstance(self._node, yaml.MappingNode)

    @property
    def is_list(self) -> bool:
        return isinstance(self._node, yaml.SequenceNode)

    @property
    def is_block(self) -> bool:
        """Whether a scalar is written as a block (`|`, `>`): its text begins a line further down."""
        return isinstance(self._node, yaml.ScalarNode) and self._node.style in ("|", ">")

    def pairs(self) -> Iterator[tuple[str, "Item"]]:
        """Keys and values of a map, those merged by `<<` behind its own; nothing for anything else."""
        if self._told is None:
            # Once: whoever reads a map asks it for a dozen keys.
            self._told = tuple(self._pairs(depth=0))
        return iter(self._told)

    def _pairs(self, depth: int) -> Iterator[tuple[str, "Item"]]:
        if not isinstance(self._node, yaml.MappingNode) or depth > 8:
            return
        merged: list[Item] = []
        for key, value in self._node.value:
            if not self._spend():
                return
            item = Item(value, self._budget, key)
            if isinstance(key, yaml.ScalarNode) and key.value == "<<":
                merged += [item] if item.is_map else item.items()
            elif isinstance(key, yaml.ScalarNode):
                yield key.value, item
        for item in merged:
            yield from item._pairs(depth + 1)

    def items(self) -> Iterator["Item"]:
        """What a list holds; nothing for anything else."""
        if isinstance(self._node, yaml.SequenceNode):
            for node in self._node.value:
                if not self._spend():
                    return
                yield Item(node, self._budget)

    def get(self, *path: str) -> "Item | None":
        """The value under these keys, one below the other."""
        here: Item | None = self
        for name in path:
            here = next((value for key, value in here.pairs() if key == name), None) if here else None
        return here

    def texts(self) -> list[str]:
        """A scalar, or the scalars of a list."""
        if self.text is not None:
            return [self.text]
        return [item.text for item in self.items() if item.text is not None]

    @property
    def is_cut(self) -> bool:
        """Whether the budget of the document is used up, so that what was read of it is not all."""
        return self._budget[0] < 0

    def _spend(self) -> bool:
        self._budget[0] -= 1
        return self._budget[0] >= 0


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1 if node.start_mark else 1


def read_yaml(text: str) -> Item | None:
    """The first document of a text; None when it is empty, no YAML, or larger than any that people write."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        node = next(iter(yaml.compose_all(text, Loader=_LOADER)), None)
    except (yaml.YAMLError, RecursionError, ValueError):
        return None
    return Item(node, [MOST_VISITS]) if node is not None else None
