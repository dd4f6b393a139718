"""Fixtures of the screens: providers in memory, and sessions that stand at a given stage."""

import io
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from screens import run as run_module
from screens.plain import run as plain_run
from tests.screens.a_run import ARun
from tests.screens.a_worker import Worker
from tests.screens.example_system import example_system
from tests.screens.fake_heroku import GOOD_TOKEN
from tests.screens.fakes import TARGET_TOKEN, FakeWorld
from tests.screens.parsed_once import parse_once
from wizard import registry
from wizard.credentials import CredentialRef, Vault
from wizard.model.mapping import TargetChoice
from wizard.model.secret import Secret
from wizard.model.system import System
from wizard.session.parts import CONNECTIONS, SYSTEM, TARGET, Connection, Connections
from wizard.session.store import Session, create

Types = Callable[..., None]
Said = Callable[[], str]


@pytest.fixture
def types(monkeypatch: pytest.MonkeyPatch) -> Types:
    """What the person will type, line after line; then the input ends."""

    def typed(*lines: str) -> None:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))

    return typed


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """What was printed since it was asked last."""
    return lambda: capsys.readouterr().out


@pytest.fixture
def spoken(monkeypatch: pytest.MonkeyPatch) -> Worker:
    """The worker that the run stage speaks to."""
    made = Worker()
    monkeypatch.setattr(plain_run, "ask", made.ask)
    monkeypatch.setattr(plain_run, "start_worker", made.start)
    return made


@pytest.fixture(scope="session", autouse=True)
def look_is_parsed_once() -> Iterator[None]:
    """See `parse_once`."""
    with pytest.MonkeyPatch.context() as patch:
        parse_once(patch)
        yield


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWorld]:
    """The fakes, found by the wizard's registry in place of the installed providers."""
    fakes = FakeWorld()
    registry._load.cache_clear()
    monkeypatch.setattr(registry, "entry_points", fakes.entry_points)
    yield fakes
    registry._load.cache_clear()


@pytest.fixture
def vault() -> Vault:
    """Memory only, with good tokens of both sides in it."""
    made = Vault()
    made.hold(CredentialRef(vendor="heroku", account="user-1"), Secret(GOOD_TOKEN))
    made.hold(CredentialRef(vendor="aptible", account="t-1"), Secret(TARGET_TOKEN))
    return made


class Begun:
    """Makes sessions as a person would have left them."""

    def __init__(self) -> None:
        self.made: list[Session] = []

    def new(self, name: str = "acme-shop") -> Session:
        """Nothing answered yet."""
        session = create(name)
        self.made.append(session)
        return session

    def connected(self, name: str = "acme-shop", *providers: str) -> Session:
        """Signed in to Heroku, and to `providers`."""
        session = self.new(name)
        by_provider = {
            "heroku": Connection(
                provider="heroku", account_id="user-1", email="ada@example.com", kept_in="memory"
            )
        }
        for provider in providers:
            by_provider[provider] = Connection(
                provider=provider, account_id="t-1", email="ada@example.com", kept_in="memory"
            )
        session.save(CONNECTIONS, Connections(by_provider=by_provider))
        return session

    def documented(self, system: System | None = None) -> Session:
        """The inventory is read."""
        session = self.connected()
        session.save(SYSTEM, system or example_system())
        return session

    def chosen(self, system: System | None = None) -> Session:
        """Aptible is chosen and signed in to."""
        session = self.connected("acme-shop", "aptible")
        session.save(SYSTEM, system or example_system())
        session.save(TARGET, TargetChoice(provider="aptible", reason="all components fit"))
        return session


@pytest.fixture
def begun(private_home: Path) -> Iterator[Begun]:
    """See `Begun`."""
    made = Begun()
    yield made
    for session in made.made:
        session.close()


@pytest.fixture
def run(begun: Begun, world: FakeWorld) -> Iterator[ARun]:
    """A run that has begun, its worker alive."""
    made = ARun(begun.chosen()).start()
    yield made
    made.close()


@pytest.fixture
def worker(monkeypatch: pytest.MonkeyPatch) -> Worker:
    """The worker that the screen speaks to."""
    made = Worker()
    monkeypatch.setattr(run_module, "ask", made.ask)
    monkeypatch.setattr(run_module, "start_worker", made.start)
    return made
