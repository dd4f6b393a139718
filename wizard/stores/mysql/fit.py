"""Whether one MySQL database can become the copy of another: what stops it, and what a person should know."""

from collections.abc import Iterator

from wizard.model.text import clean
from wizard.stores.mysql.catalogue import NOT_MOVED, Catalogue
from wizard.stores.progress import StoreFinding
from wizard.stores.refusals import found_not_empty


def findings(source: Catalogue, target: Catalogue, state: str) -> tuple[StoreFinding, ...]:
    """All of it. `state` is the target's: empty, ours, foreign."""
    return (*_what_stops(source, target, state), *_what_to_know(source, target))


def _what_stops(source: Catalogue, target: Catalogue, state: str) -> Iterator[StoreFinding]:
    if state == "foreign":
        yield found_not_empty("database")
    for kind in NOT_MOVED:
        if names := sorted(source.others.get(kind, ())):
            yield StoreFinding(
                words=f"Offramp does not copy a {kind}: {', '.join(clean(name) for name in names[:5])}.",
                remedy="Move this database by hand, or make a plain table of it on the source.",
                stops=True,
            )
    capital = sorted(name for name in source.tables if name != name.lower())
    if target.folds and not source.folds and capital:
        yield StoreFinding(
            words=f"The target makes names of tables small: {clean(capital[0])} would be another there.",
            remedy="Create the target with lower_case_table_names = 0.",
            stops=True,
        )


def _what_to_know(source: Catalogue, target: Catalogue) -> Iterator[StoreFinding]:
    if source.words.partition(" ")[0] != target.words.partition(" ")[0]:
        yield StoreFinding(
            words=f"The source is {source.words}, the target {target.words}: some types, collations and"
            " functions are known to one of them only.",
            remedy="Try it: the copy names the first table that the target refuses.",
        )
    odd = [table for table in source.tables.values() if table.engine.lower() != "innodb"]
    if odd:
        some = ", ".join(f"{clean(table.name)} ({clean(table.engine)})" for table in odd[:5])
        yield StoreFinding(
            words=f"Not InnoDB, so written to while it is read: {some}.",
            remedy="The refresh copies such a table again once the source is frozen.",
        )
    if target.largest < source.largest:
        yield StoreFinding(
            words=f"The target takes {target.largest >> 20:,} MB at once, the source"
            f" {source.largest >> 20:,} MB: a larger row would be refused.",
            remedy=f"Set max_allowed_packet to {source.largest} on the target if there are such rows.",
        )
