"""Exports: everything of any system is in each of them, nothing breaks out, and the file is safe to have."""

import errno
import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.screens.example_system import BACKEND, example_system
from tests.wizard.document import hostile
from tests.wizard.document.reading_back import csv_rows, export_all, html, sheets, texts
from tests.wizard.document.whole_system import marked_system, nouns_below, systems
from wizard.document.changes import changes
from wizard.document.checkout import Checkout
from wizard.document.component import components
from wizard.document.export import KINDS, Kind, Values, document, write
from wizard.document.export.escape import code, plain
from wizard.document.export.json_file import SCHEMA_FILE, read_document, schema_text
from wizard.document.export.markdown_incomplete import template
from wizard.document.export.tables import SHAPES, tables
from wizard.document.repository.code_nouns import CodeLine, Look
from wizard.document.repository.findings import findings
from wizard.model.delivery import Deploy
from wizard.model.secret import Secret
from wizard.model.system import System
from wizard.model.text import UNSAFE, clean
from wizard.model.trouble import Trouble
from wizard.session.parts import Answers, Note

ROOT = Path(__file__).parents[3]

SIMPLE = st.text("abcXYZ019-_./:@ ", min_size=1, max_size=12)
ANY = st.one_of(SIMPLE, st.sampled_from(hostile.ALL), st.text(max_size=8))


def check_complete(system: System, folder: Path) -> None:
    """Every object of `system` is in each export, by name and by count."""
    exported = export_all(system, folder)
    whole = components(system)
    told = document(system, Answers())
    keys = [row.key for table in tables(told) for row in table.rows if row.key]
    assert sorted(keys) == sorted(one.key for one in whole)
    markdown = exported["markdown"].read_text()
    folded = {
        f"gap:{gap.key}": template(gap, {app.id: app for app in told.system.apps}) for gap in system.gaps
    }
    for one in whole:
        forms = [plain(one.name), code(one.name), plain(f"x {one.name}")[2:]]
        if question := folded.get(one.key):
            forms.append(plain(question))
        assert any(form in markdown for form in forms), one
    from_json = read_document(exported["json"].read_bytes(), what="the document")
    assert [one.key for one in from_json.components] == [clean(one.key) for one in whole] or (
        from_json.system == system
    )
    count = Counter(SHAPES[one.key.partition(":")[0]].name for one in whole)
    book = sheets(exported["xlsx"])
    for shape in SHAPES.values():
        rows = csv_rows(exported["csv"] / f"{shape.name.lower().replace(' ', '-')}.csv")
        assert len(rows) - 1 == count[shape.name], shape.name
        in_rows = book[shape.name][1:]
        if not count[shape.name]:
            assert in_rows == [[f"({shape.none})", *[None] * (len(shape.columns) - 1)]], shape.name
            continue
        assert len(in_rows) == count[shape.name], shape.name
        names = [one.name for one in whole if SHAPES[one.key.partition(":")[0]] is shape]
        cells = {cell for row in rows for cell in row}
        in_book = {str(cell) for row in book[shape.name] for cell in row}
        for name in names:
            safe = clean(name)
            assert safe in cells or f"'{safe}" in cells, (shape.name, name)
            assert safe in in_book or not safe, (shape.name, name)


@given(system=systems(SIMPLE))
@settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_object_of_any_system_is_in_every_export(
    system: System, tmp_path_factory: pytest.TempPathFactory
) -> None:
    check_complete(system, tmp_path_factory.mktemp("exports"))


