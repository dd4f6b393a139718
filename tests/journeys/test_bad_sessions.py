"""Sessions that two want at once, that are damaged, newer or not there; and commands used wrongly."""

import os
import shlex
import signal
import sqlite3
import subprocess
from pathlib import Path

import pytest

from tests.journeys.terminal import OFFRAMP, Terminal, no_traceback
from tests.screens.a_run import ARun
from tests.screens.example_system import example_system
from wizard.mapping.rules import propose
from wizard.registry import target_provider
from wizard.session.parts import MAPPING, SYSTEM
from wizard.session.store import create

pytestmark = pytest.mark.slow
"""A terminal for each: more than the suite has time for. `pytest -m slow` runs them."""


def begun(name: str) -> Path:
    session = create(name)
    session.close()
    return session.folder


def begun_run(name: str) -> None:
    """A migration whose run was killed in mid-copy."""
    session = create(name)
    session.save(SYSTEM, example_system())
    session.save(MAPPING, propose(example_system(), target_provider("aptible").profile()))
    ARun(session).start().copying().kill().close()
    session.close()


def shell(line: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of bash in which `offramp` is the program; its code is that of the first of a pipe."""
    script = f'offramp() {{ {shlex.quote(OFFRAMP)} "$@"; }}\n{line}\nexit ${{PIPESTATUS[0]}}'
    return subprocess.run(
        ["bash", "-c", script],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_a_second_offramp_reads_and_says_who_has_the_session(private_home: Path) -> None:
    begun("acme-shop")
    with Terminal() as first, Terminal() as second:
        first.wait("acme-shop")
        first.press("enter")
        first.wait("Paste a token")
        second.wait("acme-shop")
        second.press("enter")
        second.wait(f"⚠ Read only: process {first.process.pid} on pts/", "has this session.")
        second.wait(f"read only: process {first.process.pid}, pts/")
        second.press("p")
        second.wait("⚠ Read only")
        assert "╭─" not in second.text
        second.press("esc")
        second.wait("Your migrations")
        second.press("x")
        second.wait("╭─ Delete a migration")
        second.press("acme-shop", "enter")
        second.wait("acme-shop is in use by process", "Nothing was deleted.", "Stop it there first.")
        # The first goes on as if nobody else was there.
        first.press("p")
        first.wait("╭─ Heroku token")
        first.press("esc")
        first.wait(gone="╭─ Heroku token")
        # When it is killed, the second takes over by opening the session again.
        first.signal(signal.SIGKILL)
        first.exit_code()
        second.press("enter")
        second.wait("Paste a token", gone="Read only")
        second.press("p")
        second.wait("╭─ Heroku token")
        no_traceback(second, private_home)


def test_sessions_that_cannot_be_read_are_listed_beside_those_that_can(private_home: Path) -> None:
    good, corrupt, newer, empty = (begun(name) for name in ("good", "corrupt", "newer", "empty"))
    (corrupt / "session.sqlite3").write_bytes(b"this is no database " * 400)
    for folder, change in ((newer, "PRAGMA user_version = 99"), (empty, "DELETE FROM part")):
        with sqlite3.connect(folder / "session.sqlite3") as database:
            database.execute(change)
    with Terminal(size=(120, 30)) as terminal:
        terminal.wait("good", "Heroku → ?", "was written by a newer Offramp (format 99)", "corrupt", "empty")
        os.utime(corrupt / "session.sqlite3")
        terminal.press("ctrl+c", "ctrl+c")
        terminal.exit_code()
    with Terminal() as terminal:
        terminal.wait("good", "corrupt")
        terminal.press("enter")  # on the newest
        terminal.wait("is damaged: file is not a database.", "Your migrations")
        no_traceback(terminal, private_home)
    told = shell("offramp sessions")
    assert told.returncode == 1 and good.name in told.stdout
    for folder, said in (
        (corrupt, "is damaged: file is not a database. Nothing was changed"),
        (newer, "was written by a newer Offramp (format 99). Nothing was changed. Install that version"),
        (empty, "was never finished being made. Nothing was changed."),
    ):
        told = shell(f"offramp status {folder.name}")
        assert told.returncode == 1 and said in told.stderr and not told.stdout
    assert not list(private_home.rglob("mistakes.log"))


@pytest.mark.parametrize(
    ("line", "code", "said"),
    [
        ("offramp status nobody", 1, "There is no session nobody. Nothing was changed. `offramp sessions`"),
        ("offramp run nobody", 1, "There is no session nobody. Nothing was changed."),
        ("offramp report ../../etc", 1, "There is no session ../../etc. Nothing was changed."),
        ("offramp status $'\\e]0;owned\\a\\xff'", 1, "There is no session ␛]0;owned␇"),
        ("offramp run good", 1, "good has no plan that was checked. Nothing was changed. Open it with"),
        ("offramp tell good stop", 1, "No worker of good runs"),
        ("offramp report good", 1, "good has not been run yet"),
        ("offramp run good --confirm cut-over", 2, "--confirm takes cut-over=NAME"),
        ("offramp dance", 2, "invalid choice: 'dance'"),
        ("offramp tell good dance", 2, "There is no such wish: dance."),
        ("offramp </dev/null", 1, "this is no terminal, and the wizard needs one. Nothing was changed."),
        ("offramp demo </dev/null", 1, "this is no terminal"),
        ("offramp sessions >/dev/full", 1, "A disk is full"),
    ],
)
def test_a_command_used_wrongly_says_so(line: str, code: int, said: str, private_home: Path) -> None:
    begun("good")
    told = shell(line)
    assert said in told.stderr
    assert told.returncode == code
    assert "Traceback" not in told.stderr and "\x1b" not in told.stderr
    assert not list(private_home.rglob("mistakes.log"))


def test_whoever_reads_may_stop_reading(private_home: Path) -> None:
    begun_run("acme-shop")
    assert "# " in shell("offramp report acme-shop").stdout
    for line in (
        "offramp report acme-shop | head -1",
        "offramp report acme-shop | true",
        "offramp sessions >&-",
    ):
        told = shell(line)
        assert (told.returncode, told.stderr) == (0, "")
    assert not list(private_home.rglob("mistakes.log"))


def test_a_report_is_never_written_over_a_file(private_home: Path) -> None:
    begun_run("acme-shop")
    there = private_home / "report.md"
    there.write_text("mine")
    told = shell(f"offramp report acme-shop --output {there}")
    assert told.returncode == 1 and "is there already. It was not overwritten. Name another" in told.stderr
    assert there.read_text() == "mine"
    told = shell(f"offramp report acme-shop --output {private_home}/no/such/folder/x.md")
    assert told.returncode == 1 and "cannot be written: No such file or directory." in told.stderr
