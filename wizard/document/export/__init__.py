"""The document of a system as a file: Markdown, a spreadsheet, CSV, JSON.

A file is new, for nobody else to read (0600), and whole or not there at all. Values of config vars are in it
only when a person asked for exactly that; then its first line says so.
"""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO, Final, Literal

from wizard.document.changes import Change
from wizard.document.checkout import Checkout
from wizard.document.export.contents import Document, Values, document
from wizard.model.system import System
from wizard.session.new_file import write_new_file, write_new_folder
from wizard.session.parts import Answers

Kind = Literal["markdown", "xlsx", "csv", "json"]

KINDS: Final[tuple[Kind, ...]] = ("markdown", "xlsx", "csv", "json")

ENDINGS: Final[dict[Kind, str]] = {"markdown": ".md", "xlsx": ".xlsx", "csv": "", "json": ".json"}
"""Of file names; CSV is a folder."""


def write(
    system: System,
    answers: Answers,
    *,
    kind: Kind,
    path: Path,
    title: str = "",
    checkouts: Mapping[str, Checkout] | None = None,
    before: System | None = None,
    changes: tuple[Change, ...] | None = None,
    values: Values | None = None,
) -> Path:
    """Write the document of `system` to the new file `path` (for CSV a folder) and return its absolute path.

    Args:
        system: as it was read; `answers` are put into it here.
        title: how the system is called; the account's address when empty.
        checkouts: what was read of the code, by app id.
        changes: what changed since `before` was read.
        values: of config vars, only when a person asked for exactly that.

    Raises:
        Trouble: there is such a file already, or it cannot be written, for example because the disk is full;
            no part of it is left then.
    """
    told = document(
        system,
        answers,
        title=title,
        made_by=_made_by(),
        checkouts=checkouts,
        before=before,
        changes=changes,
        values=values,
    )
    return write_document(told, kind, path)


def write_document(told: Document, kind: Kind, path: Path) -> Path:
    """Write a document that is put together already; as `write`."""
    if kind == "csv":
        from wizard.document.export.csv_folder import write_csv_folder

        return write_new_folder(path, lambda folder: write_csv_folder(told, folder))
    if kind == "xlsx":
        return write_new_file(path, lambda file: _book(told, path, file))
    text = text_of(told, kind).encode()
    return write_new_file(path, lambda file: _whole(file, text))


def text_of(told: Document, kind: Literal["markdown", "json"], *, ascii_only: bool = False) -> str:
    """The document as text, for standard output.

    Args:
        ascii_only: for where UTF-8 does not pass. JSON is ASCII then, and equal when decoded; so are values
            of config vars in Markdown, whose other text is as always.
    """
    if kind == "json":
        from wizard.document.export.json_file import json_text

        return json_text(told, ascii_only=ascii_only)
    from wizard.document.export.markdown import render

    return render(told, ascii_values=ascii_only)


def _whole(file: BinaryIO, text: bytes) -> None:
    file.write(text)


def _book(told: Document, path: Path, file: BinaryIO) -> None:
    from wizard.document.export.xlsx import write_xlsx

    # Beside the file: where it does not fit, that is said of the disk that is full.
    folder = Path(tempfile.mkdtemp(prefix=".offramp-", dir=path.expanduser().parent))
    try:
        write_xlsx(told, file, folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _made_by() -> str:
    from importlib.metadata import version

    return f"offramp {version('offramp')}"


__all__ = ["ENDINGS", "KINDS", "Document", "Kind", "Values", "document", "text_of", "write", "write_document"]
