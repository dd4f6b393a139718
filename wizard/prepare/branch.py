"""Writing the changes to a branch of its own, without touching the work tree.

Everything is made in git's object store through an index of its own: no file of the checkout is opened for
writing, no file is checked out, the branch that is checked out stays so.

Apps whose code is one repository share the branch of the session where they need the same of it. Where they
do not, or where their folders are clones of one repository, in which pushes meet, the first to be written has
it, and each other one a branch with its name behind. Where the target builds each app from a folder of the
linked repository, they share the branch although they need different files: a commit for each app, see
`wizard.prepare.branch_parts`.
"""

from collections.abc import Collection
from pathlib import Path

from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.prepare.branch_git import (
    check_name,
    checked_out,
    commit_tree,
    head_of,
    is_commit_of,
    of_another,
    point_at,
    refuse_foreign,
    refuse_uncommitted,
    root_of,
    tip_of,
    tree_with,
)
from wizard.prepare.branch_parts import write_parts
from wizard.prepare.file_change import Proposal


class Branch(Noun, frozen=True, kw_only=True):
    """What was written: the branch, its commit, the commit it stands on, and whether it was there before.

    `name` is "" when nothing had to change: then `commit` is what is checked out. `on` is the branch that is
    checked out, "" where none is.
    """

    name: str
    commit: str
    base: str
    files: tuple[str, ...]
    adopted: bool = False
    on: str = ""


def branch_name(session: str, app: str = "") -> str:
    """The name of the branch of a session, or of the one that an app of it has to itself."""
    return f"offramp/{session}-{app}" if app else f"offramp/{session}"


def write_branch(
    checkout: str | Path, session: str, app: str, proposal: Proposal, taken: Collection[str] = ()
) -> Branch:
    """Write the changes of `proposal` as one commit on the branch of `session`, or of its app alone.

    A branch that holds exactly that is adopted. One that Offramp wrote for the app and nobody has changed
    since is moved to the new commit; any other is left alone. Runs git and blocks for as long as that takes.

    Args:
        app: the name of the app.
        taken: branches that other clones of the repository hold, see `wizard.prepare.clones`.

    Raises:
        Trouble: a problem of the proposal blocks; the folder is no root of a git work tree; it holds
            uncommitted work; a file is not as it was when the proposal was made; the branch belongs to a
            person. Nothing is changed then.
    """
    folder = Path(checkout).expanduser()
    for problem in proposal.problems:
        if problem.blocks:
            raise Trouble(problem.sentence() + ".", remedy=problem.remedy, code="code-blocked")
    folder = root_of(folder)
    refuse_uncommitted(folder)
    base = head_of(folder)
    files = tuple(change.path for change in proposal.changes)
    if proposal.together and (done := write_parts(folder, base, (session, app), proposal.changes, taken)):
        return Branch(**done._asdict(), base=base, files=files, on=checked_out(folder))
    if not proposal.changes:
        return Branch(name="", commit=base, base=base, files=(), on=checked_out(folder))
    name = branch_name(session)
    check_name(folder, name)
    tree = tree_with(folder, base, proposal.changes)
    tip = tip_of(folder, name)
    others = tip is not None and not is_commit_of(folder, tip, base, tree) and of_another(folder, tip, app)
    if others or name in taken:
        name = branch_name(session, app)
        check_name(folder, name)
        tip = tip_of(folder, name)
    if tip is not None and is_commit_of(folder, tip, base, tree):
        return Branch(name=name, commit=tip, base=base, files=files, adopted=True, on=checked_out(folder))
    if tip is not None:
        refuse_foreign(folder, name, tip, session)
    commit = commit_tree(folder, base, tree, (session, app), proposal.changes)
    point_at(folder, name, commit, tip)
    return Branch(name=name, commit=commit, base=base, files=files, on=checked_out(folder))
