"""The worker's end of the socket for tests of the run screen, and the application in front of a run."""

from typing import Any

from textual.pilot import Pilot

from screens.app import OfframpApp
from screens.run import RunScreen
from tests.screens.a_run import ARun
from wizard.credentials import Vault
from wizard.session.store import Session


class Worker:
    """Stands in for the worker's end of the socket: notes what was asked, answers what it is told to."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.answer: dict[str, Any] = {"ok": True}
        self.started = 0

    def ask(self, session: Session, request: dict[str, Any], *, timeout: float = 5.0) -> dict[str, Any]:
        request = dict(request)
        assert request.pop("who")
        self.asked.append(request)
        return self.answer

    def start(self, session: Session, vault: Vault) -> None:
        self.started += 1


async def settle(pilot: Pilot[str]) -> None:
    """Let everything that was begun come to its end, a fresh look at the journal included."""
    await pilot.pause()
    await pilot.app.workers.wait_for_complete()
    screen = next((one for one in pilot.app.screen_stack if isinstance(one, RunScreen)), None)
    if screen is not None:
        screen._tick()
        await pilot.app.workers.wait_for_complete()
    await pilot.pause()


def opened(run: ARun, vault: Vault) -> OfframpApp:
    """The application in front of the run, as `offramp` would open it."""
    return OfframpApp(session=run.session, vault=vault)
