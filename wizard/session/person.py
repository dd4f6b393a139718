"""Who sits at this terminal, in words: for the journal, and for whoever asks who holds a session."""

import contextlib
import getpass
import ipaddress
import os

from wizard.model.text import clean


def user() -> str:
    """The login's name, its number where it has none."""
    try:
        return clean(getpass.getuser(), limit=40)
    except (KeyError, OSError):
        return str(os.getuid())


def terminal() -> str:
    """This process's terminal ("pts/3"), empty without one."""
    for descriptor in (0, 1, 2):
        with contextlib.suppress(OSError):
            return os.ttyname(descriptor).removeprefix("/dev/")
    return ""


def address() -> str:
    """Where this login came from by ssh, as sshd tells it in SSH_CONNECTION ("client port server port");
    empty at the machine itself."""
    first = os.environ.get("SSH_CONNECTION", "").partition(" ")[0]
    with contextlib.suppress(ValueError):
        return str(ipaddress.ip_address(first))
    return ""


def person(name: str, at: str, came_from: str) -> str:
    """ "ada (pts/3 from 192.0.2.7)", as much of it as is known."""
    place = " ".join(part for part in (at, f"from {came_from}" if came_from else "") if part)
    return f"{name} ({place})" if place else name


def this_person() -> str:
    """Whoever sits here."""
    return person(user(), terminal(), address())
