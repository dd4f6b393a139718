"""Whether two MySQL databases hold the same: rows, definitions, and what else there is."""

from collections.abc import Mapping, Sequence

from wizard.database.control import Control
from wizard.model.text import clean
from wizard.stores.gauge import Gauge
from wizard.stores.mysql.catalogue import Catalogue, Table
from wizard.stores.mysql.digest import Digest, read_digest
from wizard.stores.mysql.session import Session
from wizard.stores.progress import PartProof, StoreDifference, StoreProof

SAMPLES = 10


def digests(session: Session, tables: Sequence[Table], control: Control, gauge: Gauge) -> dict[str, Digest]:
    """Digest tables in one snapshot. Raises MysqlError, Stopped."""
    session.query("START TRANSACTION WITH CONSISTENT SNAPSHOT")
    found = {}
    for table in tables:
        control.check()
        found[table.name] = read_digest(session, table)
        gauge.add(clean(table.name), found[table.name].rows)
    session.query("COMMIT")
    return found


def compare(
    store: str,
    source: Catalogue,
    target: Catalogue,
    there: Mapping[str, Digest],
    here: Mapping[str, Digest],
    *,
    seconds: float,
) -> StoreProof:
    """Put the comparison in words."""
    names = sorted({*there, *here})
    nothing = Digest(rows=0, text="")
    rows = [(name, there.get(name, nothing), here.get(name, nothing)) for name in names]
    unlike = [
        name
        for name in source.tables
        if name in target.tables and source.tables[name].definition != target.tables[name].definition
    ]
    unlike += _others(source, target)
    found = {
        "missing": ("{n} only on the source", [f"table {name}" for name in there if name not in here]),
        "more": ("{n} only here", [f"table {name}" for name in here if name not in there]),
        "rows": (
            "{n} with other rows",
            [
                f"{name} ({mine.rows:,} rows on the source, {its.rows:,} here)"
                for name, mine, its in rows
                if name in there and name in here and mine != its
            ],
        ),
        "definition": ("{n} not as on the source", unlike),
    }
    return StoreProof(
        store=store,
        unit="rows",
        parts=tuple(
            PartProof(name=clean(name), kind="table", source=mine.rows, target=its.rows, equal=mine == its)
            for name, mine, its in rows
        ),
        differences=tuple(
            StoreDifference(
                kind=kind,
                words=words.format(n=f"{len(some)} {_noun(kind, len(some))}"),
                count=len(some),
                samples=tuple(clean(name, limit=120) for name in some[:SAMPLES]),
            )
            for kind, (words, some) in found.items()
            if some
        ),
        left_out=_other_collations(source, target),
        seconds=seconds,
    )


def _other_collations(source: Catalogue, target: Catalogue) -> tuple[str, ...]:
    """Columns that are sorted and compared otherwise: a table that names no collation gets the server's own,
    which is utf8mb4_general_ci until MySQL 5.7 and utf8mb4_0900_ai_ci from MySQL 8 on."""
    found: dict[tuple[str, str], list[str]] = {}
    for name, table in source.tables.items():
        here = (
            {one.name: one.collation for one in target.tables[name].columns} if name in target.tables else {}
        )
        for column in table.columns:
            its = here.get(column.name, column.collation)
            if its != column.collation:
                found.setdefault((column.collation, its), []).append(f"{name}.{column.name}")
    return tuple(
        f"the collation {clean(mine)} of {len(names)} column{'s' * (len(names) != 1)} is {clean(its)} here"
        f" ({', '.join(clean(name) for name in names[:3])})"
        for (mine, its), names in sorted(found.items())
    )


def _noun(kind: str, count: int) -> str:
    return ("definition" if kind == "definition" else "table") + "s" * (count != 1)


def _others(source: Catalogue, target: Catalogue) -> list[str]:
    unlike = []
    for kind, names in source.others.items():
        here = target.others.get(kind, frozenset())
        unlike += [f"{kind} {name}: not here" for name in sorted(names - here)]
        unlike += [f"{kind} {name}: only here" for name in sorted(here - names)]
    return unlike
