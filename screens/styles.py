"""Where the style sheets are: one for the whole application, one for each screen that needs its own."""

from pathlib import Path

import assets

FOLDER = Path(assets.__file__).parent


def sheet(name: str) -> Path:
    """The path of assets/<name>.tcss."""
    return FOLDER / f"{name}.tcss"
