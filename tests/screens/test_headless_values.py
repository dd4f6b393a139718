"""Values on their way from Heroku into Terraform: in a command's environment, or in a file when asked."""

import json
import os
import stat
import sys
from pathlib import Path

import hcl2
import pytest
from msgspec.structs import replace

from screens.headless import values as values_module
from screens.headless.values import ValuesOptions, run
from screens.main import main
from tests.screens.conftest import Begun
from tests.wizard.prepare_terraform.choir import MAPPING, SYSTEM
from wizard.model.mapping import TargetChoice
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.session.parts import MAPPING as MAPPED
from wizard.session.parts import SYSTEM as READ
from wizard.session.parts import TARGET
from wizard.session.store import Session

ODD = "a'b\"c\n${d} %{e} $f & <g> 007 yes ü " + "x" * 32_768


class Heroku:
    """Answers as the source does."""

    def __init__(self) -> None:
        self.closed = False

    async def config(self, app_id: str) -> dict[str, Secret]:
        found = {
            "s": {"SESSION_KEY": ODD, "MAIL_URL": "smtp://dropped", "PORT": "5000", "DATABASE_URL": "old"},
            "e": {"SITE_URL": "https://choir-site-1a2b3c.example/x"},
        }[app_id]
        return {name: Secret(value, name) for name, value in found.items()}

    async def close(self) -> None:
        self.closed = True


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


def test_a_command_finds_each_value_byte_for_byte(
    session: Session, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert run(ValuesOptions(session=session.id, command=tuple(told(tmp_path)))) == 7
    seen = json.loads((tmp_path / "seen").read_text())
    assert seen == {
        "TF_VAR_site_SESSION_KEY": ODD,
        "TF_VAR_email_SITE_URL": "https://choir-site-1a2b3c.example/x",
    }
    said = capfd.readouterr()
    assert "image of choir-email" in said.err and ODD[:9] not in said.err + said.out
    assert not any(name.startswith("TF_VAR_") for name in os.environ)


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
