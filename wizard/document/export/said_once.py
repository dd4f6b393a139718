"""Tables of an app without what stands there already, for a document that people read from top to bottom."""

from collections.abc import Iterable, Sequence

from wizard.document.export.table import Head, Row, Table
from wizard.model.system import AddOn, App


def own_add_ons(table: Table, app: App) -> Table:
    """The add-ons that `app` owns without its name in each row, and without the service where that is the
    first word of the plan."""
    titles = [head.title for head in table.heads]
    attached, billed = titles.index("Attached to"), titles.index("Billed to")
    service, plan = titles.index("Service"), titles.index("Plan")

    def own(row: Row) -> Row:
        cells = list(row.cells)
        words = (one.removeprefix(f"{app.name} ") for one in str(cells[attached] or "").split(", "))
        cells[attached] = ", ".join(words)
        if cells[billed] == f"app {app.name}":
            cells[billed] = ""
        if str(cells[plan]).startswith(f"{cells[service]}:"):
            cells[service] = ""
        return row._replace(cells=tuple(cells))

    return table._replace(rows=tuple(map(own, table.rows)))


def more_attachments(table: Table, app: App, add_ons: Iterable[AddOn]) -> Table:
    """The attachments that tell more than the row of the app's own add-on, which names them."""
    sets = {one.id: one.config_vars for one in add_ons if one.app_id == app.id}
    told = {
        f"attachment:{app.id}:{one.id}"
        for one in app.attachments
        if one.namespace is None and sets.get(one.add_on_id) == one.config_vars
    }
    noted = len(table.heads) - 2 if table.heads[-1].title == "Note" else len(table.heads)
    return table._replace(
        rows=tuple(row for row in table.rows if row.key not in told or any(row.cells[noted:]))
    )


def in_words(table: Table, *, keep: Sequence[str], title: str = "About it") -> Table:
    """The columns `keep`, and what stands in the others as words of one more ("Points at app: acme-api")."""
    kept = [place for place, head in enumerate(table.heads) if head.title in keep]
    others = [
        (place, head)
        for place, head in enumerate(table.heads)
        if head.title not in keep and head.title != "App"
    ]

    def words(row: Row) -> str:
        said = ((head, row.cells[place]) for place, head in others)
        return "; ".join(_said(head, cell) for head, cell in said if cell not in (None, "", False))

    return Table(
        table.name,
        (*(table.heads[place] for place in kept), Head(title)),
        tuple(row._replace(cells=(*(row.cells[place] for place in kept), words(row))) for row in table.rows),
        table.none,
    )


def _said(head: Head, cell: object) -> str:
    return head.title if cell is True else f"{head.title}: {cell}"
