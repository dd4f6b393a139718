"""A run whose token comes from a command of the person: fetched, tried again, shown to its vendor first."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.wizard.run_world import Running, World, world
from wizard.credentials import Origin, Vault
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.trouble import SignInNeeded, Unreachable
from wizard.registry import command_for, open_source, token_of
from wizard.run import launch, waits
from wizard.run.journal import Journal
from wizard.run.token_watch import FRESH, TokenWatch
from wizard.session.parts import CONNECTIONS, Connection, Connections
from wizard.session.store import Session, create

__all__ = ["world"]

FIRST, SECOND = "token-of-the-morning", "token-of-the-evening"


@pytest.fixture
def session(private_home: Path) -> Iterator[Session]:
    made = create("acme-shop")
    yield made
    made.close()


class Safe:
    """A vault with a program that gives what is in it; None: locked."""

    def __init__(self, folder: Path) -> None:
        self._content = folder / "content"
        self._runs = folder / "runs"
        self.program = folder / "safe"
        self.program.write_text(
            f'#!/bin/sh\necho run >> "{self._runs}"\n'
            f'cat "{self._content}" 2>/dev/null || {{ echo "the safe is locked" >&2; exit 4; }}\n'
        )
        self.program.chmod(0o755)

    def holds(self, token: str) -> None:
        self._content.write_text(token + "\n")

    @property
    def runs(self) -> int:
        return len(self._runs.read_text().splitlines()) if self._runs.exists() else 0


@pytest.fixture
def safe(tmp_path: Path) -> Safe:
    return Safe(tmp_path)


def connect(session: Session, origin: Origin, **more: str) -> Connection:
    made = Connection(
        provider="heroku", account_id="ada", email="ada@example.com", kept_in="", origin=origin, **more
    )
    session.save(CONNECTIONS, Connections(by_provider={"heroku": made}))
    return made


def missing() -> SignInNeeded:
    return SignInNeeded(
        "heroku", "There is no Heroku token at hand.", remedy="Sign in.", code="token-missing"
    )


def refused() -> SignInNeeded:
    return SignInNeeded("heroku", "Heroku refused the token.", remedy="Sign in.")


async def test_it_is_fetched_when_it_is_wanted_and_again_when_it_is_refused(
    session: Session, world: World, safe: Safe
) -> None:
    known = connect(session, Origin(command=(str(safe.program),)))
    safe.holds(FIRST)
    world.doing["environment"] = [missing()]
    world.doing["copy"] = [refused()]
    running = Running(session)
    await running.wait(lambda seen: "environment" in world.there)
    held = running.context.vault.get(known.ref)
    assert held is not None and held.reveal() == FIRST
    # The same again is what was refused just now: a person is asked.
    seen = await running.wait(lambda seen: seen.run.state == "waiting")
    assert seen.secret is not None and seen.secret.vendor == "heroku"
    safe.holds(SECOND)
    await running.say("retry")
    await running.wait(lambda seen: "copy" in world.there)
    held = running.context.vault.get(known.ref)
    assert held is not None and held.reveal() == SECOND
    assert any(f"fetched with the command `{safe.program}`" in text for text in running.events())
    journal = " ".join(running.events())
    assert FIRST not in journal and SECOND not in journal
    await running.kill()


async def test_a_locked_vault_is_tried_again_by_itself_and_its_words_are_told(
    session: Session, world: World, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waits, "AGAIN", 0.2)
    connect(session, Origin(command=(str(safe.program),)))
    world.doing["environment"] = [missing()]
    running = Running(session)
    await running.wait(lambda seen: seen.run.state == "waiting")
    assert any("ended with code 4: the safe is locked" in text for text in running.events())
    tried = safe.runs
    await running.say("ping")
    assert safe.runs == tried, "a ping runs nothing"
    safe.holds(FIRST)
    await running.wait(lambda seen: "environment" in world.there)
    assert running.seen.secret is None
    await running.kill()


async def test_what_it_gives_is_shown_to_the_vendor_before_it_is_used(
    session: Session, world: World, safe: Safe
) -> None:
    known = connect(session, Origin(command=(str(safe.program),)))
    journal = Journal(session)
    vault = Vault(None, fetches=False)
    watch = TokenWatch(session, journal, vault, lambda: None)
    owners = {FIRST: "ada", SECOND: "bob"}

    async def whose(vendor: str, secret: Secret) -> Account:
        if secret.reveal() not in owners:
            raise Unreachable("Heroku does not answer.", remedy="")
        who = owners[secret.reveal()]
        return Account(id=who, email=f"{who}@example.com")

    watch._whose = whose  # type: ignore[method-assign]
    assert await watch.refusal(known.ref, Secret(FIRST)) == ""
    said = await watch.refusal(known.ref, Secret(SECOND))
    assert said == "This token is of bob@example.com; the run belongs to ada@example.com."
    assert (await watch.refusal(known.ref, Secret("token-of-the-night"))).endswith("It was not taken.")


def test_its_end_asks_nobody(session: Session, safe: Safe) -> None:
    connect(session, Origin(command=(str(safe.program),)), expires_at="2026-01-01T00:00:00+00:00")
    running = Journal(session)
    watch = TokenWatch(session, running, Vault(None, fetches=False), lambda: None)
    watch.look()
    assert FRESH not in running.gauges()


def test_what_the_session_uses_comes_from_there(
    session: Session, safe: Safe, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(session, Origin(command=(str(safe.program),)))
    safe.holds(FIRST)
    assert command_for(session, "heroku") is not None and command_for(session, "aptible") is None
    found = token_of(session, Vault(), "heroku")
    assert found is not None and found.reveal() == FIRST
    connect(session, Origin(variable="LC_ACME_TOKEN"))
    assert command_for(session, "heroku") is None
    with pytest.raises(SignInNeeded) as needed:
        open_source(session, Vault())
    assert "LC_ACME_TOKEN is not set here" in needed.value.cause
    monkeypatch.setenv("LC_ACME_TOKEN", FIRST)
    found = token_of(session, Vault(), "heroku")
    assert found is not None and found.reveal() == FIRST
    # LC_ is passed on to the worker; a variable that was named as a token is not.
    assert "LC_ACME_TOKEN" in launch.worker_environment()
    assert "LC_ACME_TOKEN" not in launch.worker_environment(launch._token_variables(session))


def test_a_locked_vault_keeps_no_worker_from_starting(session: Session, safe: Safe) -> None:
    known = connect(session, Origin(command=(str(safe.program),)))
    assert launch._to_hand_over(Vault(), known) is None
    safe.holds(FIRST)
    assert launch._to_hand_over(Vault(), known) == Secret(FIRST)
    assert FIRST not in (session.folder / "session.sqlite3").read_bytes().decode("latin-1")
