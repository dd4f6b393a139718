"""Cuts tables into parts: ranges of pages, the last one open at its end."""

from collections.abc import Iterable
from decimal import Decimal

from wizard.database.catalogue import Table
from wizard.database.digest import Digest
from wizard.model.noun import Noun

PAGE = 8192
"""Bytes of a heap page in every ordinary build of Postgres."""

TID_RANGE_SCAN = 14
"""The first version that reads a range of pages without reading all others too."""


class Part(Noun, frozen=True, kw_only=True):
    """Pages from `first` up to and without `end` (None: to the table's end, however far it has grown).

    Once `done`, `rows`, `bytes` (of COPY text), `sum` and `second` say what was copied, `transaction` which
    transaction of the target wrote it: its rows are found again by it.
    """

    table: str
    number: int
    first: int
    end: int | None
    done: bool = False
    rows: int = 0
    bytes: int = 0
    sum: Decimal = Decimal(0)
    second: Decimal = Decimal(0)
    transaction: str = ""

    @property
    def digest(self) -> Digest:
        """What was copied."""
        return Digest(rows=self.rows, sum=self.sum, second=self.second)


LEAST, MOST = 2 * 1024 * 1024, 64 * 1024 * 1024
"""Bytes of a part. A break costs each worker half a part on average: at 64 MB and 10 MB/s three seconds."""

PARTS = 500
"""Into about how many parts a whole database is cut, within those bounds: then ten breaks with two workers in
each cost 2 % of it."""


LEAST_FAR = 4 * LEAST
"""Bytes of a part over a far link, at least."""


def part_size(tables: Iterable[Table], least: int = LEAST) -> int:
    """Bytes of a part for a database of these tables."""
    return max(least, min(sum(table.bytes for table in tables) // PARTS, MOST))


def cut(table: Table, part_bytes: int, server_major: int, *, first: int = 0, number: int = 0) -> list[Part]:
    """Cut `table` from page `first` on into parts of about `part_bytes` on disk, numbered from `number`. What
    a table stores out of line counts too, evenly."""
    per_page = max(table.bytes / table.pages, PAGE) if table.pages else PAGE
    pages = max(int(part_bytes / per_page), 1)
    borders = (
        list(range(first, max(table.pages, first + 1), pages)) if server_major >= TID_RANGE_SCAN else [first]
    )
    return [
        Part(
            table=table.key,
            number=number + position,
            first=border,
            end=borders[position + 1] if position + 1 < len(borders) else None,
        )
        for position, border in enumerate(borders)
    ]
