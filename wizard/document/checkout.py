"""Reading a local checkout of an app's code: what the move needs to know, and what to look at."""

import posixpath
import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal

import msgspec
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
from wizard.document.repository.code_place import WHOLE, CodePlace
from wizard.document.repository.delivery_files import delivery_files
from wizard.document.repository.root_files import RootFiles, has_folder, of_commit, of_folder
from wizard.model.noun import Noun
from wizard.model.repository_address import web_address
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
    "static.json",
)
"""Files in the root whose text matters. Of all others only the name is read."""

HEROKU_GIT = ("https://git.heroku.com/", "https://heroku.com/")
"""Where a push deploys to Heroku: nothing else can fetch from there."""

_PUBLIC_HOST = re.compile(r"https://[^/]*\.[a-z][a-z0-9-]*/", re.IGNORECASE)
"""A host with a name of its own, and neither this machine nor a number."""


class Remark(Noun, frozen=True, kw_only=True):
    """Something about a checkout that a person should know; `blocks` says that no branch can be written."""

    kind: str
    text: str
    remedy: str = ""
    blocks: bool = False


class Checkout(Noun, frozen=True, kw_only=True):
    """A folder with the code of an app, read at one moment.

    `folder` is the part of it that Heroku builds, "" for all; every path here is meant from there.
    `inside` is where `path` lies in its git work tree, "" for its root. `repository` is the address in a
    browser of the repository that it was cloned from, "" where that is none elsewhere.
    `procfile_at` is the file that Heroku takes as the Procfile.
    `names` are the entries of the root (folders end in a slash). `files` are texts by path as they stand in
    the commit `head`, or on disk when the folder is no git work tree; they are not made safe for a terminal,
    since they are written back. `modes` are git's ("100644"). `unreadable` lists known files that are
    no UTF-8 text or too large.

    From `heroku_yml` on it is what `repository.code.read_code` adds, which looks at every file;
    `config_reads` only where it was told the app's config vars.
    """

    path: str
    folder: str = ""
    inside: str = ""
    repository: str = ""
    procfile_at: str = "Procfile"
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

    @property
    def root(self) -> str:
        """The path of the folder that Heroku builds."""
        return posixpath.join(self.path, self.folder) if self.folder else self.path

    @property
    def app_json_at(self) -> str:
        """The file that Heroku takes as app.json: a Procfile of another place brings the one beside it."""
        beside = _beside(self.procfile_at)
        return beside if beside in self.files else "app.json"


def read_checkout(path: str | Path, *, also: Iterable[str] = (), place: CodePlace = WHOLE) -> Checkout:
    """Read the checkout at `path`.

    Args:
        also: more files in the root to read (a target's own, such as the one with its release commands).
        place: which part of the repository the app's buildpacks build. Where `path` has no such folder it is
            taken for that folder itself.

    Raises:
        Trouble: there is no such folder, git is not installed, or the folder or repository cannot be read.
    """
    wanted = {*KNOWN_FILES, *also}
    if place.procfile:
        wanted |= {place.procfile, _beside(place.procfile)}
    try:
        folder = Path(path).expanduser()
    except RuntimeError as error:
        raise _unreadable(path, "this machine knows no such user") from error
    try:
        return _read(folder, sorted(wanted), place)
    except OSError as error:
        # No right to look, or a name that no file can have.
        raise _unreadable(path, error.strerror or type(error).__name__) from error


def _unreadable(path: str | Path, reason: str) -> Trouble:
    return Trouble(
        f"The folder {clean(str(path), limit=200)} cannot be read: {reason}.",
        remedy="Name the folder that holds the code of the app, or give the right to read it.",
        code="unreadable-checkout",
    )


def _read(folder: Path, wanted: list[str], place: CodePlace) -> Checkout:
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
        return _read_plain(folder, wanted, place)
    return _read_git(folder, Path(top).resolve(), wanted, place)


def _read_plain(folder: Path, wanted: list[str], place: CodePlace) -> Checkout:
    base = place.folder if place.folder and has_folder(folder, place.folder, is_git=False) else ""
    remark = Remark(
        kind="no-git",
        text=f"{folder.name} is no git work tree: no branch can be written, nothing pushed.",
        remedy="Name the clone that you push to Heroku from.",
        blocks=True,
    )
    found = Checkout(path=str(folder), folder=base, remarks=(remark, *_about_place(folder, place, base)))
    return _with_files(found, of_folder(folder / base, wanted), place)


