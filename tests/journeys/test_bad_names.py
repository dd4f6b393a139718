"""A Heroku whose names would take over a terminal, and one with hardly anything."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.journeys.a_sandbox import RunningSandbox
from tests.journeys.terminal import Terminal, no_traceback
from tests.journeys.twisted_heroku import TwistedHeroku

pytestmark = pytest.mark.slow
"""A terminal for each: more than the suite has time for. `pytest -m slow` runs them."""

EVIL = {
    "migrate-emailer": "evil\x1b]0;owned\x07[/x][@click=app.boom]y[/]",
    "FROM_ADDRESS": "RED\x1b[31m[bold]\x9b5m[/nope]",
    "migrate-frontend": "turned\u202egnp.exe\x1bc[link=http://x]",
    "python worker.py": "python \x1bP0;1|17/ab\x9c [$error] worker.py",
}


def evil(path: str, value: Any) -> Any:
    text = json.dumps(value)
    for name, twisted in EVIL.items():
        text = text.replace(name, json.dumps(twisted)[1:-1])
    return json.loads(text)


def document(terminal: Terminal) -> None:
    """From home to the inventory."""
    terminal.wait("acme-shop")
    terminal.press("enter")
    terminal.wait("HEROKU_API_KEY")
    terminal.press("enter")
    terminal.wait("Go on: document")
    terminal.press("enter")


def begun(sandbox: RunningSandbox, twisted: TwistedHeroku) -> tuple[Path, dict[str, str | None]]:
    return sandbox.session(hosts=twisted.hosts), sandbox.heroku_environment(twisted.hosts)


@pytest.mark.parametrize("size", [(80, 24), (120, 40)])
def test_names_that_obey_nobody_reach_the_terminal_as_text(
    sandbox: RunningSandbox, size: tuple[int, int]
) -> None:
    with TwistedHeroku(sandbox.hosts, evil) as twisted:
        folder, env = begun(sandbox, twisted)
        with Terminal(env=env, size=size) as terminal:
            document(terminal)
            terminal.wait("evil␛]0;owned␇[/x]", "turned<U+202E>gnp", "migrate-backend")
            for shown in ("RED␛[31m[bold]<U+009B>5m[/nope]", "SECRET_KEY", "SESSION_SECRET"):
                terminal.press("enter")
                terminal.wait("╭─")
                terminal.press("esc")
                terminal.wait(gone="╭─ ")
                terminal.press("v")
                terminal.wait("╭─", shown)
                terminal.press("esc")
                terminal.wait(gone="╭─ ")
                terminal.press("down")
            terminal.press("/")
            terminal.until(lambda: bool(re.search(r"^ +filter", terminal.text, re.M)), "line for the filter")
            terminal.press("RED␛")
            terminal.wait("evil", gone="turned")
            terminal.press("esc", "ctrl+p")
            terminal.wait("Show the config vars")
            terminal.press("esc", "?")
            terminal.wait("What no API tells")
            terminal.press("esc", "n")
            terminal.press("3", "4", "5", "6")
            terminal.press("ctrl+c", "ctrl+c")
            assert terminal.exit_code() == 0
            for raw in (b"\x1b]0;", b"\x1bc", b"\x1bP", "\x9b5m".encode(), b"owned\x07"):
                assert raw not in terminal.sent
            assert "\u202e".encode() not in terminal.sent
            no_traceback(terminal, folder.parents[1])


def nothing(path: str, value: Any) -> Any:
    return [] if path == "/apps" or path.endswith("/apps") else value


def no_formation(path: str, value: Any) -> Any:
    return [] if path.endswith("/formation") else value


def test_an_account_without_apps_is_told_and_can_be_left(sandbox: RunningSandbox) -> None:
    with TwistedHeroku(sandbox.hosts, nothing) as twisted:
        folder, env = begun(sandbox, twisted)
        with Terminal(env=env) as terminal:
            document(terminal)
            terminal.wait("0 apps", "⚠ Heroku shows this account no app.", "Sign in to the account that has")
            terminal.press("n")
            terminal.wait("There is no app that could move.")
            terminal.press("3")
            terminal.wait("First read what stands on Heroku.")
            terminal.press("j")
            terminal.wait("Everything is answered.")
            terminal.press("1")
            terminal.wait("Sign in to Heroku again")
            no_traceback(terminal, folder.parents[1])


def test_apps_without_formation_are_shown_and_compared(sandbox: RunningSandbox) -> None:
    with TwistedHeroku(sandbox.hosts, no_formation) as twisted:
        folder, env = begun(sandbox, twisted)
        with Terminal(env=env) as terminal:
            document(terminal)
            terminal.wait("3 apps", "migrate-backend ⚠", "web 0, worker 0, release")
            terminal.press("enter")
            terminal.wait("╭─ migrate-backend", "scaled to zero")
            terminal.press("esc", "n")
            terminal.wait("For this system", "Aptible")
            terminal.press("enter")
            terminal.wait("Heroku → Aptible")
            no_traceback(terminal, folder.parents[1])
