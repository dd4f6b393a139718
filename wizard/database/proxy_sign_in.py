"""Whether a person is signed in to a vendor's own program, and what to tell them where nobody is."""

from dataclasses import dataclass
from typing import Literal

from wizard.database.group_child import GroupChild
from wizard.database.proxy_failure import KEYRING, KEYRING_HINT, NOBODY, last_words
from wizard.model.ticket import ProxyTicket
from wizard.model.trouble import Trouble

SIGN_IN = "proxy-sign-in"
"""The code of the trouble that a tunnel waits for a person to sign in to a program."""

LIMIT = 90.0
"""Seconds for the answer: npx may have to fetch the program first."""


@dataclass(frozen=True)
class SignInWanted:
    """A person is to sign in to a program, on this machine. `waits` completes "Waiting for you: ..."; `lines`
    say how, those after "$ " to be typed as they stand; `seen` is what the program said."""

    waits: str
    lines: tuple[str, ...]
    seen: str
    login: str

    @property
    def trouble(self) -> Trouble:
        """The same for whoever shows no guide."""
        return Trouble(
            f"The tunnel is not up, for nobody can be signed in: {self.seen}.",
            untouched="Nothing was opened.",
            remedy=f"Sign in on this machine: `{self.login}`. It goes on by itself.",
            code=SIGN_IN,
            retry=True,
        )


@dataclass(frozen=True)
class Found:
    """What was found. `unknown`: it could not be asked, which says nothing about who is signed in."""

    state: Literal["signed in", "nobody", "unknown"]
    said: str = ""


class WhoAmI:
    """Asks the program, in a child that can be ended from another thread. Raises OSError."""

    def __init__(self, ticket: ProxyTicket) -> None:
        self._child = GroupChild(ticket.whoami, ticket.environment)

    def answer(self) -> Found:
        """Wait for its answer. By exit code first; some versions may end well and say it in words."""
        over = self._child.ended(LIMIT)
        code = self._child.process.returncode if over else None
        self._child.end()
        said = self._child.said
        if code is None:
            return Found("unknown", "no answer in time")
        if NOBODY.search(said) or KEYRING.search(said):
            return Found("nobody", last_words(said))
        return Found("signed in" if code == 0 else "unknown", last_words(said))

    def end(self) -> None:
        """Do not wait any longer."""
        self._child.hang_up()


def wanted(ticket: ProxyTicket, found: Found, program: str) -> SignInWanted:
    """What a person is told."""
    whose = f"the program of {ticket.title}" if ticket.title else program
    lines = [
        f"On this machine, in another terminal, sign in to {whose}. It asks for the password itself: Offramp "
        "neither asks for it nor hands it over.",
        f"$ {ticket.login}",
        "It keeps that login in this machine's keyring (Secret Service, macOS Keychain), where the tunnel "
        "finds it. On a desktop the keyring is there already.",
    ]
    if KEYRING.search(found.said):
        lines += [f"It finds no keyring now. {KEYRING_HINT}"]
    else:
        lines += [
            "On a machine without a desktop: stop the run with s (what is done is kept), open a keyring as "
            "below, sign in there, and start `offramp` in the same shell.",
            "$ dbus-run-session -- bash",
            "$ printf '\\n' | gnome-keyring-daemon --unlock --components=secrets",
        ]
    lines += [
        "Or open the tunnel yourself, wherever it works, and tell Offramp its port: press n, or in a shell:",
        "$ offramp tell SESSION port N",
    ]
    seen = found.said.rstrip(".") or "it says that nobody is signed in"
    return SignInWanted(
        waits=f"sign in to {whose}", lines=tuple(lines), seen=f"{program}: {seen}", login=ticket.login
    )
