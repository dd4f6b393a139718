"""What is being waited for is said, and from some seconds on for how long and how to leave."""

import asyncio
import threading
from pathlib import Path

import pytest
from textual.pilot import Pilot

from screens import patience
from screens import plan as plan_module
from screens.app import OfframpApp
from tests.screens.conftest import Begun
from tests.screens.example_system import BACKEND
from tests.screens.fake_heroku import FakeSource
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from tests.screens.test_plan import prepared
from wizard.credentials import Vault
from wizard.document.checkout import Checkout
from wizard.model.secret import Secret
from wizard.session.parts import ANSWERS, Answers
from wizard.session.store import Session

__all__ = ["prepared"]


@pytest.fixture(autouse=True)
def long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every wait is a long one."""
    monkeypatch.setattr(patience, "TOLD_FROM", 0.0)


async def until(pilot: Pilot[str], words: str) -> None:
    """Until `words` stand on the screen; the test's own limit ends a wait for nothing."""
    while words not in " ".join(seen(pilot.app).split()):
        await asyncio.sleep(0.01)
        await pilot.pause()


async def test_a_config_value(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = asyncio.Event()

    async def config(self: FakeSource, app_id: str) -> dict[str, Secret]:
        await go_on.wait()
        return {"DATABASE_URL": Secret("the value itself")}

    monkeypatch.setattr(FakeSource, "config", config)
    app = OfframpApp(session=begun.documented(), vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        await app.show_stage("document")
        await settled(pilot)
        await pilot.press("v")
        await settled(pilot)
        await pilot.press("v")
        await until(pilot, "● Reading DATABASE_URL from Heroku … ")
        go_on.set()
        await until(pilot, "the value itself")
        assert "Reading DATABASE_URL" not in seen(app)


async def test_the_checks_of_a_plan(
    world: FakeWorld, prepared: Session, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def look(session: Session, vault: Vault, report: object) -> None:
        report("the target: account")  # type: ignore[operator]
        await asyncio.Event().wait()

    monkeypatch.setattr(plan_module, "look", look)
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "s; esc leaves.")
        assert "● Looking at the target: account, for " in seen(app)


async def test_code_folders(
    world: FakeWorld, prepared: Session, vault: Vault, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    go_on = threading.Event()

    def slow(*asked: object) -> Checkout:
        go_on.wait(60)
        return Checkout(path=str(asked[-1]), is_git=True)

    monkeypatch.setattr("screens.prepare.code_of", slow)
    app = OfframpApp(session=prepared, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.show_stage("prepare")
        await until(pilot, "● Reading the code of migrate-backend, for ")
        go_on.set()


async def test_a_proposal(
    world: FakeWorld, begun: Begun, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    go_on = threading.Event()

    def slow(path: str, **_: object) -> Checkout:
        go_on.wait(60)
        return Checkout(path=path, is_git=True)

    monkeypatch.setattr("screens.code_folders.read_checkout", slow)
    session = begun.chosen()
    session.save(ANSWERS, Answers(checkouts={BACKEND: "/code"}))
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, "Proposing what becomes of each component, for ")
        go_on.set()
        await until(pilot, "of 26 decided")
