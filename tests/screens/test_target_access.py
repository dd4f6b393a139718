"""A session's target for commands: the token that is kept, else what is typed."""

import pytest

from screens.headless import target_access
from screens.headless.target_access import TargetAccess
from tests.screens.conftest import Begun
from tests.screens.fakes import PASSWORD, FakeWorld
from wizard.credentials import Vault
from wizard.model.mapping import DatabaseChoice, Mapping, SpaceChoice, TargetChoice
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import Environment, TargetDatabase
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


def test_a_database_is_looked_for_in_the_space_that_it_went_into(
    world: FakeWorld, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(target_access, "ask_hidden", lambda prompt, *, instead: Secret(PASSWORD))
    monkeypatch.setattr(target_access, "open_vault", Vault)
    world.aptible.token_page = ""
    session = begun.documented()
    session.save(TARGET, TargetChoice(provider="aptible"))
    apart = DatabaseChoice(add_on_id="pg", handle="shop-db", space="live")
    session.save(MAPPING, Mapping(environment="acme", databases=(apart,), spaces=(SpaceChoice(name="live"),)))
    mine = Connection(provider="aptible", account_id="t-1", email="ada@example.com", kept_in="held in memory")
    session.save(CONNECTIONS, Connections(by_provider={"aptible": mine}))
    world.aptible.environments = {"acme": Environment(id="1", handle="acme")}
    world.aptible.databases = {"shop-db": database("shop-db")}
    with TargetAccess(session) as access:
        access.sign_in()
        with pytest.raises(Trouble) as caught:
            access.database("shop-db")
        assert "no database shop-db in live yet" in caught.value.cause
        world.aptible.environments["live"] = Environment(id="2", handle="live")
        assert access.database("shop-db").handle == "shop-db"


def database(handle: str) -> TargetDatabase:
    return TargetDatabase(
        id="1",
        handle=handle,
        environment_id="2",
        type="postgresql",
        version="16",
        state="provisioned",
        disk_gb=1,
    )
