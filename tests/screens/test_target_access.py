"""A session's target for commands: the token that is kept, else what is typed."""

import pytest

from screens.headless import target_access
from screens.headless.target_access import TargetAccess
from tests.screens.conftest import Begun
from tests.screens.fakes import PASSWORD, FakeWorld
from wizard.credentials import Vault
from wizard.model.mapping import Mapping, TargetChoice
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.session.parts import CONNECTIONS, MAPPING, TARGET, Connection, Connections


def test_a_vendor_without_tokens_is_signed_in_to_with_the_accounts_password(
    world: FakeWorld, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def typed(prompt: str, *, instead: str) -> Secret:
        asked.append(prompt)
        return Secret(PASSWORD)

    monkeypatch.setattr(target_access, "ask_hidden", typed)
    monkeypatch.setattr(target_access, "open_vault", Vault)
    world.aptible.token_page = ""
    session = begun.documented()
    session.save(TARGET, TargetChoice(provider="aptible"))
    session.save(MAPPING, Mapping(environment="acme-prod"))
    with TargetAccess(session) as access, pytest.raises(Trouble) as caught:
        access.sign_in()
    assert caught.value.code == "not-signed-in" and asked == []
    mine = Connection(
        provider="aptible",
        account_id="t-1",
        email="ada@example.com",
        kept_in="held in memory",
        expires_at=None,
    )
    session.save(CONNECTIONS, Connections(by_provider={"aptible": mine}))
    with TargetAccess(session) as access:
        access.sign_in()
    assert world.aptible.closed == 1, "it was opened with what the sign-in gave"
    assert asked == ["password of ada@example.com at Aptible"]
    assert [who.email for who in world.aptible.sign_ins] == ["ada@example.com"]
