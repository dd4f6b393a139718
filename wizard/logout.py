"""What becomes of a run when its person logs out, and the ways in which it stays.

By logind.conf(5), loginctl(1) and logind's sources: with KillUserProcesses=yes logind ends every process in
the scope of a login when that login ends, tmux and screen too, and lingering does not change that. What runs
under the user's own manager (user@.service), as a scope of `systemd-run --user --scope` does, is spared; but
that manager itself ends with the last login, unless the user lingers. A scope of the system's manager, which
root alone can have, outlives every login.
"""

import contextlib
import os
import pwd
import re
import shutil
import subprocess
from pathlib import Path
from typing import Literal

from wizard.model.noun import Noun

DEADLINE = 5.0
"""Seconds that systemd's programs may take; a bus that hangs is one that does not answer."""

TRUE = ("1", "yes", "y", "true", "t", "on")
"""How systemd writes a yes, in any case."""

BY_PRIORITY = ("etc", "run", "usr/local/lib", "usr/lib")
"""Where logind's configuration lies, below `systemd/`; of two files of one name the first counts."""

Place = Literal["login", "manager", "elsewhere"]


class Logout(Noun, frozen=True, kw_only=True):
    """`place`: where this process stands: in the scope of a login, under the user's manager, or neither of
    both (a system service, a container). `kills`: logind ends the processes of that login with it.
    `scope`: a scope outside the login can be had now; only looked at where it would help. `root`: it would be
    one of the system's manager, not of the user's."""

    place: Place = "elsewhere"
    kills: bool = False
    lingers: bool = False
    scope: bool = False
    root: bool = False

    @property
    def moves(self) -> bool:
        """Whether the worker is to be started in a scope of its own."""
        return self.place == "login" and self.kills and self.scope

    @property
    def run_stays(self) -> bool:
        """Whether a run goes on after its person has logged out everywhere."""
        if self.moves and self.root:
            return True
        if self.place == "manager" or self.moves:
            return self.lingers
        return self.place == "elsewhere" or not self.kills


def look(root: Path = Path("/")) -> Logout:
    """Ask logind; where it does not answer, read its configuration below `root`. Blocks for a moment."""
    if not (root / "run/systemd/seats").is_dir():
        return Logout()
    place, uid = _place(root)
    if place == "elsewhere":
        return Logout()
    name = _name(uid)
    kills = _kills(root, name)
    return Logout(
        place=place,
        kills=kills,
        lingers=_lingers(root, name),
        scope=place == "login" and kills and _scope_can_be_had(),
        root=_is_root(),
    )


def scope() -> tuple[str, ...]:
    """Before a command: it runs in a scope of its own outside the login, and is the same process."""
    manager = () if _is_root() else ("--user",)
    return ("systemd-run", *manager, "--scope", "--quiet", "--collect", "--")


def _is_root() -> bool:
    return os.getuid() == 0


def _place(root: Path) -> tuple[Place, int]:
    """Where this process stands, and whose login that is: after `sudo -i` it is still that of the person."""
    try:
        text = (root / "proc/self/cgroup").read_text(errors="replace")
    except OSError:
        # Nothing known: the worse of the two is said, rather than promised away.
        return "login", os.getuid()
    # "0::/user.slice/user-1000.slice/session-3.scope", ".../user@1000.service/app.slice/run-r1.scope"
    if found := re.search(r"/user@(\d+)\.service(?:/|$)", text, re.MULTILINE):
        return "manager", int(found[1])
    if found := re.search(r"/user-(\d+)\.slice/session-[^/]+\.scope(?:/|$)", text, re.MULTILINE):
        return "login", int(found[1])
    return "elsewhere", os.getuid()


def _name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _lingers(root: Path, name: str) -> bool:
    said = _said("loginctl", "show-user", name, "--property=Linger")
    if said in ("Linger=yes", "Linger=no"):
        return said == "Linger=yes"
    return (root / "var/lib/systemd/linger" / name).exists()


def _kills(root: Path, name: str) -> bool:
    kills, excluded, only = _asked() or _configured(root)
    # An empty list is as good as none to logind, whatever logind.conf(5) says: root is spared.
    if name in (excluded or ["root"]):
        return False
    # Whoever is picked is picked for it, with KillUserProcesses=no too.
    return name in only if only else kills


