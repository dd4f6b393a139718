"""A person's decisions about stores and stacks: small pure functions, each returns a changed Mapping.

All raise KeyError for a store that the mapping does not have.
"""

from typing import Literal

import msgspec

from wizard.model.mapping import Mapping, StoreChoice


def decide_store(
    mapping: Mapping,
    add_on_id: str,
    action: Literal["copy", "empty", "by-hand", "leave", "undecided"],
    reason: str = "",
) -> Mapping:
    """Copy a store, have it start empty, have it moved by hand, or leave it behind."""
    return _changed(mapping, add_on_id, action=action, reason=reason)


def set_store(
    mapping: Mapping,
    add_on_id: str,
    *,
    handle: str | None = None,
    version: str | None = None,
    memory_mb: int | None = None,
    disk_gb: int | None = None,
    profile: str | None = None,
) -> Mapping:
    """Change what is named of a store; what is None stays, and so does what becomes of its data."""
    wanted = {
        "handle": handle,
        "version": version,
        "memory_mb": memory_mb,
        "disk_gb": disk_gb,
        "profile": profile,
    }
    return _changed(
        mapping, add_on_id, **{name: value for name, value in wanted.items() if value is not None}
    )


def set_stack(mapping: Mapping, stack: str, region: str) -> Mapping:
    """The stack that a new environment is made on, and its region; "" lets the target choose."""
    return msgspec.structs.replace(mapping, stack=stack, region=region)


def _changed(mapping: Mapping, add_on_id: str, **changes: str | int) -> Mapping:
    if not any(one.add_on_id == add_on_id for one in mapping.stores):
        raise KeyError(add_on_id)
    stores: tuple[StoreChoice, ...] = tuple(
        msgspec.structs.replace(one, **changes) if one.add_on_id == add_on_id else one
        for one in mapping.stores
    )
    return msgspec.structs.replace(mapping, stores=stores)
