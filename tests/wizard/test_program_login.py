"""Signing in to a vendor's own program with the password that is at hand, at a terminal of its own."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from providers.sandbox.code_capsules import codecaps
from wizard.database import group_child, program_login
from wizard.database.program_login import can_sign_in, sign_in
from wizard.database.terminal_child import TerminalChild
from wizard.model.secret import Secret
from wizard.model.ticket import ProxyTicket
from wizard.model.trouble import Trouble

CLI = (sys.executable, "-I", "-S", str(Path(codecaps.__file__)))

PASSWORD = "q quite/secret QQ 7731"

EMAIL = "robin@acme.example"


def ticket(*cli: str, login: tuple[str, ...] = (), password: str = PASSWORD) -> ProxyTicket:
    return ProxyTicket(
        program=(*cli, "proxy"),
        environment={},
        database_url=Secret("postgresql://h/d"),
        whoami=(*cli, "whoami"),
        login=f"codecaps login -e {EMAIL}",
        login_words=login or (*cli, "login", "-e", EMAIL),
        password=Secret(password),
    )


def shell(script: str, whoami: str = "exit 1") -> ProxyTicket:
    """A program that does `script` to sign in."""
    made = ticket("/bin/sh", login=("/bin/sh", "-c", script))
    made.whoami = ("/bin/sh", "-c", whoami)
    return made


@pytest.fixture
def keyring(tmp_path: Path) -> Path:
    folder = tmp_path / "keyring"
    folder.mkdir()
    return folder


def test_the_vendors_program_is_signed_in_to(keyring: Path, tmp_path: Path) -> None:
    said = sign_in(ticket(*CLI, "--keyring", str(keyring)))
    assert said == f"codecaps is signed in: Logged in as {EMAIL}"
    assert EMAIL in (keyring / "codecaps.json").read_text()


def test_the_password_is_in_no_argument_no_environment_and_no_echo(tmp_path: Path) -> None:
    heard = tmp_path / "heard"
    script = (
        "printf 'Please enter your password: '; stty -echo; ps -ewwf > seen; env >> seen; read -r word;"
        ' stty echo; printf %s "$word" > heard; echo; echo "it is $word"'
    )
    made = shell(f"cd {tmp_path}; {script}", whoami=f"echo {EMAIL}")
    assert sign_in(made).endswith(f"is signed in: {EMAIL}")
    assert heard.read_text() == PASSWORD, "it came whole, its q too"
    assert "Please enter" in (tmp_path / "seen").read_text()
    assert PASSWORD not in (tmp_path / "seen").read_text()


def failed(made: ProxyTicket) -> Trouble:
    with pytest.raises(Trouble) as refused:
        sign_in(made)
    assert PASSWORD not in refused.value.sentence()
    return refused.value


def test_without_a_keyring_it_is_said_what_is_missing() -> None:
    trouble = failed(ticket(*CLI, "--keyring", ""))
    assert "ended with code 1" in trouble.cause and "Cannot autolaunch D-Bus" in trouble.cause
    assert trouble.untouched == program_login.KEPT_BACK
    for word in ("libsecret-1-0", "dbus-run-session", "gnome-keyring-daemon --unlock", "dbus-uuidgen"):
        assert word in trouble.remedy


ASKS = "printf 'Password: '; stty -echo; read -r word; stty echo; echo;"


@pytest.mark.parametrize(
    ("script", "whoami", "cause", "typed"),
    [
        # Its words promise what its exit code denies, and the other way about.
        (f"{ASKS} echo '✔ Logged in successfully'; exit 3", f"echo {EMAIL}", "ended with code 3", True),
        (f"{ASKS} echo '✔ Logged in successfully'", "echo Not logged in", "asked who is signed in", True),
        (f'{ASKS} echo "wrong: $word"; exit 1', "exit 1", "wrong: ", True),
        ("echo 'Ok to proceed? (y)'; read -r word", "exit 1", "did not ask for the password", False),
        ("printf 'Password: '; read -r word", "exit 1", "would show what is typed", False),
        (f"{ASKS} read -r code", f"echo {EMAIL}", "did not come to an end", True),
    ],
)
def test_what_does_not_work_is_told_and_nothing_is_typed_in_vain(
    script: str, whoami: str, cause: str, typed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Short only where the end of it is what is tried: a busy machine needs its time for the others.
    if "did not" in cause:
        monkeypatch.setattr(program_login, "ANSWERS" if typed else "ASKS", 0.5)
    monkeypatch.setattr(program_login, "HIDES", 0.3)
    monkeypatch.setattr(group_child, "POLITELY", 0.2)
    trouble = failed(shell(script, whoami))
    assert cause in trouble.cause
    assert trouble.untouched == (program_login.TYPED if typed else program_login.KEPT_BACK)


def test_a_password_that_no_terminal_takes_is_not_typed() -> None:
    made = ticket(*CLI, password="one\rtwo")
    assert "cannot be typed" in failed(made).cause
    assert not can_sign_in(ticket(*CLI, password=""))
    made.login_words = ("/no/such/program",)
    made.password = Secret(PASSWORD)
    assert failed(made).code == "proxy-missing"


def test_it_has_a_terminal_of_its_own_and_leaves_nothing_behind() -> None:
    child = TerminalChild(("/bin/sh", "-c", "tty; stty size; sleep 60 & exec sleep 60"), {})
    end = time.monotonic() + 10
    while "50 200" not in child.said:
        assert time.monotonic() < end, child.said
        time.sleep(0.02)
    assert "/dev/" in child.said
    child.end()
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)
    assert subprocess.run(["ps", "-p", str(child.pid)], capture_output=True, check=False).returncode == 1


def test_a_program_that_hangs_up_while_it_is_told_is_a_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(child: TerminalChild, secret: Secret) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(TerminalChild, "type_secret", gone)
    with pytest.raises(Trouble, match="hung up") as caught:
        sign_in(shell("stty -echo; printf 'password: '; exec sleep 30"))
    assert caught.value.code == "proxy-login-failed"
