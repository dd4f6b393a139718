"""From stage to stage, as the session stands: the same session and the same stages as in the full screen."""

from collections.abc import Callable

from screens.mistake import as_trouble
from screens.plain.choose import choose_target
from screens.plain.connect import connect
from screens.plain.console import EndOfInput, GivenAway, Interrupted
from screens.plain.desk import Deed, Desk, do_one_of
from screens.plain.document import document
from screens.plain.map import map_components
from screens.plain.plan import plan
from screens.plain.prepare import prepare
from screens.plain.question import Back, GoTo, Help, Leave
from screens.plain.report import report
from screens.plain.run import run
from screens.stages import NAMES, standing

STAGES: dict[str, Callable[[Desk], None]] = {
    "connect": connect,
    "document": document,
    "choose": choose_target,
    "map": map_components,
    "prepare": prepare,
    "plan": plan,
    "run": run,
    "report": report,
}
"""Each returns when the person goes on, and raises Back to the stage before."""


BROKEN = Help("Something is in the way of this stage. Nothing that was saved is lost by it.")


def travel(desk: Desk) -> None:
    """Ask stage by stage, from where the session stands; returns after the report, or when the person goes
    back from the first stage.

    Raises:
        Leave, EndOfInput, Interrupted; Trouble: the session cannot be read.
    """
    if held := desk.held():
        desk.console.say(held)
    stage = standing(desk.session).current
    while True:
        try:
            _at(desk, stage)
        except Back:
            if stage == NAMES[0]:
                return
            stage = NAMES[NAMES.index(stage) - 1]
            continue
        except GoTo as wish:
            stage = wish.stage
            continue
        if stage == NAMES[-1]:
            return
        stage = following(desk, stage)


def _at(desk: Desk, stage: str) -> None:
    """One stage. What is in its way is told, and does not end the wizard.

    Raises:
        Back, GoTo, Leave, EndOfInput, Interrupted.
    """
    while True:
        try:
            STAGES[stage](desk)
        except (Back, GoTo, Leave, EndOfInput, Interrupted):
            raise
        except GivenAway:
            continue
        except KeyboardInterrupt:
            desk.console.broken_off("Broken off.")
        except Exception as error:  # noqa: BLE001  told in words, logged when it is our mistake
            desk.console.trouble(as_trouble(error))
        else:
            return
        _ask_again(desk, stage)


def _ask_again(desk: Desk, stage: str) -> None:
    again = [Deed(f"Try the stage {stage} again", lambda: True)]
    do_one_of(desk, lambda: "What now?", lambda: again, help_=BROKEN, stage=stage)


def following(desk: Desk, stage: str) -> str:
    """The stage after this one, or an earlier one that must be done first."""
    where, wanted = standing(desk.session), NAMES[NAMES.index(stage) + 1]
    if stage == "connect" and where.current != "connect":
        # One comes back to it after a target was chosen: what lies between is done.
        return where.current
    return where.current if where.why_not[wanted] else wanted
