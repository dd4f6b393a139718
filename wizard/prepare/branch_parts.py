"""One branch for all apps of a repository: a commit for each of them, one upon the other.

A target that builds folders of one linked repository follows one branch, a person reviews, pushes and merges
one, and each app's changes stay readable by themselves. Apps that need different texts in one file cannot
have that; the later one of them gets a branch with its name behind.
"""

import tempfile
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

from wizard.document.git import git, git_line
from wizard.prepare.branch_git import (
    APP,
    check_name,
    commit_message,
    commit_with,
    point_at,
    refuse_foreign,
    said,
    tip_of,
    tree_with,
)
from wizard.prepare.file_change import FileChange

MOST = 500
"""Commits that are looked at; a branch with more of ours is none that Offramp wrote."""


class Written(NamedTuple):
    """The branch and its newest commit; `adopted`: it held just that already."""

    name: str
    commit: str
    adopted: bool


class _Part(NamedTuple):
    """The commit of one app: its message, and by path the mode and blob of what it changes (None: gone)."""

    app: str
    commit: str
    message: str
    entries: dict[str, tuple[str, str] | None]


class _Wanted(NamedTuple):
    """The parts of other apps, and what the one that is written changes."""

    others: list[_Part]
    entries: dict[str, tuple[str, str] | None]
    changes: tuple[FileChange, ...]


def write_parts(
    folder: Path,
    base: str,
    whose: tuple[str, str],
    changes: tuple[FileChange, ...],
    taken: Collection[str] = (),
) -> Written | None:
    """Write the changes of one app beside those of the others. None where there are none, and were none.

    Args:
        base: the commit that is checked out. Parts that stand on another are outdated, and left out.
        whose: the session and the app.
        taken: branches that other clones of the repository hold.

    Raises:
        Trouble: as `wizard.prepare.branch.write_branch` does.
    """
    session, app = whose
    entries = _entries(folder, base, tree_with(folder, base, changes))
    for name in (f"offramp/{session}", f"offramp/{session}-{app}"):
        if name in taken:
            continue
        check_name(folder, name)
        tip = tip_of(folder, name)
        parts = _parts(folder, base, tip, session)
        others = [part for part in parts if part.app != app]
        if any(part.entries.get(path, new) != new for part in others for path, new in entries.items()):
            # The same file as two apps want it: not on one branch.
            continue
        if not changes and (not others or len(others) == len(parts)):
            return None
        own = next((part for part in parts if part.app == app), None)
        if tip is not None and own is not None and own.entries == entries:
            return Written(name, tip, adopted=True)
        return _write(folder, base, (name, tip), whose, _Wanted(others, entries, changes))
    return None


def _write(
    folder: Path,
    base: str,
    branch: tuple[str, str | None],
    whose: tuple[str, str],
    wanted: _Wanted,
) -> Written:
    name, tip = branch
    if tip is not None:
        refuse_foreign(folder, name, tip, whose[0])
    commit, tree = base, git_line(folder, "rev-parse", f"{base}^{{tree}}")
    for part in wanted.others:
        tree = _with(folder, tree, part.entries)
        kept = said(folder, part.commit)[0] == tree and _parent(folder, part.commit) == commit
        commit = part.commit if kept else commit_with(folder, commit, tree, _again(part.message, tree))
    if wanted.changes:
        tree = _with(folder, tree, wanted.entries)
        commit = commit_with(folder, commit, tree, commit_message(whose, tree, wanted.changes))
    point_at(folder, name, commit, tip)
    return Written(name, commit, adopted=False)


def _again(message: str, tree: str) -> str:
    """The message of a commit, for another tree."""
    lines = [line for line in message.splitlines() if not line.startswith("Offramp-Tree: ")]
    return "\n".join(lines).rstrip() + f"\nOfframp-Tree: {tree}\n"


def _parts(folder: Path, base: str, tip: str | None, session: str) -> list[_Part]:
    """What Offramp wrote on a branch, oldest first; nothing where it stands on another commit than `base`."""
    found: list[_Part] = []
    commit = tip
    while commit is not None and commit != base and len(found) < MOST:
        tree, *lines = said(folder, commit)
        app = next((line.removeprefix(APP) for line in lines if line.startswith(APP)), "")
        parent = _parent(folder, commit)
        ours = f"Offramp-Session: {session}" in lines and f"Offramp-Tree: {tree}" in lines
        if not ours or not parent:
            return []
        # What an earlier commit has done already is this app's wish all the same.
        entries = {**_listed(folder, commit, lines), **_entries(folder, parent, commit)}
        found.append(_Part(app, commit, "\n".join(lines), entries))
        commit = parent
    return found[::-1] if commit == base else []


def _parent(folder: Path, commit: str) -> str:
    """The only parent of a commit, "" where it has none or several."""
    told = git_line(folder, "show", "--no-patch", "--format=%P", commit).split()
    return told[0] if len(told) == 1 else ""


def _entries(folder: Path, old: str, new: str) -> dict[str, tuple[str, str] | None]:
    """What differs between two trees by path: mode and blob, None for what is gone."""
    told = git(folder, "diff-tree", "-r", "-z", "--no-renames", "--raw", old, new)
    words = told.decode(errors="surrogateescape").split("\0")
    found: dict[str, tuple[str, str] | None] = {}
    for about, path in zip(words[::2], words[1::2], strict=False):
        _, mode, _, blob, state = about.removeprefix(":").split()
        found[path] = None if state == "D" else (mode, blob)
    return found


def _listed(folder: Path, commit: str, message: list[str]) -> dict[str, tuple[str, str] | None]:
    """The files that the message of a commit names, as they are in it."""
    paths = [line[2:].partition(": ")[0] for line in message if line.startswith("- ")]
    if not paths:
        return {}
    found: dict[str, tuple[str, str] | None] = dict.fromkeys(paths)
    told = git(folder, "ls-tree", "-r", "-z", commit, "--", *(f":(literal){path}" for path in paths))
    for entry in told.decode(errors="surrogateescape").split("\0"):
        if entry:
            about, path = entry.split("\t", 1)
            mode, _, blob = about.split()
            found[path] = (mode, blob)
    return found


def _with(folder: Path, tree: str, entries: dict[str, tuple[str, str] | None]) -> str:
    """The tree with these entries in it, made in an index that is thrown away."""
    with tempfile.TemporaryDirectory(prefix="offramp-index-") as place:
        index = {"GIT_INDEX_FILE": str(Path(place) / "index")}
        git(folder, "read-tree", tree, environment=index)
        git(folder, "update-index", "-z", "--index-info", feed=_info(entries), environment=index)
        return git_line(folder, "write-tree", environment=index)


def _info(entries: dict[str, tuple[str, str] | None]) -> bytes:
    lines: Iterable[str] = (
        f"0 {'0' * 40}\t{path}" if entry is None else f"{entry[0]} {entry[1]}\t{path}"
        for path, entry in entries.items()
    )
    return "".join(f"{line}\0" for line in lines).encode(errors="surrogateescape")
