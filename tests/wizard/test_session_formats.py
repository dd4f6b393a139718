"""Sessions between versions: what an earlier one wrote is opened, what a later one wrote is refused with a
way out, and the file of before is kept."""

import sqlite3
from pathlib import Path

import pytest

from screens.headless.tell import sessions, status_lines
from screens.home_entries import read_entries
from screens.stages import standing
from tests.wizard.sessions.write import load
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.run.journal import Journal
from wizard.run.view import view
from wizard.session import database, formats, parts
from wizard.session.own_tunnels import OWN_TUNNELS
from wizard.session.places import sessions_folder
from wizard.session.store import INFO, Part, Session, create, find

WRITTEN = sorted((Path(__file__).parent / "sessions").glob("*/*.sql"))
PARTS = [part for part in vars(parts).values() if isinstance(part, Part)] + [OWN_TUNNELS, INFO]

STATES = {
    "documented": None,
    "in-mid-copy": "running",
    "in-the-cut-over": "running",
    "at-the-gate": "waiting",
    "done": "done",
}


@pytest.mark.parametrize("file", WRITTEN, ids=lambda file: f"{file.parent.name}/{file.stem}")
def test_what_an_earlier_version_wrote_is_opened_and_goes_on(file: Path) -> None:
    text = file.read_text()
    folder = sessions_folder() / "from-before"
    load(text, folder)
    session = Session(folder)
    stored = {str(name) for (name,) in session.database.read("SELECT name FROM part")}
    known = {part.name: part for part in PARTS}
    assert stored - {formats.WRITTEN_BY} <= set(known)
    assert session.database.made_by() == file.parent.name
    for name in sorted(stored & set(known)):
        value = session.load(known[name])
        assert value is not None, name
        session.save(known[name], value)
        assert session.load(known[name]) == value
    seen = view(session)
    assert (seen.run.state if seen else None) == STATES[file.stem]
    if seen is not None:
        assert len(seen.steps) == 12 and seen.copies and Journal(session).events()
        assert Journal(session).log_tail("deploy:migrate-backend") == ["-----> Building", "-----> Done"]
    assert status_lines(session, seen) and standing(session).current
    session.close()
    (entry,) = read_entries()
    assert not entry.broken and entry.id != ""


def test_every_version_left_something() -> None:
    versions = {file.parent.name for file in WRITTEN}
    assert "0.1.0" in versions
    assert all({file.stem for file in WRITTEN if file.parent.name == one} == set(STATES) for one in versions)


class Wish(Noun, frozen=True, kw_only=True):
    names: tuple[str, ...]


OLD = Part("wish", dict[str, str])
NOW = Part(
    "wish", Wish, number=3, steps={1: lambda old: {"name": old["n"]}, 2: lambda old: {"names": [old["name"]]}}
)


def test_a_part_is_brought_forward_step_by_step() -> None:
    session = create("acme-shop")
    session.save(OLD, {"n": "ada"})
    assert session.load(NOW) == Wish(names=("ada",))
    session.save(NOW, Wish(names=("ada", "bob")))
    other = Session(session.folder)
    assert other.load(NOW) == Wish(names=("ada", "bob"))
    other.close()
    other = Session(session.folder)
    with pytest.raises(Trouble) as refused:
        other.load(OLD)
    assert refused.value.code == "session-newer" and formats.this_version() in refused.value.remedy
    other.close()
    session.close()


@pytest.mark.parametrize("text", ["{}", '{"a":1}'])
def test_the_mark_of_a_format_is_found_again(text: str) -> None:
    assert formats.format_of(text) == 1 and formats.marked(text, 1) == text
    assert formats.format_of(formats.marked(text, 12)) == 12
    assert formats.brought_forward(formats.marked(text, 12), 12, {}) == formats.marked(text, 12)


def _as_of_tomorrow(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(database, "VERSION", 2)
    patch.setattr(formats, "this_version", lambda: "0.9.0")
    added = (
        "CREATE TABLE note (id INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT",
        "INSERT INTO note VALUES (1, 'x')",
    )
    patch.setattr(formats, "FILE_STEPS", {1: added})


def test_a_file_is_brought_forward_once_and_kept_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    session = create("acme-shop")
    folder = session.folder
    with monkeypatch.context() as tomorrow:
        _as_of_tomorrow(tomorrow)
        later = Session(folder)
        assert later.database.read("SELECT text FROM note") == [("x",)] and later.name == "acme-shop"
        Session(folder).close()
        assert later.database.read("SELECT count(*) FROM note") == [(1,)]
        assert later.database.made_by() == "0.9.0"
        # A worker of the version before goes on with the file that it has open.
        session.save(parts.TARGET, parts.TargetChoice(provider="aptible"))
        assert later.load(parts.TARGET) == parts.TargetChoice(provider="aptible")
        later.close()
    session.close()
    kept = folder / "session-format-1.sqlite3"
    assert kept.stat().st_mode & 0o777 == 0o600
    with sqlite3.connect(kept) as before:
        assert before.execute("PRAGMA user_version").fetchone() == (1,)
        assert before.execute("SELECT name FROM sqlite_master WHERE name = 'note'").fetchone() is None


def test_a_file_that_cannot_be_brought_forward_stays_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    session = create("acme-shop")
    session.close()
    with monkeypatch.context() as tomorrow:
        _as_of_tomorrow(tomorrow)
        tomorrow.setattr(formats, "FILE_STEPS", {1: ("CREATE TABLE note (id INTEGER) STRICT", "nonsense")})
        with pytest.raises(Trouble):
            Session(session.folder)
    again = Session(session.folder)
    assert again.database.read("PRAGMA user_version") == [(1,)]
    assert again.database.read("SELECT count(*) FROM sqlite_master WHERE name = 'note'") == [(0,)]
    again.close()


def test_a_newer_session_names_the_version_that_opens_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = create("acme-shop")
    session.close()
    with monkeypatch.context() as tomorrow:
        _as_of_tomorrow(tomorrow)
        Session(session.folder).close()
    with pytest.raises(Trouble) as refused:
        find(session.id)
    told = refused.value
    assert told.code == "session-newer" and "Offramp 0.9.0" in told.remedy and told.untouched
    (entry,) = read_entries()
    assert "newer Offramp" in entry.broken and "Offramp 0.9.0" in entry.way_out
    assert sessions(as_json=False) == 1
    assert "open it with Offramp 0.9.0" in capsys.readouterr().out
