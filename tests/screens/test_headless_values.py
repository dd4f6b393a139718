"""Values on their way from Heroku into Terraform: in a command's environment, or in a file when asked."""

import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import ClassVar

import hcl2
import pytest
from msgspec.structs import replace

from screens.headless import values as values_module
from screens.headless.values import ValuesOptions, run
from screens.main import main
from tests.screens.conftest import Begun
from tests.wizard.prepare_terraform.choir import GOLDEN, MAPPING, SYSTEM
from wizard.model.mapping import TargetChoice
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.session.parts import MAPPING as MAPPED
from wizard.session.parts import SYSTEM as READ
from wizard.session.parts import TARGET
from wizard.session.store import Session

ODD = "a'b\"c\n${d} %{e} $f & <g> 007 yes ü " + "x" * 32_768


class Heroku:
    """Answers as the source does; `otherwise` are config vars that changed since the system was read."""

    otherwise: ClassVar[dict[str, str | None]] = {}

    async def config(self, app_id: str) -> dict[str, Secret]:
        found = {
            "s": {
                "SESSION_KEY": ODD, "MAIL_URL": "smtp://dropped", "PORT": "5000", "DATABASE_URL": "old",
                "EMPTY": "", **self.otherwise,
            },
            "e": {
                "SITE_URL": "https://choir-site-1a2b3c.example/x", "DATABASE_URL": "old", "REDIS_URL": "old",
            },
        }[app_id]  # fmt: skip
        return {name: Secret(value, name) for name, value in found.items() if value is not None}

    async def close(self) -> None:
        """Nothing is open."""


