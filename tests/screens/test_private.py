"""What is borrowed of Textual's private parts is still there, and does what it is borrowed for."""

import asyncio
import inspect
from pathlib import Path

import pytest
from textual import events
from textual.app import App
from textual.css.query import NoMatches
from textual.screen import Screen
from textual.worker import WorkerFailed

from screens.app import OfframpApp
from screens.keyed import KeyedScreen
from tests.screens.fakes import FakeWorld
from wizard.credentials import Vault


def test_textual_still_ends_by_the_method_that_is_replaced() -> None:
    assert "_fatal_error" in inspect.getsource(App._handle_exception)
    assert "_exit_renderables" in inspect.getsource(App._print_error_renderables)
    assert callable(App._close_messages_no_wait)
    made = inspect.getsource(App.__init__)
    assert "self._driver" in made and "self._clipboard" in made
    assert hasattr(Screen, "_compositor") or "_compositor" in inspect.getsource(Screen.__init__)


async def test_an_error_in_a_handler_shows_no_local_variable(
    world: FakeWorld, vault: Vault, capfd: pytest.CaptureFixture[str]
) -> None:
    app = OfframpApp(vault=vault)

    def fall() -> None:
        typed = "hunter2-in-a-local-variable"
        raise ValueError(len(typed))

    with pytest.raises(ValueError, match="27"):
        async with app.run_test(size=(80, 24)) as pilot:
            app.call_later(fall)
            await pilot.pause()
    app._print_error_renderables()
    said = capfd.readouterr()
    assert "hunter2" not in said.out + said.err
    assert "Offramp made a mistake (ValueError)." in " ".join(said.err.split())


async def test_screens_that_are_taken_apart_at_the_end_make_no_mistake(
    world: FakeWorld, vault: Vault, private_home: Path
) -> None:
    app = OfframpApp(vault=vault)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        app.leaving = True
        await app.screen.remove_children()
        app.screen.post_message(events.ScreenResume())
        app._handle_exception(NoMatches("what it drew into is gone"))
        app._handle_exception(WorkerFailed(NoMatches("what it filled is gone")))
        assert isinstance(app.screen, KeyedScreen)
        app.screen.guarded(lambda: app.screen.query_one("#gone"))
        app.screen.behind(asyncio.sleep(0), lambda _: app.screen.query_one("#gone") and None, wanted=False)
        await pilot.pause()
    assert app._exception is None and not list(private_home.rglob("mistakes.log"))
