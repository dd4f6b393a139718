"""Where credentials live: the system's keyring, or the memory of this process. Never a plain file.

Sessions and logs hold a `CredentialRef`; the value is asked for at the last moment. Everything here may
block for its deadline, so the screen calls it from a worker thread, never from its event loop. The
keyring library is imported when it is first used, not with this module (it costs 0.1 s).
"""

import json
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")

SERVICE = "offramp"
"""The service name of every entry in the keyring."""

MEMORY_ONLY = "It is held in the memory of this process only, and is gone when that ends."


class CredentialRef(Noun, frozen=True, kw_only=True):
    """Names one credential without holding it.

    `vendor` is a provider's name ("heroku"), `kind` what it is ("token"), `account` whose it is (mostly
    an e-mail address; "" before that is known).
    """

    vendor: str
    account: str
    kind: str = "token"

    @property
    def service(self) -> str:
        """The service name in the keyring."""
        return SERVICE

    @property
    def username(self) -> str:
        """The account name in the keyring: "heroku:token:ada@example.com"."""
        return f"{self.vendor}:{self.kind}:{self.account}"


class StoreState(Noun, frozen=True, kw_only=True):
    """How the keyring is. `backend` is the import path of its class, `title` its name for a person.

    `sentence` says what was found, `remedy` what the person can do; "" when nothing is to do.
    """

    state: Literal["ready", "absent", "locked", "timed-out", "refused"]
    backend: str
    title: str
    sentence: str
    remedy: str

    @property
    def ready(self) -> bool:
        """Whether credentials can be kept there."""
        return self.state == "ready"


class Kept(Noun, frozen=True, kw_only=True):
    """Where a credential went, and the sentence that tells the person so."""

    place: Literal["keyring", "memory"]
    sentence: str


class Keeper(Protocol):
    """Holds credentials. All four may raise Trouble; none of them waits without limit."""

    def get(self, ref: CredentialRef) -> Secret | None:
        """The value, or None when there is none."""
        ...

    def set(self, ref: CredentialRef, secret: Secret) -> None:
        """Keep `secret`, in place of what was there."""
        ...

    def delete(self, ref: CredentialRef) -> None:
        """Remove the value; one that is not there is no error."""
        ...

    def describe(self) -> str:
        """Which store this is, in words that fit after "kept in"."""
        ...


class MemoryKeeper:
    """Holds credentials until the process ends. What the worker is handed over its socket lives here."""

    def __init__(self) -> None:
        self._held: dict[CredentialRef, Secret] = {}
        self._lock = threading.Lock()

    def get(self, ref: CredentialRef) -> Secret | None:
        """The value, or None when there is none."""
        with self._lock:
            return self._held.get(ref)

    def set(self, ref: CredentialRef, secret: Secret) -> None:
        """Keep `secret`, in place of what was there."""
        with self._lock:
            self._held[ref] = secret

    def delete(self, ref: CredentialRef) -> None:
        """Remove the value; one that is not there is no error."""
        with self._lock:
            self._held.pop(ref, None)

    def describe(self) -> str:
        """Which store this is."""
        return "the memory of this process"


