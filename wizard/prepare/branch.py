"""Writing the changes to a branch of its own, without touching the work tree.

Everything is made in git's object store through an index of its own: no file of the checkout is opened for
writing, no file is checked out, the branch that is checked out stays so.

Apps whose code is one repository share the branch of the session where they need the same of it. Where they
do not, or where their folders are clones of one repository, in which pushes meet, the first to be written has
it, and each other one a branch with its name behind.
"""

import os
import tempfile
from collections.abc import Collection
from pathlib import Path

from wizard.document.checkout import listed
from wizard.document.git import GitFailed, git, git_line, uncommitted
from wizard.model.noun import Noun
from wizard.model.trouble import Trouble
from wizard.prepare.file_change import FileChange, Proposal

FALLBACK_NAME = "Offramp"
FALLBACK_EMAIL = "offramp@localhost"

_APP = "Offramp-App: "


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
            raise Trouble(problem.sentence() + ".", remedy=problem.remedy, code=problem.code)
    folder = _root(folder)
    _refuse_uncommitted(folder)
    base = _head(folder)
    files = tuple(change.path for change in proposal.changes)
    if not proposal.changes:
        return Branch(name="", commit=base, base=base, files=(), on=_checked_out(folder))
    name = branch_name(session)
    _check_name(folder, name)
    tree = _tree(folder, base, proposal.changes)
    tip = _tip(folder, name)
    others = tip is not None and not _is(folder, tip, base, tree) and _of_another(folder, tip, app)
    if others or name in taken:
        name = branch_name(session, app)
        _check_name(folder, name)
        tip = _tip(folder, name)
    if tip is not None and _is(folder, tip, base, tree):
        return Branch(name=name, commit=tip, base=base, files=files, adopted=True, on=_checked_out(folder))
    if tip is not None:
        _refuse_foreign(folder, name, tip, session)
    commit = _commit(folder, base, tree, (session, app), proposal.changes)
    _point(folder, name, commit, tip)
    return Branch(name=name, commit=commit, base=base, files=files, on=_checked_out(folder))


def _root(folder: Path) -> Path:
    try:
        top = git_line(folder, "rev-parse", "--show-toplevel")
    except GitFailed as error:
        raise Trouble(
            f"{folder} is no git work tree.",
            remedy="Name the clone that you push to Heroku from.",
            code="no-git",
        ) from error
    if Path(top).resolve() != folder.resolve():
        raise Trouble(
            f"{folder} is a folder inside the repository {top}.",
            remedy="Name the root of the repository.",
            code="not-root",
        )
    return folder.resolve()


def _refuse_uncommitted(folder: Path) -> None:
    changed = uncommitted(folder)
    if changed:
        raise Trouble(
            f"{folder.name} holds uncommitted work: {listed(changed)}.",
            untouched="No file and no branch was changed.",
            remedy="Commit it, stash it, or add it to .gitignore, and try again.",
            code="uncommitted",
        )


