"""ctrl+c on every screen and over every dialog: it asks, the second leaves, and the terminal is as before."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.terminal import Terminal, no_traceback
from tests.screens.a_run import ARun
from tests.screens.example_system import example_system
from wizard.mapping.edit import leave_undecided, set_checkout
from wizard.mapping.rules import propose
from wizard.model.mapping import TargetChoice
from wizard.model.system import System
from wizard.prepare.accepted import renewed
from wizard.registry import target_provider
from wizard.session.parts import (
    CONNECTIONS,
    MAPPING,
    PREPARED,
    SYSTEM,
    TARGET,
    Connection,
    Connections,
    Prepared,
    PreparedApp,
)
from wizard.session.store import create

pytestmark = pytest.mark.slow
"""A terminal for each: more than the suite has time for. `pytest -m slow` runs them."""

STAGES = {
    "connect": ("1", "Paste a token"),
    "document": ("2", "migrate-backend"),
    "choose": ("3", "For this system"),
    "map": ("4", "migrate-backend"),
    "prepare": ("5", "migrate-backend"),
    "plan": ("6", "plan"),
    "run": ("7", "Copy migrate-db"),
    "report": ("8", "acme-shop"),
}
"""By stage: the key that leads there, and what stands on its screen."""


def far_along(name: str = "acme-shop") -> Path:
    """A migration with every stage behind it and a run whose worker is dead; its folder."""
    session = create(name)
    who = {
        vendor: Connection(provider=vendor, account_id="1", email="ada@example.com", kept_in="in the keyring")
        for vendor in ("heroku", "aptible")
    }
    system: System = example_system()
    mapping = leave_undecided(propose(system, target_provider("aptible").profile()), "not wanted any more")
    for app in mapping.moved_apps():
        mapping = set_checkout(mapping, app.app_id, f"/nowhere/{app.handle}")
    session.save(CONNECTIONS, Connections(by_provider=who))
    session.save(SYSTEM, system)
    session.save(TARGET, TargetChoice(provider="aptible", reason="all components fit"))
    session.save(MAPPING, mapping)
    profile = target_provider("aptible").profile()
    apps = tuple(
        renewed(
            PreparedApp(app_id=app.app_id, checkout="code", branch="", commit="a" * 40),
            system.app(app.app_id),
            mapping,
            profile,
        )
        for app in mapping.moved_apps()
    )
    session.save(PREPARED, Prepared(apps=apps))
    folder = session.folder
    run = ARun(session).start().copying().kill()
    run.journal.set_run("stopped")
    run.close()
    return folder


@pytest.fixture
def opened(private_home: Path) -> Iterator[Terminal]:
    """Offramp with that migration open."""
    far_along()
    with Terminal() as terminal:
        terminal.wait("acme-shop", "Your migrations")
        terminal.press("enter")
        terminal.wait("Copy migrate-db", "run ●")
        yield terminal
        no_traceback(terminal, private_home)


def test_every_stage_asks_and_stays_when_told_so(opened: Terminal) -> None:
    for stage, (key, there) in STAGES.items():
        opened.press(key)
        opened.wait(f"{stage} ●", there)
        opened.press("ctrl+c")
        opened.wait("╭─ Leave Offramp?", "Everything is saved", "`offramp` shows it", "enter leaves")
        opened.press("esc")
        opened.wait(f"{stage} ●", there, gone="Leave Offramp?")
    opened.press("ctrl+c")
    opened.wait("╭─ Leave Offramp?")
    opened.press("ctrl+c")
    assert opened.exit_code() == 0
    assert opened.left_behind() == []


@pytest.mark.parametrize(
    ("stage", "key", "dialog"),
    [
        ("document", "?", "document"),
        ("document", "c", "╭─ Code folder"),
        ("document", "v", "╭─ Config vars"),
        ("document", "enter", "╭─ migrate-backend"),
        ("connect", "f", "╭─ Forget"),
        ("connect", "p", "╭─ Heroku token"),
        ("choose", "?", "╭─"),
        ("map", "enter", "╭─"),
        ("run", "ctrl+p", "Pause"),
    ],
)
def test_over_a_dialog_it_asks_too(opened: Terminal, stage: str, key: str, dialog: str) -> None:
    number, there = STAGES[stage]
    opened.press(number)
    opened.wait(f"{stage} ●", there)
    opened.press(key)
    opened.wait(dialog)
    opened.press("ctrl+c")
    opened.wait("╭─ Leave Offramp?")
    opened.press("esc")
    opened.wait(gone="╭─ Leave Offramp?")
    opened.press("ctrl+c")
    opened.wait("╭─ Leave Offramp?")
    opened.press("ctrl+c")
    assert opened.exit_code() == 0
    assert opened.left_behind() == []


def test_on_the_first_screen_and_in_a_line_that_is_typed(private_home: Path) -> None:
    with Terminal() as terminal:
        terminal.wait("Your migrations")
        terminal.press("n")
        terminal.wait("╭─ New migration")
        terminal.press("half a na")
        terminal.wait("half a na")
        terminal.press("ctrl+c")
        terminal.wait("╭─ Leave Offramp?")
        terminal.press("esc")
        terminal.wait("half a na", gone="╭─ Leave Offramp?")
        terminal.press("ctrl+c")
        terminal.wait("╭─ Leave Offramp?")
        terminal.press("ctrl+c")
        assert terminal.exit_code() == 0
        assert terminal.left_behind() == []
        no_traceback(terminal, private_home)


def test_ctrl_c_before_the_first_picture_ends_it_quietly(private_home: Path) -> None:
    for _ in range(3):
        with Terminal() as terminal:
            terminal.until(lambda: bool(terminal.sent), "first byte")
            terminal.press("ctrl+c", "ctrl+c", "ctrl+c")
            code = terminal.exit_code()
            assert code in (0, 130, -signal.SIGINT), (code, terminal.sent)
            assert terminal.left_behind() == []
            no_traceback(terminal, private_home)


def test_ctrl_c_while_the_example_starts_ends_it_in_words(private_home: Path) -> None:
    with Terminal("demo", "--size", "tiny") as terminal:
        terminal.wait_said("The example system:")
        terminal.press("ctrl+c")
        code = terminal.exit_code()
        no_traceback(terminal, private_home)
        assert (code, "ended by ctrl+c" in terminal.said) == (130, True)
        assert terminal.left_behind() == []
    with Terminal("demo", "--stop") as terminal:
        assert terminal.exit_code() == 0
        no_traceback(terminal, private_home)
    # It was still starting; now it has ended, and nothing of it is left.
    assert not list(private_home.rglob("example"))


def test_suspending_and_going_on_keeps_the_screen(opened: Terminal) -> None:
    os.kill(opened.process.pid, signal.SIGSTOP)
    os.kill(opened.process.pid, signal.SIGCONT)
    opened.press("2")
    opened.wait("document ●", "migrate-backend")
