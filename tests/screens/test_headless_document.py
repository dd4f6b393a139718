"""`offramp document`: what it writes where, what it says, how it asks for secrets, and how it ends."""

import io
import json
import os
import stat
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.heroku.systems.generator import generated
from providers.sandbox.tls import Certificates
from screens.headless import document_reading
from screens.headless.exit_codes import DONE, TROUBLE, USAGE
from screens.main import main
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND, EMAILER, example_system
from tests.screens.fake_heroku import FakeSource
from tests.screens.fakes import FakeWorld
from tests.wizard.database_servers import Background
from wizard.credentials import Vault
from wizard.document.export.json_file import schema_text
from wizard.model.plan import Plan
from wizard.model.secret import Secret
from wizard.model.system import System
from wizard.model.trouble import Trouble
from wizard.session.parts import ANSWERS, PLAN, SYSTEM, SYSTEM_BEFORE, Answers, Note
from wizard.session.store import Session, find

NAME = "acme-shop"


@pytest.fixture
def session(
    begun: Begun, world: FakeWorld, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Session]:
    """A session that has read the example system, and nobody has open."""
    made = begun.connected(NAME)
    made.claim()
    made.save(SYSTEM, example_system())
    made.save(ANSWERS, Answers(notes={f"app:{BACKEND}": Note(text="the heart", owner="ada")}))
    made.close()
    monkeypatch.setattr(document_reading, "open_vault", lambda: vault)
    yield made


def scaled(quantity: int = 3) -> System:
    """The example system as it is after somebody scaled it."""
    system = example_system()
    backend = system.app(BACKEND)
    first, *others = backend.processes
    backend = msgspec.structs.replace(
        backend, processes=(msgspec.structs.replace(first, quantity=quantity), *others)
    )
    apps = tuple(backend if app.id == BACKEND else app for app in system.apps)
    return msgspec.structs.replace(system, apps=apps, taken_at="2026-11-30T02:00:00Z")


def saved(part: Any) -> Any:
    opened = find(NAME)
    try:
        return opened.load(part)
    finally:
        opened.close()


