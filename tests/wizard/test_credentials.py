"""Where credentials live: the probe against real and hostile backends, the keepers, the vault."""

import os
import pickle
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from wizard.credentials import (
    CredentialRef,
    KeyringKeeper,
    MemoryKeeper,
    StoreState,
    Vault,
    open_vault,
    probe,
)
from wizard.model.noun import decode, encode
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble

ADA = CredentialRef(vendor="heroku", account="ada@example.com")
BOB = CredentialRef(vendor="heroku", account="bob@example.com")
LONG = 60.0
"""Seconds that a probe may take on a machine that is busy with other tests."""

HOSTILE = '''
import time

from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError


class Honest(KeyringBackend):
    """Keeps what it is given in the folder it lives in, so that two processes see the same."""

    priority = 5

    def _file(self, service, username):
        from pathlib import Path
        return Path(__file__).with_name(f"{service}-{username.replace('/', '_')}.kept")

    def get_password(self, service, username):
        file = self._file(service, username)
        return file.read_text() if file.exists() else None

    def set_password(self, service, username, password):
        self._file(service, username).write_text(password)

    def delete_password(self, service, username):
        file = self._file(service, username)
        if not file.exists():
            raise PasswordDeleteError("not there")
        file.unlink()


class PlaintextKeyring(Honest):
    priority = 9


class Weak(Honest):
    priority = 0.5


class Forgetful(Honest):
    def set_password(self, service, username, password):
        pass


class Clinging(Honest):
    def delete_password(self, service, username):
        pass


class Lying(Honest):
    def get_password(self, service, username):
        return "something else"


class Hanging(Honest):
    def set_password(self, service, username, password):
        time.sleep(600)


class Slow(Honest):
    """Hangs only once it is used for real."""

    def get_password(self, service, username):
        if service == "offramp":
            time.sleep(600)
        return super().get_password(service, username)


class Fragile(Honest):
    """Fails only once it is used for real, with an error that quotes the secret."""

    def set_password(self, service, username, password):
        if service == "offramp":
            raise RuntimeError(f"bus error while storing {password}")
        super().set_password(service, username, password)

    def delete_password(self, service, username):
        if service == "offramp":
            raise OSError("the bus is gone")
        super().delete_password(service, username)


class Noisy(Honest):
    def set_password(self, service, username, password):
        print('{"state": "ready", "backend": "forged"}')
        raise RuntimeError("bad \\x1b]0;weather\\x07")


class Asking(Honest):
    def set_password(self, service, username, password):
        import getpass
        getpass.getpass("passphrase: ")


class Dying(Honest):
    def set_password(self, service, username, password):
        import os
        os._exit(7)
'''


