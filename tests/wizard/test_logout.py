"""Whether a run outlives a logout: logind's answers and files, lingering, scopes; the worker put into one."""

import os
import pwd
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

from wizard import logout, machine
from wizard.credentials import Vault
from wizard.logout import Logout
from wizard.model.trouble import Trouble
from wizard.plan import preflight
from wizard.run import launch
from wizard.session.store import create

LOGIN = "0::/user.slice/user-1000.slice/session-3.scope\n"
MANAGER = "0::/user.slice/user-1000.slice/user@1000.service/app.slice/run-r77.scope\n"
V1 = "5:devices:/\n1:name=systemd:/user.slice/user-1000.slice/session-c2.scope\n"


class Bastion:
    """A machine with logind below `root`, and stand-ins of systemd's programs alone on PATH."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.root = folder / "root"
        (self.root / "run/systemd/seats").mkdir(parents=True)
        self._bin = folder / "bin"
        self._bin.mkdir()
        patch.setenv("PATH", f"{self._bin}:/bin:/usr/bin")
        for name in ("busctl", "loginctl", "systemd-run"):
            self.put(name, "exit 1")
        self.write("proc/self/cgroup", LOGIN)

    def put(self, name: str, script: str) -> None:
        program = self._bin / name
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)

    def write(self, name: str, text: str) -> None:
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def conf(self, name: str, *lines: str) -> None:
        self.write(name, "\n".join(["# KillUserProcesses=maybe", "[Login]", *lines, ""]))

    def login_of(self, uid: int) -> None:
        self.write("proc/self/cgroup", f"0::/user.slice/user-{uid}.slice/session-3.scope\n")

    @property
    def kills(self) -> bool:
        return logout.look(self.root).kills


@pytest.fixture
def bastion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bastion:
    """Ada's: neither bus nor logind answers."""
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    names = {1000: "ada", 0: "root"}
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: SimpleNamespace(pw_name=names[uid]))
    return Bastion(tmp_path, monkeypatch)


def test_no_logind_no_harm(tmp_path: Path) -> None:
    assert logout.look(tmp_path) == Logout() and logout.look(tmp_path).run_stays


MAIN = "etc/systemd/logind.conf"
DROPIN = "systemd/logind.conf.d"
ON = "KillUserProcesses=yes"


@pytest.mark.parametrize(
    ("files", "ada", "root"),
    [
        ({}, False, False),
        ({MAIN: [ON]}, True, False),
        ({MAIN: ["KillUserProcesses = y"]}, True, False),
        ({f"usr/local/lib/{DROPIN}/5.conf": [ON]}, True, False),
        ({MAIN: [ON], f"usr/lib/{DROPIN}/90.conf": ["KillUserProcesses=no"]}, False, False),
        ({f"run/{DROPIN}/95.conf": [ON], f"usr/lib/{DROPIN}/90.conf": ["KillUserProcesses=no"]}, True, False),
        ({f"run/{DROPIN}/95.conf": [ON], f"etc/{DROPIN}/95.conf": ["KillUserProcesses=no"]}, False, False),
        ({MAIN: [], "run/systemd/logind.conf": [ON]}, False, False),
        ({MAIN: ["KillOnlyUsers=ada"]}, True, False),
        ({MAIN: [ON, "KillOnlyUsers=bob"]}, False, False),
        ({MAIN: [ON, "KillExcludeUsers="]}, True, False),
        ({MAIN: [ON, "KillExcludeUsers=bob"]}, True, True),
        ({MAIN: [ON, "KillExcludeUsers=ada"], f"etc/{DROPIN}/9.conf": ["KillExcludeUsers=bob"]}, False, True),
        ({MAIN: [ON, "KillExcludeUsers=ada"], f"etc/{DROPIN}/9.conf": ["KillExcludeUsers="]}, True, False),
    ],
)
def test_files_are_read_as_logind_reads_them(
    bastion: Bastion, files: Mapping[str, list[str]], ada: bool, root: bool
) -> None:
    # Each was tried with systemd 252: a login by ssh left a process behind, and it was killed or not.
    for name, lines in files.items():
        bastion.conf(name, *lines)
    assert bastion.kills == ada
    bastion.login_of(0)
    assert bastion.kills == root


def test_what_logind_says_counts_more_than_files(bastion: Bastion) -> None:
    bastion.conf(MAIN, "KillUserProcesses=no")
    bastion.put("busctl", "printf 'b true\\nas 0\\nas 0\\n'")
    assert bastion.kills
    bastion.login_of(0)
    assert not bastion.kills, "no list of the spared is one with root in it"
    bastion.login_of(1000)
    bastion.put("busctl", 'printf \'b true\\nas 2 "root" "ada"\\nas 0\\n\'')
    assert not bastion.kills
    bastion.put("busctl", "printf 'b false\\nas 0\\nas 1 \"ada\"\\n'")
    assert bastion.kills


