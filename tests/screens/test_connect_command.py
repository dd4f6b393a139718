"""Connect: a token by a command or from a variable, several accounts, and what to do about the keyring."""

import asyncio
from pathlib import Path
from typing import Any

import msgspec
import pytest
from textual.pilot import Pilot

from screens import app as application
from screens.app import OfframpApp
from screens.widgets.field import Field
from screens.widgets.row_list import RowList
from tests.screens.conftest import Begun
from tests.screens.fake_heroku import GOOD_TOKEN, FakeSourceProvider
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from tests.screens.test_connect import HEROKU, shown
from wizard.credentials import MemoryKeeper, Origin, StoreState, Vault
from wizard.model.mapping import TargetChoice
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.session.parts import CONNECTIONS, TARGET, Connection, Connections
from wizard.session.store import Session

BOB_TOKEN = "HRKU-token-of-bob-0123456789"


class Safe:
    """A program that gives what lies beside it, and counts how often it did."""

    def __init__(self, folder: Path) -> None:
        self.content = folder / "content"
        self.runs = folder / "runs"
        self.program = folder / "safe"
        self.program.write_text(
            f'#!/bin/sh\necho "$@" >> "{self.runs}"\ncat "{self.content}" || {{ echo locked >&2; exit 1; }}\n'
        )
        self.program.chmod(0o755)


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    made = Safe(tmp_path)
    made.content.write_text(GOOD_TOKEN + "\n")
    return made


def words(app: Any) -> str:
    return " ".join(seen(app).split())


def connections(session: Session) -> Connections:
    return session.load(CONNECTIONS) or Connections()


async def choose(app: OfframpApp, pilot: Pilot[str], row: str, *typed: str) -> None:
    """Press Enter on a row, and type into the dialog that it opens."""
    app.screen.query_one(RowList).go_to(row)
    await pilot.press("enter")
    await settled(pilot)
    for text in typed:
        app.screen.query_one(Field).value = text
        await pilot.press("enter")
        await settled(pilot)


async def test_a_command_is_shown_before_it_is_started_and_its_output_never(
    world: FakeWorld, begun: Begun, safe: Safe
) -> None:
    keyring = MemoryKeeper()
    session, vault = begun.new(), Vault(keyring)
    async with shown(session, vault) as (app, pilot):
        await choose(app, pilot, "command", f"{safe.program} read 'op://Work/My Heroku'")
        text = words(app)
        assert "Start this command?" in text and "op://Work/My Heroku" in text
        assert not safe.runs.exists(), "nothing is started before it was agreed to"
        await pilot.press("escape")
        await settled(pilot)
        assert not safe.runs.exists() and session.load(CONNECTIONS) is None
        await choose(app, pilot, "command", f"{safe.program} read 'op://Work/My Heroku'")
        await pilot.press("enter")
        await settled(pilot)
        text = words(app)
        assert "Signed in to Heroku as ada@example.com. The token comes from the command" in text
        assert GOOD_TOKEN not in text
        known = connections(session).by_provider["heroku"]
        assert known.origin is not None
        assert known.origin.command == (str(safe.program), "read", "op://Work/My Heroku")
        assert vault.get(HEROKU) == Secret(GOOD_TOKEN) and keyring.get(HEROKU) is None
        for file in session.folder.iterdir():
            assert GOOD_TOKEN.encode() not in file.read_bytes()


async def test_a_command_that_fails_says_why_and_signs_nobody_in(
    world: FakeWorld, begun: Begun, safe: Safe
) -> None:
    safe.content.unlink()
    session = begun.new()
    async with shown(session, Vault()) as (app, pilot):
        await choose(app, pilot, "command", str(safe.program))
        await pilot.press("enter")
        await settled(pilot)
        assert "ended with code 1: locked" in words(app) and "No token was used." in words(app)
        assert session.load(CONNECTIONS) is None


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("op read x | head", "No shell reads it"),
        ("no-such-program-here x", "There is no program no-such-program-here here"),
        ("echo 123", "Paste the token instead"),
    ],
)
async def test_what_is_no_command_is_said_where_it_is_typed(
    world: FakeWorld, begun: Begun, typed: str, why: str
) -> None:
    async with shown(begun.new(), Vault()) as (app, pilot):
        await choose(app, pilot, "command", typed)
        assert why in words(app)
        assert "Start this command?" not in words(app)