@pytest.fixture
def backend(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """`backend("Honest")` makes that class the keyring of this process and its children."""
    (tmp_path / "hostile_backends.py").write_text(HOSTILE)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    monkeypatch.syspath_prepend(str(tmp_path))

    def choose(name: str) -> None:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", f"hostile_backends.{name}")

    yield choose
    sys.modules.pop("hostile_backends", None)


def as_ready(name: str) -> StoreState:
    return StoreState(
        state="ready", backend=f"hostile_backends.{name}", title=f"the {name}", sentence="", remedy=""
    )


class TestProbe:
    def test_an_honest_backend_is_ready_and_nothing_stays_in_it(
        self, backend: Callable[[str], None], tmp_path: Path
    ) -> None:
        backend("Honest")
        state = probe(LONG)
        assert state.state == "ready", state
        assert state.backend == "hostile_backends.Honest"
        assert state.remedy == ""
        assert list(tmp_path.glob("*.kept")) == []

    @pytest.mark.parametrize(
        ("name", "why"),
        [
            ("PlaintextKeyring", "file that anybody can decode"),
            ("Weak", "rate it 0.5"),
            ("Forgetful", "did not give it back"),
            ("Lying", "did not give it back"),
            ("Clinging", "did not delete"),
            ("Dying", "ended with code 7"),
            ("Missing", "cannot be loaded"),
        ],
    )
    def test_what_cannot_be_trusted_is_refused_with_the_reason(
        self, backend: Callable[[str], None], name: str, why: str
    ) -> None:
        backend(name)
        state = probe(LONG)
        assert state.state == "refused"
        assert not state.ready
        assert why in state.sentence
        assert name in state.sentence
        assert "PYTHON_KEYRING_BACKEND" in state.remedy

    def test_a_backend_that_asks_on_the_terminal_fails_at_once(self, backend: Callable[[str], None]) -> None:
        backend("Asking")
        state = probe(LONG)
        assert state.state == "refused"
        assert "EOFError" in state.sentence

    def test_what_a_backend_prints_is_not_taken_for_the_report_and_its_words_are_made_safe(
        self, backend: Callable[[str], None]
    ) -> None:
        backend("Noisy")
        state = probe(LONG)
        assert state.state == "refused"
        assert state.backend == "hostile_backends.Noisy"
        assert "\x1b" not in state.sentence
        assert "␛]0;weather␇" in state.sentence

    def test_null_is_refused_and_fail_means_absent(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
        state = probe(LONG)
        assert state.state == "refused"
        assert "keeps nothing" in state.sentence
        monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
        state = probe(LONG)
        assert state.state == "absent"
        assert "memory" in state.remedy

    def test_a_hanging_backend_is_given_up_and_named(
        self, backend: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backend("Hanging")
        # Long enough for Python to start and to say which backend it chose.
        state = probe(5.0)
        assert state.state == "timed-out"
        assert state.backend == "hostile_backends.Hanging"
        assert "within 5 s" in state.sentence

    def test_a_deadline_of_nothing_still_answers(self) -> None:
        assert probe(0.001).state == "timed-out"

    def test_a_folder_named_like_ours_in_the_working_directory_is_not_run(
        self, backend: Callable[[str], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        backend("Honest")
        elsewhere = tmp_path / "checkout"
        for package in ("wizard", "keyring", "json"):
            (elsewhere / package).mkdir(parents=True)
            (elsewhere / package / "__init__.py").write_text("raise SystemExit(3)")
        monkeypatch.chdir(elsewhere)
        assert probe(LONG).state == "ready"


class TestChain:
    """The chainer is no store of its own: what stands behind it is judged, one by one."""

    def test_the_best_usable_member_is_taken_and_the_plaintext_one_never(
        self, backend: Callable[[str], None]
    ) -> None:
        backend("Honest")
        script = (
            "import hostile_backends as h, keyring.backends.chainer as c, wizard.keyring_probe as p, json\n"
            "c.ChainerBackend.backends = [h.PlaintextKeyring(), h.Weak(), h.Honest()]\n"
            "import keyring; keyring.set_keyring(c.ChainerBackend())\n"
            "print(json.dumps(p.examine()))\n"
            "c.ChainerBackend.backends = [h.PlaintextKeyring(), h.Weak()]\n"
            "print(json.dumps(p.examine()))\n"
        )
        out = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, timeout=LONG, check=True
        ).stdout.splitlines()
        assert '"state": "ready", "backend": "hostile_backends.Honest"' in out[1]
        assert '"state": "refused", "backend": "hostile_backends.PlaintextKeyring"' in out[2]


class TestKeyringKeeper:
    def test_it_keeps_gives_back_replaces_and_deletes(self, backend: Callable[[str], None]) -> None:
        backend("Honest")
        keeper = KeyringKeeper(as_ready("Honest"), deadline=LONG)
        assert keeper.get(ADA) is None
        keeper.set(ADA, Secret("first-value"))
        keeper.set(ADA, Secret("second-value"))
        keeper.set(BOB, Secret("value-of-bob"))
        found = keeper.get(ADA)
        assert found is not None
        assert found.reveal() == "second-value"
        keeper.delete(ADA)
        assert keeper.get(ADA) is None
        keeper.delete(ADA)
        assert keeper.get(BOB) == Secret("value-of-bob")

    def test_a_store_that_is_not_ready_gives_no_keeper(self) -> None:
        state = StoreState(
            state="locked", backend="x", title="x", sentence="It is locked.", remedy="Open it."
        )
        with pytest.raises(Trouble) as caught:
            KeyringKeeper(state)
        assert caught.value.code == "keyring-locked"

    def test_a_call_that_hangs_is_given_up_and_the_process_can_still_end(
        self, backend: Callable[[str], None]
    ) -> None:
        backend("Slow")
        with pytest.raises(Trouble) as caught:
            KeyringKeeper(as_ready("Slow"), deadline=0.2).get(ADA)
        assert caught.value.code == "keyring-timed-out"
        assert caught.value.retry
        left = [thread for thread in threading.enumerate() if thread.name == "keyring"]
        assert left
        assert all(thread.daemon for thread in left)

    def test_an_error_is_trouble_and_does_not_quote_the_secret(self, backend: Callable[[str], None]) -> None:
        backend("Fragile")
        keeper = KeyringKeeper(as_ready("Fragile"), deadline=LONG)
        with pytest.raises(Trouble) as caught:
            keeper.set(ADA, Secret("canary-4711-token"))
        assert caught.value.code == "keyring-failed"
        assert "bus error while storing" in caught.value.cause
        assert "canary-4711-token" not in caught.value.sentence()
        assert "not known" in caught.value.untouched

    def test_a_backend_that_cannot_be_loaded_any_more_is_trouble(self) -> None:
        state = StoreState(state="ready", backend="gone.Backend", title="the gone", sentence="", remedy="")
        with pytest.raises(Trouble) as caught:
            KeyringKeeper(state, deadline=LONG).get(ADA)
        assert caught.value.code == "keyring-failed"


class TestVault:
    def test_with_a_keyring_the_next_process_finds_the_value(self, backend: Callable[[str], None]) -> None:
        backend("Honest")
        vault = open_vault(LONG)
        kept = vault.put(ADA, Secret("token-of-ada"))
        assert kept.place == "keyring"
        assert "heroku:token:ada@example.com" in kept.sentence
        assert open_vault(LONG).get(ADA) == Secret("token-of-ada")
        vault.forget(ADA)
        assert open_vault(LONG).get(ADA) is None

    def test_without_one_it_says_so_and_holds_in_memory(self) -> None:
        vault = open_vault(LONG)
        assert vault.describe().startswith("There is no keyring in this login.")
        kept = vault.put(ADA, Secret("token-of-ada"))
        assert kept.place == "memory"
        assert "no keyring" in kept.sentence
        assert "memory of this process only" in kept.sentence
        assert vault.get(ADA) == Secret("token-of-ada")
        assert open_vault(LONG).get(ADA) is None

    def test_a_keyring_that_fails_later_falls_back_to_memory_in_words(
        self, backend: Callable[[str], None]
    ) -> None:
        backend("Fragile")
        vault = open_vault(LONG)
        kept = vault.put(ADA, Secret("token-of-ada"))
        assert kept.place == "memory"
        assert "bus error" in kept.sentence
        assert "token-of-ada" not in kept.sentence
        assert vault.get(ADA) == Secret("token-of-ada")

    def test_forgetting_that_fails_is_told_and_memory_is_emptied(
        self, backend: Callable[[str], None], tmp_path: Path
    ) -> None:
        backend("Fragile")
        (tmp_path / "offramp-heroku:token:ada@example.com.kept").write_text("old-token")
        vault = open_vault(LONG)
        vault.hold(ADA, Secret("new-token"))
        with pytest.raises(Trouble) as caught:
            vault.forget(ADA)
        assert caught.value.code == "not-forgotten"
        assert "offramp, heroku:token:ada@example.com" in caught.value.remedy
        assert vault.get(ADA) == Secret("old-token")

    def test_accounts_and_kinds_are_told_apart(self) -> None:
        vault = Vault(MemoryKeeper())
        password = CredentialRef(vendor="heroku", account="ada@example.com", kind="password")
        for ref, value in ((ADA, "value-a"), (BOB, "value-b"), (password, "value-c")):
            vault.put(ref, Secret(value))
        assert [vault.get(ref) for ref in (ADA, BOB, password)] == [
            Secret("value-a"),
            Secret("value-b"),
            Secret("value-c"),
        ]
        vault.forget(BOB)
        assert vault.get(BOB) is None
        assert vault.get(ADA) is not None

    def test_held_only_in_memory_the_keyring_never_sees_it(self) -> None:
        keyring = MemoryKeeper()
        vault = Vault(keyring)
        vault.hold(ADA, Secret("just-for-now"))
        assert vault.get(ADA) == Secret("just-for-now")
        assert keyring.get(ADA) is None

    def test_putting_for_good_replaces_what_was_held(self) -> None:
        vault = Vault(MemoryKeeper())
        vault.hold(ADA, Secret("just-for-now"))
        vault.put(ADA, Secret("for-good"))
        assert vault.get(ADA) == Secret("for-good")

    def test_no_file_is_written_by_memory(self, private_home: Path) -> None:
        before = sorted(private_home.rglob("*"))
        vault = open_vault(LONG)
        vault.put(ADA, Secret("canary-in-no-file"))
        assert sorted(private_home.rglob("*")) == before

    def test_nothing_that_describes_it_holds_a_value(self) -> None:
        vault = open_vault(LONG)
        kept = vault.put(ADA, Secret("canary-4711"))
        assert vault.state is not None
        texts = (encode(kept), encode(ADA), encode(vault.state), vault.describe(), repr(ADA))
        assert not [text for text in texts if "canary" in text]
        with pytest.raises(TypeError):
            pickle.dumps(vault.get(ADA))


def test_a_reference_survives_a_session_file() -> None:
    assert decode(encode(ADA), CredentialRef, what="a reference") == ADA
    assert (ADA.service, ADA.username) == ("offramp", "heroku:token:ada@example.com")


def test_importing_the_module_does_not_import_keyring() -> None:
    script = "import sys, wizard.credentials; sys.exit('keyring' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", script], check=False, timeout=LONG).returncode == 0


class TestSecretService:
    """The real thing: gnome-keyring behind a message bus of its own."""

    def test_open(self, secret_service: Any) -> None:
        vault = open_vault(LONG)
        assert vault.state is not None
        assert vault.state.state == "ready", vault.state
        assert vault.state.title == "the Secret Service"
        assert vault.put(ADA, Secret("token-in-gnome-keyring")).place == "keyring"
        assert open_vault(LONG).get(ADA) == Secret("token-in-gnome-keyring")
        vault.forget(ADA)
        assert vault.get(ADA) is None

    def test_secret_tool_sees_the_same_entry(
        self, secret_service: Any, needs_program: Callable[[str], str]
    ) -> None:
        tool = needs_program("secret-tool")
        vault = open_vault(LONG)
        vault.put(ADA, Secret("token-in-gnome-keyring"))
        lookup = [tool, "lookup", "service", "offramp", "username", "heroku:token:ada@example.com"]
        seen = subprocess.run(lookup, capture_output=True, text=True, timeout=LONG, check=True)
        assert seen.stdout == "token-in-gnome-keyring"
        probes = [tool, "search", "--all", "service", "offramp-probe"]
        left = subprocess.run(probes, capture_output=True, text=True, timeout=LONG, check=False)
        assert left.stdout == ""

    def test_locked(self, secret_service: Any) -> None:
        secret_service.start(locked=True)
        state = probe(LONG)
        assert state.state == "locked", state
        assert "locked" in state.sentence
        assert "gnome-keyring-daemon --replace --unlock" in state.remedy

    def test_absent(self, secret_service: Any, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
        assert probe(LONG).state == "absent"

    def test_hanging(self, secret_service: Any) -> None:
        keeper = KeyringKeeper(probe(LONG), deadline=1.0)
        pid: int = secret_service.daemon_pid
        os.kill(pid, signal.SIGSTOP)
        try:
            assert probe(3.0).state == "timed-out"
            with pytest.raises(Trouble) as caught:
                keeper.set(ADA, Secret("never-arrives"))
            assert caught.value.code == "keyring-timed-out"
        finally:
            os.kill(pid, signal.SIGCONT)

    def test_gone_after_the_probe(self, secret_service: Any) -> None:
        vault = open_vault(LONG)
        assert vault.state is not None
        assert vault.state.ready
        secret_service.close()
        kept = vault.put(ADA, Secret("token-of-ada"))
        assert kept.place == "memory"
        assert vault.get(ADA) == Secret("token-of-ada")
