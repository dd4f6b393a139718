"""How the keyring of this login is: tried out in a child with a deadline, and said in words."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Literal

from wizard.model.noun import Noun
from wizard.model.text import clean


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


def probe(deadline: float = 3.0) -> StoreState:
    """Try the keyring out in a child process and say how it is. Blocks up to `deadline` seconds.

    The child has no terminal: a backend that would ask for a passphrase there fails instead of fighting
    with the screen.
    """
    # The file and -P: nothing in the working directory, nor beside the file, can be imported in place of
    # what the probe needs.
    command = [sys.executable, "-P", str(Path(__file__).parent.parent / "keyring_probe.py")]
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
                "Credentials can be in memory only; to keep them, start Offramp from a login with a keyring "
                "(GNOME Keyring, KWallet, KeePassXC, macOS Keychain); if PYTHON_KEYRING_BACKEND is set, "
                "unset it."
            )
        case "locked":
            sentence = f"{start} is there but locked, and nobody can be asked to unlock it here."
            remedy = (
                "Unlock it (log in at the desktop, or `gnome-keyring-daemon --replace --unlock`), then check "
                "again; until then credentials can be held in memory."
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
