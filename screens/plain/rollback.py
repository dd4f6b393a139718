"""After a bad deploy, in lines: an app on the target goes back to the release before."""

from screens.headless.rollback import go_back, what_going_back_means
from screens.plain.desk import Desk
from screens.plain.question import Answer, Help, ask_name, ask_one
from wizard.model.mapping import Mapping
from wizard.session.parts import MAPPING

HELP = Help(
    "The code of the release before is deployed again. Data, migrations and config vars stay as they are."
)


def roll_back_an_app(desk: Desk) -> None:
    """Ask which app, where there are several; say what it means; do it once its name was typed.

    Raises:
        Back, Leave, EndOfInput, Interrupted; Trouble: it cannot be done, and why.
    """
    moved = (desk.session.load(MAPPING) or Mapping()).moved_apps()
    answers = [Answer(one.handle, one.handle) for one in moved]
    handle = moved[0].handle if len(moved) == 1 else ask_one(desk.console, "Which app?", answers, help_=HELP)
    choice = next(one for one in moved if one.handle == handle)
    asking = what_going_back_means(desk.session, desk.vault, choice)
    told = desk.wait(f"Asking what {handle} ran before", asking)
    for line in told:
        desk.console.say(line)
    if ask_name(desk.console, handle, "go back", help_=HELP):
        doing = f"Deploying the release before of {handle}"
        desk.console.say(f"{desk.wait(doing, go_back(desk.session, desk.vault, choice, told))}.")
