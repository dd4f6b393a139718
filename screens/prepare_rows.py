"""What the prepare screen shows: each app, the files that change in its code, and what is to be known."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from textual.content import Content

from screens.marks import ACCENT, ATTENTION, BAD, GLYPHS, GOOD, MUTED, STRONG, marked
from screens.widgets.row_list import Row
from wizard.document.checkout import Checkout
from wizard.mapping.problem import Problem
from wizard.model.system import App
from wizard.model.text import clean
from wizard.model.trouble import Trouble, tag
from wizard.prepare.file_change import FileChange, Proposal, diff
from wizard.session.parts import PreparedApp

Code = Mapping[str, Checkout | Trouble]
Words = Callable[[str], str]
"""Puts the keys of a person into a sentence."""

_LONGEST_PATH = 30
"""Cells for a path; a longer one takes the room of its reason."""

_SHORT = 60
"""Cells of a list below which an app's state is said in fewer words: the diff stands beside it then."""


def rows(
    apps: Sequence[App],
    code: Code,
    proposals: Mapping[str, Proposal],
    written: Mapping[str, PreparedApp],
    width: int,
) -> list[Row]:
    """A row for each app. Below it what stops it, its files, what a person has to do, what is to be known."""
    found: list[Row] = []
    longest = min(24, max((len(clean(app.name)) for app in apps), default=0))
    for app in apps:
        proposal = proposals.get(app.id)
        below = list(_below(app, proposal, width)) if proposal else []
        state = app_state(code.get(app.id), proposal, written.get(app.id), short=width < _SHORT)
        name = Content.styled(f"{clean(app.name):<{longest}}  ", STRONG)
        # The filter leaves an app above what it finds of it.
        all_of_it = "\n".join([name.plain, state.plain, *(row.found_by for row in below)])
        found.append(Row(app.id, name.append(state).truncate(width, ellipsis=True), all_of_it))
        found += below
    return found


def _below(app: App, proposal: Proposal, width: int) -> Iterator[Row]:
    blocks = [problem for problem in proposal.problems if problem.blocks]
    others = sorted((one for one in proposal.problems if not one.blocks), key=lambda one: not one.copies)
    for problem in blocks:
        yield _problem(app, problem, width)
    longest = max((len(clean(change.path)) for change in proposal.changes), default=0)
    for change in proposal.changes:
        yield _file(app, change, min(longest, _LONGEST_PATH), width)
    for problem in others:
        yield _problem(app, problem, width)


def _problem(app: App, problem: Problem, width: int) -> Row:
    content = Content.assemble("  ", marked("failed" if problem.blocks else "look", problem.text))
    words = f"{app.name} {problem.sentence()} {problem.remedy}"
    row_id = f"{app.id}\nproblem\n{problem.code}\n{problem.text}"
    return Row(row_id, content.truncate(width, ellipsis=True), words)


def _file(app: App, change: FileChange, longest: int, width: int) -> Row:
    content = Content.assemble(
        "  ", (_verb(change), ACCENT), f" {clean(change.path):<{longest}} ", (clean(change.why), MUTED)
    )
    words = f"{app.name} {content.plain}"
    return Row(f"{app.id}\nfile\n{change.path}", content.truncate(width, ellipsis=True), words)


def _verb(change: FileChange) -> str:
    return "new    " if change.old is None else "removed" if change.new is None else "changed"


def app_state(
    code: Checkout | Trouble | None,
    proposal: Proposal | None,
    app: PreparedApp | None,
    *,
    short: bool = False,
) -> Content:
    """How an app's code stands, in a few words; `short` in fewer."""
    if code is None:
        return Content.assemble(marked("now", "reading the folder"))
    if isinstance(code, Trouble):
        return Content.assemble(marked("failed", code.cause))
    if proposal is not None and proposal.blocked:
        count = sum(problem.blocks for problem in proposal.problems)
        return Content.assemble(marked("failed", _to_solve(count)))
    if app is not None:
        if app.branch and short:
            return Content.assemble(marked("done", f"written, {app.commit[:7]}"))
        if app.branch:
            return Content.assemble(marked("done", f"on branch {app.branch}, {app.commit[:7]}"))
        return Content.assemble(marked("done", f"nothing to change, {app.commit[:7]} is deployed"))
    count = len(proposal.changes) if proposal else 0
    words = (
        f"{count} file{'s' * (count != 1)}{'' if short else ' to accept'}" if count else "nothing to change"
    )
    told = len(proposal.problems) if proposal else 0
    return Content.assemble(
        marked("to-come", words), (f" · {GLYPHS['look']} {told} to know" if told else "", ATTENTION)
    )


def _to_solve(count: int) -> str:
    return "1 thing to solve first" if count == 1 else f"{count} things to solve first"


