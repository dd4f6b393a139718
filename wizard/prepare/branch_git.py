"""What git does for a branch that is written without touching the work tree.

Everything is made in git's object store through an index of its own: no file of the checkout is opened for
writing, no file is checked out, the branch that is checked out stays so.
"""

import os
import tempfile
from pathlib import Path

from wizard.document.checkout import listed
from wizard.document.git import GitFailed, git, git_line, uncommitted
from wizard.model.trouble import Trouble
from wizard.prepare.file_change import FileChange

FALLBACK_NAME = "Offramp"
FALLBACK_EMAIL = "offramp@localhost"

APP = "Offramp-App: "
"""What the line of a commit's message begins with that says for which app it is."""


def root_of(folder: Path) -> Path:
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


def refuse_uncommitted(folder: Path) -> None:
    changed = uncommitted(folder)
    if changed:
        raise Trouble(
            f"{folder.name} holds uncommitted work: {listed(changed)}.",
            untouched="No file and no branch was changed.",
            remedy="Commit it, stash it, or add it to .gitignore, and try again.",
            code="uncommitted",
        )


def checked_out(folder: Path) -> str:
    try:
        return git_line(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    except GitFailed:
        return ""


def head_of(folder: Path) -> str:
    try:
        return git_line(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except GitFailed as error:
        raise Trouble(
            f"{folder.name} has no commit yet.",
            remedy="Commit the code that runs on Heroku.",
            code="no-commit",
        ) from error


def check_name(folder: Path, name: str) -> None:
    try:
        git(folder, "check-ref-format", f"refs/heads/{name}")
    except GitFailed as error:
        raise Trouble(
            f"git takes no branch of the name {name}.",
            remedy="Give the session a name of letters, digits and dashes.",
            code="branch-name",
        ) from error


def tree_with(folder: Path, base: str, changes: tuple[FileChange, ...]) -> str:
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


def tip_of(folder: Path, name: str) -> str | None:
    try:
        return git_line(folder, "rev-parse", "--verify", "--quiet", f"refs/heads/{name}^{{commit}}")
    except GitFailed:
        return None


def is_commit_of(folder: Path, tip: str, base: str, tree: str) -> bool:
    said = git_line(folder, "show", "--no-patch", "--format=%T %P", tip)
    return said == f"{tree} {base}"


def said(folder: Path, tip: str) -> list[str]:
    """The tree of a commit, and the lines of its message."""
    return git(folder, "show", "--no-patch", "--format=%T%n%B", tip).decode(errors="replace").splitlines()


def of_another(folder: Path, tip: str, app: str) -> bool:
    """Whether a commit was written for another app; earlier versions did not say for which."""
    named = {line for line in said(folder, tip) if line.startswith(APP)}
    return bool(named) and f"{APP}{app}" not in named


def refuse_foreign(folder: Path, name: str, tip: str, session: str) -> None:
    """Raise unless the branch is one commit that Offramp wrote for this session, unchanged and not in use."""
    tree, *message = said(folder, tip)
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


def commit_tree(
    folder: Path, base: str, tree: str, whose: tuple[str, str], changes: tuple[FileChange, ...]
) -> str:
    """The new commit. `whose` are the session and the app."""
    return commit_with(folder, base, tree, commit_message(whose, tree, changes))


def commit_message(whose: tuple[str, str], tree: str, changes: tuple[FileChange, ...]) -> str:
    """What a commit of ours says: each file with its reason, and for whom it was written."""
    session, app = whose
    listing = "\n".join(f"- {change.path}: {change.why}" for change in changes)
    return (
        "Prepare the code for the move off Heroku\n\n"
        f"{listing}\n\n"
        f"Offramp-Session: {session}\n{APP}{app}\nOfframp-Tree: {tree}\n"
    )


def commit_with(folder: Path, parent: str, tree: str, message: str) -> str:
    """A commit of a tree upon another commit."""
    told = git(
        folder,
        "commit-tree",
        tree,
        "-p",
        parent,
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


def point_at(folder: Path, name: str, commit: str, tip: str | None) -> None:
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
