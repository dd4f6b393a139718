"""From stage to stage, as the session stands: the same session and the same stages as in the full screen."""

from collections.abc import Callable

from screens.plain.choose import choose_target
from screens.plain.connect import connect
from screens.plain.desk import Desk
from screens.plain.document import document
from screens.plain.map import map_components
from screens.plain.plan import plan
from screens.plain.prepare import prepare
from screens.plain.question import Back
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


def travel(desk: Desk) -> None:
    """Ask stage by stage, from where the session stands; returns after the report, or when the person goes
    back from the first stage.

    Raises:
        Leave, EndOfInput; Trouble: the session cannot be read.
    """
    if held := desk.held():
        desk.console.say(held)
    stage = standing(desk.session).current
    while True:
        try:
            STAGES[stage](desk)
        except Back:
            if stage == NAMES[0]:
                return
            stage = NAMES[NAMES.index(stage) - 1]
            continue
        if stage == NAMES[-1]:
            return
        stage = following(desk, stage)


def following(desk: Desk, stage: str) -> str:
    """The stage after this one, or an earlier one that must be done first."""
    where, wanted = standing(desk.session), NAMES[NAMES.index(stage) + 1]
    if stage == "connect" and where.current != "connect":
        # One comes back to it after a target was chosen: what lies between is done.
        return where.current
    return where.current if where.why_not[wanted] else wanted