def problem_of(row: str, proposal: Proposal) -> Problem | None:
    """The problem of a row, None for another row, or one whose problem is gone."""
    _, _, rest = row.partition("\n")
    kind, _, name = rest.partition("\n")
    if kind != "problem":
        return None
    return next((one for one in proposal.problems if f"{one.code}\n{one.text}" == name), None)


def details(row: str, code: Code, proposals: Mapping[str, Proposal], words: Words = str) -> Content:
    """What belongs to a row: the diff of a file, a problem with its remedy, or all of that of an app."""
    app_id, _, rest = row.partition("\n")
    kind, _, name = rest.partition("\n")
    proposal = proposals.get(app_id)
    known = code.get(app_id)
    if proposal is None:
        if isinstance(known, Trouble):
            return Content.assemble((known.cause, BAD), f"\n{words(known.remedy)} ", (tag(known.code), MUTED))
        return Content.styled("The folder is being read.", MUTED)
    if kind == "problem":
        problem = problem_of(row, proposal)
        return Content("") if problem is None else _told(problem, words)
    changes = [change for change in proposal.changes if kind != "file" or change.path == name]
    parts = [] if kind else [part for one in proposal.problems for part in (_told(one, words), Content(""))]
    parts += _coloured(changes)
    if not changes and not proposal.blocked:
        parts.append(Content("The code runs there as it is: nothing has to change."))
    return Content("\n").join(parts)


def _told(problem: Problem, words: Words) -> Content:
    head = marked("failed" if problem.blocks else "look", problem.sentence().rstrip(".") + ".")
    means = "Nothing is written before this is solved." if problem.blocks else "To know: this stops nothing."
    lines = [Content.assemble(head), Content(words(problem.remedy)), Content.styled(means, MUTED)]
    if problem.copies:
        lines.insert(2, Content("\n").join([Content.styled(f"  {one}", ACCENT) for one in problem.copies]))
    return Content("\n").join(lines)


def in_short(row: str, code: Code, proposals: Mapping[str, Proposal], words: Words = str) -> Content:
    """A row in full, for the lines below the list: it is cut there."""
    app_id, _, rest = row.partition("\n")
    kind, _, name = rest.partition("\n")
    proposal = proposals.get(app_id)
    if proposal is None:
        return details(row, code, proposals, words)
    if (problem := problem_of(row, proposal)) is not None:
        head = marked("failed" if problem.blocks else "look", problem.sentence().rstrip(".") + ".")
        return Content.assemble(head, f" {words(problem.remedy)}")
    change = next((one for one in proposal.changes if kind == "file" and one.path == name), None)
    if change is None:
        known = code.get(app_id)
        if not isinstance(known, Checkout):
            return Content("")
        enter = words("Enter shows all changes and remarks; down reads each.")
        return Content.styled(f"The code in {clean(known.path)}. {enter}", MUTED)
    return Content.assemble((_verb(change).strip(), ACCENT), f" {clean(change.path)}: {clean(change.why)}.")


def _coloured(changes: Sequence[FileChange]) -> Iterator[Content]:
    for change in changes:
        yield Content.assemble((clean(change.path), STRONG), (f"  {clean(change.why)}", MUTED))
        for line in diff([change]).splitlines():
            style = ""
            if line.startswith(("+++", "---")) or (change.old is None and line.startswith("@@")):
                continue
            if line.startswith("+"):
                style = GOOD
            elif line.startswith("-"):
                style = BAD
            elif line.startswith("@@"):
                style = MUTED
            yield Content.styled(line, style)
        yield Content("")


def first_to_solve(row_list: Sequence[Row], proposals: Mapping[str, Proposal]) -> str | None:
    """The first row that stops its app, None when nothing does."""
    for row in row_list:
        proposal = proposals.get(row.id.partition("\n")[0])
        problem = problem_of(row.id, proposal) if proposal else None
        if problem is not None and problem.blocks:
            return row.id
    return None


def summary(
    apps: Sequence[App], code: Code, proposals: Mapping[str, Proposal], written: Mapping[str, PreparedApp]
) -> Content:
    """One line about all apps."""
    if not code:
        return Content.styled("The code folders are read; nothing is changed by that.", MUTED)
    stuck = [
        clean(app.name)
        for app in apps
        if isinstance(code.get(app.id), Trouble) or (app.id in proposals and proposals[app.id].blocked)
    ]
    if stuck:
        names = ", ".join(stuck)
        words = f"{GLYPHS['failed']} {len(stuck)} of {len(apps)} apps cannot be written yet: {names}."
        return Content.styled(words, ATTENTION)
    if all(app.id in written for app in apps):
        words = (
            f"{GLYPHS['done']} The code of all {len(apps)} apps is ready. Your work trees were not touched."
        )
        return Content.styled(words, GOOD)
    files = sum(len(proposal.changes) for proposal in proposals.values())
    words = f"{files} files for {len(apps)} apps. Read them; w writes them to branches of their own."
    return Content.styled(words, MUTED)
