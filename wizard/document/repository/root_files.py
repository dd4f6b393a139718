"""The entries of an app's root, and the bytes of the files there that matter: of a commit, or of a folder."""

import stat
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from wizard.document.git import GitFailed, git, git_line

LARGEST = 512 * 1024
"""Bytes; a known file larger than this is not what it seems and is not read."""


class RootFiles(NamedTuple):
    """`names` of all entries, sorted, folders with a slash behind; `contents` by path of the files that were
    asked for and are there, None for one that is no plain file, too large, or not for us to read; `modes` are
    git's."""

    names: list[str]
    contents: dict[str, bytes | None]
    modes: dict[str, str]


def of_commit(folder: Path, base: str, wanted: Sequence[str]) -> RootFiles:
    """Read the commit that is checked out: as far as it stands below `folder`, and there below `base` ("", or
    a path from the root of the repository, which `folder` is then). Raises Trouble."""
    tree = f"HEAD:{base}" if base else "HEAD"
    listed = list(_entries(folder, tree))
    # Only what is asked for by a path is not among the entries of the root.
    deep = [path for path in wanted if "/" in path]
    files = {entry.path: entry for entry in (*listed, *(_entries(folder, tree, *deep) if deep else ()))}
    contents: dict[str, bytes | None] = {}
    modes: dict[str, str] = {}
    for path in wanted:
        entry = files.get(path)
        if entry is None or entry.kind != "blob":
            continue
        modes[path] = entry.mode
        readable = entry.mode.startswith("100") and entry.size <= LARGEST
        contents[path] = git(folder, "cat-file", "blob", entry.blob) if readable else None
    names = sorted(entry.path + "/" if entry.kind == "tree" else entry.path for entry in listed)
    return RootFiles(names, contents, modes)


def of_folder(folder: Path, wanted: Sequence[str]) -> RootFiles:
    """Read a folder as it stands on disk. Raises OSError when it cannot be listed."""
    names = sorted(entry.name + "/" if entry.is_dir() else entry.name for entry in folder.iterdir())
    real = folder.resolve()
    contents = {path: _content(folder / path, real) for path in wanted if _is_there(folder / path)}
    return RootFiles(names, contents, {})


def has_folder(folder: Path, path: str, *, is_git: bool) -> bool:
    """Whether `folder`, the root of a repository or a plain folder, has the folder `path` in it."""
    if not is_git:
        there = folder / path
        return there.is_dir() and there.resolve().is_relative_to(folder.resolve())
    try:
        return git_line(folder, "cat-file", "-t", f"HEAD:{path}") == "tree"
    except GitFailed:
        return False


class _Entry(NamedTuple):
    path: str
    mode: str
    kind: str
    blob: str
    size: int


def _entries(folder: Path, tree: str, *paths: str) -> Iterator[_Entry]:
    # Run inside a folder, ls-tree lists that folder: the same words serve a root and a part of a repository.
    told = git(folder, "ls-tree", "-z", "--long", tree, "--", *paths)
    for entry in told.decode(errors="replace").split("\0"):
        if entry:
            about, path = entry.split("\t", 1)
            mode, kind, blob, size = about.split()
            yield _Entry(path, mode, kind, blob, int(size) if size.isdigit() else 0)


def _is_there(file: Path) -> bool:
    try:
        file.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def _content(file: Path, root: Path) -> bytes | None:
    """The bytes of a plain file. A link is none: it may lead out of the folder, and git keeps only that."""
    try:
        about = file.lstat()
        inside = file.parent.resolve().is_relative_to(root)
        plain = inside and stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST
        return file.read_bytes() if plain else None
    except OSError:
        return None  # said as one that cannot be read