async def test_a_variable_is_named_not_copied(
    world: FakeWorld, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ACME_TOKEN", GOOD_TOKEN)
    session, vault = begun.new(), Vault(MemoryKeeper())
    async with shown(session, vault) as (app, pilot):
        await choose(app, pilot, "variable", "OTHER_TOKEN")
        assert "OTHER_TOKEN is not set where this Offramp was started" in words(app)
        app.screen.query_one(Field).value = "ACME_TOKEN"
        await pilot.press("enter")
        await settled(pilot)
        assert "Signed in to Heroku as ada@example.com." in words(app)
        known = connections(session).by_provider["heroku"]
        assert known.origin is not None and known.origin.variable == "ACME_TOKEN"
        assert GOOD_TOKEN.encode() not in (session.folder / "session.sqlite3").read_bytes()


async def test_coming_back_runs_nothing_until_it_is_wanted(
    world: FakeWorld, begun: Begun, safe: Safe
) -> None:
    session = begun.documented()
    session.save(TARGET, TargetChoice(provider="aptible"))
    ada = connections(session).by_provider["heroku"]
    ada = msgspec.structs.replace(ada, origin=Origin(command=(str(safe.program),)))
    session.save(CONNECTIONS, Connections(by_provider={"heroku": ada}))
    async with shown(session, Vault()) as (app, pilot):
        assert "Sign in to Aptible." in words(app) and "not at hand" not in words(app)
        assert not safe.runs.exists()
        app.screen._again = "heroku"  # type: ignore[attr-defined]
        app.screen.renew()  # type: ignore[attr-defined]
        await settled(pilot)
        assert "Ask the command" in words(app)
        assert not safe.runs.exists()
        await choose(app, pilot, "origin")
        assert "Signed in to Heroku as ada@example.com." in words(app)
        assert safe.runs.exists()


def bob_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Heroku knows a second account."""
    open_ = FakeSourceProvider.open

    def open_for(self: FakeSourceProvider, hosts: Any, token: Secret) -> Any:
        if token.reveal() != BOB_TOKEN:
            return open_(self, hosts, token)
        source = open_(self, hosts, Secret(GOOD_TOKEN))

        async def account() -> Account:
            return Account(id="user-2", email="bob@example.com")

        source.account = account  # type: ignore[method-assign]
        return source

    monkeypatch.setattr(FakeSourceProvider, "open", open_for)


async def test_another_account_leaves_the_first_to_be_chosen_again(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    bob_too(monkeypatch)
    session = begun.connected()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("1")
        await settled(pilot)
        assert "Sign in to Heroku again, or as another account" in words(app)
        await choose(app, pilot, "again-heroku")
        await choose(app, pilot, "paste", BOB_TOKEN)
        assert "Signed in to Heroku as bob@example.com." in words(app)
        known = connections(session)
        assert known.by_provider["heroku"].email == "bob@example.com"
        assert [one.email for one in known.others] == ["ada@example.com"]
        assert vault.get(HEROKU) == Secret(GOOD_TOKEN)
        await choose(app, pilot, "again-heroku")
        await settled(pilot)
        assert "(ada@example.com)" in words(app) and "(bob@example.com)" not in words(app)
        await choose(app, pilot, "kept-0")
        assert "Signed in to Heroku as ada@example.com." in words(app)
        known = connections(session)
        assert known.by_provider["heroku"].email == "ada@example.com"
        assert [one.email for one in known.others] == ["bob@example.com"]


async def test_one_of_several_tokens_is_forgotten(world: FakeWorld, begun: Begun, vault: Vault) -> None:
    session = begun.connected()
    bob = Connection(
        provider="heroku", account_id="user-2", email="bob@example.com", kept_in="held in memory"
    )
    vault.hold(bob.ref, Secret(BOB_TOKEN))
    session.save(CONNECTIONS, Connections(by_provider=connections(session).by_provider, others=(bob,)))
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("1")
        await settled(pilot)
        await pilot.press("f")
        await settled(pilot)
        assert "heroku: bob@example.com" in words(app) and "heroku: ada@example.com" in words(app)
        await pilot.press("home", "enter")
        await settled(pilot)
        assert "The token of Heroku (bob@example.com) is removed" in words(app)
        await pilot.press(*"heroku", "enter")
        await settled(pilot)
        assert vault.get(bob.ref) is None and vault.get(HEROKU) is not None
        assert connections(session).others == () and "heroku" in connections(session).by_provider


async def test_what_to_do_about_the_keyring(world: FakeWorld, begun: Begun) -> None:
    state = StoreState(
        state="locked", backend="x", title="the Secret Service", sentence="It is locked.", remedy="Unlock it."
    )
    async with shown(begun.new(), Vault(None, state)) as (app, pilot):
        await pilot.press("w")
        await settled(pilot)
        text = words(app)
        assert "The keyring" in text and "1 " in text
        await pilot.press(*["pagedown"] * 4)
        await asyncio.sleep(0)
        await settled(pilot)
        assert "it waits until you sign in again" in words(app)


async def test_looking_at_the_keyring_again_loses_no_token_that_was_held(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = begun.documented()
    session.save(TARGET, TargetChoice(provider="aptible"))
    opened = Vault(MemoryKeeper())
    monkeypatch.setattr(application, "open_vault", lambda: opened)
    async with shown(session, vault) as (app, pilot):
        await pilot.press("k")
        await settled(pilot)
        assert await app.vault() is opened
        assert opened.get(HEROKU) == Secret(GOOD_TOKEN)
        assert "not at hand" not in words(app)
