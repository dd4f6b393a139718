"""The tables of the month's bill: its lines, its sums, and what a reader has to know of them."""

from collections.abc import Iterator

from wizard.document.costs import Cost, Sum
from wizard.document.export.table import Head, Names, Row, Table

_MONEY = (Head("US$ a month", "cents"), Head("At least", "cents"), Head("At most", "cents"))


def cost_tables(cost: Cost | None, names: Names) -> Iterator[Table]:
    """The tables in the order of the sheets, without a row where nothing is known of the bill."""
    yield _lines(cost, names)
    yield _sums(cost)
    yield _notes(cost)


def _lines(cost: Cost | None, names: Names) -> Table:
    heads = (
        Head("App", "name"),
        Head("What", "name"),
        Head("Kind"),
        Head("Is"),
        *_MONEY,
        Head("Paid by"),
        Head("Of the price list", "flag"),
        Head("Why"),
    )
    rows = tuple(
        Row(
            "",
            line.app_id,
            (
                names.app(line.app_id),
                line.name,
                line.kind,
                line.text,
                line.cents,
                line.least_cents,
                line.most_cents,
                line.payer,
                line.listed,
                line.why,
            ),
        )
        for line in (cost.lines if cost else ())
    )
    return Table("Costs", heads, rows)


def _sums(cost: Cost | None) -> Table:
    rows: list[Row] = []
    if cost is not None:
        rows.append(_sum("the whole", "", cost))
        rows += [_sum("payer", name or "nobody named", one) for name, one in cost.by_payer.items()]
        rows += [_sum("pipeline", name or "no pipeline", one) for name, one in cost.by_pipeline.items()]
    return Table("Cost sums", (Head("Of"), Head("Who"), *_MONEY), tuple(rows))


def _sum(of: str, name: str, one: Sum | Cost) -> Row:
    return Row("", None, (of, name, one.cents, one.least_cents, one.most_cents))


def _notes(cost: Cost | None) -> Table:
    rows = [
        Row("", None, (about, words))
        for about, lines in (
            (
                ("Not in it, since no price is known", cost.unknown),
                ("Billed by the second besides", cost.usage),
                ("Used here and paid for by others", cost.elsewhere),
                ("To know", cost.notes),
            )
            if cost
            else ()
        )
        for words in lines
    ]
    return Table("Cost notes", (Head("About"), Head("What")), tuple(rows))
