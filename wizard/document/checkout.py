"""Reading a local checkout of an app's code: what the move needs to know, and what to look at."""

import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

from msgspec import field

from wizard.document.git import GitFailed, git, git_line, uncommitted
from wizard.document.procfile import Procfile, parse_procfile
from wizard.document.repository.app_json import AppJson, parse_app_json
from wizard.document.repository.code_nouns import (
    CodeLine,
    ConfigReads,
    DeployPath,
    EnvFile,
    HerokuYml,
    Hook,
    Look,
    Runtime,
    TerraformBlock,
)
from wizard.model.noun import Noun
from wizard.model.text import clean
from wizard.model.trouble import Trouble

KNOWN_FILES = (
    ".dockerignore",
    ".python-version",
    "Aptfile",
    "Dockerfile",
    "Pipfile",
    "Procfile",
    "app.json",
    "crontab",
    "heroku.yml",
    "package.json",
    "pyproject.toml",
    "requirements.txt",
    "runtime.txt",
)
"""Files in the root whose text matters. Of all others only the name is read."""

LARGEST = 512 * 1024
"""Bytes; a known file larger than this is not what it seems and is not read."""


class Remark(Noun, frozen=True, kw_only=True):
    """Something about a checkout that a person should know; `blocks` says that no branch can be written."""

    kind: str
    text: str
    remedy: str = ""
    blocks: bool = False


class Checkout(Noun, frozen=True, kw_only=True):
    """A folder with the code of an app, read at one moment.

    `names` are the entries of the root (folders end in a slash). `files` are texts by path as they stand in
    the commit `head`, or on disk when the folder is no git work tree; they are not made safe for a terminal,
    since they are written back. `modes` are git's ("100644"). `unreadable` lists known files that are
    no UTF-8 text or too large.

    From `heroku_yml` on it is what `repository.code.read_code` adds, which looks at every file;
    `config_reads` only where it was told the app's config vars.
    """

    path: str
    is_git: bool = False
    head: str | None = None
    branch: str | None = None
    uncommitted: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    files: dict[str, str] = field(default_factory=dict)
    modes: dict[str, str] = field(default_factory=dict)
    unreadable: tuple[str, ...] = ()
    procfile: Procfile | None = None
    app_json: AppJson | None = None
    remarks: tuple[Remark, ...] = ()
    heroku_yml: HerokuYml | None = None
    runtimes: tuple[Runtime, ...] = ()
    hooks: tuple[Hook, ...] = ()
    deploy_paths: tuple[DeployPath, ...] = ()
    terraform: tuple[TerraformBlock, ...] = ()
    env_files: tuple[EnvFile, ...] = ()
    lines: tuple[CodeLine, ...] = ()
    look: Look | None = None
    config_reads: ConfigReads | None = None

    def has(self, *names: str) -> bool:
        """Whether the root has one of these entries."""
        return any(name in self.names for name in names)


def read_checkout(path: str | Path, *, also: Iterable[str] = ()) -> Checkout:
    """Read the checkout at `path`.

    Args:
        also: more files in the root to read (a target's own, such as the one with its release commands).

    Raises:
        Trouble: there is no such folder, git is not installed, or the folder or repository cannot be read.
    """
    wanted = sorted({*KNOWN_FILES, *also})
    try:
        folder = Path(path).expanduser()
    except RuntimeError as error:
        raise _unreadable(path, "this machine knows no such user") from error
    try:
        return _read(folder, wanted)
    except OSError as error:
        # No right to look, or a name that no file can have.
        raise _unreadable(path, error.strerror or type(error).__name__) from error


def _unreadable(path: str | Path, reason: str) -> Trouble:
    return Trouble(
        f"The folder {clean(str(path), limit=200)} cannot be read: {reason}.",
        remedy="Name the folder that holds the code of the app, or give the right to read it.",
        code="unreadable-checkout",
    )


def _read(folder: Path, wanted: list[str]) -> Checkout:
    if not folder.is_dir():
        raise Trouble(
            f"There is no folder {folder}.",
            remedy="Name the folder that holds the code of the app.",
            code="no-checkout",
        )
    folder = folder.resolve()
    try:
        top = git_line(folder, "rev-parse", "--show-toplevel")
    except GitFailed as error:
        if "must be run in a work tree" in error.cause:
            raise Trouble(
                f"{folder} is a bare repository, or the inside of one: no code is checked out there.",
                remedy="Clone it, and name the clone.",
                code="bare-repository",
            ) from error
        if "not a git repository" not in error.cause:
            raise
        return _read_plain(folder, wanted)
    return _read_git(folder, Path(top), wanted)


def _read_plain(folder: Path, wanted: list[str]) -> Checkout:
    names = sorted(entry.name + "/" if entry.is_dir() else entry.name for entry in folder.iterdir())
    contents = {name: _content(folder / name) for name in wanted if name in names}
    remark = Remark(
        kind="no-git",
        text=f"{folder.name} is no git work tree: no branch can be written, nothing pushed.",
        remedy="Name the clone that you push to Heroku from.",
        blocks=True,
    )
    return _checkout(str(folder), names, contents, remarks=[remark])