def test_root_within_another_login_is_killed_with_it_and_has_a_scope_of_the_system(
    bastion: Bastion, monkeypatch: pytest.MonkeyPatch
) -> None:
    bastion.conf(MAIN, ON)
    monkeypatch.setattr(os, "getuid", lambda: 0)
    assert bastion.kills, "after su or sudo -i the login is still ada's"
    bastion.put("systemd-run", '[ "$*" = "--scope --quiet --collect -- true" ]')
    found = logout.look(bastion.root)
    assert found.moves and found.run_stays and not found.lingers
    assert "scope of the system" in logout.meaning(found)


@pytest.mark.parametrize(("said", "lingers"), [("Linger=yes", True), ("Linger=no", False)])
def test_lingering_is_asked_of_logind(bastion: Bastion, said: str, lingers: bool) -> None:
    if not lingers:
        bastion.write("var/lib/systemd/linger/ada", "")
    bastion.put("loginctl", f'[ "$*" = "show-user ada --property=Linger" ] && echo {said}')
    assert logout.look(bastion.root).lingers is lingers
    bastion.put("loginctl", "exit 1")
    assert logout.look(bastion.root).lingers is not lingers, "the file, where logind does not answer"


@pytest.mark.parametrize(
    ("cgroup", "place"),
    [(LOGIN, "login"), (V1, "login"), (MANAGER, "manager"), ("0::/system.slice/x.service\n", "elsewhere")],
)
def test_where_this_process_stands(bastion: Bastion, cgroup: str, place: str) -> None:
    bastion.write("proc/self/cgroup", cgroup)
    assert logout.look(bastion.root).place == place


def test_lingering_alone_does_not_save_a_login_that_is_killed(bastion: Bastion) -> None:
    bastion.conf("etc/systemd/logind.conf", "KillUserProcesses=yes")
    bastion.write("var/lib/systemd/linger/ada", "")
    found = logout.look(bastion.root)
    assert not found.moves and not found.run_stays
    bastion.put("systemd-run", "exit 0")
    found = logout.look(bastion.root)
    assert found.moves and found.run_stays


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (Logout(), "good", "Nothing here ends"),
        (Logout(place="login"), "good", "Nothing here ends"),
        (Logout(place="manager", lingers=True), "good", "Nothing here ends"),
        (Logout(place="manager"), "look", "ends with your last login"),
        (Logout(place="login", kills=True, lingers=True, scope=True), "good", "but not a run"),
        (Logout(place="login", kills=True, scope=True), "look", "keep one login open"),
        (Logout(place="login", kills=True, scope=True, root=True), "good", "but not a run"),
        (Logout(place="login", kills=True, lingers=True), "look", "systemd-run --user --scope offramp"),
    ],
)
def test_doctor_says_it_with_the_ways_out(
    found: Logout, state: str, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logout, "look", lambda: found)
    said = machine.of_logout({"TMUX": "/tmp/tmux-0/default,1,0"})
    assert said.state == state and words in f"{said.sentence} {said.meaning}"
    assert "inside tmux" in said.sentence
    assert (state == "good") == found.run_stays
    assert state == "good" or "enable-linger" in said.meaning


@pytest.mark.parametrize("moves", [True, False])
def test_the_worker_gets_a_scope_where_that_helps(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, moves: bool
) -> None:
    # As systemd-run does it: becomes the command, which keeps its process id, streams and environment.
    program = tmp_path / "systemd-run"
    program.write_text(
        f'#!/bin/sh\necho "$@" > {tmp_path}/asked\nwhile [ "$1" != -- ]; do shift; done\nshift\nexec "$@"\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr(logout, "look", lambda: Logout(place="login", kills=moves, lingers=True, scope=moves))
    monkeypatch.setattr(launch, "ENDED_EARLY", 0.2)
    session = create("acme-shop")
    with pytest.raises(Trouble, match="did not start"):
        launch.start_worker(session, Vault(None))
    session.close()
    # It comes up as it does without a scope, and says why it ends.
    until = time.monotonic() + 30
    while "The session has no plan yet." not in (session.folder / "worker.log").read_text():
        assert time.monotonic() < until
        time.sleep(0.05)
    asked = tmp_path / "asked"
    assert asked.exists() == moves
    if moves:
        options, _, command = asked.read_text().partition(" -- ")
        assert (
            options == "--scope --quiet --collect" if os.getuid() == 0 else "--user --scope --quiet --collect"
        )
        assert command.split() == [sys.executable, "-m", "wizard.run.worker", str(session.folder)]


def test_preflight_says_it_before_a_run_and_only_where_it_matters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logout, "look", lambda: Logout(place="login", kills=True, scope=True))
    (found,) = [one for one in preflight._machine() if one.what.startswith("Logging out")]
    assert found.state == "look" and "KillUserProcesses" in found.what and "enable-linger" in found.detail
    monkeypatch.setattr(logout, "look", lambda: Logout())
    assert not [one for one in preflight._machine() if one.what.startswith("Logging out")]