def _checked_out(folder: Path) -> str:
    try:
        return git_line(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    except GitFailed:
        return ""


def _head(folder: Path) -> str:
    try:
        return git_line(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except GitFailed as error:
        raise Trouble(
            f"{folder.name} has no commit yet.",
            remedy="Commit the code that runs on Heroku.",
            code="no-commit",
        ) from error


def _check_name(folder: Path, name: str) -> None:
    try:
        git(folder, "check-ref-format", f"refs/heads/{name}")
    except GitFailed as error:
        raise Trouble(
            f"git takes no branch of the name {name}.",
            remedy="Give the session a name of letters, digits and dashes.",
            code="branch-name",
        ) from error


def _tree(folder: Path, base: str, changes: tuple[FileChange, ...]) -> str:
    """The tree of `base` with the changes in it, made in an index that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="offramp-index-") as place:
        index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
        git(folder, "read-tree", base, environment=index)
        for change in changes:
            mode, old = _entry(folder, base, change.path)
            if old != (None if change.old is None else change.old.encode()):
                raise Trouble(
                    f"{change.path} in {folder.name} is not as it was when the changes were proposed.",
                    untouched="No file and no branch was changed.",
                    remedy="Read the folder again and look at the new proposal.",
                    code="file-changed",
                )
            if change.new is None:
                git(folder, "update-index", "--force-remove", "--", change.path, environment=index)
                continue
            blob = git(folder, "hash-object", "-w", "--no-filters", "--stdin", feed=change.new.encode())
            entry = f"{mode},{blob.decode().strip()},{change.path}"
            git(folder, "update-index", "--add", "--cacheinfo", entry, environment=index)
        return git_line(folder, "write-tree", environment=index)


def _entry(folder: Path, base: str, path: str) -> tuple[str, bytes | None]:
    """Mode and content of a file in `base`; what a new file gets where there is none."""
    told = git(folder, "ls-tree", "-z", base, "--", path).decode(errors="replace").split("\0", 1)[0]
    if not told:
        return "100644", None
    mode, kind, blob = told.split("\t", 1)[0].split()
    if kind != "blob" or not mode.startswith("100"):
        raise Trouble(
            f"{path} in {folder.name} is no plain file.",
            remedy="Make it one and commit it.",
            code="unreadable",
        )
    return mode, git(folder, "cat-file", "blob", blob)


def _tip(folder: Path, name: str) -> str | None:
    try:
        return git_line(folder, "rev-parse", "--verify", "--quiet", f"refs/heads/{name}^{{commit}}")
    except GitFailed:
        return None


def _is(folder: Path, tip: str, base: str, tree: str) -> bool:
    said = git_line(folder, "show", "--no-patch", "--format=%T %P", tip)
    return said == f"{tree} {base}"


def _said(folder: Path, tip: str) -> list[str]:
    """The tree of a commit, and the lines of its message."""
    return git(folder, "show", "--no-patch", "--format=%T%n%B", tip).decode(errors="replace").splitlines()


def _of_another(folder: Path, tip: str, app: str) -> bool:
    """Whether a commit was written for another app; earlier versions did not say for which."""
    named = {line for line in _said(folder, tip) if line.startswith(_APP)}
    return bool(named) and f"{_APP}{app}" not in named


def _refuse_foreign(folder: Path, name: str, tip: str, session: str) -> None:
    """Raise unless the branch is one commit that Offramp wrote for this session, unchanged and not in use."""
    tree, *message = _said(folder, tip)
    if f"Offramp-Session: {session}" not in message or f"Offramp-Tree: {tree}" not in message:
        raise Trouble(
            f"The branch {name} in {folder.name} holds work that Offramp did not write.",
            untouched="The branch was not changed.",
            remedy=f"Give it another name: git branch -m {name} my-{session}",
            code="branch-taken",
        )
    worktrees = git(folder, "worktree", "list", "--porcelain").decode(errors="replace").splitlines()
    if f"branch refs/heads/{name}" in worktrees:
        raise Trouble(
            f"The branch {name} in {folder.name} is checked out, and would have to change.",
            untouched="The branch was not changed.",
            remedy="Check out the branch that runs on Heroku, and try again.",
            code="branch-in-use",
        )


def _commit(
    folder: Path, base: str, tree: str, whose: tuple[str, str], changes: tuple[FileChange, ...]
) -> str:
    """The new commit. `whose` are the session and the app."""
    session, app = whose
    listing = "\n".join(f"- {change.path}: {change.why}" for change in changes)
    message = (
        "Prepare the code for the move off Heroku\n\n"
        f"{listing}\n\n"
        f"Offramp-Session: {session}\n{_APP}{app}\nOfframp-Tree: {tree}\n"
    )
    told = git(
        folder,
        "commit-tree",
        tree,
        "-p",
        base,
        "-F",
        "-",
        feed=message.encode(),
        environment=_identity(folder),
    )
    return told.decode().strip()


def _identity(folder: Path) -> dict[str, str]:
    """The person's own name where git has one, else Offramp's: a missing one must not stop the move."""
    identity = {}
    for role in ("AUTHOR", "COMMITTER"):
        for part, key, fallback in (
            ("NAME", "user.name", FALLBACK_NAME),
            ("EMAIL", "user.email", FALLBACK_EMAIL),
        ):
            identity[f"GIT_{role}_{part}"] = (
                os.environ.get(f"GIT_{role}_{part}") or _config(folder, key) or fallback
            )
    return identity


def _config(folder: Path, key: str) -> str:
    try:
        return git_line(folder, "config", "--get", key)
    except GitFailed:
        return ""


def _point(folder: Path, name: str, commit: str, tip: str | None) -> None:
    """Point the branch at `commit`, if it is still where it was looked at."""
    try:
        git(
            folder,
            "update-ref",
            "-m",
            "offramp: prepare",
            f"refs/heads/{name}",
            commit,
            tip or "0" * len(commit),
        )
    except GitFailed as error:
        raise Trouble(
            f"The branch {name} cannot be written. {error.cause}",
            untouched="No file and no branch was changed.",
            remedy="Look whether a branch named offramp is in the way, and try again.",
            code="branch-not-written",
        ) from error
