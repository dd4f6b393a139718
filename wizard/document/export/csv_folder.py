"""The document as CSV: a folder with a file for each table.

RFC 4180: commas, CR LF, quotes doubled; UTF-8 without a mark; the first line of a file names the columns
(the second, where the first says that there are secrets). Times are as Heroku gives them (UTC, ISO 8601),
money is in dollars, sizes in bytes. A text that a spreadsheet would take for a formula has an apostrophe
before it; numbers have none.
"""

import csv
import io
from pathlib import Path

from msgspec import UNSET

from wizard.document.export.contents import Document
from wizard.document.export.escape import csv_cell, safe_text
from wizard.document.export.table import Cell, Head, Table
from wizard.document.export.tables import tables
from wizard.document.export.values_table import with_values
from wizard.session.new_file import into


def write_csv_folder(document: Document, folder: Path) -> None:
    """Write a file for each table into `folder`. Raises OSError."""
    for table in tables(document):
        first = ""
        if table.name == "Config vars" and document.secrets is not UNSET:
            table, first = with_values(table, document), document.secrets  # noqa: PLW2901 - the same, with more
        with into(folder, f"{table.name.lower().replace(' ', '-')}.csv") as file:
            file.write(csv_text(table, first).encode())


def csv_text(table: Table, first: str = "") -> str:
    """A table as CSV; `first` is a line before all others, as wide as they are."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    if first:
        writer.writerow([csv_cell(first), *[""] * (len(table.heads) - 1)])
    writer.writerow([head.title for head in table.heads])
    for row in table.rows:
        writer.writerow([_cell(value, head) for value, head in zip(row.cells, table.heads, strict=True)])
    return out.getvalue()


def _cell(value: Cell, head: Head) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, (int, float)):
        return f"{value / 100:.2f}" if head.kind == "cents" else str(value)
    # Values of config vars are safe already, and must stay as they are.
    return safe_text(value) if head.title.startswith("Value") else csv_cell(value)
