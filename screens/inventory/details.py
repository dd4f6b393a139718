"""One object of the document in full: its page, its note, and of an app the code on this machine."""

import textwrap
from collections.abc import Iterable, Sequence

from textual.content import Content

from screens.marks import ACCENT, ATTENTION, GLYPHS, MUTED, STRONG, marked
from screens.widgets.go_to import Said
from wizard.document.answers import GapGroup
from wizard.document.changes import Change
from wizard.document.checkout import Checkout
from wizard.document.index import NOT_TOLD, Index
from wizard.document.links.observations import in_groups
from wizard.document.pages.page import Fact, Page, Section
from wizard.document.repository.against_app import compare_with_app
from wizard.document.repository.findings import findings
from wizard.model.system import App, Gap
from wizard.model.trouble import Trouble
from wizard.session.parts import Note

NAMES = 24
"""Cells of the widest column of names."""


def page_lines(page: Page, index: Index, width: int) -> list[Content]:
    """A page, `width` cells wide. Names hang in a column, what is said of them wraps beside it."""
    lines = [
        Content.assemble((page.title, STRONG), (f"   {page.kind}", MUTED)),
        *wrapped(page.subtitle, width, MUTED),
        *note_lines(index.notes.get(page.key), width),
    ]
    for section in page.shown():
        lines += _section(section, index, width)
    return lines


