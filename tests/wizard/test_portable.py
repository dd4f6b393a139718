"""A session as a file: whole but for what gives a token, taken in elsewhere, and never over another."""

import base64
import json
from pathlib import Path

import pytest

from screens.headless.carry import carry
from screens.main import main
from screens.stages import standing
from tests.wizard.sessions.write import load
from tests.wizard.test_session_formats import WRITTEN
from wizard.model.noun import encode
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.portable import MOVED, Portable, _digest, export, import_file
from wizard.run.journal import Journal
from wizard.run.view import view
from wizard.session import parts
from wizard.session.lock import Lock
from wizard.session.places import sessions_folder
from wizard.session.store import INFO, Session, create, find

FILES = {file.stem: file for file in WRITTEN if file.parent.name == "0.1.0"}
CANARY = "canary-7f3e9a-token-of-nobody"


def here(stem: str, state: str = "") -> Session:
    """One of the sessions of before, in this machine's folder."""
    text = FILES[stem].read_text()
    made = sessions_folder() / "for-now"
    load(text, made)
    session = Session(made)
    folder = made.with_name(session.id)
    session.close()
    made.rename(folder)
    session = Session(folder)
    if state:
        Journal(session).set_run(state)  # type: ignore[arg-type]
    return session


def leave(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """From here on it is another machine."""
    monkeypatch.setenv("OFFRAMP_HOME", str(tmp_path / "another-machine"))


@pytest.mark.parametrize(("stem", "state"), [("documented", ""), ("in-mid-copy", "stopped"), ("done", "")])
def test_it_arrives_as_it_left(
    stem: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = here(stem, state)
    file = export(session, tmp_path / "acme.json")
    assert file.stat().st_mode & 0o777 == 0o600
    before = {part.name: session.load(part) for part in MOVED if part is not parts.CONNECTIONS}
    seen, told, where = view(session), Journal(session).events(), standing(session)
    log = Journal(session).log_tail("deploy:migrate-backend")
    session.close()
    leave(monkeypatch, tmp_path)
    arrived = import_file(file)
    again = find(arrived.id)
    assert again.id == session.id and again.folder != session.folder
    assert {part.name: again.load(part) for part in MOVED if part is not parts.CONNECTIONS} == before
    there = view(again)
    assert (seen is None) == (there is None)
    if seen is not None and there is not None:
        assert there.steps == seen.steps and there.copies == seen.copies and there.worker == seen.worker
        assert there.run.state == seen.run.state and there.run.plan_digest == seen.run.plan_digest
        assert there.run.pid is None and there.run.beat_age is None
    assert Journal(again).events() == told
    assert Journal(again).log_tail("deploy:migrate-backend") == log
    assert standing(again).current in (where.current, "connect")
    again.close()


def test_accounts_come_by_name_and_what_gives_a_token_does_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = here("documented")
    session.close()
    assert carry(session.id, str(tmp_path / "acme.json"), None) == 0
    text = (tmp_path / "acme.json").read_text()
    assert "op://" not in text and "HEROKU_API_KEY" not in text
    leave(monkeypatch, tmp_path)
    arrived = import_file(tmp_path / "acme.json")
    assert arrived.sign_in == ("aptible as ada@example.com", "heroku as ada@example.com")
    assert arrived.folders == ("/srv/code",)
    again = find(arrived.id)
    connections = again.load(parts.CONNECTIONS)
    assert connections is not None and not connections.by_provider and not connections.others
    assert all(one.origin is None for one in connections.forgotten.values())
    again.close()


def test_no_secret_leaves_in_any_encoding(tmp_path: Path) -> None:
    session = here("in-mid-copy", "stopped")
    # As if a vendor's answer had slipped it into what is kept, before it was known to be a secret.
    ways = [CANARY, base64.b64encode(CANARY.encode()).decode(), json.dumps(CANARY)[1:-1]]
    for way in ways:
        Journal(session).event("look", f"answered {way} to it", data={way: way})
        Journal(session).log("deploy:migrate-backend", [f"TOKEN={way}"])
    answers = session.load(parts.ANSWERS) or parts.Answers()
    session.save(parts.ANSWERS, parts.Answers(notes={"app:x": parts.Note(text=CANARY)}, jobs=answers.jobs))
    (session.folder / "worker.log").write_text(CANARY)
    Secret(CANARY, "a token")
    text = export(session, tmp_path / "acme.json").read_text()
    assert not [way for way in ways if way in text]
    session.close()


def test_a_file_and_a_session_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    session = here("documented")
    file = export(session, tmp_path / "acme.json")
    whole = file.read_bytes()
    with pytest.raises(Trouble) as there:
        export(session, file)
    assert there.value.code == "file-exists" and file.read_bytes() == whole
    with pytest.raises(Trouble) as known:
        import_file(file)
    assert known.value.code == "session-exists" and "not overwritten" in known.value.untouched
    assert session.load(parts.CONNECTIONS) is not None
    session.close()


@pytest.mark.parametrize("stem", ["in-the-cut-over", "in-mid-copy"])
def test_a_run_that_belongs_here_does_not_leave(stem: str, tmp_path: Path) -> None:
    session = here(stem)
    lock = Lock(session.worker_lock_file)
    assert stem == "in-the-cut-over" or lock.take()
    with pytest.raises(Trouble) as stays:
        export(session, tmp_path / "acme.json")
    assert stays.value.code == "session-busy" and not (tmp_path / "acme.json").exists()
    lock.release()
    session.close()


def forged(file: Path, **changes: object) -> Path:
    """The file with other content, and a digest that fits it."""
    value = json.loads(file.read_text()) | changes
    made = Portable(**(value | {"digest": ""}))
    other = file.with_name(f"forged-{len(list(file.parent.iterdir()))}.json")
    other.write_text(json.dumps(value | {"digest": _digest(made)}))
    return other


def test_what_comes_in_is_not_believed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = here("documented")
    file = export(session, tmp_path / "acme.json")
    info, connections = session.info, session.load(parts.CONNECTIONS)
    session.close()
    leave(monkeypatch, tmp_path)
    known = json.loads(file.read_text())["parts"]

    def part(name: str, text: str) -> Path:
        return forged(file, parts=known | {name: text})

    def replaced(**changes: object) -> str:
        return json.dumps(json.loads(encode(info)) | changes)

    file.with_name("cut.json").write_bytes(file.read_bytes()[:-200])
    file.with_name("changed.json").write_text(file.read_text().replace("acme-documented", "acme-Documented"))
    refused = {
        "no-session-file": [
            tmp_path / "nowhere.json",
            tmp_path,
            file.with_name("cut.json"),
            file.with_name("changed.json"),
            part("connections", encode(connections)),
            part("info", replaced(id="../../escape")),
            part("info", "{"),
            forged(file, journal={"run": [[1]]}),
        ],
        "other-address": [part("info", replaced(hosts={"heroku": {"api": "https://api.evil.example"}}))],
        "not-in-example": [part("info", replaced(demo=True))],
        "session-newer": [forged(file, file_format=99), part("system", '{"$v":9}')],
        "unreadable": [part("system", '{"apps":7}')],
    }
    for code, files in refused.items():
        for one in files:
            with pytest.raises(Trouble) as told:
                import_file(one)
            assert told.value.code == code, (told.value.code, told.value.cause, one)
            assert not list(sessions_folder().iterdir())
    arrived = import_file(part("info", replaced(name="acme\x1b]52;c;eA==\x07\u202e")))
    again = find(arrived.id)
    assert "\x1b" not in again.name and "\u202e" not in again.name
    assert again.load(INFO) is not None
    again.close()


def test_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    session = create("acme-shop")
    session.close()
    file = str(tmp_path / "acme.json")
    assert main(["sessions", "--export", "acme-shop"]) == 2
    assert main(["sessions", "--export", "acme-shop", "-o", file]) == 0
    assert main(["sessions", "--import", file]) == 1
    assert "is here already" in capsys.readouterr().err
    leave(monkeypatch, tmp_path)
    assert main(["sessions", "--import", file]) == 0
    assert "acme-shop is here now" in capsys.readouterr().out
