"""Whether a person is signed in to a vendor's own program, and what to tell them where nobody is."""

from dataclasses import dataclass

from wizard.database.keyring_steps import KEYRING_LINES
from wizard.database.program_login import can_sign_in
from wizard.database.proxy_failure import KEYRING
from wizard.database.who_am_i import Found
from wizard.model.ticket import ProxyTicket
from wizard.model.trouble import Trouble

SIGN_IN = "proxy-sign-in"
"""The code of the trouble that a tunnel waits for a person to sign in to a program."""


@dataclass(frozen=True)
class SignInWanted:
    """A person is to sign in to a program, on this machine. `waits` completes "Waiting for you: ..."; `lines`
    say how, those after "$ " to be typed as they stand; `seen` is what the program said. `offers` says what
    Offramp does instead where it is asked to, empty where it cannot."""

    waits: str
    lines: tuple[str, ...]
    seen: str
    login: str
    offers: str = ""

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


def wanted(ticket: ProxyTicket, found: Found, program: str) -> SignInWanted:
    """What a person is told."""
    whose = f"the program of {ticket.title}" if ticket.title else program
    keyring = not KEYRING.search(found.said)
    offers = (
        f"Have Offramp sign in to {whose}: it types the password of this migration there"
        if keyring and can_sign_in(ticket)
        else ""
    )
    lines = [
        f"Have Offramp sign in: it starts {program} on this machine and, when that asks, types the password "
        "that it was given for this migration. It keeps it nowhere else."
        if offers
        else "",
        f"{'Or sign' if offers else 'Sign'} in to {whose} yourself, on this machine, in another terminal. It "
        "asks for the password itself.",
        f"$ {ticket.login}",
        "It keeps that login in this machine's keyring (Secret Service, macOS Keychain), where the "
        "tunnel finds it. "
        + ("On a desktop the keyring is there already." if keyring else "It finds none there now."),
        *KEYRING_LINES,
        "Or open the tunnel yourself, wherever it works, and tell Offramp its port: press n, or in a shell:",
        "$ offramp tell SESSION port N",
    ]
    seen = found.said.rstrip(".") or "it says that nobody is signed in"
    return SignInWanted(
        waits=f"sign in to {whose}",
        lines=tuple(line for line in lines if line),
        seen=f"{program}: {seen}",
        login=ticket.login,
        offers=offers,
    )
