"""Names that would leave their folder, become an option, or be run by a shell: as paths and as arguments.

In place of git and ssh stands a program that writes down its arguments as it got them. What must come of
each name: the intended list of arguments, the name inside one of them and never an option, or a refusal; no
file outside of the folder that was meant, and nothing that the name itself asks for.
"""

import asyncio
import re
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from providers.aptible.catalogue import profile
from providers.aptible.git_remote import git_remote
from providers.aptible.hosts import addresses
from providers.heroku.clone import clone
from tests.faults.trials import trials
from tests.screens.example_system import example_system
from tests.wizard.document.reading_back import export_all
from wizard.database.ssh_command import SshChild
from wizard.document.checkout import read_checkout
from wizard.document.git import git
from wizard.mapping.names import is_handle, make_handle
from wizard.model.plan import Step
from wizard.model.secret import Secret
from wizard.model.ticket import SshTicket
from wizard.model.trouble import Trouble
from wizard.ports import TargetApp
from wizard.run.kinds.push import PLAIN, _run_git
from wizard.session.places import sessions_folder
from wizard.session.store import create, find

TOUCH = "touch pwned"
NAMES = (
    "../up",
    "../../../../tmp/up",
    "/etc/passwd",
    "a/../../b",
    "..",
    ".",
    ".git",
    ".git/hooks/pre-push",
    "~",
    "~root",
    "$HOME",
    f"$({TOUCH})",
    f"`{TOUCH}`",
    f"; {TOUCH}",
    f"| {TOUCH}",
    f"&& {TOUCH} #",
    "> pwned",
    f"\n{TOUCH}\n",
    f"'; {TOUCH}; '",
    f'"; {TOUCH}; "',
    "-",
    "--",
    "-rf",
    f"--upload-pack={TOUCH}",
    f"--receive-pack={TOUCH}",
    f"-oProxyCommand={TOUCH}",
    f"ext::sh -c '{TOUCH}'",
    "--output=pwned",
    "*",
    "?",
    "[a-z]",
    "{a,b}",
    ":(exclude)x",
    ":/",
    " ",
    " a ",
    "tab\there",
    "cr\rhere",
    "\x1b]0;owned\x07",
    "\u202egnp.exe",
    "x" * 255,
    "x" * 300,
    "é" * 200,
    "CON",
    "NUL.txt",
    "C:\\up",
    "a\\b",
    "a:b",
    "%2e%2e%2fup",
    "%s",
    "nul\x00byte",
)


def some(ci: int) -> tuple[str, ...]:
    """All of them for the table of faults, as many in CI: the second half is of the same kinds."""
    return NAMES[:: len(NAMES) // trials(ci, len(NAMES))]


RECORDER = """#!{python} -S
import os, sys
with open({path!r}, "ab") as file:
    file.write(b"\\0".join(map(os.fsencode, sys.argv[1:])) + b"\\1")
print("in", flush=True)
"""


@pytest.fixture
def recorded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[], list[list[str]]]:
    """Puts a recorder in place of git and ssh; returns what reads, and forgets, their arguments."""
    programs, path = tmp_path / "programs", tmp_path / "arguments"
    programs.mkdir()
    for name in ("git", "ssh"):
        (programs / name).write_text(RECORDER.format(python=sys.executable, path=str(path)))
        (programs / name).chmod(0o755)
    monkeypatch.setenv("PATH", str(programs))

    def read() -> list[list[str]]:
        calls = path.read_bytes().split(b"\1")[:-1] if path.exists() else []
        path.unlink(missing_ok=True)
        return [call.decode(errors="surrogateescape").split("\0") for call in calls]

    return read


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder in which everything runs: nothing may appear in it."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_push_gets_the_intended_arguments(
    recorded: Callable[[], list[list[str]]],
    here: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    record_property("trials", len(NAMES))
    step = Step(
        key="push:a",
        kind="push",
        title="Push",
        phase="prepare",
        args={"commit": "a" * 40, "checkout": str(here), "handle": "a"},
    )
    for name in NAMES:
        app = TargetApp(id="1", handle=name, environment_id="1", state="provisioned")
        remote, token = git_remote(
            addresses({}),
            environment=name,
            app=app,
            folder=str(tmp_path / "keys"),
            ref=name,
            token=Secret("t"),
        )
        assert set(token) == {"ACCESS_TOKEN"} and remote.branch.removeprefix("deploy-").isalnum()
        words = ["--", remote.url, f"{'a' * 40}:refs/heads/{remote.branch}"]
        if "\0" in name:
            # No program takes it; and no target takes such a handle, so no plan has one.
            assert not is_handle(profile(), name)
            continue
        asyncio.run(_run_git(words, step, remote.environment, lambda line: None))
        (arguments,) = recorded()
        host = f"root@primetime.aptible.com:{name}/{name}.git"
        assert arguments == [*PLAIN, "push", "--no-verify", "--porcelain", "--", host, words[-1]]
    assert not list(here.iterdir())


