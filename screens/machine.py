"""What home says of this machine, in a few words: the keyring, ssh, pg_dump."""

import shutil

from screens.marks import GLYPHS
from wizard.credentials import StoreState


def keyring_words(state: StoreState | None) -> str:
    """The keyring in two or three words."""
    if state is None:
        return "keyring not used"
    words = {
        "ready": "keyring ready",
        "absent": "no keyring",
        "locked": "keyring locked",
        "timed-out": "keyring silent",
        "refused": "keyring not trusted",
    }
    return words[state.state]


def programs_words() -> str:
    """Whether ssh and pg_dump are here. Starts programs: call it from a thread."""
    from wizard.database.pgdump import find_programs

    ssh = f"ssh {GLYPHS['done']}" if shutil.which("ssh") else f"ssh {GLYPHS['failed']} missing"
    found = find_programs()
    dump = f"pg_dump {found[0].major}" if found else f"pg_dump {GLYPHS['failed']} missing"
    return f"{ssh} · {dump}"
