"""What to type to get a keyring that can be used, and what to do without one. For hosts that nobody sits at.

Tried with the gnome-keyring of Debian 12: a daemon unlocked from a pipe serves every later session of the
same login over its message bus. Two daemons over one keyring file lose each other's entries, which is what
wrapping a program in `dbus-run-session` leads to.
"""

import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from wizard.credentials.state import StoreState
from wizard.model.noun import Noun

UNLOCK = (
    "read -rsp 'Keyring passphrase: ' P; printf %s \"$P\" | "
    "gnome-keyring-daemon --replace --unlock --components=secrets >/dev/null; unset P"
)
"""For bash and zsh. `printf`, since a line end would become part of the passphrase."""


class Way(Noun, frozen=True, kw_only=True):
    """One way out: what it does, the `command` to type (empty: nothing is typed), and what that means."""

    title: str
    command: str = ""
    meaning: str = ""


def ways(
    state: StoreState,
    *,
    platform: str = sys.platform,
    environment: Mapping[str, str] = os.environ,
    find: Callable[[str], str | None] = shutil.which,
    bus: Path | None = None,
) -> tuple[Way, ...]:
    """The ways out of a keyring that is not ready, best first; empty when it is.

    Args:
        bus: the socket of this login's message bus, where systemd keeps it.
    """
    if state.ready:
        return ()
    bus = bus or Path(f"/run/user/{os.getuid()}/bus")
    found: list[Way] = []
    if state.state == "refused" and environment.get("PYTHON_KEYRING_BACKEND"):
        found.append(
            Way(
                title="Let the keyring be chosen anew",
                command="unset PYTHON_KEYRING_BACKEND",
                meaning="It names the backend that is not trusted. Then start Offramp again.",
            )
        )
    if platform == "darwin":
        found.append(_KEYCHAIN)
    elif platform.startswith("linux"):
        found += _on_linux(state, environment, find, bus)
    return (*found, _COMMAND, _MEMORY)


def _on_linux(
    state: StoreState, environment: Mapping[str, str], find: Callable[[str], str | None], bus: Path
) -> list[Way]:
    found = []
    if state.state == "timed-out" and (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        found.append(
            Way(
                title="Keep the keyring from asking on a display that nobody looks at",
                command="unset DISPLAY WAYLAND_DISPLAY",
                meaning="Then start Offramp again; the keyring says that it is locked instead of waiting.",
            )
        )
    if find("gnome-keyring-daemon") is None:
        found.append(
            Way(
                title="Install a keyring",
                command="sudo apt install gnome-keyring dbus-user-session",
                meaning="On Debian and Ubuntu; other systems call it gnome-keyring too. Then log in anew.",
            )
        )
        return found
    if not environment.get("DBUS_SESSION_BUS_ADDRESS"):
        if not bus.exists():
            found.append(
                Way(
                    title="Give this login a message bus",
                    command="sudo apt install dbus-user-session",
                    meaning="Then log in anew. Not `dbus-run-session offramp`: each of those has a keyring "
                    "of its own over the same file, and they lose each other's entries.",
                )
            )
            return found
        found.append(
            Way(
                title="Point this shell at the message bus of your login",
                command=f"export DBUS_SESSION_BUS_ADDRESS=unix:path={bus}",
                meaning="Then start Offramp again.",
            )
        )
    found.append(
        Way(
            title="Unlock GNOME Keyring, once for this login",
            command=UNLOCK,
            meaning="The first passphrase makes the keyring. Whatever runs as you can read it until you log "
            "out. Not under `dbus-run-session`: two keyrings over the same file lose each other's entries.",
        )
    )
    return found


_KEYCHAIN = Way(
    title="Unlock the Keychain of this login, which SSH leaves locked",
    command="security unlock-keychain",
    meaning="It asks for your password. Then try the keyring again.",
)
_COMMAND = Way(
    title="Use the password manager that you have: on the connect screen, `Get it by a command`",
    meaning="Such as `op read op://Work/Heroku/token`, `pass show heroku`, `vault kv get -field=token "
    "secret/heroku`. It is run whenever a token is wanted, also by a run while you are away and after a "
    "restart, as long as its own vault is open. The migration keeps the command, never the token.",
)
_MEMORY = Way(
    title="Go on without a keyring",
    meaning="Tokens are in the memory of Offramp and of the run's worker only. The run goes on when you log "
    "out; after a restart of the machine, or of the worker, it waits until you sign in again in `offramp`.",
)