def test_ssh_gets_the_intended_arguments(
    recorded: Callable[[], list[list[str]]],
    here: Path,
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    names = some(10)
    record_property("trials", len(names))

    def arguments_for(user: str, host: str, socket: str) -> list[str]:
        ticket = SshTicket(
            user=user,
            host=host,
            port=22,
            private_key=Secret("key"),
            public_key="key",
            certificate="key",
            known_hosts=("x y z",),
            remote_socket=socket,
            environment={"ACCESS_TOKEN": Secret("t")},
            database_url=Secret("postgres://u:p@h/d"),
        )
        keys = tmp_path / "keys"
        keys.mkdir(exist_ok=True)
        child = SshChild(ticket, keys, 4711)
        child.process.wait(30)
        child.end()
        (found,) = recorded()
        # The folder of the keys has another name each time.
        return [word for word in found if str(keys) not in word]

    plain = arguments_for("USER", "HOST", "SOCKET")
    assert plain[-4:] == ["-L", "127.0.0.1:4711:SOCKET", "--", "USER@HOST"]
    for name in names:
        if "\0" not in name:
            intended = [*plain[:-3], f"127.0.0.1:4711:{name}", "--", f"{name}@{name}"]
            assert arguments_for(name, name, name) == intended
    assert not list(here.iterdir())


class Named:
    """A Heroku that tells a name of its app, and nothing else."""

    token = Secret("HRKU-token")

    def __init__(self, name: str) -> None:
        self.hosts = {"git": "https://127.0.0.1:9"}
        self._name = name

    async def get(self, path: str) -> object:
        return {"name": self._name, "stack": {"name": "heroku-24"}}


def test_a_clone_is_refused_by_a_name_that_is_none(
    here: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    # A name of dashes and letters is one, and stands inside of a URL that comes after "--".
    names = [name for name in NAMES if not re.fullmatch(r"[a-z0-9-]{1,60}", name)]
    record_property("trials", len(names))
    for name in names:
        with pytest.raises(Trouble) as caught:
            asyncio.run(clone(Named(name), "app-1", tmp_path / "clone", lambda line: None))  # type: ignore[arg-type]
        assert caught.value.code == "no-app-name", name
    assert not list(here.iterdir()) and not (tmp_path / "clone").exists()


def test_a_session_and_its_files_stay_in_their_folder(
    here: Path, record_property: Callable[[str, object], None]
) -> None:
    names = some(10)
    record_property("trials", len(names))
    for name in names:
        session = create(name)
        assert session.folder.parent == sessions_folder()
        assert session.folder.name.replace("-", "").isascii() and "/" not in session.id
        session.close()
        with pytest.raises(Trouble):
            find(f"{name}/../{session.id}")
        assert is_handle(profile(), make_handle(profile(), name))
    assert not list(here.iterdir())


def test_exports_make_the_files_that_were_named_and_no_others(
    here: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    record_property("trials", len(NAMES))
    example = example_system()
    apps = tuple(
        msgspec.structs.replace(example.apps[0], id=f"app-{number}", name=name)
        for number, name in enumerate(NAMES)
    )
    folder = tmp_path / "exports"
    folder.mkdir()
    made = export_all(msgspec.structs.replace(example, apps=(*example.apps, *apps)), folder)
    inside = {path.name for path in folder.iterdir()}
    assert inside == {path.name for path in made.values()}
    for path in made.values():
        names = [child.name for child in path.iterdir()] if path.is_dir() else []
        assert all(name.replace("-", "").replace(".", "").replace("_", "").isalnum() for name in names)
    assert not list(here.iterdir())


def test_code_in_folders_and_on_branches_of_such_names_is_read(
    here: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    names = [name.replace("/", "_").replace("\0", "_") for name in some(10)]
    names = [name for name in names if len(name.encode()) < 256 and name not in (".", "..", ".git")]
    record_property("trials", len(names))
    first = tmp_path / "code" / "first"
    first.mkdir(parents=True)
    (first / "Procfile").write_text("web: run\n")
    for words in (("init", "-q"), ("add", "Procfile"), ("commit", "-q", "-m", "x")):
        git(first, *words)
    commit = git(first, "rev-parse", "HEAD").decode().strip()
    for name in names:
        folder = first.parent / name
        first.rename(folder)
        # As git would not make it, and as a repository from somewhere may have it.
        (folder / ".git" / "HEAD").write_text(f"ref: refs/heads/{name}\n")
        try:
            assert read_checkout(folder).head in (commit, None)
        except Trouble as trouble:
            assert "git" in trouble.cause, "a branch of no valid name: told, not obeyed"
        (folder / ".git" / "HEAD").write_text(f"{commit}\n")
        assert read_checkout(folder).head == commit
        folder.rename(first)
    assert not list(here.iterdir()) and not list(tmp_path.rglob("pwned"))
