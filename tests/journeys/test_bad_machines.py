"""A machine that lacks what a move needs: programs, code, a folder to write to, room on the disk."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.terminal import OFFRAMP, Terminal, no_traceback
from tests.screens.example_system import example_system
from wizard.session.parts import CONNECTIONS, SYSTEM, Connection, Connections
from wizard.session.store import create

pytestmark = pytest.mark.slow
"""A terminal for each: more than the suite has time for. `pytest -m slow` runs them."""


def documented(name: str = "acme-shop", **hosts: str) -> Path:
    """A migration whose inventory was read; its folder."""
    session = create(name)
    who = Connection(provider="heroku", account_id="user-1", email="ada@example.com", kept_in="memory")
    session.save(CONNECTIONS, Connections(by_provider={"heroku": who}))
    session.save(SYSTEM, example_system())
    session.close()
    return session.folder


def told(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [OFFRAMP, *arguments],
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


# --- programs -----------------------------------------------------------------------------------------


def test_a_machine_without_ssh_and_git_is_told_what_to_install(tmp_path: Path, private_home: Path) -> None:
    documented()
    empty = {"PATH": str(tmp_path)}
    doctor = told("doctor", env=empty)
    assert doctor.returncode == 1
    for sentence in ("MISSING ssh", "apt install openssh-client", "MISSING git", "Install git."):
        assert sentence in doctor.stdout
    with Terminal(env=empty) as terminal:
        terminal.wait("Your migrations", "ssh ✗ missing")
        no_traceback(terminal, private_home)


def test_a_pg_dump_that_is_too_old_is_not_the_only_one(tmp_path: Path) -> None:
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6.24'\n")
    old.chmod(0o755)
    doctor = told("doctor", env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    line = next(line for line in doctor.stdout.splitlines() if "pg_dump" in line)
    assert line.startswith("ok") and "(comes with Offramp)" in line


def test_a_pg_dump_that_hangs_or_fails_holds_nobody_up(tmp_path: Path, private_home: Path) -> None:
    broken = tmp_path / "pg_dump"
    broken.write_text("#!/bin/sh\nprintf '\\033]0;owned\\007'; exit 3\n")
    broken.chmod(0o755)
    with Terminal(env={"PATH": f"{tmp_path}:{os.environ['PATH']}"}) as terminal:
        terminal.wait("Your migrations", "pg_dump 1")
        assert b"\x1b]0;owned" not in terminal.sent
        no_traceback(terminal, private_home)


# --- code folders -------------------------------------------------------------------------------------


def name_folder(terminal: Terminal, folder: str) -> None:
    terminal.press("c")
    terminal.wait("╭─ Code folder")
    terminal.paste(folder)
    terminal.wait(folder[5:20])
    terminal.press("enter")
    terminal.wait(gone="╭─ Code folder")


def test_a_code_folder_that_is_none_is_said_and_can_be_named_again(
    tmp_path: Path, private_home: Path
) -> None:
    documented()
    plain = tmp_path / "plain"
    plain.mkdir()
    (tmp_path / "file").write_text("x")
    clone = tmp_path / "clone"
    subprocess.run(["git", "init", "-q", str(clone)], check=True)
    with Terminal() as terminal:
        terminal.wait("acme-shop")
        terminal.press("enter")
        terminal.wait("For this system")
        terminal.press("2")
        terminal.wait("migrate-backend")
        for folder, said in (
            (tmp_path / "nowhere", "nowhere. Nothing was changed. Name the folder that holds the code"),
            (tmp_path / "file", "file. Nothing was changed. Name the folder"),
        ):
            name_folder(terminal, str(folder))
            terminal.wait("✗", said)
        for folder in (plain, clone):
            name_folder(terminal, str(folder))
            terminal.wait("✓ The code is read from", "code ⚠", gone="✗")
            terminal.press("enter")
            terminal.wait("╭─ migrate-backend")
            terminal.press("esc")
            terminal.wait(gone="╭─ migrate-backend")
        no_traceback(terminal, private_home)


def test_without_git_the_code_cannot_be_read(tmp_path: Path, private_home: Path) -> None:
    documented()
    with Terminal(env={"PATH": str(tmp_path)}) as terminal:
        terminal.wait("acme-shop")
        terminal.press("enter")
        terminal.wait("For this system")
        terminal.press("2")
        terminal.wait("migrate-backend")
        name_folder(terminal, str(tmp_path))
        terminal.wait("✗ The program git is not on this machine.", "Nothing was changed.", "Install git")
        no_traceback(terminal, private_home)


# --- folders and disks --------------------------------------------------------------------------------


@pytest.mark.parametrize("arguments", [(), ("sessions",), ("demo", "--size", "tiny"), ("doctor",)])
def test_a_home_that_is_no_folder_is_said(arguments: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    env = {"HOME": str(tmp_path / "file" / "home"), "XDG_DATA_HOME": None, "XDG_CONFIG_HOME": None}
    with Terminal(*arguments, env=env) as terminal:
        terminal.wait_said("cannot be used: Not a directory.")
        no_traceback(terminal)
        if arguments:
            assert terminal.exit_code() == 1
        assert "made a mistake" not in terminal.said


def test_a_data_folder_of_somebody_else_is_not_used(tmp_path: Path) -> None:
    if os.getuid() != 0:
        pytest.skip("needs root, to have a folder that belongs to somebody else")
    folder = tmp_path / "data"
    folder.mkdir(mode=0o777)
    os.chown(folder, 65534, 65534)
    for arguments in ((), ("sessions",)):
        with Terminal(*arguments, env={"OFFRAMP_HOME": str(folder)}) as terminal:
            terminal.wait(
                "to another user.", "Nothing was changed.", "Name a folder of your own with OFFRAMP_HOME"
            )
            no_traceback(terminal)
    assert list(folder.iterdir()) == []


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m,mode=0700", "tmpfs", str(folder)],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        pytest.skip("needs the right to mount, to have a disk that is full")
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path) -> Path:
    """Fill a disk to its last byte; the file that does."""
    full = disk / "full"
    with full.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return full
    raise AssertionError("the disk has no end")


def test_a_full_disk_is_said_and_nothing_before_is_lost(
    small_disk: Path, monkeypatch: pytest.MonkeyPatch, private_home: Path
) -> None:
    monkeypatch.setenv("OFFRAMP_HOME", str(small_disk))
    documented()
    with Terminal() as terminal:
        terminal.wait("acme-shop", "choose")
        full = fill(small_disk)
        terminal.press("n")
        terminal.wait("╭─ New migration")
        terminal.press("second", "enter")
        terminal.wait("✗ The disk with", "is full", "Make room")
        full.unlink()
        terminal.wait("acme-shop", "Heroku → ?", gone="acme-shop ✗")
        assert len(list((small_disk / "sessions").iterdir())) == 1
        terminal.press("enter")
        terminal.wait("For this system")
        full = fill(small_disk)
        terminal.press("enter")
        terminal.wait(
            "✗ The disk with", "The last answer was not saved; everything before it is.", "Make room"
        )
        terminal.wait("Heroku → ?")
        full.unlink()
        terminal.press("enter")
        terminal.wait("Heroku → Aptible", gone="✗ The disk with")
        no_traceback(terminal, small_disk)


def test_a_disk_that_only_reads_is_said(small_disk: Path) -> None:
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    for arguments in ((), ("sessions",)):
        with Terminal(*arguments, env={"OFFRAMP_HOME": str(small_disk)}) as terminal:
            terminal.wait_said("Read-only file system")
            no_traceback(terminal)
            assert "made a mistake" not in terminal.said
