"""The document as a spreadsheet: a sheet for each kind of object, with filters, real numbers and dates."""

import contextlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

from msgspec import UNSET
from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError, FileSizeError
from xlsxwriter.worksheet import Worksheet

from wizard.document.export.contents import Document
from wizard.document.export.escape import safe_text
from wizard.document.export.table import Cell, Head, Table, moment
from wizard.document.export.tables import tables
from wizard.document.export.values_table import with_values

LONGEST: Final = 32_700
"""Characters that one cell can hold, and some to say that there were more."""

_WIDTHS: Final = {"yes": 12, "flag": 12, "number": 12, "cents": 14, "bytes": 16, "time": 18}
_FORMATS: Final[dict[str, dict[str, Any]]] = {
    "number": {"num_format": "#,##0"},
    "cents": {"num_format": "#,##0.00"},
    "bytes": {"num_format": "#,##0"},
    "time": {"num_format": "yyyy-mm-dd hh:mm"},
    "head": {"bold": True, "bg_color": "#E8E8E8", "border": 1},
    "none": {"italic": True, "font_color": "#707070"},
    "warning": {"bold": True, "font_color": "#B00000"},
}
"""By kind of cell, and of what is no cell of a row."""

_SAMPLE: Final = 400
"""Rows that a column's width is measured by."""


def write_xlsx(document: Document, file: IO[bytes], folder: Path) -> None:
    """Write it to `file`.

    Rows go through files in `folder` (a private one), so that memory does not grow with the system; not when
    there are values, which would stay on the disk if this process was killed.

    Raises:
        OSError: it cannot be written.
    """
    # Put together in memory, a tenth of what is in it: on a full disk the library would speak by itself.
    whole = io.BytesIO()
    secret = document.secrets is not UNSET
    options: dict[str, Any] = {"in_memory": True} if secret else {"constant_memory": True}
    book = Workbook(whole, {**options, "tmpdir": str(folder)})
    try:
        book.set_properties({"title": safe_text(document.title), "comments": "Written by Offramp"})
        formats = {name: book.add_format(form) for name, form in _FORMATS.items()}
        for number, table in enumerate(tables(document)):
            sheet = book.add_worksheet(table.name)
            filled = with_values(table, document) if table.name == "Config vars" else table
            first = 0
            if document.secrets is not UNSET and number == 0:
                sheet.write_string(0, 0, safe_text(document.secrets), formats["warning"])
                first = 1
            _fill(sheet, filled, first, formats)
    except BaseException:
        with contextlib.suppress(Exception):
            book.close()
        raise
    _close(book)
    file.write(whole.getbuffer())


def _close(book: Workbook) -> None:
    try:
        book.close()
    except (FileCreateError, FileSizeError) as error:
        # XlsxWriter wraps what the file system said.
        raise error.__context__ if isinstance(error.__context__, OSError) else OSError(str(error)) from error


def _fill(sheet: Worksheet, table: Table, first: int, formats: dict[str, Any]) -> None:
    for place, (head, width) in enumerate(zip(table.heads, _column_widths(table), strict=True)):
        sheet.set_column(place, place, width)
        sheet.write_string(first, place, head.title, formats["head"])
    sheet.freeze_panes(first + 1, 1)
    # Versions and ids are texts on purpose: no mark at each.
    sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})
    last = first + max(1, len(table.rows))
    sheet.autofilter(first, 0, last, len(table.heads) - 1)
    if not table.rows:
        # An empty sheet would look like one that was forgotten.
        sheet.write_string(first + 1, 0, f"({table.none})", formats["none"])
    for line, row in enumerate(table.rows, first + 1):
        for place, (value, head) in enumerate(zip(row.cells, table.heads, strict=True)):
            _write(sheet, (line, place), value, head, formats)


def _write(sheet: Worksheet, at: tuple[int, int], value: Cell, head: Head, formats: dict[str, Any]) -> None:
    """The cell `at` a row and a column. Text is written as text, even what looks like a formula."""
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(*at, value)
    elif isinstance(value, (int, float)):
        number = value / 100 if head.kind == "cents" else value
        # Larger ones a spreadsheet would round.
        if abs(number) < 10**15:
            sheet.write_number(*at, number, formats.get(head.kind))
        else:
            sheet.write_string(*at, str(number))
    else:
        when = moment(value) if head.kind == "time" else None
        if when is not None and 1900 <= when.year <= 9999:
            sheet.write_datetime(*at, when, formats["time"])
        else:
            sheet.write_string(*at, _short(safe_text(value)))


def _short(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    return f"{text[:LONGEST]}… ({len(text):,} characters: the JSON export holds all)"


def _column_widths(table: Table) -> Sequence[int]:
    widths = []
    for place, head in enumerate(table.heads):
        longest = max((len(str(row.cells[place] or "")) for row in table.rows[:_SAMPLE]), default=0)
        widths.append(max(len(head.title) + 4, _WIDTHS.get(head.kind, min(longest + 2, 60))))
    return widths
