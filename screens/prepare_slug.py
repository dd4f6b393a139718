"""Keeping the slug of Heroku, where no Dockerfile can be written: said to be the stop-gap that it is."""

from textual.content import Content

from screens.marks import ATTENTION, MUTED, marked
from screens.slug_words import NOT_YET_AN_IMAGE, WHAT_IT_MEANS, stop_gap
from wizard.model.mapping import AppChoice
from wizard.model.system import App
from wizard.prepare.file_change import Proposal


def why_not_slug(app: App | None, proposal: Proposal | None, choice: AppChoice | None) -> str:
    """Why the slug of an app is not kept, "" where it can be, or is."""
    if app is None:
        return "No app moves."
    if proposal is None:
        return f"The code of {app.name} is not read yet."
    if proposal.may_keep_slug or (choice is not None and choice.keep_slug):
        return ""
    return f"{app.name} needs no stop-gap: that is for code that no Dockerfile can be written for."


def what_keeping_means(app: App, proposal: Proposal, choice: AppChoice) -> Content:
    """What is to be known before the slug is kept."""
    lines = [
        Content.assemble(marked("failed", one.sentence() + ".")) for one in proposal.problems if one.blocks
    ]
    lines += [
        Content(""),
        Content(stop_gap(app.stack)),
        Content(""),
        Content.styled("What that means", ATTENTION),
        *(Content(f"· {one}") for one in WHAT_IT_MEANS),
    ]
    if choice.way != "image":
        lines.append(Content(f"· {NOT_YET_AN_IMAGE}"))
    lines += [
        Content(""),
        Content.styled("k takes it back, as long as the run has not begun. Heroku is not touched.", MUTED),
    ]
    return Content("\n").join(lines)