def test_markdown_goes_to_standard_output(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", NAME]) == DONE
    said = capsys.readouterr()
    assert said.out.startswith(f"# {NAME} on Heroku\n") and "the heart" in said.out and not said.err


@pytest.mark.parametrize("format_", ["markdown", "json", "xlsx", "csv"])
def test_a_file_of_each_format(
    format_: str, session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = tmp_path / "out"
    assert main(["document", NAME, "--format", format_, "--output", str(place)]) == DONE
    said = capsys.readouterr()
    assert f"The document is in {place}: 3 apps, 3 add-ons, 13 config vars." in said.out
    assert stat.S_IMODE(place.stat().st_mode) == (0o700 if format_ == "csv" else 0o600)
    assert main(["document", NAME, "--format", format_, "--output", str(place / "no" / "folder")]) == TROUBLE
    if format_ != "csv":
        assert main(["document", NAME, "--format", format_, "--output", str(place)]) == TROUBLE
        assert "is there already. It was not overwritten." in capsys.readouterr().err


def test_config_vars_that_were_not_told_are_not_counted_as_none(
    session: Session, world: FakeWorld, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    system = example_system()
    apps = tuple(msgspec.structs.replace(app, config=(), unread=("config vars",)) for app in system.apps)
    world.heroku.system = msgspec.structs.replace(system, apps=apps)
    assert main(["document", NAME, "--read", "--output", str(tmp_path / "x.md")]) == DONE
    assert "0 config vars (not told of 3 apps)." in capsys.readouterr().out


def test_reading_anew_is_kept_and_says_what_changed(
    session: Session, world: FakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.heroku.system = scaled()
    assert main(["document", NAME, "--read"]) == DONE
    said = capsys.readouterr()
    line = "web of migrate-backend: dynos 1 → 3"
    assert f"1 thing changed since 2026-11-02 14:02 UTC:\n  ~ {line}\n" in said.err
    assert "## What changed since 2026-11-02 14:02" in said.out and f"- {line}" in said.out
    assert saved(SYSTEM) == scaled() and saved(SYSTEM_BEFORE) == example_system()
    assert main(["document", NAME, "--read"]) == DONE
    assert "Nothing changed since 2026-11-30 02:00 UTC." in capsys.readouterr().err


def test_a_slow_reading_says_why_once_though_nobody_watches(
    session: Session, world: FakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["document", NAME, "--read"]) == DONE
    assert "rate limit" not in capsys.readouterr().err
    world.heroku.slow = True
    assert main(["document", NAME, "--read"]) == DONE
    assert capsys.readouterr().err.count("Heroku's rate limit leaves few requests") == 1


@pytest.mark.parametrize("why", ["its plan was made from the one before", "has it open"])
def test_a_session_that_somebody_works_in_is_left_as_it_is(
    why: str, session: Session, world: FakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    world.heroku.system = scaled()
    other = find(NAME)
    other.claim()
    if why != "has it open":
        other.save(PLAN, Plan(name=NAME, source="heroku", target="aptible", steps=()))
        other.close()
    try:
        assert main(["document", NAME, "--read"]) == DONE
    finally:
        other.close()
    assert why in capsys.readouterr().err and saved(SYSTEM) == example_system()


def test_a_token_that_is_gone_is_a_sentence(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(document_reading, "open_vault", Vault)
    assert main(["document", NAME, "--read"]) == TROUBLE
    assert "There is no Heroku token at hand." in capsys.readouterr().err


def test_the_code_of_the_second_factor_goes_along(
    session: Session, world: FakeWorld, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[str] = []

    def ask(prompt: str, *, instead: str) -> Secret:
        asked.append(prompt)
        return Secret("123456", prompt)

    monkeypatch.setattr(document_reading, "ask_hidden", ask)
    assert main(["document", NAME, "--read", "--second-factor"]) == DONE
    assert world.heroku.codes == ["123456"] and asked == ["code of the second factor"]
    assert "123456" not in "".join(capsys.readouterr())


def test_nothing_read_yet_is_a_sentence(begun: Begun, capsys: pytest.CaptureFixture[str]) -> None:
    begun.new("empty").close()
    assert main(["document", "empty"]) == TROUBLE
    assert "Nothing was read yet in empty." in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "cause"),
    [
        ([], "Neither a session nor --heroku is named."),
        ([NAME, "--heroku"], "Both a session and --heroku are named."),
        (["--heroku", "--read"], "--heroku always reads anew."),
        ([NAME, "--format", "xlsx"], "A spreadsheet is not printed."),
        ([NAME, "--format", "csv", "--output", "-"], "is not printed."),
        ([NAME, "--output", ""], "--output is empty."),
        ([NAME, "--second-factor"], "is for reading from Heroku"),
        ([NAME, "--yes-write-secrets"], "goes with --with-config-values"),
        ([NAME, "--with-config-values"], "Values of config vars are not printed."),
        ([NAME, "--with-config-values", "--output", "-", "--yes-write-secrets"], "is no pipe"),
        ([NAME, "--with-config-values", "--output", "x.md"], "Nobody can be asked here"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anything_is_asked(
    arguments: list[str], cause: str, session: Session, world: FakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["document", *arguments]) == USAGE
    assert cause in capsys.readouterr().err
    assert not world.heroku.opened and not Path("x.md").exists()


class Terminal(io.StringIO):
    """A standard input that a person sits at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("typed", [NAME, "y", ""])
def test_values_are_written_when_the_name_is_typed(
    typed: str,
    session: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(f"{typed}\n"))
    place = tmp_path / "all.json"
    code = main(["document", NAME, "--format", "json", "--with-config-values", "--output", str(place)])
    said = capsys.readouterr()
    assert "This writes the values of 13 config vars of 3 apps in the clear" in said.err
    if typed != NAME:
        assert code == TROUBLE and not list(tmp_path.iterdir())
        return
    assert code == DONE and stat.S_IMODE(place.stat().st_mode) == 0o600
    told = json.loads(place.read_text())
    assert told["values"][BACKEND]["SECRET_KEY"] == "value of SECRET_KEY"
    assert place.read_text().splitlines()[1].startswith('  "secrets": "THIS FILE HOLDS SECRETS')
    assert "value of" not in said.out + said.err


def test_values_that_could_not_be_read_are_named_and_end_otherwise(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = FakeSource.config

    async def config(self: FakeSource, app_id: str) -> dict[str, Secret]:
        if app_id == EMAILER:
            raise Trouble("Heroku refuses the config vars.", remedy="Ask.", code="forbidden")
        return await told(self, app_id)

    monkeypatch.setattr(FakeSource, "config", config)
    asked = ["document", NAME, "--with-config-values", "--yes-write-secrets"]
    assert main([*asked, "--output", str(tmp_path / "all.md")]) == TROUBLE
    assert "no values of migrate-emailer: Heroku refuses the config vars." in capsys.readouterr().err
    text = (tmp_path / "all.md").read_text()
    assert text.startswith("**THIS FILE HOLDS SECRETS") and "value of SECRET_KEY" in text
    assert "- `migrate-emailer`: Heroku refuses the config vars." in text


@pytest.mark.parametrize("place", ["nowhere/x.md", "~nobody-4711/x.md", "x\0y"])
def test_a_place_that_cannot_be_is_said_before_anything_is_asked(
    place: str, session: Session, world: FakeWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["document", NAME, "--read", "--output", place]) == TROUBLE
    assert "cannot be written" in capsys.readouterr().err and not world.heroku.opened


def test_values_go_through_a_pipe(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    reader, writer = os.pipe()
    with os.fdopen(writer, "w") as out, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        arguments = ["--format", "json", "--with-config-values", "--yes-write-secrets", "--output", "-"]
        assert main(["document", NAME, *arguments]) == DONE
    with os.fdopen(reader) as piped:
        assert json.load(piped)["values"][BACKEND]["SECRET_KEY"] == "value of SECRET_KEY"


def test_the_schema_is_printed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["document", "--schema"]) == DONE
    assert capsys.readouterr().out == schema_text()


# -- without a session --------------------------------------------------------------------------------------


@pytest.fixture
def heroku(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HerokuSandbox]:
    """A Heroku of four apps, and its token in the environment."""
    background = Background()
    world = generated(apps=4, pipelines=1, teams=1, add_ons=6, config_vars=20)
    made = HerokuSandbox(
        tmp_path / "sandbox",
        size="tiny",
        faults=Faults(),
        certificates=Certificates(tmp_path / "tls"),
        alive=False,
        world=world,
    )
    background.run(made.start())
    monkeypatch.setenv("HEROKU_API_KEY", world.new_token(scope=("global",)))
    monkeypatch.setenv("HEROKU_HOST", made.hosts["api"])
    monkeypatch.setenv("HEROKU_DATA_HOST", made.hosts["data"])
    yield made
    background.run(made.stop())
    background.close()


def test_a_nightly_inventory_without_a_session(
    heroku: HerokuSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As a cron job does it: a folder of documents, and what changed since the last."""
    folder = tmp_path / "inventory"
    folder.mkdir()
    nightly = ["document", "--heroku", "--format", "json", "--output", str(folder), "--since", str(folder)]
    assert main(nightly) == DONE
    said = capsys.readouterr()
    assert "There is no document of it in" in said.out and not said.err
    (first,) = folder.iterdir()
    told = json.loads(first.read_text())
    world = heroku.world
    assert {app["name"] for app in told["system"]["apps"]} == {app.name for app in world.apps.values()}
    # The next night comes in the same second here.
    first.rename(first.with_name(f"{first.name[:-11]}000000.json"))
    app = next(iter(world.apps.values()))
    app.config["NEW_FLAG"] = "on"
    (folder / "zz-20991231T000000.json").write_text("{}")
    (folder / "notes.json").write_text("[]")
    assert main(nightly) == DONE
    assert f"  + config var NEW_FLAG of {app.name} added\n" in capsys.readouterr().out
    assert len(list(folder.iterdir())) == 4
    # What stands in the way of comparing with the newest is said.
    (folder / "later-20991231T000001.json").write_text('{"format": "offramp-document", "version": 2}')
    (folder / "later-20991231T000002.json").mkdir()
    newest = max(folder.glob("robin*.json"))
    newest.rename(newest.with_name(f"{newest.name[:-11]}000001.json"))
    assert main(nightly) == DONE
    assert "was passed over (and 1 more like it): later-20991231T000002.json" in capsys.readouterr().out
    (tmp_path / "other.json").write_text("{}")
    assert main(["document", "--heroku", "--since", str(tmp_path / "other.json")]) == TROUBLE
    assert main(["document", "--heroku", "--since", "~nobody-is-called-so/x.json"]) == TROUBLE
    assert "~nobody-is-called-so/x.json cannot be read" in capsys.readouterr().err


def test_a_refused_token_of_the_environment_is_named(
    heroku: HerokuSandbox, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HEROKU_API_KEY", "HRKU-of-somebody-else-1234")
    assert main(["document", "--heroku"]) == TROUBLE
    said = capsys.readouterr()
    assert "The token is that of HEROKU_API_KEY." in said.err and "HRKU-of-somebody" not in said.err


@pytest.mark.parametrize("format_", ["json", "markdown"])
def test_where_utf8_does_not_pass_nothing_of_the_json_is_lost(
    format_: str, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = find(NAME)
    opened.claim()
    words = "für Großes → 日本 🚀"
    opened.save(ANSWERS, Answers(notes={f"app:{BACKEND}": Note(text=words, owner="ada")}))
    opened.close()

    async def config(self: FakeSource, app_id: str) -> dict[str, Secret]:
        return {"GREETING": Secret(words, "GREETING")}

    monkeypatch.setattr(FakeSource, "config", config)
    reader, writer = os.pipe()
    with os.fdopen(writer, "w", encoding="latin-1") as out, monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        arguments = ["--format", format_, "--with-config-values", "--yes-write-secrets", "--output", "-"]
        assert main(["document", NAME, *arguments]) == DONE
    with os.fdopen(reader, encoding="latin-1") as piped:
        text = piped.read()
    if format_ == "json":
        told = json.loads(text)
        assert told["notes"][f"app:{BACKEND}"]["text"] == words
        assert told["values"][BACKEND] == {"GREETING": words}
    else:
        block = text.partition("```json\n")[2].partition("\n```\n")[0]
        assert json.loads(block) == {"GREETING": words}


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        (b"# acme-shop on Heroku\n", "before.json is not JSON: invalid character (byte 0)."),
        (b"\xff\xfe", "before.json is not JSON: "),
        (b'{"format": "offramp-document", "versi', "before.json is not JSON: "),
        (b"[1, 2]", "before.json is JSON, but no document of Offramp."),
        (b'{"apps": []}', "before.json is JSON, but no document of Offramp."),
        (
            b'{"format": "offramp-document", "version": 7}',
            "before.json is a document of version 7, and this Offramp reads version 1.",
        ),
        (b'{"format": "offramp-document", "version": 1}', "Cannot read before.json: "),
    ],
)
def test_what_is_no_document_to_compare_with_is_named_for_what_it_is(
    text: bytes, cause: str, session: Session, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "before.json").write_bytes(text)
    assert main(["document", NAME, "--since", str(tmp_path / "before.json")]) == TROUBLE
    said = capsys.readouterr()
    assert cause in said.err and not said.out
    assert ("another version" in said.err) == cause.startswith("Cannot")
