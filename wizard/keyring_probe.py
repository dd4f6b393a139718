"""Tries the keyring out. Runs as a child process of `wizard.credentials.probe`, and imports nothing of ours.

A child, because a keyring may block without limit (a dialog on a display that nobody looks at), may ask
for a passphrase on the terminal, and offers no time-out. The value it writes is random and of no worth.
Prints one JSON object a line: first the backend it chose, then the outcome.
"""

import json
import os
import secrets
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

SERVICE = "offramp-probe"
"""Not the service of real credentials, so that a leftover of a killed probe is nobody's token."""

_LOCKED = {"KeyringLocked", "LockedException", "PromptDismissedException"}


def path_of(backend: "KeyringBackend") -> str:
    """Where the class of `backend` is imported from: `keyring.backends.SecretService.Keyring`."""
    return f"{type(backend).__module__}.{type(backend).__qualname__}"


def refusal(backend: "KeyringBackend") -> str:
    """Why `backend` gets no secret, judged by its class; empty when it may be tried."""
    path = path_of(backend)
    lower = path.lower()
    if path.startswith("keyring.backends.null."):
        return "it accepts everything and keeps nothing"
    if path.startswith("keyring.backends.fail."):
        return "it stands for no keyring at all"
    if path.startswith("keyring.backends.chainer."):
        return "it is only a list of other backends"
    if "plaintext" in lower or (lower.startswith("keyrings.alt.file.") and "encrypted" not in lower):
        return "it writes secrets to a file that anybody can decode"
    if backend.priority < 1:
        return f"its own authors rate it {backend.priority:g}, below what they recommend"
    return ""


def candidates(chosen: "KeyringBackend") -> list["KeyringBackend"]:
    """What stands behind the backend that keyring chose: the members of a chain, or itself."""
    if path_of(chosen).startswith("keyring.backends.chainer."):
        return list(getattr(chosen, "backends", ()))
    return [chosen]


def try_out(backend: "KeyringBackend") -> None:
    """Write, read back, delete.

    Raises:
        ValueError: what came back is not what went in.
        Exception: whatever the backend raises; there is no common base class that all keep to.
    """
    account, value = f"probe-{secrets.token_hex(8)}", secrets.token_hex(16)
    backend.set_password(SERVICE, account, value)
    came_back = backend.get_password(SERVICE, account)
    if came_back != value:
        raise ValueError("it accepted a test value and did not give it back")
    backend.delete_password(SERVICE, account)
    if backend.get_password(SERVICE, account) is not None:
        raise ValueError("it did not delete a test value")


def outcome_of(error: Exception) -> tuple[str, str]:
    """The state that `error` of a backend means, and the detail for the person."""
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & _LOCKED or ("InitError" in names and "dismissed" in str(error).lower()):
        return "locked", str(error)
    if "NoKeyringError" in names:
        return "absent", ""
    if type(error) is ValueError:
        return "refused", str(error)
    return "refused", f"it failed with {type(error).__name__}: {error}"


def examine() -> dict[str, str]:
    """Choose a backend, say which on stdout, and return the outcome: `state`, `backend`, `detail`."""
    import keyring

    try:
        chosen = keyring.get_keyring()
    except Exception as error:  # noqa: BLE001  a plugin's import may raise anything
        asked = os.environ.get("PYTHON_KEYRING_BACKEND", "")
        why = f"it cannot be loaded ({type(error).__name__}: {error})"
        return {"state": "refused", "backend": asked, "detail": why}
    reasons = {path_of(backend): refusal(backend) for backend in candidates(chosen)}
    usable = [backend for backend in candidates(chosen) if not refusal(backend)]
    if not usable:
        path, why = next(iter(reasons.items()), (path_of(chosen), "it holds no other backend"))
        state = "absent" if path.startswith("keyring.backends.fail.") else "refused"
        return {"state": state, "backend": path, "detail": why}
    best = max(usable, key=lambda backend: backend.priority)
    path = path_of(best)
    _say({"backend": path})
    try:
        try_out(best)
    except Exception as error:  # noqa: BLE001  see try_out
        state, detail = outcome_of(error)
        return {"state": state, "backend": path, "detail": detail}
    return {"state": "ready", "backend": path, "detail": ""}


_channel = sys.stdout


def _say(line: dict[str, str]) -> None:
    print(json.dumps(line), file=_channel, flush=True)


def main() -> None:
    """Report on a stdout of its own: a backend that prints must not garble the report."""
    global _channel  # noqa: PLW0603  the process has one report
    _channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    _say(examine())


if __name__ == "__main__":
    main()
