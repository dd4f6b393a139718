"""A source that has lost its tables or rows must not empty the target: it was restored from nothing, or its
name leads to a replacement that holds nothing yet."""

from collections.abc import Iterable, Mapping

from wizard.model.trouble import Trouble
from wizard.stores.mysql.catalogue import MARKER, Catalogue
from wizard.stores.mysql.digest import Digest
from wizard.stores.mysql.marker import MAY_LOSE, Marker

LOSS = 2
"""A source without one in so many of the copied tables has lost them: migrations drop a few."""


def want_no_lost_tables(known: Marker, source: Catalogue, target: Catalogue) -> None:
    """Raise Trouble where a refresh would drop too many tables of the target, and may not."""
    left = sum(name in source.tables for name in target.tables)
    if target.tables and not known.may_lose and left * LOSS < len(target.tables):
        raise _lost(f"{left:,} of {len(target.tables):,} tables are left")


def want_no_lost_rows(known: Marker, there: Mapping[str, Digest], here: Mapping[str, Digest]) -> None:
    """Raise Trouble where all tables of the source are empty, those of the target are not, and it may not be
    made so."""
    rows = _rows(here.values())
    if rows and not known.may_lose and not _rows(there.values()):
        raise _lost(f"no row of {rows:,} is left")


def _rows(digests: Iterable[Digest]) -> int:
    return sum(one.rows for one in digests)


def _lost(words: str) -> Trouble:
    return Trouble(
        f"The source has lost what was copied: {words}.",
        untouched="Nothing was removed from the target.",
        remedy="Bring the source's tables back, then resume. If it is meant to have so little, allow it in"
        f" the target (INSERT INTO {MARKER} VALUES ('{MAY_LOSE}', 'yes')), then resume.",
        code="source-lost-tables",
    )
