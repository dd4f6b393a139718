"""What enter does on the run screen where a person deploys, or has to say who may pull an image."""

from textual.content import Content

from screens.marks import MUTED
from screens.monitor.guide import open_guide, to_copy
from screens.monitor.status import wanted_secret
from screens.registry_login import ask_login
from screens.run_dns import show_records
from screens.stage import StageScreen
from screens.widgets.pick_one import PickOne
from wizard.run.guide import Guide
from wizard.run.view import RunView
from wizard.session.image_login import wanted_registry

DONE = "done"
"""The row of the dialog that says that the person did it."""


def help_person(screen: StageScreen, view: RunView) -> bool:
    """Open what helps with what the run waits for; whether there was something."""
    wanted = wanted_secret(view)
    registry = wanted_registry(wanted.vendor) if wanted is not None else ""
    if registry:
        if why := screen.read_only():
            screen.say(why)
        else:
            ask_login(screen, registry, lambda: None)
        return True
    guide = open_guide(view)
    if guide is None:
        return show_records(screen, view)
    texts = to_copy(guide)
    if not texts and not guide.by_word:
        screen.say("There is nothing to copy here; the lines say what you do.")
        return True

    def picked(chosen: str | None) -> None:
        if chosen == DONE:
            _say_done(screen, guide)
        elif chosen is not None:
            screen.copy(texts[int(chosen)], f"`offramp run {screen.session.id}` prints it.")

    options = [(str(number), f"copy  {text}") for number, text in enumerate(texts)]
    words = "Copied lines are for your browser, or for a terminal of yours." if texts else ""
    if guide.by_word:
        options.append((DONE, "done  I have done it: the run goes on"))
        words += " The last line says that you have done it."
    screen.ask(PickOne("What you do", Content.styled(words.strip(), MUTED), options), picked)
    return True


def _say_done(screen: StageScreen, guide: Guide) -> None:
    if why := screen.read_only():
        screen.say(why)
    else:
        screen.accept_step(guide.step, "The run goes on.")