def _asked() -> tuple[bool, list[str], list[str]] | None:
    """KillUserProcesses, KillExcludeUsers and KillOnlyUsers as logind has them; None without an answer."""
    manager = ("get-property", "org.freedesktop.login1", "/org/freedesktop/login1")
    names = ("KillUserProcesses", "KillExcludeUsers", "KillOnlyUsers")
    said = _said("busctl", "--system", *manager, "org.freedesktop.login1.Manager", *names) or ""
    answers = said.splitlines()
    if len(answers) != len(names) or answers[0] not in ("b true", "b false"):
        return None
    # 'as 1 "root"', 'as 0'
    excluded, only = (re.findall(r'"([^"]*)"', answer) for answer in answers[1:])
    return answers[0] == "b true", excluded, only


def _configured(root: Path) -> tuple[bool, list[str], list[str]]:
    """The same by the files: the main one first, drop-ins sorted by their names over it. A list grows from
    file to file; an empty value begins it anew."""
    kills = False
    lists: dict[str, list[str]] = {"KillExcludeUsers": [], "KillOnlyUsers": []}
    for file in _files(root):
        with contextlib.suppress(OSError):
            text = file.read_text(errors="replace")
            for key, value in re.findall(r"^[ \t]*(Kill\w+)[ \t]*=[ \t]*(.*?)[ \t]*$", text, re.MULTILINE):
                if key == "KillUserProcesses":
                    kills = value.lower() in TRUE
                elif key in lists:
                    lists[key] = [*lists[key], *value.split()] if value else []
    return kills, lists["KillExcludeUsers"], lists["KillOnlyUsers"]


def _files(root: Path) -> list[Path]:
    main = [root / folder / "systemd/logind.conf" for folder in BY_PRIORITY]
    dropins: dict[str, Path] = {}
    for folder in reversed(BY_PRIORITY):
        for file in (root / folder / "systemd/logind.conf.d").glob("*.conf"):
            dropins[file.name] = file
    return [*[file for file in main if file.exists()][:1], *(dropins[name] for name in sorted(dropins))]


def _scope_can_be_had() -> bool:
    command = scope()
    return shutil.which(command[0]) is not None and _said(*command, "true") is not None


def _said(program: str, *arguments: str) -> str | None:
    """What a program prints; None when it cannot be run, fails, or takes too long."""
    try:
        ran = subprocess.run(
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=DEADLINE,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return ran.stdout.decode(errors="replace").strip()


def sentence(found: Logout) -> str:
    """What logging out does here."""
    if found.place == "manager" and not found.lingers:
        return "This terminal belongs to your systemd manager, which ends with your last login."
    if found.place == "login" and found.kills:
        if found.run_stays:
            return "logind ends the processes of a login with it (KillUserProcesses), but not a run."
        return "logind ends your processes when you log out, a run too (KillUserProcesses)."
    return "Nothing here ends your processes when you log out."


def meaning(found: Logout) -> str:
    """What follows, and the ways out."""
    if found.moves and found.run_stays:
        whose = "scope of the system, as root may" if found.root else "user scope of its own, and you linger"
        return f"Offramp starts it in a {whose}; `offramp` shows it again."
    if found.run_stays:
        return "A run goes on without the terminal; `offramp` shows it again."
    resumed = "A run that was ended is resumed where it stopped."
    linger = "To keep a run: loginctl enable-linger (where that is refused, root does it for you)"
    if found.place == "manager":
        return f"{linger}. {resumed}"
    if found.scope:
        return (
            f"{linger}. Offramp then starts it in a user scope of its own. "
            f"Without it, keep one login open; tmux and screen alone do not help. {resumed}"
        )
    return (
        f"{linger}, log in anew, and start Offramp by `systemd-run --user "
        "--scope offramp` (or tmux in that way, and Offramp in it). Or ask whoever runs this machine "
        f"to name you in KillExcludeUsers of logind.conf. {resumed}"
    )


def warning(found: Logout) -> str:
    """For who leaves a run behind: what logging out does to it, and the ways out; "" where it stays."""
    return "" if found.run_stays else f"{sentence(found)} {meaning(found)}"
