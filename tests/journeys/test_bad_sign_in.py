"""Signing in when things go wrong: what is pasted, what the vendor answers, what was lost since yesterday."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.journeys.a_sandbox import RunningSandbox
from tests.journeys.terminal import Terminal, no_traceback
from wizard.model.mapping import TargetChoice
from wizard.session.parts import CONNECTIONS, TARGET, Connection, Connections
from wizard.session.store import Session

pytestmark = pytest.mark.slow
"""A terminal for each: more than the suite has time for. `pytest -m slow` runs them."""

NOTHING = "Nothing was changed."


@contextmanager
def connect_screen(sandbox: RunningSandbox, token: str = "", *, target: bool = False) -> Iterator[Terminal]:
    """A new migration on its first stage; with `token`, one is found in HEROKU_API_KEY."""
    folder = sandbox.session()
    if target:
        session = Session(folder)
        session.save(TARGET, TargetChoice(provider="aptible", reason="it fits"))
        session.close()
    environment = {**sandbox.heroku_environment(), "HEROKU_API_KEY": token} if token else None
    with Terminal(env=environment) as terminal:
        terminal.wait("acme-shop")
        terminal.press("enter")
        terminal.wait("Sign in to Heroku.", "HEROKU_API_KEY" if token else "no token was found")
        yield terminal
        no_traceback(terminal, Path(folder).parents[1])


def paste(terminal: Terminal, text: str) -> None:
    terminal.press("p")
    terminal.wait("╭─ Heroku token")
    terminal.paste(text)
    terminal.press("enter")


def test_what_is_no_token_is_not_sent_and_what_is_wrong_is_said(sandbox: RunningSandbox) -> None:
    good = sandbox.heroku_token
    with connect_screen(sandbox) as terminal:
        # Most terminals take Escape out of what is pasted; where one does not, the rest arrives as keys.
        paste(terminal, "tok\x1b]0;owned\x07en")
        terminal.wait("✗ Heroku does not accept the token", NOTHING, "Sign in to Heroku again")
        terminal.wait(gone="Asking Heroku")
        for wrong in ("two words", "tok\x9b31men", "wrap-\nped", "é" * 30, "x" * 9000):
            paste(terminal, wrong)
            terminal.wait("This is no token", "not sent anywhere")
            terminal.press("esc")
            terminal.wait("p paste token", gone="╭─ Heroku token")
        paste(terminal, f"\n\n  {good} \r\n")
        terminal.wait("✓ robin@acme.example", gone="does not accept")
        for text in (b"]0;owned", b"\x9b31m", b"HRKU-", good.encode()):
            assert text not in terminal.sent


@pytest.mark.parametrize(
    ("kind", "rule", "sentence"),
    [
        ("html", {}, "with a web page instead of its API."),
        ("500", {}, "fails at /account (status 500)."),
        ("refuse", {}, "broke the connection"),
        ("429", {"seconds": 400}, "rate limit for this account is used up"),
    ],
)
def test_a_vendor_that_misbehaves_is_named_and_can_be_asked_again(
    sandbox: RunningSandbox, kind: str, rule: dict[str, int], sentence: str
) -> None:
    with connect_screen(sandbox, sandbox.heroku_token) as terminal:
        sandbox.fault("heroku", kind, path="/account", count=None, **rule)
        terminal.press("enter")
        terminal.wait(sentence, NOTHING, "try again", gone="Asking Heroku")
        sandbox.heal()
        terminal.press("enter")
        terminal.wait("✓ robin@acme.example", gone=sentence)


def test_a_slow_vendor_is_waited_for_in_words_and_can_be_left(sandbox: RunningSandbox) -> None:
    with connect_screen(sandbox, sandbox.heroku_token) as terminal:
        sandbox.fault("heroku", "slow", path="/account", seconds=600, count=None)
        terminal.press("enter")
        terminal.wait("Asking Heroku whose token this is …")
        terminal.press("n")  # says why not, and the wait goes on below it
        terminal.wait("First sign in to Heroku.")
        terminal.wait("Asking Heroku whose token this is … 1")  # ten seconds and more
        terminal.press("esc")
        terminal.wait("Your migrations")
        sandbox.heal()
        terminal.press("enter")
        terminal.wait("Use the token of HEROKU_API_KEY")
        terminal.press("enter")
        terminal.wait("✓ robin@acme.example")


def test_a_token_that_expires_is_asked_for_again_where_it_is_needed(sandbox: RunningSandbox) -> None:
    with connect_screen(sandbox, sandbox.heroku_token) as terminal:
        terminal.press("enter")
        terminal.wait("Go on: document")
        sandbox.fault("heroku", "expire-token")
        terminal.press("enter")
        terminal.wait("✗ Heroku does not accept the token", NOTHING, "Sign in to Heroku again")
        terminal.press("esc")
        terminal.wait("Sign in to Heroku again")
        terminal.press("down", "enter")
        terminal.wait("p paste token", "Paste a token")
        paste(terminal, sandbox.heroku_token)
        terminal.wait("✓ Signed in to Heroku")
        terminal.press("n")
        terminal.wait("migrate-backend", "calls")


def test_the_second_factor_is_asked_for_and_a_wrong_one_is_said(sandbox: RunningSandbox) -> None:
    who = sandbox.aptible
    with connect_screen(sandbox, sandbox.heroku_token, target=True) as terminal:
        terminal.press("enter")
        terminal.wait("Sign in with e-mail and password")
        terminal.press("home", "enter")
        terminal.wait("╭─ Sign in to Aptible")
        sandbox.fault("aptible", "html", path="/tokens")
        terminal.press(who["email"])
        terminal.wait(who["email"])
        line = terminal.cursor_line
        terminal.press("enter")
        terminal.until(lambda: terminal.cursor_line > line, "cursor in the line of the password")
        terminal.press("not the password", "enter")
        terminal.wait("not with Aptible's API", NOTHING, "then try again")
        terminal.press("enter")
        terminal.wait("does not accept", NOTHING, gone="web page")
        terminal.press("ctrl+u")
        terminal.wait(gone="•")
        terminal.press(who["password"], "enter")
        terminal.wait("One-time code", "Type it below the password")
        terminal.press("000000", "enter")
        terminal.wait("One-time code", "does not accept")
        terminal.wait(gone="000000")  # the line is empty again
        terminal.press(who["otp"], "enter")
        terminal.wait("✓ Signed in to Aptible")
        for secret in ("not the password", who["password"]):
            assert secret.encode() not in terminal.sent


def test_a_token_that_was_held_in_memory_is_asked_for_again_the_next_day(sandbox: RunningSandbox) -> None:
    folder = sandbox.session()
    session = Session(folder)
    yesterday = Connection(provider="heroku", account_id="gone", email="robin@acme.example", kept_in="memory")
    session.save(CONNECTIONS, Connections(by_provider={"heroku": yesterday}))
    session.close()
    with Terminal() as terminal:
        terminal.wait("acme-shop")
        terminal.press("enter")
        terminal.wait("There is no Heroku token at hand", NOTHING, "Sign in to Heroku again")
        terminal.press("esc")
        terminal.wait("the token is not at hand any more")
        paste(terminal, sandbox.heroku_token)
        terminal.wait("✓ Signed in to Heroku")
        no_traceback(terminal, folder.parents[1])
    kept = json.dumps([path.read_bytes().decode(errors="replace") for path in folder.iterdir()])
    assert sandbox.heroku_token not in kept
