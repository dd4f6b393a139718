"""The files of a checkout, wherever they stand: in a commit, or in a folder that is no git work tree."""

import os
import re
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from wizard.document.git import OFFLINE, git, git_bounded

LARGEST = 512 * 1024
"""Bytes; a file larger than this is data, or made by a program, and is not read."""

MOST_FILES = 200_000
"""Files that are listed; a repository with more is not looked through to its end."""

MOST_OUTPUT = 32 * 1024 * 1024
"""Bytes of matching lines that are taken."""

SECONDS = 120.0
"""For all searches of one tree together; two do for 100 MB where the machine has nothing else to do."""

NOT_OURS = (
    "node_modules",
    "bower_components",
    "vendor",
    "third_party",
    "site-packages",
    ".venv",
    "venv",
    "__pycache__",
    "dist",
    ".next",
    ".nuxt",
    ".yarn",
    "Pods",
    "coverage",
    "packs",
)
"""Folders, at any depth, that hold other people's code or what a build makes of ours."""

_NOT_OURS = re.compile(rf"(^|/)({'|'.join(map(re.escape, NOT_OURS))})/")


class Entry(NamedTuple):
    """A file: its path below the folder (with /), git's mode, its bytes, git's id of its content."""

    path: str
    mode: str
    size: int
    blob: str = ""


class Hit(NamedTuple):
    """A line that a search found: not made safe, at most a few thousand characters."""

    path: str
    line: int
    text: str


class Hits(NamedTuple):
    """What a search found, and whether it came to the end of it."""

    hits: tuple[Hit, ...]
    whole: bool


class CodeTree(Protocol):
    """Files that can be listed, read and searched. All methods raise Trouble when git fails, OSError when a
    folder cannot be read."""

    entries: dict[str, Entry]
    """By path, sorted. Links and submodules are not among them."""
    whole: bool
    """Whether that is all of them."""

    def read(self, paths: Iterable[str]) -> dict[str, str]:
        """The texts of those that are there, no larger than LARGEST and UTF-8."""
        ...

    def search(self, pattern: str, pathspecs: Sequence[str], *, any_case: bool = False) -> Hits:
        """The lines that match an extended regular expression, in files that `pathspecs` (git's) name."""
        ...


class CommitTree:
    """The files of a commit, or of a tree in one, as far as they stand below `folder`. Nothing on disk is
    opened."""

    def __init__(self, folder: Path, commit: str) -> None:
        self._until = time.monotonic() + SECONDS
        self._folder = folder
        self._commit = commit
        self.entries: dict[str, Entry] = {}
        told = git(folder, "ls-tree", "-r", "-z", "--long", commit, environment=OFFLINE)
        listed = told.decode(errors="replace").split("\0")
        self.whole = len(listed) <= MOST_FILES + 1
        for entry in listed[:MOST_FILES]:
            about, tab, path = entry.partition("\t")
            fields = about.split()
            if tab and len(fields) == 4 and fields[0].startswith("100") and fields[3].isdigit():
                self.entries[path] = Entry(path, fields[0], int(fields[3]), fields[2])

    def read(self, paths: Iterable[str]) -> dict[str, str]:
        found = [self.entries[path] for path in paths if path in self.entries]
        wanted = [entry for entry in found if entry.size <= LARGEST]
        if not wanted:
            return {}
        feed = "".join(f"{entry.blob}\n" for entry in wanted).encode()
        told = git(self._folder, "cat-file", "--batch", feed=feed, environment=OFFLINE)
        texts: dict[str, str] = {}
        at = 0
        for entry in wanted:
            end = told.find(b"\n", at)
            if end < 0:
                break
            fields, at = told[at:end].split(), end + 1
            if len(fields) != 3:
                continue  # "missing": a clone that has not everything
            size = int(fields[2])
            text = _text(told[at : at + size])
            if text is not None:
                texts[entry.path] = text
            at += size + 1
        return texts

    def search(self, pattern: str, pathspecs: Sequence[str], *, any_case: bool = False) -> Hits:
        words = _search_words(pattern, any_case)
        told = git_bounded(
            self._folder,
            *words,
            self._commit,
            "--",
            *our_files(pathspecs),
            most=MOST_OUTPUT,
            seconds=max(0.0, self._until - time.monotonic()),
        )
        hits = _hits(told.output, len(self._commit) + 1)
        return Hits(tuple(hit for hit in hits if _ours(self.entries.get(hit.path))), told.whole)


class FolderTree:
    """The files of a folder that is no git work tree, or has no commit yet."""

    def __init__(self, folder: Path) -> None:
        self._until = time.monotonic() + SECONDS
        self._folder = folder
        self.entries: dict[str, Entry] = {}
        self.whole = True
        for path, about in _walk(folder):
            if len(self.entries) >= MOST_FILES or time.monotonic() > self._until:
                self.whole = False
                break
            mode = "100755" if about.st_mode & 0o111 else "100644"
            self.entries[path] = Entry(path, mode, about.st_size)
        self.entries = dict(sorted(self.entries.items()))

    def read(self, paths: Iterable[str]) -> dict[str, str]:
        texts: dict[str, str] = {}
        for path in paths:
            entry = self.entries.get(path)
            if entry is None or entry.size > LARGEST:
                continue
            try:
                text = _text((self._folder / path).read_bytes())
            except OSError:
                continue  # gone while we looked, or not for us to read: the others count all the same
            if text is not None:
                texts[path] = text
        return texts

    def search(self, pattern: str, pathspecs: Sequence[str], *, any_case: bool = False) -> Hits:
        words = [*_search_words(pattern, any_case), "--no-index"]
        told = git_bounded(
            self._folder,
            *words,
            "--",
            *our_files(pathspecs),
            most=MOST_OUTPUT,
            seconds=max(0.0, self._until - time.monotonic()),
        )
        return Hits(
            tuple(hit for hit in _hits(told.output, 0) if _ours(self.entries.get(hit.path))), told.whole
        )


def ours(entry: Entry) -> bool:
    """Whether it is code of the app itself, and of a size that a person writes."""
    return entry.size <= LARGEST and not _NOT_OURS.search(entry.path)


def _ours(entry: Entry | None) -> bool:
    return entry is not None and ours(entry)


def _search_words(pattern: str, any_case: bool) -> list[str]:
    # Each of these can be set otherwise in a person's own configuration.
    words = ["grep", "--no-color", "--no-column", "--no-heading", "--no-break", "--no-textconv"]
    words += ["-I", "-n", "-z", "-E"]
    return [*words, *(["-i"] if any_case else []), "-e", pattern]


def our_files(wanted: Sequence[str]) -> list[str]:
    """Pathspecs for these files, but for those in folders of other people's code (`NOT_OURS`)."""
    return [*wanted, *(f":(exclude,glob)**/{name}/**" for name in NOT_OURS)]


def _hits(output: bytes, prefix: int) -> Iterator[Hit]:
    """Read `path NUL number NUL text` lines; `prefix` characters before the path name the commit."""
    for line in output.split(b"\n"):
        fields = line.split(b"\0", 2)
        if len(fields) == 3 and fields[1].isdigit():
            path = fields[0].decode(errors="replace")[prefix:]
            yield Hit(path, int(fields[1]), fields[2][:2_000].decode(errors="replace"))


def _walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != ".git" and name not in NOT_OURS)
        for name in sorted(names):
            full = Path(place) / name
            try:
                about = full.lstat()
            except OSError:
                continue  # gone while we looked
            if stat.S_ISREG(about.st_mode):
                yield full.relative_to(folder).as_posix(), about


def _text(content: bytes) -> str | None:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None
