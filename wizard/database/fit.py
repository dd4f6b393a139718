"""Whether a copy that was begun still fits: the source's schema as it was then, the target's as we made it.

A migration that runs on either side between the copy and the cut-over would otherwise be found by the proof
only, when the apps do not serve any more.
"""

import hashlib
from collections import Counter

from wizard.database.catalogue import Table
from wizard.database.definitions import BORDER
from wizard.database.fingerprint import Fingerprint
from wizard.database.marker import Known
from wizard.model.trouble import Trouble

_MADE_BEFORE_THE_DATA = ("table", "column", "type", "function")
"""Kinds of which all that the source has is on the target from the beginning."""

_COMPARED_WHOLE = ("column", "type")
"""Of these the definition is the same from the beginning; a table gets its row security at the end."""

_NOT_OURS = ("comment", "schema")


def state_of(schema: Fingerprint) -> str:
    """A short text that is equal for equal schemas."""
    text = repr([(kind, sorted(found.items())) for kind, found in sorted(schema.items())])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def misfits(source: Fingerprint, target: Fingerprint, begun_with: str) -> list[str]:
    """Why the copy must be begun anew, in words; nothing when it fits.

    Args:
        begun_with: `state_of` the source's schema when the copy was begun.
    """
    words: list[str] = []
    for kind, there in source.items():
        here = target.get(kind, Counter())
        if kind in _NOT_OURS:
            continue
        if kind == "constraint":
            # The key of a partition has a name of its own until it is attached.
            there, here = _by_table(there), _by_table(here)  # noqa: PLW2901
        if kind == "column":
            there, here = _uncompressed(there), _uncompressed(here)  # noqa: PLW2901
        made_late = kind in ("constraint", "domain constraint")
        changed = _names(here - there) if made_late else _names(here) - _names(there)
        if kind in _MADE_BEFORE_THE_DATA:
            changed |= _names(there - here) if kind in _COMPARED_WHOLE else _names(there) - _names(here)
        words += [f"{kind} {name}" for name in sorted(changed)]
    if not words and state_of(source) != begun_with:
        words.append("an object of the source")
    return words


def _by_table(found: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    return Counter((f"of {name.rpartition('.')[0]}", text) for name, text in found.elements())


def _uncompressed(found: Counter[tuple[str, str]]) -> Counter[tuple[str, str]]:
    """Without how values are compressed: a target that is built without lz4 has its usual way."""
    return Counter(
        (name, BORDER.join(part for part in text.split(BORDER) if not part.startswith("compression=")))
        for name, text in found.elements()
    )


def _names(found: Counter[tuple[str, str]]) -> set[str]:
    return {name for name, _ in found}


def want_same_tables(tables: list[Table], known: dict[str, Known]) -> None:
    """Raises Trouble when the source's tables are no longer those that were made on the target."""
    now = {table.key: (table.columns, table.types, table.label) for table in tables}
    before = {key: (table.columns, table.types, table.label) for key, table in known.items()}
    changed = sorted(
        (now.get(key) or before[key])[2]
        for key in now.keys() | before.keys()
        if now.get(key) != before.get(key)
    )
    if changed:
        raise Trouble(
            f"The source's schema has changed since the first copy: {', '.join(changed[:5])}.",
            untouched="The target was left as it is.",
            remedy="Start the copy over, and change no schema until the move has ended.",
            code="schema-changed",
        )
