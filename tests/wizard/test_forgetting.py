"""Forgetting what a session was given: all that there is, and what fails is said of each."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pytest

from wizard.credentials import CredentialRef, MemoryKeeper, Origin, StoreState, Vault
from wizard.model.mapping import AppChoice, Mapping
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.session.forgetting import as_trouble, forget_all, given_to
from wizard.session.image_login import login_ref
from wizard.session.parts import CONNECTIONS, MAPPING, Connection, Connections
from wizard.session.store import Session, create


def of(vendor: str, who: str, origin: Origin | None = None) -> Connection:
    return Connection(
        provider=vendor, account_id=who, email=f"{who}@x.example", kept_in="in the keyring", origin=origin
    )


ADA, BOB, CYD = of("heroku", "ada"), of("heroku", "bob"), of("aptible", "cyd", Origin(variable="X"))


class Clinging(MemoryKeeper):
    """A keyring that does not give up what is of `clings`."""

    def __init__(self, clings: str) -> None:
        super().__init__()
        self._clings = clings

    def delete(self, ref: CredentialRef) -> None:
        if ref.account == self._clings:
            raise Trouble("The keyring is locked.", remedy="Unlock it.", code="keyring-failed")
        super().delete(ref)


@pytest.fixture
def session(private_home: Path) -> Iterator[Session]:
    made = create("acme-shop")
    made.save(
        CONNECTIONS, Connections(by_provider={"heroku": ADA, "aptible": CYD}, others=(BOB,), forgotten={})
    )
    private = AppChoice(
        app_id="a1", handle="web", action="move", way="image", image="ghcr.io/acme/web:1", private=True
    )
    made.save(MAPPING, Mapping(environment="e", region="r", apps=(private,)))
    yield made
    made.close()


def filled(keeper: MemoryKeeper) -> Vault:
    for ref in (ADA.ref, BOB.ref, login_ref("ghcr.io")):
        keeper.set(ref, Secret(f"token-of-{ref.account}-4711"))
    return Vault(keeper)


def test_everything_is_forgotten_logins_of_registries_too(session: Session) -> None:
    keeper = MemoryKeeper()
    vault = filled(keeper)
    given = given_to(session)
    assert [one.ref.account for one in given] == ["ada", "cyd", "bob", "ghcr.io"]
    done = forget_all(session, vault, given)
    assert done.gone == given and done.failed == ()
    assert not [one for one in given if keeper.get(one.ref)]
    left = session.load(CONNECTIONS)
    assert left is not None
    assert (left.by_provider, left.others) == ({}, ())
    assert left.forgotten == {"heroku": ADA, "aptible": CYD}, "whose they were is still known"


@pytest.mark.parametrize("state", ["locked", "timed-out", "absent"])
def test_a_keyring_that_cannot_be_asked_has_forgotten_nothing(
    session: Session, state: Literal["locked", "timed-out", "absent"]
) -> None:
    in_memory = msgspec.structs.replace(CYD, kept_in="in memory until this ends")
    session.save(CONNECTIONS, Connections(by_provider={"heroku": ADA, "aptible": in_memory}))
    silent = StoreState(state=state, backend="", title="it", sentence="It does not answer.", remedy="")
    done = forget_all(session, Vault(None, silent), given_to(session))
    maybe = [] if state == "absent" else ["ghcr.io"]
    assert [given.ref.account for given, _ in done.failed] == ["ada", *maybe]
    assert "It does not answer." in as_trouble(done).cause
    assert "offramp, heroku:token:ada" in as_trouble(done).remedy
    left = session.load(CONNECTIONS)
    assert left is not None and left.by_provider == {"heroku": ADA}, "where it is stays known"


def test_what_fails_is_named_with_its_entry_and_keeps_none_of_the_others(session: Session) -> None:
    vault = filled(Clinging("bob"))
    done = forget_all(session, vault, given_to(session))
    assert [one.ref.account for one in done.gone] == ["ada", "cyd", "ghcr.io"]
    trouble = as_trouble(done)
    assert (
        "1 of 4 credentials could not be removed. heroku: bob@x.example: The keyring is locked."
        in trouble.cause
    )
    assert "heroku: ada@x.example" in trouble.untouched
    assert "offramp, heroku:token:bob" in trouble.remedy
    left = session.load(CONNECTIONS)
    assert left is not None and left.others == (BOB,), "it is still named"