def _section(section: Section, index: Index, width: int) -> list[Content]:
    lines = [Content("")]
    if section.title:
        lines.append(Content.styled(section.heading, f"bold {ACCENT}"))
    if section.untold:
        said = "" if section.untold == NOT_TOLD else "not told: "
        lines += hanging(f"{GLYPHS['undecided']} {said}", section.untold, width, ATTENTION)
    elif not section.facts and section.none:
        lines += wrapped(section.none, width, MUTED)
    column = min(NAMES, max(8, width // 3), max((len(fact.name) for fact in section.facts), default=0))
    for fact in section.facts:
        lines += _fact(fact, column, width)
        if fact.key:
            lines += note_lines(index.notes.get(fact.key), width, indent=2)
    return lines


def _fact(fact: Fact, column: int, width: int) -> list[Content]:
    mark = {"look": f" {GLYPHS['look']}", "untold": f" {GLYPHS['undecided']}", "": ""}[fact.mark]
    if not fact.text:
        lines = _texts(fact.name, mark, "", "", width)
    elif len(fact.name) > column:
        lines = [*_texts(fact.name, "", "", "", width), *_texts(fact.text, mark, "  ", "  ", width)]
    else:
        lead = f"{fact.name:<{column}}  "
        lines = _texts(fact.text, mark, lead, " " * len(lead), width)
    for part in _parts(fact.detail, max(8, width - 2)):
        lines.append(Content.styled(f"  {part}", MUTED))
    return lines


def _texts(text: str, mark: str, first: str, rest: str, width: int) -> list[Content]:
    parts = _parts(text, max(8, width - len(first) - len(mark))) or [""]
    lines = [Content(f"{first if number == 0 else rest}{part}") for number, part in enumerate(parts)]
    lines[-1] = Content.assemble(lines[-1], (mark, ATTENTION))
    return lines


def _parts(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=False) if text else []


def wrapped(text: str, width: int, style: str) -> list[Content]:
    """A text in lines."""
    return [Content.styled(part, style) for part in _parts(text, width)]


def hanging(first: str, text: str, width: int, style: str) -> list[Content]:
    """A text in lines, the first behind `first`, the others below its beginning."""
    parts = _parts(text, max(8, width - len(first)))
    rest = " " * len(first)
    return [
        Content.styled(f"{first if number == 0 else rest}{part}", style) for number, part in enumerate(parts)
    ]


def note_lines(note: Note | None, width: int, indent: int = 0) -> list[Content]:
    """What the team says of it."""
    if note is None:
        return []
    lead = " " * indent
    lines = [Content.styled(f"{lead}owner: {note.owner}", ACCENT)] if note.owner else []
    return lines + (hanging(f"{lead}note: ", note.text, width, ACCENT) if note.text else [])


def code_lines(app: App, checkout: Checkout | Trouble | None, width: int) -> list[Content]:
    """What the code on this machine says of an app."""
    head = [Content(""), Content.styled("code on this machine", f"bold {ACCENT}")]
    if checkout is None:
        return [*head, Content.assemble(marked("undecided", "press c to name the folder with its code"))]
    if isinstance(checkout, Trouble):
        return [*head, *hanging(f"{GLYPHS['failed']} ", checkout.brief(), width, "$text-error")]
    at = f" at {checkout.head[:10]}" if checkout.head else ""
    lines = [*head, *wrapped(f"{checkout.root}{at}", width, "")]
    for remark in (*checkout.remarks, *compare_with_app(checkout, app)):
        glyph = GLYPHS["failed" if remark.blocks else "look"]
        style = "$text-error" if remark.blocks else ATTENTION
        lines += hanging(f"{glyph} ", remark.text, width, style)
        lines += [Content.styled(f"  {part}", MUTED) for part in _parts(remark.remedy, max(8, width - 2))]
    return lines + _found_lines(checkout, width)


def _found_lines(checkout: Checkout, width: int) -> list[Content]:
    """What the code says that matters for a move, each with its file and line."""
    lines: list[Content] = []
    for group in findings(checkout):
        lines += [
            Content(""),
            Content.styled(f"{group.title} {len(group.rows) + group.more}", f"bold {ACCENT}"),
        ]
        lines += wrapped(group.note, width, MUTED)
        for row in group.rows:
            mark = f" {GLYPHS['look']}" if row.look else ""
            note = f" ({row.note})" if row.note else ""
            lines += wrapped(f"{row.where}  {row.what}{note}{mark}", width, "")
            lines += [Content.styled(f"  {part}", MUTED) for part in _parts(row.text, max(8, width - 2))]
        if group.more:
            lines.append(Content.styled(f"… and {group.more:,} more", MUTED))
    return lines


def gap_lines(gap: Gap, width: int) -> list[Content]:
    """An open question, and why it is open."""
    how = {
        "jobs": "enter: type the jobs in",
        "deploy": "enter: say how it is deployed",
        "acknowledge": "enter: read it, then it is answered",
    }[gap.kind]
    return [
        *hanging(f"{GLYPHS['look']} ", gap.question, width, ATTENTION),
        Content(""),
        *wrapped(gap.why, width, ""),
        Content(""),
        Content.styled(how, MUTED),
    ]


def group_lines(group: GapGroup, width: int) -> list[Content]:
    """All gaps of a group: those of one reason stand under it, since often hundreds have the same."""
    reasons: dict[str, list[Gap]] = {}
    for gap in group.gaps:
        reasons.setdefault(gap.why, []).append(gap)
    lines = [Content.styled(f"{group.name}: {len(group.gaps)}", STRONG)]
    for why, gaps in reasons.items():
        lines += [Content(""), *wrapped(why, width, MUTED)]
        for gap in gaps:
            lines += hanging("· ", gap.question, width, "")
    return lines


def text_of(lines: Iterable[Content]) -> Content:
    """Lines as one text."""
    return Content("\n").join(lines)


CHANGED: dict[str, tuple[str, str]] = {
    "added": ("+ ", "$text-success"),
    "removed": ("- ", "$text-error"),
    "changed": ("~ ", ATTENTION),
}


def what_follows(index: Index) -> list[Said]:
    """What follows from what points at what, what to look at first; many of a kind below a line for all."""
    look, note = (f"{GLYPHS['look']} ", ATTENTION), ("· ", "")
    said = []
    for group in in_groups(index.connections.observations):
        mark, many = look if group.look else note, len(group.members) > 1
        if many:
            said.append(Said(next(iter(group.members[0].components), ""), mark, group.title, group.remedy))
        said += [
            Said(next(iter(one.components), ""), ("    ", "") if many else mark, one.text, one.remedy)
            for one in group.members
        ]
    return said


def what_changed(changed: Sequence[Change]) -> list[Said]:
    """What is not as it was when it was read before."""
    return [Said(change.component.key, CHANGED[change.kind], change.words) for change in changed]
