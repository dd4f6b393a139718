"""What holds credentials: the memory of this process, and the keyring that was found ready.

Everything here may block for its deadline, so the screen calls it from a worker thread, never from its
event loop. The keyring library is imported when it is first used (it costs 0.1 s).
"""

import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeVar

from wizard.credentials.reference import CredentialRef
from wizard.credentials.state import StoreState
from wizard.model.secret import Secret
from wizard.model.text import clean
from wizard.model.trouble import Trouble

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

T = TypeVar("T")


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

    def take_over(self, other: "MemoryKeeper") -> None:
        """Hold what `other` holds, too."""
        with other._lock:
            held = dict(other._held)
        with self._lock:
            self._held = {**held, **self._held}

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
