"""Connect: whose tokens are offered where, how long they live, and the way of organisations with their own
sign-in."""

import datetime
from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from screens.app import OfframpApp
from screens.home import HomeScreen
from screens.widgets.field import Field
from tests.screens.a_run import ARun
from tests.screens.conftest import Begun
from tests.screens.fake_heroku import GOOD_TOKEN, FakeSourceProvider
from tests.screens.fakes import TARGET_TOKEN, FakeTargetProvider, FakeWorld
from tests.screens.seen import seen, settled
from tests.screens.test_connect import HEROKU, shown, target_wanted
from wizard.credentials import Vault
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.ports import FoundToken, Hosts, Token
from wizard.ports.signing_in import Caution
from wizard.run.token_watch import FRESH, FreshTokenWanted
from wizard.session.parts import CONNECTIONS, Connections
from wizard.session.store import Session

ELSEWHERE = {"api": "http://127.0.0.1:81", "data": "http://127.0.0.1:82"}


def told(monkeypatch: pytest.MonkeyPatch, hosts: Callable[[], Hosts]) -> None:
    """The fake Heroku reads `hosts` in the environment."""
    monkeypatch.setattr(FakeSourceProvider, "environment_hosts", lambda self: hosts(), raising=False)


def ends_in(session: Session, vendor: str, **life: float) -> str:
    """Give the session's token of a vendor an end."""
    end = datetime.datetime.now(datetime.UTC) + datetime.timedelta(**life)
    known = session.load(CONNECTIONS)
    assert known is not None
    at = end.isoformat(timespec="seconds")
    changed = msgspec.structs.replace(known.by_provider[vendor], expires_at=at)
    session.save(CONNECTIONS, Connections(by_provider={**known.by_provider, vendor: changed}))
    return end.astimezone().strftime("%H:%M")


def words(app: Any) -> str:
    return " ".join(seen(app).split())


async def test_a_session_takes_the_hosts_of_the_environment_and_its_token(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch, begun: Begun
) -> None:
    told(monkeypatch, lambda: ELSEWHERE)
    world.heroku.found = [FoundToken("HEROKU_API_KEY", Secret(GOOD_TOKEN))]
    app = OfframpApp(vault=Vault())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen)
        await pilot.press("n")
        await settled(pilot)
        await pilot.press(*"shop", "enter")
        await settled(pilot)
        assert app.session is not None and app.session.info.hosts == {"heroku": ELSEWHERE}
        assert "Heroku is reached at http://127.0.0.1:81, as the environment said" in words(app)
        assert "Use the token of HEROKU_API_KEY" in words(app)


async def test_a_host_that_no_token_may_go_to_begins_no_session(
    world: FakeWorld, monkeypatch: pytest.MonkeyPatch, begun: Begun
) -> None:
    def bad() -> Hosts:
        raise Trouble(
            "HEROKU_HOST names a host that is not Heroku's.", remedy="Unset it.", code="bad-address"
        )

    told(monkeypatch, bad)
    app = OfframpApp(vault=Vault())
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("n")
        await settled(pilot)
        await pilot.press(*"shop", "enter")
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen)
        assert "HEROKU_HOST names a host that is not Heroku's." in words(app)


@pytest.mark.parametrize(
    ("session_hosts", "environment"), [({}, ELSEWHERE), ({"api": "http://127.0.0.1:9"}, {})]
)
async def test_a_token_that_is_meant_for_another_host_is_not_offered(
    world: FakeWorld,
    begun: Begun,
    monkeypatch: pytest.MonkeyPatch,
    session_hosts: dict[str, str],
    environment: dict[str, str],
) -> None:
    told(monkeypatch, lambda: environment)
    world.heroku.found = [FoundToken("HEROKU_API_KEY", Secret(GOOD_TOKEN))]
    session = begun.new()
    session.info.hosts["heroku"] = session_hosts
    async with shown(session, Vault()) as (app, pilot):
        assert "Use the token of" not in words(app)
        assert "Not offered: HEROKU_API_KEY. It is for " in words(app)
        await pilot.press("enter")
        await settled(pilot)
        assert world.heroku.opened == 0, "nothing was sent"