@pytest.mark.slow
@given(system=systems(ANY))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_object_with_any_name_is_in_every_export(
    system: System, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("exports")
    check_complete(system, folder)


MARKED = marked_system()
SAID_OTHERWISE = {("Attachment", "app_id"), ("Peering", "kind")}
"""The app by its name, and "peering" or "VPN connection"."""


def strings_of(value: Any, name: str = "") -> list[tuple[str, str]]:
    """Every text in a System with the field that it stands in."""
    if isinstance(value, str):
        return [(name, value)]
    if isinstance(value, tuple):
        return [found for one in value for found in strings_of(one, name)]
    if isinstance(value, dict):
        return [found for pair in value.items() for one in pair for found in strings_of(one, name)]
    if isinstance(value, msgspec.Struct):
        fields = value.__struct_fields__
        return [
            found
            for field in fields
            if (type(value).__name__, field) not in SAID_OTHERWISE
            for found in strings_of(getattr(value, field), field)
        ]
    return []


def test_no_field_of_any_noun_is_forgotten(tmp_path: Path) -> None:
    """A noun that gets a field fails here until a column tells it."""
    exported = export_all(MARKED, tmp_path)
    said = texts(exported)
    for kind in ("csv", "xlsx", "json"):
        missing = {name for name, text in strings_of(MARKED) if text.endswith("x") and text not in said[kind]}
        assert not missing, kind
    for_reading = {"id", "app_id", "key", "release_id"}  # of no use to a person
    markdown = said["markdown"].casefold()
    missing = {
        name
        for name, text in strings_of(MARKED)
        if text.endswith("x") and text not in markdown and name not in for_reading
    }
    assert not missing
    numbers = {
        value
        for noun in nouns_below(MARKED)
        for field in noun.__struct_fields__
        if field != "autoscale" and type(value := getattr(noun, field)) is int
    }
    cells = {cell for rows in sheets(exported["xlsx"]).values() for row in rows for cell in row}
    told = {cell for cell in cells if isinstance(cell, (int, float))}
    words = " ".join(str(cell) for cell in cells)
    lost = {one for one in numbers if one not in told and one / 100 not in told and str(one) not in words}
    assert not lost


# -- nothing breaks out ---------------------------------------------------------------------------------


def hostile_system() -> System:
    """A System whose every text is another one of the corpus, raw: as if nobody had cleaned it."""
    corpus = [*hostile.ALL]
    place = 0

    def walk(value: Any, name: str) -> Any:
        nonlocal place
        if isinstance(value, str) and value.endswith("x"):
            place += 1
            # The number keeps ids apart.
            return f"{corpus[place % len(corpus)]}{place}"
        if isinstance(value, dict):
            return {one: walk(inner, one) for one, inner in value.items()}
        return [walk(one, name) for one in value] if isinstance(value, (list, tuple)) else value

    return msgspec.convert(walk(msgspec.to_builtins(MARKED), ""), System)


def test_no_sequence_of_the_corpus_is_in_an_export_raw(tmp_path: Path) -> None:
    system = hostile_system()
    used = " ".join(text for _, text in strings_of(system))
    assert all(text in used for text in hostile.ALL)
    key = f"app:{system.apps[0].id}"
    notes = {key: Note(text="".join(hostile.ALL), owner=hostile.ESC)}
    exported = export_all(system, tmp_path, Answers(notes=notes), title="".join(hostile.ALL))
    for kind, text in texts(exported).items():
        found = {f"U+{ord(sign):04X}" for sign in UNSAFE.findall(text)}
        assert found <= {"U+000A"}, kind
    raw = b"".join(path.read_bytes() for path in exported["csv"].iterdir())
    assert b"\x1b" not in raw and b"\x00" not in raw
    for rows in (csv_rows(path) for path in exported["csv"].iterdir()):
        for cell in (cell for row in rows for cell in row):
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r", "＝"))
    page = html(exported["markdown"].read_text())
    for tag in ("<script", "<img", "<iframe", "<em>", "<s>", "<!--", "<h4", 'javascript:alert(1)"'):
        assert tag not in page, tag
    assert all(link.startswith("#") for link in page.split('href="')[1:])


def test_what_a_spreadsheet_calculates_is_text_there(tmp_path: Path) -> None:
    system = example_system()
    apps = tuple(
        msgspec.structs.replace(app, name=formula)
        for app, formula in zip(system.apps, hostile.FORMULAS, strict=False)
    )
    exported = export_all(msgspec.structs.replace(system, apps=apps), tmp_path)
    assert [row[0] for row in sheets(exported["xlsx"])["Apps"][1:]] == [one.name for one in apps]
    assert [row[0] for row in csv_rows(exported["csv"] / "apps.csv")[1:]] == [f"'{one.name}" for one in apps]


# -- the file -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_a_full_disk_leaves_nothing(kind: Kind, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(Trouble) as refused:
        write(example_system(), Answers(), kind=kind, path=tmp_path / "x")
    assert refused.value.code == "disk-full" and "The disk is full" in refused.value.cause
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_is_overwritten(kind: Kind, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("old")
    with pytest.raises(Trouble) as refused:
        write(example_system(), Answers(), kind=kind, path=tmp_path / "x")
    assert refused.value.code == "file-exists" and (tmp_path / "x").read_text() == "old"


# -- what a reader gets ---------------------------------------------------------------------------------


def test_json_fits_the_published_schema(tmp_path: Path) -> None:
    schema = json.loads((ROOT / SCHEMA_FILE).read_text())
    validator = jsonschema.Draft202012Validator(schema)
    values = Values({BACKEND: {"A": Secret("1", "A")}}, {})
    for place, (system, given_values) in enumerate(((MARKED, None), (example_system(), values))):
        path = write(
            system,
            Answers(),
            kind="json",
            path=tmp_path / f"{place}",
            before=system,
            changes=(),
            values=given_values,
        )
        told = json.loads(path.read_text())
        validator.validate(told)
        assert (told["format"], told["version"]) == ("offramp-document", 1)
        assert ("secrets" in told) == (given_values is not None) == (next(iter(told)) == "secrets")
        again = read_document(path.read_bytes(), what="the document")
        assert again.system == system and not changes(system, again.system)
    with pytest.raises(jsonschema.ValidationError):
        validator.validate(told | {"version": 2})


def test_the_published_schema_is_in_step() -> None:
    command = f"offramp document --schema > {SCHEMA_FILE}"
    assert (ROOT / SCHEMA_FILE).read_text() == schema_text(), f"run: {command}"


def test_another_file_is_no_document() -> None:
    for text in ("{}", '{"format":"offramp-document","version":2,"system":null}', "x"):
        with pytest.raises(Trouble):
            read_document(text, what="x.json")


def test_the_spreadsheet_has_numbers_dates_filters_and_a_frozen_head(tmp_path: Path) -> None:
    import datetime

    import openpyxl

    path = write(MARKED, Answers(), kind="xlsx", path=tmp_path / "x.xlsx")
    book = openpyxl.load_workbook(path)
    for sheet in book:
        assert sheet.freeze_panes == "B2" and sheet.auto_filter.ref, sheet.title
    releases = sheets(path)["Releases"]
    row = dict(zip(releases[0], releases[1], strict=True))
    assert isinstance(row["Version"], int) and isinstance(row["Created"], datetime.datetime)
    assert row["Current"] is True


def test_addresses_without_a_scheme_are_said_by_the_names_of_their_apps(tmp_path: Path) -> None:
    system = example_system()
    app = system.apps[0]
    var = msgspec.structs.replace(app.config[0], bare_hosts=(system.apps[1].id,))
    system = msgspec.structs.replace(
        system, apps=(msgspec.structs.replace(app, config=(var,)), *system.apps[1:])
    )
    exported = export_all(system, tmp_path)
    rows = csv_rows(exported["csv"] / "config-vars.csv")
    assert rows[1][rows[0].index("Without https://")] == system.apps[1].name
    assert f"Without https://: {system.apps[1].name}" in exported["markdown"].read_text()


def test_a_spreadsheet_says_of_the_bill_what_markdown_says(tmp_path: Path) -> None:
    system = example_system()
    far = msgspec.structs.replace(
        system.add_ons[0], id="far", name="redis-far", app_id="far", app_name="far-app", foreign=True
    )
    system = msgspec.structs.replace(system, add_ons=(*system.add_ons, far))
    exported = export_all(system, tmp_path)
    told = document(system, Answers()).cost
    assert told is not None and told.usage and told.elsewhere
    markdown = exported["markdown"].read_text()
    book = sheets(exported["xlsx"])
    for rows in (book["Cost notes"], csv_rows(exported["csv"] / "cost-notes.csv")):
        said = {(row[0], row[1]) for row in rows[1:]}
        assert {("Billed by the second besides", words) for words in told.usage} <= said
        assert {("Used here and paid for by others", words) for words in told.elsewhere} <= said
        assert all(f"{about}:" in markdown and f"- {plain(words)}" in markdown for about, words in said)
    sums = [row for row in book["Cost sums"] if row[0] == "the whole"]
    assert sums == [["the whole", None, told.cents / 100, told.least_cents / 100, told.most_cents / 100]]


def test_a_deploy_path_that_is_not_known_is_told_by_nobody(tmp_path: Path) -> None:
    system = example_system()
    known = msgspec.structs.replace(system.apps[0], deploy=Deploy(kind="git", evidence="it was pushed"))
    unknown = msgspec.structs.replace(system.apps[1], deploy=Deploy(kind="unknown", evidence="one or other"))
    system = msgspec.structs.replace(system, apps=(known, unknown))
    rows = csv_rows(write(system, Answers(), kind="csv", path=tmp_path / "x") / "deploy-paths.csv")
    place = rows[0].index("Told by")
    assert [(row[1], row[place]) for row in rows[1:]] == [("git", "Heroku"), ("unknown", "nobody")]


def test_what_the_code_says_is_whole_in_json_and_in_the_tables(tmp_path: Path) -> None:
    line = CodeLine(kind="platform", name="PORT", file="server.py", line=7, text="os.environ['PORT']")
    read = Checkout(path="/code", lines=(line,), look=Look(files=3, left_out={"platform:PORT": 12}))
    exported = export_all(example_system(), tmp_path, checkouts={BACKEND: read})
    told = json.loads(exported["json"].read_text())["repositories"][BACKEND]
    assert told["left_out"] == {"platform": 12}
    assert told["lines"] == [
        {
            "kind": "platform",
            "name": "PORT",
            "file": "server.py",
            "line": 7,
            "text": "os.environ['PORT']",
            "note": findings(read)[0].rows[0].note,
            "look": True,
        }
    ]
    assert told["lines"][0]["note"].startswith("set by ")
    for rows in (csv_rows(exported["csv"] / "code.csv"), sheets(exported["xlsx"])["Code"]):
        places = {title: place for place, title in enumerate(rows[0])}
        assert rows[1][places["Look"]] in ("yes", True)
        assert rows[1][places["Note"]] == told["lines"][0]["note"]
        assert rows[2][places["Note"]] == "and 12 more that are not listed"
    assert "and 12 more that are not listed" in exported["markdown"].read_text()
