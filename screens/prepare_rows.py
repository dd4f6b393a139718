"""What the prepare screen shows: each app, the files that change in its code, and the changes themselves."""

from collections.abc import Iterator, Mapping, Sequence

from textual.content import Content

from screens.marks import ACCENT, ATTENTION, BAD, GLYPHS, GOOD, MUTED, STRONG, marked
from screens.widgets.row_list import Row
from wizard.document.checkout import Checkout
from wizard.model.system import App
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.prepare.file_change import FileChange, Proposal, diff
from wizard.session.parts import PreparedApp

Code = Mapping[str, Checkout | Trouble]


def rows(
    apps: Sequence[App],
    code: Code,
    proposals: Mapping[str, Proposal],
    written: Mapping[str, PreparedApp],
    width: int,
) -> list[Row]:
    """A row for each app, and below it its files and what is to be looked at."""
    found: list[Row] = []
    for app in apps:
        state = app_state(code.get(app.id), proposals.get(app.id), written.get(app.id))
        name = Content.styled(f"{app.name:<24} ", STRONG)
        found.append(Row(app.id, name.append(state).truncate(width, ellipsis=True)))
        proposal = proposals.get(app.id)
        if proposal is None:
            continue
        for problem in proposal.problems:
            mark = marked("failed" if problem.blocks else "look", problem.text)
            content = Content.assemble("  ", mark).truncate(width, ellipsis=True)
            found.append(Row(f"{app.id}\nproblem\n{problem.code}\n{problem.text}", content))
        found += [_file(app, change, width) for change in proposal.changes]
    return found


def _file(app: App, change: FileChange, width: int) -> Row:
    verb = "new    " if change.old is None else "removed" if change.new is None else "changed"
    content = Content.assemble(
        "  ", (verb, ACCENT), f" {clean(change.path):<16} ", (clean(change.why), MUTED)
    ).truncate(width, ellipsis=True)
    return Row(f"{app.id}\nfile\n{change.path}", content)


def app_state(code: Checkout | Trouble | None, proposal: Proposal | None, app: PreparedApp | None) -> Content:
    """How an app's code stands, in a few words."""
    if code is None:
        return Content.assemble(marked("now", "reading the folder"))
    if isinstance(code, Trouble):
        return Content.assemble(marked("failed", code.cause))
    if proposal is not None and proposal.blocked:
        count = sum(problem.blocks for problem in proposal.problems)
        words = "1 thing to solve first" if count == 1 else f"{count} things to solve first"
        return Content.assemble(marked("failed", words))
    if app is not None:
        if app.branch:
            return Content.assemble(marked("done", f"on branch {app.branch}, {app.commit[:7]}"))
        return Content.assemble(marked("done", f"nothing to change, {app.commit[:7]} is deployed"))
    count = len(proposal.changes) if proposal else 0
    if not count:
        return Content.assemble(marked("to-come", "nothing to change"))
    return Content.assemble(marked("to-come", f"{count} file{'s' * (count != 1)} to accept"))


def details(row: str, code: Code, proposals: Mapping[str, Proposal]) -> Content:
    """What belongs to a row: the diff of a file, of all files of an app, or a problem with its remedy."""
    app_id, _, rest = row.partition("\n")
    kind, _, name = rest.partition("\n")
    proposal = proposals.get(app_id)
    known = code.get(app_id)
    if proposal is None:
        if isinstance(known, Trouble):
            return Content.assemble((known.cause, BAD), f"\n{known.remedy}")
        return Content.styled("The folder is being read.", MUTED)
    if kind == "problem":
        problem = next(one for one in proposal.problems if f"{one.code}\n{one.text}" == name)
        head = marked("failed" if problem.blocks else "look", problem.sentence() + ".")
        return Content.assemble(head, f"\n\n{problem.remedy}")
    changes = [change for change in proposal.changes if kind != "file" or change.path == name]
    if not changes:
        return Content("The code runs there as it is: nothing has to change.")
    return Content("\n").join(list(_coloured(changes)))


def _coloured(changes: Sequence[FileChange]) -> Iterator[Content]:
    for change in changes:
        yield Content.assemble((clean(change.path), STRONG), (f"  {clean(change.why)}", MUTED))
        for line in diff([change]).splitlines():
            style = ""
            if line.startswith(("+++", "---")):
                continue
            if line.startswith("+"):
                style = GOOD
            elif line.startswith("-"):
                style = BAD
            elif line.startswith("@@"):
                style = MUTED
            yield Content.styled(line, style)
        yield Content("")


def summary(
    apps: Sequence[App], proposals: Mapping[str, Proposal], written: Mapping[str, PreparedApp]
) -> Content:
    """One line about all apps."""
    if len(proposals) < len(apps):
        return Content.styled("The code folders are read; nothing is changed by that.", MUTED)
    blocked = sum(proposal.blocked for proposal in proposals.values())
    if blocked:
        words = (
            f"{GLYPHS['failed']} {blocked} of {len(apps)} apps cannot be written yet: solve what is marked."
        )
        return Content.styled(words, ATTENTION)
    if all(app.id in written for app in apps):
        words = (
            f"{GLYPHS['done']} The code of all {len(apps)} apps is ready. Your work trees were not touched."
        )
        return Content.styled(words, GOOD)
    files = sum(len(proposal.changes) for proposal in proposals.values())
    words = f"{files} files for {len(apps)} apps. Read them; w writes them to branches of their own."
    return Content.styled(words, MUTED)
