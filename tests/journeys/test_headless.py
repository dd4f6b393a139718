"""The commands that need no screen: what they print, how they end, and never a traceback."""

import json
import os
import pty
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.run_world import RunWorld, below, make_world
from wizard.model.trouble import Trouble
from wizard.run import worker
from wizard.run.control import socket_path
from wizard.run.launch import running
from wizard.session.store import create, find, infos

OFFRAMP = [sys.executable, "-m", "screens.main"]


def offramp(*words: str, timeout: float = 60, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command; no command may ever show a traceback."""
    done = subprocess.run(
        [*OFFRAMP, *words],
        capture_output=True,
        text=True,
        timeout=timeout,
        stdin=subprocess.DEVNULL,
        env=os.environ | more,
        check=False,
    )
    assert "Traceback" not in done.stdout + done.stderr, done.stderr
    return done


# -- the whole journey ------------------------------------------------------------------------------------


@pytest.mark.slow  # .ci/run makes this journey anyway, from the README's own command
def test_the_unattended_demo_and_what_can_be_asked_afterwards(
    needs_program: Callable[[str], str], tmp_path: Path
) -> None:
    needs_program("ssh")
    done = offramp("demo", "--unattended", "--size", "tiny", timeout=240)
    assert (done.returncode, done.stderr) == (0, ""), done.stdout[-3000:] + done.stderr
    assert "every table equal" in done.stdout and "The system runs on Aptible" in done.stdout
    ((folder, _),) = infos()
    name = folder.name
    assert (folder / "worker.log").read_text() == ""

    status = offramp("status", name)
    assert status.returncode == 0 and "done" in status.stdout
    told = json.loads(offramp("status", name, "--json").stdout)
    assert told["state"] == "done" and told["steps_done"] == len(told["steps"])
    assert all(step["evidence"] for step in told["steps"])

    listed = offramp("sessions")
    assert listed.returncode == 0 and name in listed.stdout
    assert json.loads(offramp("sessions", "--json").stdout)

    printed = offramp("report", name)
    assert printed.returncode == 0 and printed.stdout.strip() in done.stdout
    file = tmp_path / "report.md"
    assert offramp("report", name, "--output", str(file)).returncode == 0
    assert file.read_text() == printed.stdout and stat.S_IMODE(file.stat().st_mode) == 0o600
    again = offramp("report", name, "--output", str(file))
    assert again.returncode == 1 and "was not overwritten" in again.stderr
    nowhere = offramp("report", name, "--output", str(tmp_path / "no" / "where.md"))
    assert nowhere.returncode == 1 and "cannot be written" in nowhere.stderr

    # It is done: there is nothing to run, and nobody to tell.
    ran = offramp("run", name)
    assert ran.returncode == 0 and "The run is done" in ran.stdout
    for what in ("pause", "resume", "retry", "more", "fewer", "stop", "back"):
        said = offramp("tell", name, what)
        assert said.returncode == 1 and "is done" in said.stderr, what

    head = subprocess.run(
        f"'{sys.executable}' -m screens.main report {name} | head -n 1",
        shell=True,
        capture_output=True,
        text=True,
    )
    assert head.stdout.startswith("# ") and head.stderr == ""
    assert offramp("demo", "--stop").returncode == 0
    assert not list(infos())


# -- a run that somebody follows ----------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path, needs_program: Callable[[str], str]) -> Iterator[RunWorld]:
    needs_program("ssh")
    with make_world(tmp_path, size="small") as made:
        yield made


class Terminal:
    """`offramp run SESSION` in a pseudo-terminal."""

    def __init__(self, *words: str) -> None:
        self._end, child_end = pty.openpty()
        self.process = subprocess.Popen(
            [*OFFRAMP, *words],
            stdin=child_end,
            stdout=child_end,
            stderr=child_end,
            start_new_session=True,
            preexec_fn=_controlling_terminal,
        )
        os.close(child_end)
        self.said = ""

    def read_until(self, word: str) -> None:
        end = time.monotonic() + 90
        while word not in self.said:
            assert time.monotonic() < end, self.said
            try:
                self.said += os.read(self._end, 4096).decode(errors="replace")
            except OSError:
                break
        assert word in self.said, self.said

    def press(self, keys: bytes) -> None:
        os.write(self._end, keys)

    def hang_up(self) -> None:
        os.close(self._end)


def _controlling_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@pytest.mark.slow  # a hang-up in mid copy is made at a terminal in test_by_keys
def test_hang_up_ctrl_c_gates_and_a_second_worker(world: RunWorld) -> None:
    name = world.session.id
    world.start()
    worker_pid = world.worker_pid

    terminal = Terminal("run", name)
    terminal.read_until("Copy ")
    terminal.hang_up()
    terminal.process.wait(20)
    assert world.worker_pid == worker_pid, "the hang-up did not reach the worker"
    status = json.loads(offramp("status", name, "--json").stdout)
    assert status["worker"] == "alive" and status["state"] in ("running", "waiting")

    # A second one on the same session is turned away, and does no harm.
    second = subprocess.run(
        [sys.executable, "-m", "wizard.run.worker", str(world.session.folder)], timeout=30, check=False
    )
    assert second.returncode == worker.BUSY and world.worker_pid == worker_pid
    other = find(name)
    holder = other.claim()
    other.close()
    assert holder is not None and holder.pid == os.getpid() and "process" in holder.words()

    # The end of a login may remove the socket; the worker makes another.
    socket_path(world.session).unlink()
    # It is there a moment before anybody listens at it.
    end = time.monotonic() + 10
    answer = None
    while answer is None and time.monotonic() < end:
        try:
            answer = world.say("ping")
        except Trouble:
            time.sleep(0.05)
    assert answer == {"ok": True}

    at_gate = offramp("run", name)
    assert at_gate.returncode == 3, at_gate.stdout
    assert "Gate: cut-over is open" in at_gate.stdout and "--confirm cut-over=acme-shop" in at_gate.stdout
    assert offramp("status", name).returncode == 3
    wrong = offramp("run", name, "--confirm", "cut-over=acme")
    assert wrong.returncode == 2 and "That is not the name." in wrong.stderr
    assert world.heroku() == world.before
    refused = offramp("tell", name, "back")
    assert refused.returncode == 1 and "nothing to take back" in refused.stderr

    terminal = Terminal("run", name, "--confirm", "cut-over=acme-shop")
    terminal.read_until("Scale migrate-backend to zero")
    terminal.press(b"\x03")
    terminal.read_until("The run goes on.")
    assert terminal.process.wait(20) == 130 and "Traceback" not in terminal.said
    terminal.hang_up()
    assert world.worker_pid == worker_pid
    assert offramp("tell", name, "stop").returncode == 1

    assert offramp("tell", name, "back").returncode == 0
    world.wait_for_end()
    assert offramp("status", name).returncode == 5
    nothing = offramp("tell", name, "back")
    assert nothing.returncode == 1 and "nothing to take back" in nothing.stderr
    assert not running(world.session), "no worker was started for that"
    assert offramp("run", name).returncode in (3, 5), "it stands at the gate again, or waits for a sign-in"
    assert "What is to move" in offramp("report", name).stdout
    world.assert_heroku_as_before()
    assert not below(worker_pid)


@pytest.mark.slow  # starts the whole example
def test_without_credentials_it_says_what_to_do(world: RunWorld) -> None:
    ran = offramp("run", world.session.id)
    assert ran.returncode == 3 and "sign in" in ran.stdout
    os.kill(world.worker_pid, signal.SIGTERM)
    world.wait(lambda seen: seen.worker == "dead")
    assert offramp("status", world.session.id).returncode == 3


# -- what is in the way -------------------------------------------------------------------------------------


def test_words_that_make_no_sense() -> None:
    assert offramp("nonsense").returncode == 2
    assert offramp("tell", "x", "sing").returncode == 2
    create("acme-shop").close()
    assert offramp("run", "acme-shop", "--confirm", "nonsense").returncode == 2
    assert offramp("--version").returncode == 0


@pytest.mark.parametrize(
    "words",
    [
        ("status", "nobody"),
        ("run", "nobody"),
        ("report", "nobody"),
        ("tell", "nobody", "stop"),
        ("status", "../x"),
    ],
)
def test_a_session_that_is_not_there(words: tuple[str, ...]) -> None:
    done = offramp(*words)
    assert done.returncode == 1 and "There is no session" in done.stderr and "offramp sessions" in done.stderr


def test_a_session_that_is_not_ready() -> None:
    session = create("acme-shop")
    session.close()
    assert offramp("status", "acme-shop").returncode == 3
    for words in (("run", "acme-shop"), ("report", "acme-shop"), ("tell", "acme-shop", "retry")):
        done = offramp(*words)
        assert done.returncode == 1 and done.stderr.startswith("offramp: "), words


@pytest.mark.parametrize("how", ["not a database", "newer", "a part is broken", "empty"])
def test_a_broken_session_file(how: str) -> None:
    create("good").close()
    session = create("acme-shop")
    file = session.folder / "session.sqlite3"
    session.close()
    if how == "newer":
        with sqlite3.connect(file) as database:
            database.execute("PRAGMA user_version=99")
    elif how == "a part is broken":
        with sqlite3.connect(file) as database:
            database.execute("UPDATE part SET value = '[]'")
    else:
        file.write_bytes(b"" if how == "empty" else b"This is no database. " * 1000)
    for command in ("status", "run", "report"):
        done = offramp(command, session.folder.name)
        assert done.returncode == 1 and done.stderr.startswith("offramp: "), (command, done)
    listed = offramp("sessions")
    assert listed.returncode == 1 and "good" in listed.stdout and session.folder.name in listed.stdout
    assert isinstance(json.loads(offramp("sessions", "--json").stdout), list)


def test_a_home_that_cannot_be_used(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    done = offramp("sessions", OFFRAMP_HOME=str(file / "below"))
    assert done.returncode == 1 and "cannot be used" in done.stderr


def test_a_full_disk(tmp_path: Path) -> None:
    home = tmp_path / "disk"
    home.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m,mode=700", "none", str(home)]
    if sys.platform != "linux" or os.getuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a small file system needs root")
    try:
        (home / "sessions").mkdir(mode=0o700)
        session = create("acme-shop", parent=home / "sessions")
        session.close()
        with (home / "filler").open("ab", buffering=0) as filler, pytest.raises(OSError):
            while True:
                filler.write(b"x" * 512)
        for words in (
            ("sessions",),
            ("status", "acme-shop"),
            ("doctor",),
            ("demo", "--unattended", "--size", "tiny"),
        ):
            done = offramp(*words, OFFRAMP_HOME=str(home))
            assert done.returncode in (0, 1, 3), (words, done)
            if done.returncode == 1 and words != ("doctor",):
                assert done.stderr or "acme-shop" in done.stdout, (words, done)
    finally:
        subprocess.run(["umount", "-l", str(home)], check=True)


def test_no_terminal() -> None:
    done = offramp()
    assert done.returncode == 1 and "terminal" in done.stderr


def test_doctor() -> None:
    done = offramp("doctor")
    assert done.returncode in (0, 1) and "keyring" in done.stdout.lower() and "ssh" in done.stdout.lower()
    assert json.loads(offramp("doctor", "--json").stdout)