class KeyringKeeper:
    """The keyring that `probe` found ready.

    It uses that very backend, not whatever the keyring library would choose now. Each call has
    `deadline` seconds: longer than the probe's, because a desktop may ask the person to allow it.
    """

    def __init__(self, state: StoreState, *, deadline: float = 20.0) -> None:
        if not state.ready:
            raise Trouble(state.sentence, remedy=state.remedy, code=f"keyring-{state.state}")
        self._state = state
        self._deadline = deadline
        self._backend: KeyringBackend | None = None

    def get(self, ref: CredentialRef) -> Secret | None:
        """The value, or None when there is none.

        Raises:
            Trouble: keyring-failed, keyring-timed-out.
        """
        value = self._within_deadline(
            lambda backend: backend.get_password(ref.service, ref.username),
            doing=f"read {clean(ref.username)}",
            untouched="Nothing was changed.",
        )
        return None if value is None else Secret(value, label=f"{ref.vendor} {ref.kind}")

    def set(self, ref: CredentialRef, secret: Secret) -> None:
        """Keep `secret`, in place of what was there.

        Raises:
            Trouble: keyring-failed, keyring-timed-out.
        """
        self._within_deadline(
            lambda backend: backend.set_password(ref.service, ref.username, secret.reveal()),
            doing=f"keep {clean(ref.username)}",
            untouched="Whether the entry was written is not known.",
        )

    def delete(self, ref: CredentialRef) -> None:
        """Remove the value; one that is not there is no error.

        Raises:
            Trouble: keyring-failed, keyring-timed-out.
        """

        def remove(backend: "KeyringBackend") -> None:
            if backend.get_password(ref.service, ref.username) is not None:
                backend.delete_password(ref.service, ref.username)

        self._within_deadline(
            remove,
            doing=f"remove {clean(ref.username)}",
            untouched="The entry may still be there.",
        )

    def describe(self) -> str:
        """Which store this is."""
        return self._state.title

    def _within_deadline(self, work: "Callable[[KeyringBackend], T]", *, doing: str, untouched: str) -> T:
        results: list[T] = []
        errors: list[Exception] = []

        def run() -> None:
            try:
                results.append(work(self._load()))
            except Exception as error:  # noqa: BLE001  backends raise anything; it is reported below
                errors.append(error)

        # A daemon thread: one that hangs must not keep the process from ending.
        thread = threading.Thread(target=run, name="keyring", daemon=True)
        thread.start()
        thread.join(self._deadline)
        if results:
            return results[0]
        if errors:
            raise Trouble(
                f"{self._state.title} could not {doing}: {type(errors[0]).__name__}: {errors[0]}.",
                untouched=untouched,
                remedy="See `offramp doctor` for the state of the keyring.",
                code="keyring-failed",
            ) from errors[0]
        raise Trouble(
            f"{self._state.title} could not {doing} within {self._deadline:g} s.",
            untouched=untouched,
            remedy="A dialog may be waiting on the desktop: answer it, then try again.",
            code="keyring-timed-out",
            retry=True,
        )

    def _load(self) -> "KeyringBackend":
        if self._backend is None:
            from keyring.core import load_keyring

            self._backend = load_keyring(self._state.backend)
        return self._backend


class Vault:
    """What the application uses: the keyring when there is one, this process's memory when not.

    `keeper` None means memory only. Never raises for a missing keyring; says in words where things are.
    """

    def __init__(self, keeper: Keeper | None = None, state: StoreState | None = None) -> None:
        self._keeper = keeper
        self._memory = MemoryKeeper()
        self.state = state

    def put(self, ref: CredentialRef, secret: Secret) -> Kept:
        """Keep `secret` for good if that can be done, else for now; the answer says which and why."""
        reason = self.state.sentence if self.state and not self.state.ready else ""
        if self._keeper is not None:
            try:
                self._keeper.set(ref, secret)
            except Trouble as trouble:
                reason = trouble.cause
            else:
                self._memory.delete(ref)
                where = f"Kept in {self._keeper.describe()} as {ref.service}, {clean(ref.username)}."
                return Kept(place="keyring", sentence=where)
        self.hold(ref, secret)
        return Kept(place="memory", sentence=f"{reason} {MEMORY_ONLY}".strip())

    def hold(self, ref: CredentialRef, secret: Secret) -> None:
        """Keep `secret` in memory only, though there may be a keyring."""
        self._memory.set(ref, secret)

    def get(self, ref: CredentialRef) -> Secret | None:
        """The value, or None when it must be asked for. What is held in memory goes first.

        Raises:
            Trouble: the keyring was there and now fails.
        """
        held = self._memory.get(ref)
        if held is not None or self._keeper is None:
            return held
        return self._keeper.get(ref)

    def forget(self, ref: CredentialRef) -> None:
        """Remove the value everywhere.

        Raises:
            Trouble: the keyring did not remove it; the remedy says how to do it by hand.
        """
        self._memory.delete(ref)
        if self._keeper is None:
            return
        try:
            self._keeper.delete(ref)
        except Trouble as trouble:
            raise Trouble(
                trouble.cause,
                untouched=trouble.untouched,
                remedy=f"Remove the entry {ref.service}, {ref.username} in the keyring's own program.",
                code="not-forgotten",
            ) from trouble

    def describe(self) -> str:
        """Where credentials go, as a sentence for the screen."""
        if self._keeper is not None:
            return f"Credentials are kept in {self._keeper.describe()}."
        reason = self.state.sentence if self.state else "No keyring is used."
        return f"{reason} Credentials are held in the memory of this process only."


