"""Going back to the release before, from the run screen: which app, what it means, its name typed."""

from textual.content import Content

from screens.headless.rollback import go_back, what_going_back_means
from screens.marks import MUTED
from screens.stage import StageScreen
from screens.widgets.confirm_typing import ConfirmTyping
from screens.widgets.pick_one import PickOne
from wizard.model.mapping import AppChoice, Mapping
from wizard.session.parts import MAPPING


def choose_app(screen: StageScreen) -> None:
    """Ask which app, where there are several; then what it means."""
    mapping = screen.session.load(MAPPING) or Mapping()
    choices = {choice.handle: choice for choice in mapping.moved_apps()}

    def picked(handle: str | None) -> None:
        if handle is not None:
            choice = choices[handle]
            screen.behind(
                _look(screen, choice),
                lambda told: _confirm(screen, choice, told),
                group="rollback",
                waiting=f"Asking what {handle} ran before",
            )

    if len(choices) == 1:
        picked(*choices)
        return
    about = Content.styled("The code before is deployed again; data and config vars stay.", MUTED)
    screen.ask(PickOne("Which app goes back", about, [(handle, handle) for handle in choices]), picked)


async def _look(screen: StageScreen, choice: AppChoice) -> list[str]:
    return await what_going_back_means(screen.session, await screen.offramp.vault(), choice)


def _confirm(screen: StageScreen, choice: AppChoice, told: list[str]) -> None:
    def decided(yes: bool | None) -> None:
        if yes:
            screen.behind(
                _go(screen, choice, told),
                lambda said: screen.say(f"{said}.", good=True),
                group="rollback",
                waiting=f"Deploying the release before of {choice.handle}; it goes on if you leave",
            )

    word = choice.handle
    screen.ask(ConfirmTyping(f"{word}: the release before", told, word=word, verb="to go back"), decided)


async def _go(screen: StageScreen, choice: AppChoice, told: list[str]) -> str:
    return await go_back(screen.session, await screen.offramp.vault(), choice, told)