def _read_git(folder: Path, top: Path, wanted: list[str], place: CodePlace) -> Checkout:
    try:
        head = git_line(folder, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except GitFailed:
        remark = Remark(
            kind="no-commit",
            text=f"{folder.name} has no commit yet.",
            remedy="Commit the code that runs on Heroku.",
            blocks=True,
        )
        names = of_folder(folder, ()).names
        return Checkout(path=str(folder), is_git=True, names=tuple(names), remarks=(remark,))
    is_whole = folder == top and place.folder
    base = place.folder if is_whole and has_folder(folder, place.folder, is_git=True) else ""
    changed = uncommitted(folder)
    found = Checkout(
        path=str(folder),
        folder=base,
        inside="" if folder == top or not folder.is_relative_to(top) else folder.relative_to(top).as_posix(),
        repository=_repository(folder),
        is_git=True,
        head=head,
        branch=_branch(folder),
        uncommitted=changed,
        remarks=(
            *(_about_place(folder, place, base) if folder == top else ()),
            *_about_repository(folder, top, changed, place),
        ),
    )
    if not base:
        try:
            wanted += delivery_files(folder)
        except GitFailed as error:
            # A clone without all its objects: what the root says can be had one by one, and stays.
            remark = Remark(
                kind="not-whole",
                text=f"Workflows and Terraform of {folder.name} cannot be read: {error.cause.rstrip('.')}.",
                remedy="Name a whole clone of the code.",
            )
            found = msgspec.structs.replace(found, remarks=(*found.remarks, remark))
    return _with_files(found, of_commit(folder, base, wanted), place)


def _about_place(folder: Path, place: CodePlace, base: str) -> Iterator[Remark]:
    """What it means that Heroku builds a part of the repository only."""
    if base:
        yield Remark(
            kind="sub-folder",
            text=f"Heroku builds the folder {clean(base)} alone; a push sends the whole repository.",
            remedy=_own_branch(base),
            blocks=True,
        )
    elif place.folder:
        yield Remark(
            kind="sub-folder",
            text=f"Heroku builds the folder {clean(place.folder)} of the repository. There is none in "
            f"{folder.name}, so it is taken for that folder itself.",
        )


def _own_branch(path: str) -> str:
    split = f"git subtree split --prefix={clean(shlex.quote(path))} --branch NAME"
    return f"Give it a branch with `{split}`, check that out with `git worktree add`, and name that folder."


def _about_repository(
    folder: Path, top: Path, changed: tuple[str, ...], place: CodePlace
) -> Iterator[Remark]:
    """What keeps a branch from being written or pushed, beside the files."""
    if folder != top:
        inside = folder.relative_to(top).as_posix() if folder.is_relative_to(top) else folder.name
        whole = "Name the root of the repository, or give this app a repository of its own."
        yield Remark(
            kind="not-root",
            text=f"{folder.name} lies inside the repository {top.name}; a push sends the whole.",
            remedy=_own_branch(inside) if inside == place.folder else whole,
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


def _branch(folder: Path) -> str | None:
    try:
        return git_line(folder, "symbolic-ref", "--quiet", "--short", "HEAD")
    except GitFailed:
        return None


def _repository(folder: Path) -> str:
    """Where the code was cloned from, without the login that may stand there: origin, else another remote."""
    told = git(folder, "remote", "-v").decode(errors="replace")
    pairs = dict(line.rsplit(" (", 1)[0].split("\t", 1) for line in told.splitlines() if "\t" in line)
    for name in sorted(pairs, key=lambda name: name != "origin"):
        try:
            address = web_address(pairs[name])
        except ValueError:
            continue
        if _PUBLIC_HOST.match(address) and not address.startswith(HEROKU_GIT):
            return clean(address, limit=300)
    return ""


def _with_files(found: Checkout, root: RootFiles, place: CodePlace) -> Checkout:
    """The checkout with its files, and what they say by themselves."""
    files: dict[str, str] = {}
    unreadable = []
    remarks = list(found.remarks)
    for name, content in root.contents.items():
        text = _text(content)
        if text is not None:
            files[name] = text
            continue
        unreadable.append(name)
        text = f"{clean(name)} is no plain text file that Offramp can read."
        remarks.append(Remark(kind="unreadable", text=text))
    at = place.procfile if place.procfile in root.contents else "Procfile"
    if place.procfile and at != place.procfile:
        text = f"Heroku takes {clean(place.procfile)} as the Procfile. It is not here; the usual one is read."
        remarks.append(Remark(kind="procfile", text=text))
    procfile = parse_procfile(files[at]) if at in files else None
    if procfile is not None:
        remarks += [Remark(kind="procfile", text=oddity) for oddity in procfile.oddities]
    found = msgspec.structs.replace(
        found,
        procfile_at=at,
        names=tuple(root.names),
        files=files,
        modes=root.modes,
        unreadable=tuple(unreadable),
        procfile=procfile,
    )
    app_json = None
    if found.app_json_at in files:
        app_json = parse_app_json(files[found.app_json_at].removeprefix("\ufeff"))
        if app_json is None:
            text = f"{clean(found.app_json_at)} is no valid JSON object; it is not used."
            remarks.append(Remark(kind="app-json", text=text))
    return msgspec.structs.replace(found, app_json=app_json, remarks=tuple(remarks))


def _beside(procfile: str) -> str:
    return posixpath.join(posixpath.dirname(procfile), "app.json")


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
