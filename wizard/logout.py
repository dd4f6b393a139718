"""What becomes of a run when its person logs out, and the ways in which it stays.

By logind.conf(5) and loginctl(1): with KillUserProcesses=yes logind ends every process in the scope of a
login when that login ends, tmux and screen too, and lingering does not change that. What runs under the
user's own manager (user@.service), as a scope of `systemd-run --user --scope` does, is spared; but that
manager itself ends with the last login, unless the user lingers.
"""

import contextlib
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Literal

from wizard.model.noun import Noun
from wizard.session.person import user

DEADLINE = 5.0
"""Seconds that systemd's programs may take; a bus that hangs is one that does not answer."""

SCOPE = ("systemd-run", "--user", "--scope", "--quiet", "--collect", "--")
"""Before a command: it runs in a scope of the user's own manager, and is the same process."""

Place = Literal["login", "manager", "elsewhere"]


class Logout(Noun, frozen=True, kw_only=True):
    """`place`: where this process stands: in the scope of a login, under the user's manager, or neither of
    both (a system service, a container). `kills`: logind ends the processes of this user's logins with them.
    `scope`: a scope of the user's manager can be had now; only looked at where it would help."""

    place: Place = "elsewhere"
    kills: bool = False
    lingers: bool = False
    scope: bool = False

    @property
    def moves(self) -> bool:
        """Whether the worker is to be started in a scope of its own."""
        return self.place == "login" and self.kills and self.scope

    @property
    def run_stays(self) -> bool:
        """Whether a run goes on after its person has logged out everywhere."""
        if self.place == "manager" or self.moves:
            return self.lingers
        return self.place == "elsewhere" or not self.kills


def look(root: Path = Path("/")) -> Logout:
    """Ask logind; where it does not answer, read its configuration below `root`. Blocks for a moment."""
    if not (root / "run/systemd/seats").is_dir():
        return Logout()
    place = _place(root)
    if place == "elsewhere":
        return Logout()
    name = "root" if os.getuid() == 0 else user()
    kills = _kills(root, name)
    return Logout(
        place=place,
        kills=kills,
        lingers=_lingers(root, name),
        scope=place == "login" and kills and _scope_can_be_had(),
    )


def _place(root: Path) -> Place:
    try:
        text = (root / "proc/self/cgroup").read_text(errors="replace")
    except OSError:
        # Nothing known: the worse of the two is said, rather than promised away.
        return "login"
    # "0::/user.slice/user-1000.slice/session-3.scope", ".../user@1000.service/app.slice/run-r1.scope"
    if re.search(r"/user@\d+\.service(/|$)", text, re.MULTILINE):
        return "manager"
    return "login" if re.search(r"/session-[^/]+\.scope(/|$)", text, re.MULTILINE) else "elsewhere"


def _lingers(root: Path, name: str) -> bool:
    said = _said("loginctl", "show-user", name, "--property=Linger")
    if said in ("Linger=yes", "Linger=no"):
        return said == "Linger=yes"
    return (root / "var/lib/systemd/linger" / name).exists()


def _kills(root: Path, name: str) -> bool:
    configured = _configured(root)
    kills = configured.get("KillUserProcesses", "no").lower() in ("yes", "true", "on", "1")
    excluded = configured.get("KillExcludeUsers", "root").split()
    only = configured.get("KillOnlyUsers", "").split()
    manager = ("get-property", "org.freedesktop.login1", "/org/freedesktop/login1")
    names = ("KillUserProcesses", "KillExcludeUsers", "KillOnlyUsers")
    said = _said("busctl", "--system", *manager, "org.freedesktop.login1.Manager", *names) or ""
    answers = said.splitlines()
    if answers and answers[0] in ("b true", "b false"):
        kills = answers[0] == "b true"
        if len(answers) == len(names):
            # 'as 1 "root"', 'as 0'
            excluded, only = (re.findall(r'"([^"]*)"', answer) for answer in answers[1:])
    return kills and name not in excluded and (not only or name in only)


def _configured(root: Path) -> dict[str, str]:
    """The values that count, by name. The main file first, drop-ins sorted by their names over all."""
    files = [root / "etc/systemd/logind.conf"]
    dropins: dict[str, Path] = {}
    for folder in ("usr/lib/systemd", "run/systemd", "etc/systemd"):
        for file in (root / folder / "logind.conf.d").glob("*.conf"):
            dropins[file.name] = file
    files += [dropins[name] for name in sorted(dropins)]
    found: dict[str, str] = {}
    for file in files:
        with contextlib.suppress(OSError):
            text = file.read_text(errors="replace")
            found.update(re.findall(r"^[ \t]*(Kill\w+)[ \t]*=[ \t]*(.*?)[ \t]*$", text, re.MULTILINE))
    return found


def _scope_can_be_had() -> bool:
    return shutil.which(SCOPE[0]) is not None and _said(*SCOPE, "true") is not None


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
        return "logind ends all your processes when you log out (KillUserProcesses), a run too."
    return "Nothing here ends your processes when you log out."


def meaning(found: Logout) -> str:
    """What follows, and the ways out."""
    if found.moves and found.lingers:
        return "Offramp starts it in a user scope of its own, and you linger; `offramp` shows it again."
    if found.run_stays:
        return "A run goes on without the terminal; `offramp` shows it again."
    resumed = "A run that was ended is resumed where it stopped."
    if found.place == "manager":
        return f"To keep a run: loginctl enable-linger. {resumed}"
    if found.scope:
        return (
            "To keep a run: loginctl enable-linger. Offramp then starts it in a user scope of its own. "
            f"Without it stay logged in once; tmux and screen alone do not help. {resumed}"
        )
    return (
        "To keep a run: loginctl enable-linger, log in anew, and start Offramp by `systemd-run --user "
        "--scope offramp` (or tmux in that way, and Offramp in it). Or ask whoever runs this machine "
        f"to name you in KillExcludeUsers of logind.conf. {resumed}"
    )
