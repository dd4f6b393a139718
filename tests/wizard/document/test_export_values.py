"""Values of config vars in an export: byte for byte as they were, and only where a person asked for them."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.screens.example_system import BACKEND, EMAILER, example_system
from tests.wizard.document import hostile
from tests.wizard.document.reading_back import csv_rows, export_all, sheets, texts
from wizard.document.export import KINDS, Kind, Values, write
from wizard.model.secret import Secret
from wizard.session.parts import Answers

NASTY = (
    "it's: a & <b>",
    'two\nlines "quoted"',
    "\ttab\r\n and more\n\n",
    " spaces around ",
    "",
    "# no comment: yes",
    "$HOME ${X} `id` %PATH%",
    "007",
    "yes",
    "null",
    "1e5",
    "0x10",
    "2026-11-30",
    "'quoted",
    '"quoted"',
    "\\n \\u0041 \\",
    "ünïcödé 🚀 日本",
    "\x1b]52;c;x\x07 \x9b2J \u202e\u200b \ue000",
    "\ud800 half a pair",
    "_x001B_ _x0041_",
    "```\n# heading\n```",
    "-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\n",
    "x" * 70_000,
    *hostile.FORMULAS,
)


def read_values(kind: Kind, path: Path) -> dict[str, str]:
    """The values as a program would take them out of an export."""
    if kind == "json":
        return dict(json.loads(path.read_text())["values"][BACKEND])
    if kind == "markdown":
        block = path.read_text().partition("```json\n")[2].partition("\n```\n")[0]
        return dict(json.loads(block))
    rows: list[list[Any]] = []
    if kind == "csv":
        rows = csv_rows(path / "config-vars.csv")[1:]
    else:
        rows = sheets(path)["Config vars"]
    form = rows[0].index("Value is written")
    found = {}
    for row in rows[1:]:
        text = "".join(str(cell) for cell in row[form + 1 :] if cell is not None)
        if row[form] in ("as it is", "as JSON"):
            found[str(row[1])] = json.loads(text) if row[form] == "as JSON" else text
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_values_come_back_as_they_were(kind: Kind, tmp_path: Path) -> None:
    wanted = {f"N{place}": value for place, value in enumerate(NASTY)}
    by_app = {BACKEND: {name: Secret(value, name) for name, value in wanted.items()}}
    values = Values(by_app, {EMAILER: "Heroku refused it."})
    path = write(example_system(), Answers(), kind=kind, path=tmp_path / "x.xlsx", values=values)
    assert read_values(kind, path) == wanted
    if kind == "csv":
        assert stat.S_IMODE(path.stat().st_mode) == 0o700
        assert all(stat.S_IMODE(one.stat().st_mode) == 0o600 for one in path.iterdir())
        first = (path / "config-vars.csv").read_text().splitlines()[0]
    elif kind == "xlsx":
        first = next(iter(sheets(path).values()))[0][0]
    else:
        first = "".join(path.read_text().splitlines()[: 1 if kind == "markdown" else 2])
    assert "THIS FILE HOLDS SECRETS: the values of 31 config vars of 1 app on Heroku" in first
    if kind != "csv":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
    if kind != "xlsx":
        whole = b"".join(one.read_bytes() for one in (path.iterdir() if path.is_dir() else [path]))
        assert b"\x1b" not in whole and "\u202e".encode() not in whole
    assert not [one for one in tmp_path.iterdir() if one.name.startswith(".")]


def test_without_being_asked_there_is_no_word_of_values(tmp_path: Path) -> None:
    for text in texts(export_all(example_system(), tmp_path)).values():
        assert "SECRETS" not in text and '"values"' not in text and "Value (secret)" not in text
