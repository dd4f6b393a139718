"""What to type when the keyring is not ready: fitted to what is missing, and one way tried for real."""

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest

from wizard.credentials import CredentialRef, StoreState, open_vault, probe
from wizard.credentials.remedies import UNLOCK, Way, ways
from wizard.machine import of_keyring
from wizard.model.secret import Secret

LONG = 60.0
LAST_TWO = ("Use the password manager", "Go on without a keyring")


def state(name: Literal["ready", "absent", "locked", "timed-out", "refused"]) -> StoreState:
    return StoreState(state=name, backend="", title="the keyring", sentence="So it is.", remedy="")


def shown(
    name: Literal["ready", "absent", "locked", "timed-out", "refused"],
    *,
    programs: tuple[str, ...] = ("gnome-keyring-daemon",),
    platform: str = "linux",
    bus: Path = Path("/nowhere"),
    **environment: str,
) -> list[Way]:
    found = ways(
        state(name),
        platform=platform,
        environment=environment,
        find=lambda program: program if program in programs else None,
        bus=bus,
    )
    return list(found)


def titles(found: list[Way]) -> list[str]:
    """Without the two that are always there."""
    assert tuple(way.title.startswith(start) for way, start in zip(found[-2:], LAST_TWO, strict=True)) == (
        True,
        True,
    )
    assert "restart of the machine" in found[-1].meaning
    return [way.title for way in found[:-2]]


def test_a_keyring_that_is_ready_needs_nothing() -> None:
    assert shown("ready") == []
    assert of_keyring(state("ready")).ways == ()


def test_no_keyring_is_installed() -> None:
    assert titles(shown("absent", programs=())) == ["Install a keyring"]


def test_no_message_bus(tmp_path: Path) -> None:
    found = shown("absent")
    assert titles(found) == ["Give this login a message bus"]
    assert "Not `dbus-run-session offramp`" in found[0].meaning
    there = tmp_path / "bus"
    there.touch()
    found = shown("absent", bus=there)
    assert found[0].command == f"export DBUS_SESSION_BUS_ADDRESS=unix:path={there}"
    assert found[1].command == UNLOCK


def test_locked_and_silent() -> None:
    found = shown("locked", DBUS_SESSION_BUS_ADDRESS="unix:path=/x")
    assert [way.command for way in found[:-2]] == [UNLOCK]
    found = shown("timed-out", DBUS_SESSION_BUS_ADDRESS="unix:path=/x", DISPLAY=":9")
    assert [way.command for way in found[:-2]] == ["unset DISPLAY WAYLAND_DISPLAY", UNLOCK]


def test_a_backend_that_was_named_and_the_keychain() -> None:
    found = shown(
        "refused", DBUS_SESSION_BUS_ADDRESS="x", PYTHON_KEYRING_BACKEND="keyring.backends.null.Keyring"
    )
    assert found[0].command == "unset PYTHON_KEYRING_BACKEND"
    assert shown("locked", platform="darwin")[0].command == "security unlock-keychain"


def test_nothing_that_is_shown_starts_a_bus_for_a_run() -> None:
    for name in ("absent", "locked", "timed-out", "refused"):
        for programs in ((), ("gnome-keyring-daemon",)):
            for way in shown(name, programs=programs, DBUS_SESSION_BUS_ADDRESS="x", DISPLAY=":0"):  # type: ignore[arg-type]
                assert "dbus-run-session" not in way.command


class TestSecretService:
    def test_what_is_shown_unlocks_a_locked_one_and_it_stays_unlocked(
        self, secret_service: Any, needs_program: Callable[[str], str]
    ) -> None:
        """The very command, the passphrase typed at its `read`; later sessions of the login find it open."""
        ada = CredentialRef(vendor="heroku", account="ada")
        open_vault(LONG).put(ada, Secret("token-before-the-lock"))
        secret_service.start(locked=True)
        found = probe(LONG)
        assert found.state == "locked"
        commands = [way.command for way in of_keyring(found).ways]
        assert UNLOCK in commands
        try:
            subprocess.run(
                [needs_program("bash"), "-c", UNLOCK],
                input=f"{secret_service.PASSPHRASE}\n",
                text=True,
                capture_output=True,
                timeout=LONG,
                check=True,
            )
            for _ in range(2):
                vault = open_vault(LONG)
                assert vault.state is not None and vault.state.ready, vault.state
                assert vault.get(ada) == Secret("token-before-the-lock")
        finally:
            # `--replace` made a daemon of its own: it ends with its bus.
            secret_service.close()

    def test_a_dialog_on_a_display_that_nobody_looks_at(
        self, secret_service: Any, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A locked keyring with a display set asks there, for ever. Needs Xvfb and gcr's prompter."""
        xvfb = shutil.which("Xvfb")
        if xvfb is None or not Path("/usr/libexec/gcr-prompter").exists():
            pytest.skip(
                "needs Xvfb and gcr-prompter: a daemon that is stopped stands for it (TestSecretService)"
            )
        server = subprocess.Popen(
            [xvfb, "-displayfd", "1", "-nolisten", "tcp"], stdout=subprocess.PIPE, text=True
        )
        try:
            assert server.stdout is not None
            monkeypatch.setenv("DISPLAY", f":{server.stdout.readline().strip()}")
            subprocess.run(["dbus-update-activation-environment", "DISPLAY"], check=False, timeout=20)
            secret_service.start(locked=True)
            assert probe(6.0).state == "timed-out"
        finally:
            server.terminate()
            server.wait(10)