def _content(file: Path) -> bytes | None:
    """The bytes of a plain file. A link is none: it may lead out of the folder, and git keeps only that."""
    try:
        about = file.lstat()
        return file.read_bytes() if stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST else None
    except OSError:
        return None  # said as one that cannot be read


def _read_git(folder: Path, top: Path, wanted: list[str]) -> Checkout:
    try:
        head = git_line(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except GitFailed:
        remark = Remark(
            kind="no-commit",
            text=f"{folder.name} has no commit yet.",
            remedy="Commit the code that runs on Heroku.",
            blocks=True,
        )
        plain = _read_plain(folder, wanted)
        return Checkout(path=plain.path, is_git=True, names=plain.names, remarks=(remark,))
    changed = uncommitted(folder)
    names, entries = _root_entries(folder)
    contents: dict[str, bytes | None] = {}
    for name in wanted:
        if name in entries:
            mode, blob, size = entries[name]
            readable = mode.startswith("100") and size <= LARGEST
            contents[name] = git(folder, "cat-file", "blob", blob) if readable else None
    return _checkout(
        str(folder),
        names,
        contents,
        remarks=list(_about_repository(folder, top, changed)),
        modes={name: entries[name][0] for name in contents},
        head=head,
        branch=_branch(folder),
        changed=changed,
    )


def _about_repository(folder: Path, top: Path, changed: tuple[str, ...]) -> Iterator[Remark]:
    """What keeps a branch from being written or pushed, beside the files."""
    if folder != top.resolve():
        yield Remark(
            kind="not-root",
            text=f"{folder.name} lies inside the repository {top.name}; a push sends the whole.",
            remedy="Name the root of the repository, or give this app a repository of its own.",
            blocks=True,
        )
    if git_line(folder, "rev-parse", "--is-shallow-repository") == "true":
        yield Remark(
            kind="shallow",
            text=f"{folder.name} is a shallow clone, without its whole history: its push is refused.",
            remedy="Run `git fetch --unshallow` in it.",
            blocks=True,
        )
    if (top / ".gitmodules").exists():
        yield Remark(kind="submodules", text="The repository has submodules; a push sends only their names.")
    if changed:
        yield Remark(
            kind="uncommitted",
            text=f"There is uncommitted work: {listed(changed)}.",
            remedy="Commit it, stash it, or add it to .gitignore.",
            blocks=True,
        )


def _root_entries(folder: Path) -> tuple[list[str], dict[str, tuple[str, str, int]]]:
    # Run inside a folder, ls-tree lists that folder: the same words serve a root and a part of a repository.
    names: list[str] = []
    entries: dict[str, tuple[str, str, int]] = {}
    for entry in git(folder, "ls-tree", "-z", "--long", "HEAD").decode(errors="replace").split("\0"):
        if not entry:
            continue
        about, name = entry.split("\t", 1)
        mode, kind, blob, size = about.split()
        names.append(name + "/" if kind == "tree" else name)
        if kind == "blob":
            entries[name] = (mode, blob, int(size))
    return sorted(names), entries


def _branch(folder: Path) -> str | None:
    try:
        return git_line(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    except GitFailed:
        return None


def _checkout(
    path: str,
    names: list[str],
    contents: dict[str, bytes | None],
    *,
    remarks: list[Remark],
    modes: dict[str, str] | None = None,
    head: str | None = None,
    branch: str | None = None,
    changed: tuple[str, ...] = (),
) -> Checkout:
    files: dict[str, str] = {}
    unreadable = []
    for name, content in contents.items():
        text = _text(content)
        if text is not None:
            files[name] = text
            continue
        unreadable.append(name)
        remarks.append(Remark(kind="unreadable", text=f"{name} is no plain text file that Offramp can read."))
    procfile = parse_procfile(files["Procfile"]) if "Procfile" in files else None
    if procfile is not None:
        remarks += [Remark(kind="procfile", text=oddity) for oddity in procfile.oddities]
    app_json = None
    if "app.json" in files:
        app_json = parse_app_json(files["app.json"].removeprefix("\ufeff"))
        if app_json is None:
            remarks.append(Remark(kind="app-json", text="app.json is no valid JSON object; it is not used."))
    return Checkout(
        path=path,
        is_git=head is not None,
        head=head,
        branch=branch,
        uncommitted=changed,
        names=tuple(names),
        files=files,
        modes=modes or {},
        unreadable=tuple(unreadable),
        procfile=procfile,
        app_json=app_json,
        remarks=tuple(remarks),
    )


def _text(content: bytes | None) -> str | None:
    try:
        return None if content is None else content.decode()
    except UnicodeDecodeError:
        return None


def listed(paths: Iterable[str], most: Literal[3, 5] = 3) -> str:
    """The first few paths in words, made safe: "a, b, c and 4 more"."""
    every = [clean(path) for path in paths]
    shown = ", ".join(every[:most])
    return shown if len(every) <= most else f"{shown} and {len(every) - most} more"
