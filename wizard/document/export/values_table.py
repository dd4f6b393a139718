"""Values of config vars in a table: as they are where that is safe, else as JSON, and which of the two."""

import json
from typing import Final

from wizard.document.export.contents import Document
from wizard.document.export.escape import FORMULA, harmless_json
from wizard.document.export.table import Head, Row, Table
from wizard.model.text import is_clean

LONGEST_CELL: Final = 32_000
"""Characters of a cell: spreadsheets hold 32,767."""


def with_values(table: Table, document: Document) -> Table:
    """The table of config vars with a column that says how the value is written, and as many more as the
    longest value takes; they are to be read together.

    A value is written as it is when it is one line without invisible signs that no spreadsheet takes for a
    formula; any other is a JSON string, which decodes to it byte for byte.
    """
    values = document.values
    if not isinstance(values, dict):
        return table
    unread = document.unread_values if isinstance(document.unread_values, dict) else {}
    unread = {app_id: f"not read: {why}" for app_id, why in unread.items()}
    written = []
    most = 1
    # What was set after the inventory was read has a value and no row yet.
    blank = (None,) * (len(table.heads) - 2)
    more = tuple(row._replace(cells=(*row.cells, *blank)) for row in _new_ones(document, values))
    for row in (*table.rows, *more):
        name = str(row.cells[1])
        value = values.get(row.app_id or "", {}).get(name)
        form, pieces = (unread.get(row.app_id or "", ""), [""]) if value is None else _written(value)
        most = max(most, len(pieces))
        written.append((row, form, pieces))
    heads = [Head("Value is written"), Head("Value (secret)")]
    heads += [Head(f"Value, part {number}") for number in range(2, most + 1)]
    rows = tuple(
        row._replace(cells=(*row.cells, form, *pieces, *[""] * (most - len(pieces))))
        for row, form, pieces in written
    )
    return table._replace(heads=(*table.heads, *heads), rows=rows)


def _written(value: str) -> tuple[str, list[str]]:
    as_it_is = is_clean(value) and value == value.strip() and not value.startswith((*FORMULA, "'"))
    text = value if as_it_is else in_json(value)
    pieces = [text[start : start + LONGEST_CELL] for start in range(0, len(text), LONGEST_CELL)]
    return "as it is" if as_it_is else "as JSON", pieces or [""]


def in_json(value: str) -> str:
    """A value as a JSON string on one line, harmless wherever it stands."""
    return harmless_json(json.dumps(value, ensure_ascii=False))


def _new_ones(document: Document, values: dict[str, dict[str, str]]) -> tuple[Row, ...]:
    known = {(app.id, var.name) for app in document.system.apps for var in app.config}
    names = {app.id: app.name for app in document.system.apps}
    return tuple(
        Row("", app_id, (names.get(app_id, app_id), name))
        for app_id, named in values.items()
        for name in named
        if (app_id, name) not in known
    )
