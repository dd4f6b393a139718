"""Systems made from the nouns' own types, so that a new field or noun is in them without anybody's doing."""

import itertools
from collections.abc import Iterator
from typing import Any

import msgspec
from hypothesis import strategies as st

from wizard.model.system import System

INSIDE = frozenset(("System", "Origin", "Autoscale", "GitHubLink", "Maintenance"))
"""Nouns that are no object of their own: they are told with the one that holds them."""


def nouns_below(value: Any) -> Iterator[Any]:
    """Every noun in `value`, itself included, parents first."""
    if isinstance(value, msgspec.Struct):
        yield value
        for name in value.__struct_fields__:
            yield from nouns_below(getattr(value, name))
    elif isinstance(value, tuple):
        for one in value:
            yield from nouns_below(one)


def marked_system(each: int = 2) -> System:
    """A System in which every list has `each` entries, nothing is None, every text is another word,
    ("name17x"), every number another number, and every yes-or-no is yes."""
    numbers = iter(range(1_001, 1_000_000))

    def make(kind: Any, name: str) -> Any:
        if isinstance(kind, msgspec.inspect.StrType):
            if name == "at" or name.endswith(("_at", "_for")):
                return f"2026-01-01T00:{next(numbers) // 60 % 60:02d}:{next(numbers) % 60:02d}Z"
            return f"{name}{next(numbers)}x"
        if isinstance(kind, msgspec.inspect.IntType):
            return next(numbers)
        if isinstance(kind, msgspec.inspect.BoolType):
            return True
        if isinstance(kind, msgspec.inspect.LiteralType):
            return kind.values[-1]
        if isinstance(kind, msgspec.inspect.UnionType):
            return make(next(t for t in kind.types if not isinstance(t, msgspec.inspect.NoneType)), name)
        if isinstance(kind, msgspec.inspect.VarTupleType):
            return tuple(make(kind.item_type, name) for _ in range(each))
        if isinstance(kind, msgspec.inspect.DictType):
            return {f"{name}key{next(numbers)}x": make(kind.value_type, name) for _ in range(each)}
        if isinstance(kind, msgspec.inspect.StructType):
            return kind.cls(**{field.name: make(field.type, field.name) for field in kind.fields})
        raise TypeError(kind)

    made: System = make(msgspec.inspect.type_info(System), "system")
    return made


def systems(texts: st.SearchStrategy[str]) -> st.SearchStrategy[System]:
    """Any System that fits the types, its texts from `texts`."""

    def strategy(kind: Any) -> st.SearchStrategy[Any]:
        if isinstance(kind, msgspec.inspect.StrType):
            return texts
        if isinstance(kind, msgspec.inspect.IntType):
            return st.integers(0, 2**53 - 1)
        if isinstance(kind, msgspec.inspect.BoolType):
            return st.booleans()
        if isinstance(kind, msgspec.inspect.NoneType):
            return st.none()
        if isinstance(kind, msgspec.inspect.LiteralType):
            return st.sampled_from(sorted(kind.values))
        if isinstance(kind, msgspec.inspect.UnionType):
            return st.one_of([strategy(one) for one in kind.types])
        if isinstance(kind, msgspec.inspect.VarTupleType):
            return st.lists(strategy(kind.item_type), max_size=2).map(tuple)
        if isinstance(kind, msgspec.inspect.DictType):
            return st.dictionaries(texts, strategy(kind.value_type), max_size=2)
        if isinstance(kind, msgspec.inspect.StructType):
            return st.builds(kind.cls, **{field.name: strategy(field.type) for field in kind.fields})
        raise TypeError(kind)

    return strategy(msgspec.inspect.type_info(System)).map(_with_own_ids)


def _with_own_ids(system: System) -> System:
    """No two objects of one kind have the same id: that much Heroku promises."""
    numbers = itertools.count(1)

    def walk(value: Any) -> Any:
        if isinstance(value, dict):
            mine = {"id": f"id-{next(numbers)}"} if "id" in value else {}
            return {name: walk(one) for name, one in value.items()} | mine
        return [walk(one) for one in value] if isinstance(value, (list, tuple)) else value

    return msgspec.convert(walk(msgspec.to_builtins(system)), System)
