"""What enter does on the run screen where a person deploys, or has to say who may pull an image."""

from collections.abc import Iterator

from textual.content import Content

from screens.marks import MUTED
from screens.monitor.guide import guide_picture, open_guide, to_copy
from screens.monitor.line import text, wrap
from screens.monitor.status import wanted_secret
from screens.registry_login import ask_login
from screens.run_dns import show_records
from screens.run_sign_in import have_signed_in
from screens.stage import StageScreen
from screens.widgets.pick_one import PickOne
from screens.widgets.row_list import Row
from wizard.run.guide import Guide
from wizard.run.view import RunView
from wizard.session.image_login import wanted_registry

DONE = "done"
"""The row of the dialog that says that the person did it."""

SIGN_IN = "sign in"
"""The row that has Offramp sign in in the person's place."""

AROUND = 10
"""Lines of the monitor besides those of a guide: its head, why it waits, the tunnel, what comes, its keys."""

READABLE = 64
"""Cells of a sentence in the dialog."""


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
        elif chosen == SIGN_IN:
            have_signed_in(screen)
        elif chosen is not None:
            screen.copy(texts[int(chosen)], f"`offramp run {screen.session.id}` prints it.")

    options: list[tuple[str, str] | Row] = list(_rows(guide, whole=_is_cut(screen, guide)))
    if guide.offers:
        options = [(SIGN_IN, "sign in  by Offramp, with the password of this migration"), *options]
    words = "Copied lines are for your browser, or for a terminal of yours." if texts else ""
    if guide.by_word:
        left = "leave  go on without it: the report says what is left to do"
        options.append((DONE, left if guide.without else "done  I have done it: the run goes on"))
        later, done = " It can be done after the move, too.", " The last line says that you have done it."
        words += later if guide.without else done
    screen.ask(PickOne("What you do", Content.styled(words.strip(), MUTED), options), picked)
    return True


def _is_cut(screen: StageScreen, guide: Guide) -> bool:
    """Whether the monitor has no room for all lines of a guide."""
    return len(guide_picture(guide, screen.size.width - 2)) > screen.size.height - AROUND


def _rows(guide: Guide, *, whole: bool) -> Iterator[tuple[str, str] | Row]:
    """What can be copied; as a whole with the sentences in between, and what was seen first."""
    if whole and guide.seen:
        yield from _read("seen", f"○ {guide.seen}", "")
    copies = sentences = 0
    for one in guide.lines:
        if one.kind == "copy":
            yield str(copies), f"copy  {one.text}"
            copies += 1
        elif whole:
            sentences += 1
            yield from _read(f"do {sentences}", one.text, f"{sentences}  ")


def _read(key: str, words: str, number: str) -> Iterator[Row]:
    """A sentence to be read, over as many rows as it needs."""
    for at, drawn in enumerate(wrap(words, READABLE)):
        before = number if at == 0 else " " * len(number)
        yield Row(f"{key} {at}", Content.styled(before + text(drawn), MUTED), heading=True)


def _say_done(screen: StageScreen, guide: Guide) -> None:
    if why := screen.read_only():
        screen.say(why)
    else:
        screen.accept_step(guide.step, "The run goes on.")