async def test_a_file_of_another_program_is_read_only_when_it_is_chosen(
    world: FakeWorld, begun: Begun
) -> None:
    reads = []

    def read() -> Secret:
        reads.append(1)
        return Secret(TARGET_TOKEN)

    world.aptible.found = [FoundToken("~/.aptible/tokens.json", read)]
    session, vault = target_wanted(begun), Vault()
    vault.hold(HEROKU, Secret(GOOD_TOKEN))
    async with shown(session, vault) as (app, pilot):
        assert "Read the token in ~/.aptible/tokens.json, left by its own program" in words(app)
        await pilot.press("enter")
        await settled(pilot)
        assert "E-mail" in seen(app) and reads == [], "enter does not take it"
        await pilot.press("escape", "up", "enter")
        await settled(pilot)
        assert reads == [1] and "Signed in to Aptible as ada@example.com." in words(app)


async def test_single_sign_on_shows_the_address_and_takes_the_token(
    world: FakeWorld, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    def page(self: FakeTargetProvider, hosts: Hosts, organisation: str) -> str:
        if organisation != "org-1":
            raise Trouble("This is not the id of an organisation.", remedy="Look.", code="bad-organisation")
        return "https://auth.aptible.example/organizations/org-1/saml/login"

    monkeypatch.setattr(FakeTargetProvider, "single_sign_on_page", page, raising=False)
    session, vault = target_wanted(begun), Vault()
    vault.hold(HEROKU, Secret(GOOD_TOKEN))
    async with shown(session, vault) as (app, pilot):
        await pilot.press("down", "enter")
        await settled(pilot)
        assert "https://dashboard.aptible.example/settings" in words(app)
        await pilot.press(*"org", "enter")
        await settled(pilot)
        assert "This is not the id of an organisation." in words(app)
        await pilot.press(*"-1")
        await settled(pilot)
        assert "https://auth.aptible.example/organizations/org-1/saml/login" in words(app)
        await pilot.press("enter")
        await settled(pilot)
        assert app.clipboard == "https://auth.aptible.example/organizations/org-1/saml/login"
        app.screen.query_one(Field).value = TARGET_TOKEN
        await pilot.press("enter")
        await settled(pilot)
        assert "Signed in to Aptible as ada@example.com." in words(app)


async def test_what_is_to_be_said_of_a_token_is_said_with_its_address(
    world: FakeWorld, begun: Begun, monkeypatch: pytest.MonkeyPatch
) -> None:
    accept = FakeTargetProvider.accept_token

    async def cautious(self: FakeTargetProvider, hosts: Hosts, pasted: Secret) -> Token:
        token = await accept(self, hosts, pasted)
        token.cautions = (
            Caution(words="Acme does not take this sign-in.", page="https://auth.example/acme"),
        )
        return token

    monkeypatch.setattr(FakeTargetProvider, "accept_token", cautious)
    session, vault = target_wanted(begun), Vault()
    vault.hold(HEROKU, Secret(GOOD_TOKEN))
    async with shown(session, vault) as (app, pilot):
        await pilot.press("p")
        await settled(pilot)
        app.screen.query_one(Field).value = TARGET_TOKEN
        await pilot.press("enter")
        await settled(pilot)
        assert "⚠ Acme does not take this sign-in. Open (c copies it): https://auth.example/acme" in words(
            app
        )
        await pilot.press("c")
        await settled(pilot)
        assert app.clipboard == "https://auth.example/acme"


@pytest.mark.parametrize(
    ("life", "shown_words"),
    [
        ({"hours": 3, "seconds": 30}, "good until {}, 3 h left"),
        ({"minutes": 12.5}, "⚠ good until {}, 12 min left"),
        ({"minutes": -1}, "ada@example.com: the token has ended at {}, sign in again"),
    ],
)
async def test_how_long_a_token_is_good(
    world: FakeWorld, begun: Begun, vault: Vault, life: dict[str, float], shown_words: str
) -> None:
    session = begun.chosen()
    at = ends_in(session, "aptible", **life)
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await pilot.press("1")
        await settled(pilot)
        text = words(app)
        assert shown_words.format(at) in text or at < "00:30", text
        assert ("Sign in to Aptible." in text) == (life.get("minutes") == -1)


async def test_a_run_that_wants_a_fresh_token_is_heard_without_being_stopped(
    world: FakeWorld, begun: Begun, vault: Vault
) -> None:
    session = begun.chosen()
    at = ends_in(session, "aptible", minutes=20.5)
    run = ARun(session).start()
    known = session.load(CONNECTIONS)
    assert known is not None
    end = known.by_provider["aptible"].expires_at or ""
    run.journal.gauge(FRESH, FreshTokenWanted(vendor="aptible", title="Aptible", expires_at=end))
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert f"token ⚠ Aptible ends at {at}, in 20 min: a signs in again" in words(app)
        assert "● running" in words(app)
        await pilot.press("a")
        await settled(pilot)
        assert "Sign in to Aptible." in words(app)
        run.kill()
