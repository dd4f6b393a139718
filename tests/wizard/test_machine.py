"""What doctor finds: on this machine, and on machines made up of stand-in programs and folders."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from wizard import machine
from wizard.credentials import StoreState
from wizard.database.pgdump import Program
from wizard.model.text import is_clean
from wizard.model.trouble import Trouble


@pytest.fixture
def stand_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> "StandIn":
    """An empty PATH into which programs can be put that print a line."""
    return StandIn(tmp_path / "bin", monkeypatch)


class StandIn:
    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        folder.mkdir()
        patch.setenv("PATH", str(folder))

    def put(self, name: str, line: str, *, to: int = 1, ends: int = 0) -> None:
        program = self.folder / name
        program.write_text(f"#!/bin/sh\nprintf '%s\\n' '{line}' >&{to}\nexit {ends}\n")
        program.chmod(0o755)


def test_this_machine_is_described_whole() -> None:
    findings = machine.examine(deadline=60)
    keys = [finding.key for finding in findings]
    assert len(set(keys)) == len(keys)
    assert {"python", "ssh", "ssh-keygen", "git", "pg_dump", "keyring", "disk", "terminal", "logout"} < set(
        keys
    )
    for finding in findings:
        assert finding.title
        assert finding.sentence.endswith("."), finding
        assert finding.state == "good" or finding.meaning, finding
        assert is_clean(finding.sentence + finding.meaning)
    by_key = {finding.key: finding for finding in findings}
    assert by_key["keyring"].sentence == "There is no keyring in this login."
    assert by_key["keyring"].state == "look"
    assert str(sys.version_info.minor) in by_key["python"].sentence


def test_the_data_folder_that_is_measured_is_the_private_one(private_home: Path) -> None:
    assert str(private_home) in machine.of_disk().sentence


def test_a_machine_with_nothing_on_it(stand_in: StandIn) -> None:
    found = {
        finding.key: finding for finding in (machine.of_ssh(), machine.of_git(), machine.of_ssh_keygen())
    }
    assert found["ssh"].state == "blocks"
    assert "openssh-client" in found["ssh"].meaning
    assert found["git"].state == "blocks"
    assert found["ssh-keygen"].state == "look"


@pytest.mark.parametrize(
    ("line", "state", "word"),
    [
        ("OpenSSH_9.2p1 Debian-2+deb12u7, OpenSSL 3.0.17", "good", ""),
        ("OpenSSH_6.7p1, OpenSSL 1.0.1t", "good", ""),
        ("OpenSSH_6.6.1p1, OpenSSL 1.0.1f", "blocks", "unix socket"),
        ("OpenSSH_7.8p1, OpenSSL 1.1.1", "look", "7.8"),
        ("Dropbear v2022.83", "look", "not OpenSSH"),
        ("OpenSSH", "look", "not OpenSSH"),
    ],
)
def test_ssh_versions(stand_in: StandIn, line: str, state: str, word: str) -> None:
    stand_in.put("ssh", line, to=2)
    finding = machine.of_ssh()
    assert finding.state == state
    assert word in finding.meaning
    assert finding.sentence == f"{line.split(',', maxsplit=1)[0]}."


@pytest.mark.parametrize(
    ("line", "state"),
    [("git version 2.39.5", "good"), ("git version 2.20.1", "look"), ("what?", "look"), ("", "look")],
)
def test_git_versions(stand_in: StandIn, line: str, state: str) -> None:
    stand_in.put("git", line)
    assert machine.of_git().state == state


def test_what_a_program_prints_is_made_safe(stand_in: StandIn) -> None:
    stand_in.put("git", "git version 2.39.5 \x1b]0;owned\x07")
    assert machine.of_git().sentence == "git version 2.39.5 ␛]0;owned␇."


def test_a_program_that_cannot_be_run_counts_as_missing(stand_in: StandIn) -> None:
    (stand_in.folder / "git").write_bytes(b"\x7fELF not really")
    (stand_in.folder / "git").chmod(0o755)
    assert machine.of_git().state == "blocks"


def test_pg_dump_versions_and_places() -> None:
    none = machine.of_pg_dump(list)
    assert none.state == "blocks"
    some = machine.of_pg_dump(
        lambda: [
            Program(path="/usr/bin/pg_dump", major=15),
            Program(path="/somewhere/pg_dump", major=18, tls=False, embedded=True),
        ]
    )
    assert some.state == "good"
    assert some.sentence == "pg_dump 15 (/usr/bin/pg_dump), 18 (comes with Offramp)."
    assert "up to Postgres 18" in some.meaning


@pytest.mark.parametrize("state", ["absent", "locked", "timed-out", "refused"])
def test_a_keyring_that_is_not_ready_is_worth_a_look_with_its_remedy(state: str) -> None:
    store = StoreState(state=state, backend="b", title="t", sentence="It is so.", remedy="Do that.")  # type: ignore[arg-type]
    finding = machine.of_keyring(store)
    assert (finding.state, finding.sentence, finding.meaning) == ("look", "It is so.", "Do that.")


def test_a_ready_keyring_is_good() -> None:
    store = StoreState(state="ready", backend="b", title="t", sentence="It is open.", remedy="")
    assert machine.of_keyring(store).state == "good"


@pytest.mark.parametrize(
    ("free", "state"), [(10_000_000, "blocks"), (200_000_000, "look"), (9_000_000_000, "good")]
)
def test_room_on_the_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    real = machine.shutil.disk_usage(tmp_path)
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda place: real._replace(free=free))
    finding = machine.of_disk(lambda: tmp_path)
    assert finding.state == state
    assert ("9.0 GB" if state == "good" else f"{free // 1_000_000} MB") in finding.sentence


def test_a_data_folder_that_cannot_be_used_blocks(tmp_path: Path) -> None:
    def foreign() -> Path:
        raise Trouble("It belongs to another user.", remedy="Name another.", code="folder-foreign")

    finding = machine.of_disk(foreign)
    assert (finding.state, finding.sentence, finding.meaning) == (
        "blocks",
        "It belongs to another user.",
        "Name another.",
    )
    assert machine.of_disk(lambda: tmp_path / "missing").state == "blocks"


@pytest.mark.parametrize(
    ("environment", "state", "word"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, "good", "16 million"),
        ({"TERM": "xterm-256color"}, "good", "256 colours"),
        ({"TERM": "linux"}, "good", "16 colours"),
        ({"TERM": "xterm-256color", "NO_COLOR": "1"}, "good", "NO_COLOR"),
        ({"TERM": "dumb"}, "look", "dumb"),
        ({}, "look", "not set"),
        ({"TERM": "x\x1b[2J"}, "good", "␛"),
    ],
)
def test_colours(environment: dict[str, str], state: str, word: str) -> None:
    finding = machine.of_colours(environment)
    assert finding.state == state
    assert word in finding.sentence


@pytest.mark.parametrize(
    ("encoding", "state"), [("utf-8", "good"), ("UTF8", "good"), ("ISO-8859-1", "look"), ("ascii", "look")]
)
def test_encodings(encoding: str, state: str) -> None:
    assert machine.of_encoding(encoding).state == state


SIZE_OF = "from wizard.machine import of_size; f = of_size(); print(f.state, f.sentence, f.meaning)"


@pytest.mark.parametrize(
    ("columns", "rows", "said"),
    [(80, 24, "good 80 columns, 24 rows."), (60, 15, "look 60 columns, 15 rows. The screens need 80 by 24")],
)
def test_the_size_of_a_real_terminal(columns: int, rows: int, said: str) -> None:
    import fcntl
    import pty
    import struct
    import termios

    ours, theirs = pty.openpty()
    try:
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
        # stdout goes to the test; the terminal is still there on stderr, as in `offramp doctor | less`.
        ran = subprocess.run(
            [sys.executable, "-c", SIZE_OF],
            stdout=subprocess.PIPE,
            stderr=theirs,
            text=True,
            timeout=60,
            check=True,
        )
    finally:
        os.close(ours)
        os.close(theirs)
    assert ran.stdout.startswith(said)


def test_without_a_terminal_it_says_so() -> None:
    ran = subprocess.run(
        [sys.executable, "-c", SIZE_OF],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout.startswith("look This is not a terminal.")