def open_vault(deadline: float = 3.0) -> Vault:
    """Probe the keyring and return the vault over it, or over memory alone. Blocks up to `deadline` s."""
    state = probe(deadline)
    return Vault(KeyringKeeper(state) if state.ready else None, state)


def probe(deadline: float = 3.0) -> StoreState:
    """Try the keyring out in a child process and say how it is. Blocks up to `deadline` seconds.

    The child has no terminal: a backend that would ask for a passphrase there fails instead of fighting
    with the screen.
    """
    # The file and -P: nothing in the working directory, nor beside the file, can be imported in place of
    # what the probe needs.
    command = [sys.executable, "-P", str(Path(__file__).with_name("keyring_probe.py"))]
    try:
        child = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=deadline,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired as expired:
        return _in_words("timed-out", _last_report(expired.stdout).get("backend", ""), f"{deadline:g} s")
    except OSError as error:
        return _in_words("refused", "", f"it could not be tried out ({error})")
    report = _last_report(child.stdout)
    match report.get("state"):
        case "ready" | "absent" | "locked" | "refused" as state:
            return _in_words(state, report.get("backend", ""), report.get("detail", ""))
        case _:
            ending = f"trying it out ended with code {child.returncode} and no answer"
            return _in_words("refused", report.get("backend", ""), ending)


def _last_report(output: bytes | None) -> dict[str, str]:
    lines = (output or b"").decode(errors="replace").splitlines()
    try:
        report = json.loads(lines[-1]) if lines else {}
    except ValueError:
        return {}
    return {str(key): clean(str(value)) for key, value in report.items()} if isinstance(report, dict) else {}


_TITLES = {
    "keyring.backends.SecretService.Keyring": "the Secret Service",
    "keyring.backends.libsecret.Keyring": "the Secret Service",
    "keyring.backends.kwallet.DBusKeyring": "KWallet",
    "keyring.backends.kwallet.DBusKeyringKWallet4": "KWallet",
    "keyring.backends.macOS.Keyring": "the macOS Keychain",
    "keyring.backends.Windows.WinVaultKeyring": "the Windows Credential Manager",
}


def _in_words(
    state: Literal["ready", "absent", "locked", "timed-out", "refused"], backend: str, detail: str
) -> StoreState:
    title = _TITLES.get(backend, f"the backend {backend}" if backend else "the keyring")
    start = title[:1].upper() + title[1:]
    match state:
        case "ready":
            sentence = f"{start} is open: it took a test value, gave it back and deleted it."
            remedy = ""
        case "absent":
            sentence = "There is no keyring in this login."
            remedy = (
                "Credentials can be held in memory for now. To keep them, start Offramp from a login with a "
                "keyring (GNOME Keyring, KWallet, KeePassXC, macOS Keychain); if PYTHON_KEYRING_BACKEND is "
                "set, unset it."
            )
        case "locked":
            sentence = f"{start} is there but locked, and nobody can be asked to unlock it here."
            remedy = (
                "Unlock it (log in at the desktop, or `gnome-keyring-daemon --unlock`), then check again; "
                "until then credentials can be held in memory."
            )
        case "timed-out":
            sentence = f"{start} did not answer within {detail}."
            remedy = (
                "A dialog may be waiting on a display that nobody looks at: answer it, or unset DISPLAY, "
                "then check again; until then credentials can be held in memory."
            )
        case "refused":
            sentence = f"{start} is not trusted with credentials: {detail}."
            remedy = (
                "Set up another keyring, or unset PYTHON_KEYRING_BACKEND if it names this one; until then "
                "credentials can be held in memory."
            )
    return StoreState(state=state, backend=backend, title=title, sentence=sentence, remedy=remedy)
