"""`offramp forget`: all of a session's credentials, once its name was typed, and a failure is said."""

import io
import sys

import pytest

from screens.headless import forget as command
from tests.screens.a_run import ARun
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.wizard.test_forgetting import Clinging
from wizard.credentials import CredentialRef, Vault
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.session.parts import CONNECTIONS
from wizard.session.store import find

HEROKU = CredentialRef(vendor="heroku", account="user-1")


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def stored(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> Vault:
    monkeypatch.setattr(command, "open_vault", lambda: vault)
    return vault


def test_the_name_is_asked_for(
    begun: Begun, stored: Vault, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    session = begun.connected()
    begun.connected("other-shop")
    monkeypatch.setattr(sys, "stdin", Terminal("no\n"))
    with pytest.raises(Trouble) as refused:
        command.forget(session.id, yes=False)
    assert refused.value.code == "not-confirmed"
    assert stored.get(HEROKU) is not None
    out = capsys.readouterr().out
    assert "heroku: ada@example.com" in out and "Also used by other-shop" in out
    assert "At the vendors they stay valid" in out
    monkeypatch.setattr(sys, "stdin", Terminal("acme-shop\n"))
    assert command.forget(session.id, yes=False) == 0
    assert "forgotten: heroku: ada@example.com" in capsys.readouterr().out
    assert stored.get(HEROKU) is None
    again = find(session.id)
    left = again.load(CONNECTIONS)
    again.close()
    assert left is not None and left.by_provider == {}
    assert command.forget(session.id, yes=True) == 0
    assert "has no token and no login on this machine" in capsys.readouterr().out


def test_what_the_keyring_keeps_is_said_of_each(begun: Begun, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = Clinging("user-1")
    keeper.set(HEROKU, Secret("HRKU-token-4711-0815"))
    monkeypatch.setattr(command, "open_vault", lambda: Vault(keeper))
    session = begun.connected("acme-shop", "aptible")
    with pytest.raises(Trouble) as failed:
        command.forget(session.id, yes=True)
    assert "1 of 2 credentials could not be removed. heroku: ada@example.com: The keyring is locked." in (
        failed.value.cause
    )
    assert "aptible: ada@example.com" in failed.value.untouched
    assert "offramp, heroku:token:user-1" in failed.value.remedy


def test_a_run_at_work_keeps_them(world: FakeWorld, begun: Begun, stored: Vault) -> None:
    session = begun.chosen()
    run = ARun(session).start()
    with pytest.raises(Trouble) as refused:
        command.forget(session.id, yes=True)
    assert refused.value.code == "session-busy" and "stop" in refused.value.remedy
    assert stored.get(HEROKU) is not None
    run.kill()


def test_it_is_a_command() -> None:
    from screens.main import parser

    options = parser().parse_args(["forget", "acme-shop", "--yes"])
    assert (options.session, options.yes) == ("acme-shop", True)
