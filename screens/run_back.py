"""Going back to Heroku from the monitor: what it means, and the name typed."""

from collections.abc import Callable

from screens.monitor.words import back_lines
from screens.stage import StageScreen
from screens.widgets.confirm_typing import ConfirmTyping
from wizard.run.view import RunView
from wizard.session.parts import PLAN


def ask_way_back(screen: StageScreen, view: RunView, go: Callable[[], None]) -> None:
    """Ask, then `go`."""

    def decided(yes: bool | None) -> None:
        if yes:
            go()

    plan = screen.session.load(PLAN)
    lines = back_lines(view, plan.target if plan else "the target")
    name = screen.session.name
    screen.app.push_screen(ConfirmTyping("Back to Heroku", lines, word=name, verb="to go back"), decided)
