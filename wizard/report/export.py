"""Writing the report to a file: a new one, for nobody else to read, and whole or not at all."""

from pathlib import Path
from typing import BinaryIO

from wizard.session.new_file import write_new_file


def export(text: str, name: str) -> Path:
    """Write `text` to the new file `name` (0600) and return its absolute path.

    Raises:
        Trouble: there is such a file already, or it cannot be written; no part of it is left then.
    """

    def write(file: BinaryIO) -> None:
        file.write(text.encode())

    return write_new_file(name, write)
