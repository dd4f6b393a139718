"""Tokens in a long run: asked for in time, taken from the same account only, used at once."""

import datetime
from pathlib import Path

import pytest

from tests.wizard.run_world import PLAN_OF_FOUR, Running, World, world
from wizard.credentials import CredentialRef, Vault
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.trouble import SignInNeeded, Unreachable
from wizard.plan.preflight_tokens import token_findings
from wizard.run.journal import Journal
from wizard.run.token_watch import FRESH, TokenWatch
from wizard.run.view import view
from wizard.session.lock import Lock
from wizard.session.parts import CONNECTIONS, PLAN, Connection, Connections
from wizard.session.store import Session, create

__all__ = ["world"]

REF = CredentialRef(vendor="aptible", account="ada")
OLD, NEW = Secret("the-old-token-1"), Secret("the-new-token-2")


def connected(session: Session, **left: float) -> str:
    """Aptible is signed in to until `left` from now; returns the end by the clock here."""
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(**left)
    connection = Connection(
        provider="aptible",
        account_id="ada",
        email="ada@example.com",
        kept_in="memory",
        expires_at=end.isoformat(timespec="seconds"),
    )
    session.save(CONNECTIONS, Connections(by_provider={"aptible": connection}))
    return end.astimezone().strftime("%H:%M")


@pytest.fixture
def session(private_home: Path) -> Session:
    made = create("acme-shop")
    made.save(PLAN, PLAN_OF_FOUR)
    Journal(made).start_run(PLAN_OF_FOUR)
    return made


class Watched:
    def __init__(self, session: Session) -> None:
        self.journal = Journal(session)
        self.vault = Vault(None)
        self.used = 0
        self.watch = TokenWatch(session, self.journal, self.vault, self._use)

    def _use(self) -> None:
        self.used += 1

    def events(self) -> list[str]:
        return [event.text for event in self.journal.events()]


def test_a_token_is_asked_for_half_an_hour_before_its_end_and_once(session: Session) -> None:
    watched = Watched(session)
    connected(session, minutes=31)
    watched.watch.look()
    assert watched.events() == [] and FRESH not in watched.journal.gauges()
    at = connected(session, minutes=29, seconds=30)
    watched.watch.look()
    watched.watch.look()
    (asked,) = watched.events()
    assert asked.startswith("The Aptible token ends at ") and ", in 29 min. Sign in again" in asked
    assert at in asked
    lock = Lock(session.worker_lock_file)
    assert lock.take("")
    seen = view(session)
    assert seen is not None and seen.fresh is not None and seen.fresh.vendor == "aptible"
    assert seen.run.state == "running", "nothing is held up"
    assert [token.title for token in seen.tokens] == ["Aptible"]
    connected(session, hours=12)
    watched.watch.look()
    seen = view(session)
    assert seen is not None and seen.fresh is None
    lock.release()
    connected(session, minutes=-3)
    watched.watch.look()
    assert "has ended at" in watched.events()[-1]


async def test_a_token_of_another_account_is_not_taken(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched(session)
    connected(session, hours=1)
    owners = {"the-new-token-2": "ada", "the-bobs-token-3": "bob"}
    asked: list[str] = []

    async def whose(self: TokenWatch, vendor: str, secret: Secret) -> Account:
        asked.append(secret.reveal())
        if secret.reveal() == "the-dead-token-4":
            raise SignInNeeded("aptible", "This token has expired.", remedy="")
        if secret.reveal() == "the-lost-token-5":
            raise Unreachable("Aptible does not answer.", remedy="")
        who = owners[secret.reveal()]
        return Account(id=who, email=f"{who}@example.com")

    monkeypatch.setattr(TokenWatch, "_whose", whose)
    other = CredentialRef(vendor="aptible", account="bob")
    assert "belongs to another account" in await watched.watch.refusal(other, NEW)
    assert await watched.watch.refusal(REF, OLD) == "" and asked == [], "the first one was checked already"
    watched.vault.hold(REF, OLD)
    assert await watched.watch.refusal(REF, OLD) == "" and asked == [], "nor is the same one asked about"
    assert await watched.watch.refusal(REF, NEW) == ""
    refused = await watched.watch.refusal(REF, Secret("the-bobs-token-3"))
    assert refused == "This token is of bob@example.com; the run belongs to ada@example.com."
    assert "has expired" in await watched.watch.refusal(REF, Secret("the-dead-token-4"))
    assert "cannot be asked now" in await watched.watch.refusal(REF, Secret("the-lost-token-5"))


async def test_a_fresh_token_is_used_from_then_on_and_said(world: World, session: Session) -> None:
    connected(session, hours=3, seconds=30)
    watched = Watched(session)
    running = Running(session)
    running.commands.whose, running.commands.renewed = watched.watch.refusal, watched.watch.taken
    running.context.vault.hold(REF, OLD)
    watched.watch._vault = running.context.vault

    async def whose(vendor: str, secret: Secret) -> Account:
        return Account(id="ada" if secret == NEW else "bob", email="x@example.com")

    watched.watch._whose = whose  # type: ignore[method-assign]
    request = {"vendor": "aptible", "account": "ada", "kind": "token", "value": NEW.reveal()}
    assert (await running.say("secret", **{**request, "value": "somebody-elses"}))["ok"] is False
    assert running.context.vault.get(REF) == OLD and watched.used == 0
    assert await running.say("secret", **request) == {"ok": True}
    assert running.context.vault.get(REF) == NEW and watched.used == 1
    assert any(
        "A fresh Aptible token was handed over (good until " in text and "3 h left" in text
        for text in watched.events()
    )
    assert await running.say("secret", **request) == {"ok": True}
    assert watched.used == 1, "the same again is nothing new"
    await running.kill()


def test_a_run_that_outlasts_the_token_is_found_before_it_begins(session: Session) -> None:
    plan = PLAN_OF_FOUR  # nine steps of 1 to 5 seconds
    connected(session, hours=9)
    (found,) = token_findings(session, plan)
    assert found.state == "good" and "good until" in found.what
    connected(session, seconds=20)
    (found,) = token_findings(session, plan)
    assert found.state == "look" and "may outlast" in found.what and "Sign in again" in found.remedy
    session.save(CONNECTIONS, Connections())
    assert token_findings(session, plan) == []
