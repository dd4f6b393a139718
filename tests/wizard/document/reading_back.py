"""Exports as other programs read them: rows of tables, whatever the format."""

import csv
import io
import re
import zipfile
from html import unescape as html_unescape
from pathlib import Path
from typing import Any

import openpyxl
from markdown_it import MarkdownIt

from wizard.document.export import ENDINGS, KINDS, Kind, Values, write
from wizard.model.system import System
from wizard.session.parts import Answers


def export_all(
    system: System, folder: Path, answers: Answers | None = None, values: Values | None = None, **more: Any
) -> dict[Kind, Path]:
    """The document in all formats."""
    return {
        kind: write(
            system,
            answers or Answers(),
            kind=kind,
            path=folder / f"document{ENDINGS[kind]}",
            values=values,
            **more,
        )
        for kind in KINDS
    }


def sheets(path: Path) -> dict[str, list[list[Any]]]:
    """All rows of an XLSX by sheet."""
    book = openpyxl.load_workbook(path, read_only=True)
    try:
        return {sheet.title: [list(row) for row in sheet.iter_rows(values_only=True)] for sheet in book}
    finally:
        book.close()


def csv_rows(path: Path) -> list[list[str]]:
    """All rows of a CSV file."""
    return list(csv.reader(io.StringIO(path.read_bytes().decode(), newline="")))


def texts(folder: dict[Kind, Path]) -> dict[str, str]:
    """What stands in each file, XLSX as the texts and numbers of its cells."""
    found = {"markdown": folder["markdown"].read_text(), "json": folder["json"].read_text()}
    found["csv"] = "\n".join(path.read_text() for path in sorted(folder["csv"].iterdir()))
    # Ten times as fast as a real reader, which other tests use.
    with zipfile.ZipFile(folder["xlsx"]) as book:
        parts = [book.read(name).decode() for name in book.namelist() if name.endswith(".xml")]
    cells = (cell for part in parts for cell in re.findall("<[tv](?: [^>]*)?>([^<]*)</[tv]>", part))
    found["xlsx"] = "\n".join(html_unescape(cell) for cell in cells)
    return found


def html(markdown: str) -> str:
    """Markdown as a renderer with tables and raw HTML shows it, as the page that a person would open."""
    return MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough").render(markdown)
