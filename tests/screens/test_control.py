"""Two terminals on one run: one asks for control, the other is asked, and there are never two who write."""

import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from textual.pilot import Pilot

from screens.app import OfframpApp
from screens.background import in_thread
from screens.control_asked import ControlAsked
from screens.home import HomeScreen
from tests.screens.a_run import ARun
from tests.screens.a_worker import Worker, opened, settle
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from wizard.credentials import Vault
from wizard.run.handover import WISH, Asking
from wizard.run.journal import Journal
from wizard.session.store import Session


@pytest.fixture
def other(run: ARun) -> Iterator[Session]:
    """The session as another terminal has it open."""
    made = Session(run.session.folder)
    yield made
    made.close()


@asynccontextmanager
async def at(run: ARun, vault: Vault, size: tuple[int, int] = (80, 24)) -> AsyncIterator[Pilot[str]]:
    """The application in front of the run."""
    app = opened(run, vault)
    async with app.run_test(size=size) as pilot:
        await settle(pilot)
        yield pilot


async def look(pilot: Pilot[str]) -> str:
    """A second later."""
    app = pilot.app
    assert isinstance(app, OfframpApp)
    app._doorkeeper.look()
    await settle(pilot)
    return " ".join(seen(app).split())


async def test_who_has_it_is_asked_and_gives_it(
    run: ARun, other: Session, vault: Vault, worker: Worker
) -> None:
    run.copying()
    async with at(run, vault) as pilot:
        asking = Asking(other)
        assert asking.begin()
        text = await look(pilot)
        assert "Somebody asks for control" in text and "asks to control this migration" in text
        await pilot.press(*"y", "enter")
        assert "Neither yes nor no" in seen(pilot.app)
        assert asking.look() == "waits"
        await pilot.press(*"es", "enter")
        await settle(pilot)
        assert asking.look() == "ours" and other.claimed and not run.session.claimed
        text = await look(pilot)
        assert "has control now; you watch." in text and "read only" in text
        await pilot.press("p")
        await settle(pilot)
        assert worker.asked == [], "who watches tells the worker nothing"
        assert "Control went to" in Journal(run.session).events()[-1].text


async def test_a_gate_that_was_open_closes_for_who_gave_control_away(
    run: ARun, other: Session, vault: Vault, worker: Worker
) -> None:
    run.gate()
    async with at(run, vault) as pilot:
        await pilot.press("enter")
        await settle(pilot)
        asking = Asking(other)
        assert asking.begin()
        await look(pilot)
        await pilot.press(*"yes", "enter")
        await settle(pilot)
        assert asking.look() == "ours"
        await pilot.press(*"acme-shop", "enter")
        await settle(pilot)
        assert worker.asked == [], "it is for the other to pass"


async def test_escape_keeps_it(run: ARun, other: Session, vault: Vault) -> None:
    async with at(run, vault) as pilot:
        asking = Asking(other)
        asking.begin()
        await look(pilot)
        await pilot.press("escape")
        await settle(pilot)
        assert asking.look() == "refused" and run.session.claimed
        assert "You keep control" in seen(pilot.app)


async def test_a_question_goes_with_the_wish(run: ARun, other: Session, vault: Vault) -> None:
    async with at(run, vault) as pilot:
        asking = Asking(other)
        asking.begin()
        await look(pilot)
        assert isinstance(pilot.app.screen, ControlAsked)
        asking.withdraw()
        text = await look(pilot)
        assert "asks no more. You keep control." in text and run.session.claimed


async def test_who_watches_asks_with_c_and_is_told(
    run: ARun, other: Session, vault: Vault, worker: Worker
) -> None:
    run.copying()
    assert other.claim() is None
    async with at(run, vault) as pilot:
        assert "or ask for it with c." in " ".join(seen(pilot.app).split())
        assert "c control" in seen(pilot.app)
        assert "d detach" in seen(pilot.app), "what works comes before what does not"
        await pilot.press("c")
        text = await look(pilot)
        assert "Asked " in text and "control asked for" in text
        wish = other.load(WISH)
        assert wish is not None and not run.session.claimed
        await pilot.press("c")
        assert "Withdrawn." in await look(pilot)
        assert other.turn_lock.holder() is None
        await pilot.press("c")
        await settle(pilot)
        other.edit_lock.release()
        text = await look(pilot)
        assert "You have control:" in text and "had ended." in text and run.session.claimed
        assert "read only" not in text and "c control" not in text
        await pilot.press("p")
        await settle(pilot)
        assert worker.asked == [{"do": "pause"}]


async def test_leaving_the_monitor_withdraws_the_wish(run: ARun, other: Session, vault: Vault) -> None:
    assert other.claim() is None
    async with at(run, vault) as pilot:
        await pilot.press("c")
        await settle(pilot)
        assert other.turn_lock.holder() is not None
        await pilot.press("3")
        await settled(pilot)
        assert other.turn_lock.holder() is None


async def test_leaving_while_it_is_being_asked_withdraws_the_wish_too(
    run: ARun, other: Session, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert other.claim() is None
    begin, asks, done, left = Asking.begin, threading.Event(), threading.Event(), threading.Event()

    def late(self: Asking) -> bool:
        asks.set()
        assert left.wait(30)
        heard = begin(self)
        done.set()
        return heard

    monkeypatch.setattr(Asking, "begin", late)
    async with at(run, vault) as pilot:
        await pilot.press("c", "c")
        assert await in_thread(asks.wait, 30)
        await pilot.press("3")
        await settled(pilot)
        left.set()
        assert await in_thread(done.wait, 30)
        await settled(pilot)
        assert await in_thread(_free, other), "else nobody could ask any more"


def _free(session: Session) -> bool:
    end = time.monotonic() + 10
    while session.turn_lock.holder() is not None and time.monotonic() < end:
        time.sleep(0.01)
    return session.turn_lock.holder() is None


async def test_home_offers_a_running_migration_first(
    world: FakeWorld, begun: Begun, run: ARun, vault: Vault
) -> None:
    run.copying()
    assert run.session.claim() is None
    begun.new("newer").close()
    app = OfframpApp(vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        assert isinstance(app.screen, HomeScreen)
        lines = seen(app).splitlines()
        first = next(number for number, line in enumerate(lines) if "acme-shop" in line)
        assert first < next(number for number, line in enumerate(lines) if "newer" in line)
        under = lines[first + 1]
        assert "step 5 of" in under and "since" in under and "enter watches" in under
        run.session.edit_lock.release()
        app.screen._look()
        await settled(pilot)
        under = seen(app).splitlines()[first + 1]
        assert "enter attaches" in under
