"""Signing in again: a run and an inventory belong to the account that they were made with."""

import msgspec
import pytest

from screens.sign_in import keep
from tests.screens.a_run import ARun
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from wizard.credentials import CredentialRef, Vault
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.trouble import Trouble
from wizard.ports import Token
from wizard.session.forgetting import forget, given_to
from wizard.session.parts import CONNECTIONS, PLAN, SYSTEM
from wizard.session.store import Session

BOB = Token(Secret("HRKU-token-of-bob-0123456789"), Account(id="user-2", email="bob@example.com"), None)
ADA_AGAIN = Token(Secret("HRKU-newer-token-0123456789"), Account(id="user-1", email="ada@example.com"), None)


def forget_the_token(session: Session, vault: Vault, vendor: str) -> None:
    (given,) = [one for one in given_to(session) if one.ref.vendor == vendor]
    forget(session, vault, given)


@pytest.mark.parametrize("forgotten", [False, True])
@pytest.mark.parametrize("state", ["done", "stopped"])
async def test_a_run_is_not_parted_from_its_account(
    world: FakeWorld, begun: Begun, vault: Vault, state: str, forgotten: bool
) -> None:
    session = begun.chosen()
    run = ARun(session).start().kill()
    run.journal.set_run(state)
    plan = session.load(PLAN)
    if forgotten:
        for vendor in ("heroku", "aptible"):
            forget_the_token(session, vault, vendor)
    for vendor in ("heroku", "aptible"):
        with pytest.raises(Trouble) as refused:
            await keep(session, vault, vendor, BOB)
        assert refused.value.cause == "This token is of bob@example.com; the run belongs to ada@example.com."
        assert refused.value.untouched == "The run and its plan are as they were."
        assert "Sign in as ada@example.com" in refused.value.remedy
        assert vault.get(CredentialRef(vendor=vendor, account="user-2")) is None
    assert session.load(SYSTEM) is not None and session.load(PLAN) == plan
    await keep(session, vault, "heroku", ADA_AGAIN)
    connections = session.load(CONNECTIONS)
    assert connections is not None and connections.by_provider["heroku"].email == "ada@example.com"
    assert session.load(SYSTEM) is not None and session.load(PLAN) == plan


async def test_forgetting_first_does_not_keep_another_accounts_inventory(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    session = begun.documented()
    forget_the_token(session, vault, "heroku")
    assert vault.get(CredentialRef(vendor="heroku", account="user-1")) is None
    await keep(session, vault, "heroku", BOB)
    assert session.load(SYSTEM) is None
    connections = session.load(CONNECTIONS)
    assert connections is not None and connections.forgotten == {}


async def test_an_inventory_alone_tells_whose_it_is(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.documented()
    session.drop(CONNECTIONS)
    await keep(session, vault, "heroku", ADA_AGAIN)
    assert session.load(SYSTEM) is not None
    system = session.load(SYSTEM)
    assert system is not None
    session.save(SYSTEM, msgspec.structs.replace(system, account=BOB.account))
    session.drop(CONNECTIONS)
    await keep(session, vault, "heroku", ADA_AGAIN)
    assert session.load(SYSTEM) is None