@pytest.fixture
def session(begun: Begun, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Session:
    made = begun.documented(SYSTEM)
    apps = tuple(replace(one, checkout=str(tmp_path)) for one in MAPPING.apps)
    made.save(READ, SYSTEM)
    made.save(TARGET, TargetChoice(provider="aptible"))
    made.save(MAPPED, replace(MAPPING, apps=apps))
    monkeypatch.setattr(values_module, "open_source", lambda session, vault: Heroku())
    return made


def told(tmp_path: Path) -> list[str]:
    """A command that notes the variables that it was given."""
    code = (
        "import json,os,sys;json.dump({k:v for k,v in os.environ.items() if k.startswith('TF_VAR_')},"
        f"open({str(tmp_path / 'seen')!r},'w'));sys.exit(7)"
    )
    return [sys.executable, "-c", code]


def in_a_child(session: Session, *command: str) -> int:
    """The exit code of a process that runs a command with values, as its parent sees it."""
    child = os.fork()
    if child == 0:
        try:
            run(ValuesOptions(session=session.id, command=command))
        finally:
            os._exit(99)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def test_a_command_finds_each_value_byte_for_byte(
    session: Session, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert in_a_child(session, *told(tmp_path)) == 7
    seen = json.loads((tmp_path / "seen").read_text())
    assert seen == {
        "TF_VAR_site_SESSION_KEY": ODD,
        "TF_VAR_email_SITE_URL": "https://choir-site-1a2b3c.example/x",
    }
    said = capfd.readouterr()
    assert "image of choir-email" in said.err and ODD[:9] not in said.err + said.out
    assert not any(name.startswith("TF_VAR_") for name in os.environ)


def test_a_command_takes_the_place_of_the_process(session: Session) -> None:
    # Its signal is seen as it was, and what Python ignores ends it as it would anywhere.
    assert in_a_child(session, "sh", "-c", "kill -TERM $$") == -signal.SIGTERM
    assert in_a_child(session, "sh", "-c", "kill -PIPE $$") == -signal.SIGPIPE
    assert in_a_child(session, "sh", "-c", f"test $PPID = {os.getpid()}") == 0


def test_what_is_no_program_is_said(session: Session, tmp_path: Path) -> None:
    file = tmp_path / "terraform"
    file.write_bytes(b"\x7fno program")
    file.chmod(0o700)
    before = signal.getsignal(signal.SIGPIPE)
    with pytest.raises(Trouble, match="does not start: Exec format error") as refused:
        run(ValuesOptions(session=session.id, command=(str(file),)))
    assert refused.value.code == "command"
    assert signal.getsignal(signal.SIGPIPE) == before


@pytest.mark.parametrize(
    ("otherwise", "words"),
    [
        ({"NEW_KEY": "x"}, "NEW_KEY of choir-site is new"),
        ({"SESSION_KEY": None}, "SESSION_KEY of choir-site is gone"),
        ({"SESSION_KEY": ""}, "SESSION_KEY of choir-site is empty"),
        ({"EMPTY": "full", "A": "", "B": ""}, "A, B of choir-site are new; EMPTY of choir-site is no longer"),
    ],
)
def test_what_changed_on_heroku_is_refused(
    session: Session, monkeypatch: pytest.MonkeyPatch, otherwise: dict[str, str | None], words: str
) -> None:
    monkeypatch.setattr(Heroku, "otherwise", otherwise)
    with pytest.raises(Trouble, match=words) as refused:
        run(ValuesOptions(session=session.id, command=("true",)))
    assert refused.value.code == "config-changed" and ODD[:9] not in str(refused.value)


def test_what_the_map_drops_may_go(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Heroku, "otherwise", {"MAIL_URL": None, "EMPTY": None})
    assert in_a_child(session, "true") == 0


def test_files_of_another_map_are_refused(session: Session, tmp_path: Path) -> None:
    place = tmp_path / "aptible"
    place.mkdir()
    written = (GOLDEN / "aptible" / "variables.tf").read_text().replace("part_", "")
    (place / "variables.tf").write_text(written.replace("site_SESSION_KEY", "KEY"))
    (place / "versions.tf").write_text((GOLDEN / "aptible" / "versions.tf").read_text())
    for words in (("init", "-q"), ("add", "."), ("commit", "-q", "-m", "x")):
        who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        subprocess.run(["git", "-C", str(tmp_path), *who, *words], check=True)
    with pytest.raises(Trouble, match="none declares site_SESSION_KEY") as refused:
        run(ValuesOptions(session=session.id, command=("true",)))
    assert refused.value.code == "files-changed"


def test_with_several_folders_one_is_to_be_named(session: Session, tmp_path: Path) -> None:
    shop, mail = MAPPING.apps
    (tmp_path / "mail").mkdir()
    apart = (replace(shop, checkout=str(tmp_path)), replace(mail, checkout=str(tmp_path / "mail")))
    session.save(MAPPED, replace(MAPPING, apps=apart))
    with pytest.raises(Trouble, match=r"2 folders, .*: choir-site; choir-email\.") as refused:
        run(ValuesOptions(session=session.id, command=("true",)))
    assert refused.value.code == "usage" and "--app" in refused.value.sentence()
    place = tmp_path / "mail.tfvars"
    assert run(ValuesOptions(session=session.id, app="choir-email", output=str(place), yes=True)) == 0
    assert "email_DATABASE_URL" not in place.read_text() and "SESSION_KEY" not in place.read_text()


def test_a_file_is_written_when_asked_for_and_only_then(session: Session, tmp_path: Path) -> None:
    place = tmp_path / "terraform.tfvars"
    with pytest.raises(Trouble) as refused:
        run(ValuesOptions(session=session.id, output=str(place)))
    assert refused.value.code == "usage" and not place.exists()
    assert run(ValuesOptions(session=session.id, output=str(place), yes=True)) == 0
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    assert place.read_text().startswith("# Secret")
    assert set(hcl2.loads(place.read_text())) >= {"site_SESSION_KEY", "email_SITE_URL"}
    with pytest.raises(Trouble, match="is there already"):
        run(ValuesOptions(session=session.id, output=str(place), yes=True))


def test_nothing_is_printed_and_nothing_guessed(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["values", session.id]) == 2
    assert "not printed" in capsys.readouterr().err
    assert main(["values", session.id, "--", "no-such-program-here"]) == 2
    assert main(["values", session.id, "--app", "choir-hall", "--", "true"]) == 2
    assert "choir-site" in capsys.readouterr().err


def test_without_an_app_for_terraform_there_is_nothing(begun: Begun) -> None:
    made = begun.documented(SYSTEM)
    with pytest.raises(Trouble) as refused:
        run(ValuesOptions(session=made.id, command=("true",)))
    assert refused.value.code == "nothing-for-terraform"
