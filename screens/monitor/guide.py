"""What a person does at a step, drawn for the monitor: lines in order, what to copy, what was seen."""

from screens.monitor.line import EMPTY, Line, Span, line, wrap
from screens.worn_words import AS_THEY_COME, WornWords
from wizard.run.guide import Guide
from wizard.run.view import RunView


def open_guide(view: RunView) -> Guide | None:
    """The guide of the step that a living worker waits at for a person."""
    guide = view.guide
    if guide is None or view.worker != "alive" or view.run.current != guide.step:
        return None
    return guide


def to_copy(guide: Guide) -> tuple[str, ...]:
    """The texts that are to be typed elsewhere."""
    return tuple(one.text for one in guide.lines if one.kind == "copy")


def guide_picture(guide: Guide, cells: int, keys: WornWords = AS_THEY_COME) -> list[Line]:
    """The lines, and below them what Offramp found when it looked last."""
    drawn: list[Line] = []
    number = 0
    for one in guide.lines:
        if one.kind == "copy":
            first, *rest = wrap(one.text, cells - 5, "accent") or [EMPTY]
            drawn.append(line(Span("   $ ", "muted"), *first))
            drawn += [line("     ", *more) for more in rest]
            continue
        number += 1
        first, *rest = wrap(keys(one.text), cells - 3) or [EMPTY]
        drawn.append(line(Span(f"{number}  ", "muted"), *first))
        drawn += [line("   ", *more) for more in rest]
    if guide.seen:
        drawn += [EMPTY, *wrap(f"○ {guide.seen}", cells, "muted")]
    return [*drawn, *wrap(keys(_goes_on(guide)), cells, "muted")]


def _goes_on(guide: Guide) -> str:
    if guide.blind:
        return "Done? Press enter, and say so. You may leave, for days too; it waits."
    if guide.without:
        return "It goes on once Offramp sees it, or without it when you say so (enter). It waits."
    if guide.by_word:
        return "It goes on once Offramp sees it, or when you say so (enter). You may leave; it waits."
    return "It goes on by itself. You may leave, for days too; it waits."


def enter_does(guide: Guide) -> str:
    """What enter is for at a guide, in a sentence; empty where it does nothing."""
    if guide.without:
        return "Press enter to go on without it, r to try again."
    if guide.offers:
        return "Press enter to have Offramp sign in, or to copy what is to be typed."
    if to_copy(guide) and guide.by_word:
        return "Press enter to copy what is to be typed, or to say that it is done."
    if guide.by_word:
        return "Press enter to say that it is done."
    return "Press enter to copy what is to be typed." if to_copy(guide) else ""
