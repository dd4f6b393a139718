"""Going back to the release before, from the run screen: which app, what it means, its name typed."""

from typing import NamedTuple

from textual.content import Content

from screens.background import in_thread
from screens.marks import MUTED
from screens.stage import StageScreen
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.pick_one import PickOne
from wizard.mapping.spaces import space_of_handle
from wizard.model.mapping import Mapping
from wizard.ports import TargetApp
from wizard.registry import open_target
from wizard.run.journal import Journal
from wizard.run.release_before import Rollback, release_before, rollback_lines
from wizard.run.rollback import deployed_app, known_rollbacks, roll_back
from wizard.session.parts import MAPPING, TARGET
from wizard.session.person import this_person


class Found(NamedTuple):
    """What going back would do, and what a person reads before."""

    app: TargetApp
    back: Rollback
    lines: list[str]


def choose_app(screen: StageScreen) -> None:
    """Ask which app, where there are several; then what it means."""
    mapping = screen.session.load(MAPPING) or Mapping()
    handles = [choice.handle for choice in mapping.moved_apps()]

    def picked(handle: str | None) -> None:
        if handle is not None:
            screen.behind(
                _look(screen, space_of_handle(mapping, handle), handle),
                lambda found: _confirm(screen, found),
                group="rollback",
                waiting=f"Asking what {handle} ran before",
            )

    if len(handles) == 1:
        picked(handles[0])
        return
    about = Content.styled("The code before is deployed again; data and config vars stay.", MUTED)
    screen.ask(PickOne("Which app goes back", about, [(handle, handle) for handle in handles]), picked)


async def _look(screen: StageScreen, environment: str, handle: str) -> Found:
    vault = await screen.offramp.vault()
    target = await in_thread(open_target, screen.session, vault, _provider(screen))
    try:
        app = await deployed_app(target, environment, handle)
        deploys = await target.deploys(app)
        back = release_before(handle, deploys, known_rollbacks(Journal(screen.session), handle))
        return Found(app, back, rollback_lines(handle, back, deploys))
    finally:
        await target.close()


def _confirm(screen: StageScreen, found: Found) -> None:
    def decided(yes: bool | None) -> None:
        if yes:
            screen.behind(
                _go(screen, found),
                lambda said: screen.say(f"{said}.", good=True),
                group="rollback",
                waiting=f"Deploying the release before of {found.app.handle}; it goes on if you leave",
            )

    word = found.app.handle
    screen.ask(
        ConfirmTyping(f"{word}: the release before", found.lines, word=word, verb="to go back"), decided
    )


async def _go(screen: StageScreen, found: Found) -> str:
    vault = await screen.offramp.vault()
    target = await in_thread(open_target, screen.session, vault, _provider(screen))
    try:
        return await roll_back(screen.session, target, found.app, found.back, vault=vault, who=this_person())
    finally:
        await target.close()


def _provider(screen: StageScreen) -> str:
    choice = screen.session.load(TARGET)
    assert choice is not None
    return choice.provider
