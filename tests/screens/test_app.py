"""The frame: home below everything, leaving, and what cannot be drawn."""

import os
import signal

import pytest

from screens.app import OfframpApp
from screens.home import HomeScreen
from screens.widgets.leave import LeaveDialog
from tests.screens.conftest import Begun
from tests.screens.fakes import FakeWorld
from tests.screens.seen import seen, settled
from wizard.credentials import Vault
from wizard.session.lock import Lock


async def test_home_comes_first(world: FakeWorld, vault: Vault) -> None:
    app = OfframpApp(vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert isinstance(app.screen, HomeScreen)
        assert "Offramp" in seen(app)


async def test_ctrl_c_asks_and_again_leaves(world: FakeWorld, vault: Vault) -> None:
    app = OfframpApp(vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("ctrl+c")
        assert isinstance(app.screen, LeaveDialog)
        assert "Leave Offramp?" in seen(app)
        await pilot.press("escape")
        assert isinstance(app.screen, HomeScreen)
        await pilot.press("ctrl+c", "ctrl+c")
        await pilot.pause()
        assert not app.is_running


async def test_a_polite_kill_ends_it_in_order(world: FakeWorld, vault: Vault, begun: Begun) -> None:
    session = begun.new()
    app = OfframpApp(session=session, vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        os.kill(os.getpid(), signal.SIGTERM)
        await pilot.pause()
        assert not app.is_running
    assert Lock(session.folder / "edit.lock").holder() is None


async def test_the_terminals_cursor_stands_on_the_highlighted_row(
    world: FakeWorld, vault: Vault, begun: Begun
) -> None:
    begun.new("alpha").close()
    begun.new("beta").close()
    app = OfframpApp(vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot)
        lines = seen(app).splitlines()
        assert lines[app.cursor_position.y].strip().startswith("beta")
        await pilot.press("down")
        assert lines[app.cursor_position.y].strip().startswith("alpha")


@pytest.mark.parametrize("size", [(50, 24), (80, 12)])
async def test_a_terminal_too_small_gets_one_sentence(
    world: FakeWorld, vault: Vault, size: tuple[int, int]
) -> None:
    app = OfframpApp(vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.resize_terminal(*size)
        await pilot.pause()
        assert f"This terminal is {size[0]}x{size[1]}; Offramp needs 60x15." in " ".join(seen(app).split())
        await pilot.press("n")
        assert isinstance(app.screen, HomeScreen)
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "60x15" not in seen(app)
