"""Which token of this machine a `db` command uses, and which database of an app is meant."""

import asyncio
import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from providers.sandbox.faults import Faults
from providers.sandbox.heroku import HerokuSandbox
from providers.sandbox.tls import Certificates
from screens.headless import db_heroku
from screens.headless.db_heroku import HerokuAccess, choose
from tests.wizard.database_servers import Background
from wizard.backups import AttachedDatabase
from wizard.credentials import CredentialRef, Vault
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.session.parts import CONNECTIONS, Connection, Connections
from wizard.session.store import create

APP = "migrate-backend"


@pytest.fixture
def sandbox(tmp_path: Path) -> Iterator[HerokuSandbox]:
    background = Background()
    made = HerokuSandbox(
        tmp_path / "sandbox",
        size="tiny",
        faults=Faults(),
        certificates=Certificates(tmp_path / "tls"),
        alive=False,
    )
    background.run(made.start())
    yield made
    background.run(made.stop())
    background.close()


@pytest.fixture
def vault(monkeypatch: pytest.MonkeyPatch) -> Vault:
    """What the keyring holds."""
    made = Vault(None)
    monkeypatch.setattr(db_heroku, "open_vault", lambda: made)
    return made


def signed_in(name: str, account: str, hosts: dict[str, str], **more: Any) -> None:
    """A migration that is signed in to Heroku."""
    session = create(name, hosts={"heroku": hosts}, **more)
    connection = Connection(provider="heroku", account_id=account, email="a@b.example", kept_in="keyring")
    assert session.claim() is None
    session.save(CONNECTIONS, Connections(by_provider={"heroku": connection}))
    session.close()


@contextlib.contextmanager
def access() -> Iterator[HerokuAccess]:
    made = HerokuAccess()
    try:
        yield made
    finally:
        made.close()


def test_the_wizards_token_is_used_where_it_belongs(sandbox: HerokuSandbox, vault: Vault) -> None:
    signed_in("first", "account-1", dict(sandbox.hosts))
    vault.hold(CredentialRef(vendor="heroku", account="account-1"), Secret(sandbox.credentials["token"]))
    with access() as heroku:
        database = heroku.find(APP, None)
        assert database.add_on == "postgresql-cubed-52817"
        assert heroku.url(database).reveal().endswith("?sslmode=require")


def test_a_token_that_is_refused_makes_room_for_the_next(sandbox: HerokuSandbox, vault: Vault) -> None:
    signed_in("first", "account-1", dict(sandbox.hosts))
    signed_in("second", "account-2", dict(sandbox.hosts))
    vault.hold(CredentialRef(vendor="heroku", account="account-1"), Secret(sandbox.credentials["token"]))
    vault.hold(CredentialRef(vendor="heroku", account="account-2"), Secret("HRKU-long-expired-token"))
    with access() as heroku:
        assert heroku.find(APP, "BLUE").name == "DATABASE"


def test_the_environments_token_is_meant_before_all_others_and_goes_nowhere_else(
    sandbox: HerokuSandbox, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in("first", "account-1", dict(sandbox.hosts))
    vault.hold(CredentialRef(vendor="heroku", account="account-1"), Secret(sandbox.credentials["token"]))
    monkeypatch.setenv("HEROKU_API_KEY", "HRKU-of-somebody-else-1234")
    monkeypatch.setenv("HEROKU_HOST", sandbox.hosts["api"])
    monkeypatch.setenv("HEROKU_DATA_HOST", sandbox.hosts["data"])
    with access() as heroku, pytest.raises(Trouble) as refused:
        heroku.find(APP, None)
    assert refused.value.code == "token-refused"


def test_a_token_of_other_addresses_is_not_sent_where_the_environment_points(
    sandbox: HerokuSandbox, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in("first", "account-1", {})
    vault.hold(CredentialRef(vendor="heroku", account="account-1"), Secret("HRKU-real-herokus-token-9"))
    monkeypatch.setenv("HEROKU_HOST", sandbox.hosts["api"])
    monkeypatch.setenv("HEROKU_DATA_HOST", sandbox.hosts["data"])
    monkeypatch.setattr(db_heroku, "ask_hidden", _nobody)
    with access() as heroku, pytest.raises(Trouble) as asked:
        heroku.find(APP, None)
    assert asked.value.code == "usage"


def test_the_example_systems_tokens_are_not_looked_for(
    sandbox: HerokuSandbox, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    signed_in("first", "account-1", dict(sandbox.hosts), demo=True)
    vault.hold(CredentialRef(vendor="heroku", account="account-1"), Secret(sandbox.credentials["token"]))
    monkeypatch.setattr(db_heroku, "ask_hidden", _nobody)
    with access() as heroku, pytest.raises(Trouble):
        heroku.find(APP, None)


def _nobody(prompt: str, *, instead: str) -> Secret:
    raise Trouble(f"There is no terminal to ask for the {prompt}.", remedy=instead, code="usage")


def _attached(name: str, *names: str) -> AttachedDatabase:
    return AttachedDatabase(
        app="shop", name=name, names=(name, *names), add_on_id=name, add_on=f"add-on-{name}",
        plan="basic", owner_id="1", owner="shop",
    )  # fmt: skip


def test_the_database_that_is_meant_is_found_by_each_of_its_names() -> None:
    main = _attached("DATABASE", "DATABASE_URL", "HEROKU_POSTGRESQL_BLUE")
    pink = _attached("HEROKU_POSTGRESQL_PINK", "HEROKU_POSTGRESQL_PINK_URL")
    both = (main, pink)
    assert choose(both, "shop", None) is main
    for name in ("DATABASE", "database_url", "BLUE", "HEROKU_POSTGRESQL_BLUE_URL", "add-on-DATABASE"):
        assert choose(both, "shop", name) is main
    assert choose(both, "shop", "pink") is pink
    assert choose((pink,), "shop", None) is pink
    with pytest.raises(Trouble, match="has 2 databases"):
        choose((pink, _attached("OTHER")), "shop", None)
    with pytest.raises(Trouble, match="it has DATABASE, HEROKU_POSTGRESQL_PINK"):
        choose(both, "shop", "RED")
    with pytest.raises(Trouble, match="no Postgres"):
        choose((), "shop", None)


def test_a_vendor_that_is_silent_is_given_up(sandbox: HerokuSandbox, vault: Vault) -> None:
    with access() as heroku, pytest.raises(Trouble) as slow:
        heroku.wait(asyncio.sleep(60), seconds=0.05)
    assert slow.value.code == "vendor-slow"
