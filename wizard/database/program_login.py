"""Signs in to a vendor's own program for a person who asks for that: what it asks is answered, once.

Whether it worked is read from its exit code and by asking it who is signed in, never from its words alone:
they are nobody's promise, and are only shown.
"""

import re
import time
from collections.abc import Callable

from wizard.database.keyring_steps import KEYRING_WORDS
from wizard.database.proxy_failure import KEYRING, NOT_THERE, last_words, not_there
from wizard.database.proxy_way import missing, name_of
from wizard.database.terminal_child import TerminalChild
from wizard.database.who_am_i import WhoAmI
from wizard.model.secret import Secret
from wizard.model.ticket import ProxyTicket
from wizard.model.trouble import Trouble

ASKS = 90.0
"""Seconds until it asks: npx may have to fetch the program first."""

ANSWERS = 60.0
"""Seconds from the password to its end."""

HIDES = 5.0
"""Seconds after its question in which it has to hide what is typed."""

TICK = 0.05

_QUESTION = re.compile(r"(?i)passw(or)?d\b")

_CONTROL = re.compile(r"[\x00-\x1f\x7f]")

BY_HAND = (
    "Sign in yourself in another terminal: `{login}`. Or open a tunnel of your own and tell Offramp its port."
)

KEPT_BACK = "The password was not handed over."

TYPED = "The password was typed to that program, on this machine; Offramp has stored it nowhere else."


def can_sign_in(ticket: ProxyTicket) -> bool:
    """Whether all that is asked is at hand."""
    password = ticket.password
    return bool(ticket.login_words and ticket.whoami and password is not None and password.reveal())


def sign_in(ticket: ProxyTicket, *, over: Callable[[], bool] = lambda: False) -> str:
    """Sign in to the ticket's program on this machine; a sentence of who is signed in now, in its words.

    Args:
        over: whether nobody waits for it any more.

    Raises:
        Trouble: it did not work, with its last words.
    """
    program, password = name_of(ticket.program), ticket.password
    if not can_sign_in(ticket) or password is None:
        raise Trouble(
            f"There is nothing to sign in to {program} with.",
            untouched=KEPT_BACK,
            remedy=BY_HAND.format(login=ticket.login),
            code="proxy-login-failed",
        )
    if _CONTROL.search(password.reveal()):
        raise _failed(ticket, "the password has a sign that cannot be typed on a terminal", "", typed=False)
    try:
        child = TerminalChild(ticket.login_words, ticket.environment)
    except FileNotFoundError as error:
        raise missing(ticket.login_words[0]) from error
    except OSError as error:
        raise _failed(ticket, error.strerror or type(error).__name__, "", typed=False) from error
    try:
        typed = _answered(child, password, over)
        ended = child.ended(0) or (not isinstance(typed, str) and _waited(child, ANSWERS, over))
    finally:
        child.end()
    code = child.process.returncode if ended else None
    said = child.said
    if isinstance(typed, str):
        raise _failed(ticket, typed, said, typed=False)
    if code is None:
        raise _failed(ticket, "it did not come to an end, and was ended", said, typed=typed)
    if code != 0:
        raise _failed(ticket, f"it ended with code {code}", said, typed=typed)
    found = WhoAmI(ticket).answer()
    if found.state != "signed in":
        why = f"it ended well, and asked who is signed in it says: {found.said or 'nothing'}"
        raise _failed(ticket, why, said, typed=typed)
    return f"{program} is signed in: {found.said or last_words(said)}"


def _answered(child: TerminalChild, password: Secret, over: Callable[[], bool]) -> bool | str:
    """Whether the password was asked for and typed; or why it was not, where that is no end of the program's
    own."""
    until, asked_at = time.monotonic() + ASKS, 0.0
    while not child.ended(TICK):
        now = time.monotonic()
        if over():
            return "nobody waits for it any more"
        if _QUESTION.search(last_words(child.said)):
            asked_at = asked_at or now
            if child.hides:
                try:
                    child.type_secret(password)
                except OSError:
                    return "it hung up when it was to be told the password"
                return True
            if now - asked_at > HIDES:
                return "it asks for the password, and would show what is typed"
        if now > until:
            return "it did not ask for the password"
    return False


def _waited(child: TerminalChild, seconds: float, over: Callable[[], bool]) -> bool:
    until = time.monotonic() + seconds
    while not child.ended(TICK * 4):
        if over() or time.monotonic() > until:
            return False
    return True


def _failed(ticket: ProxyTicket, why: str, said: str, *, typed: bool) -> Trouble:
    program, last = name_of(ticket.program), last_words(said)
    words = f' Its last words: "{last}".' if last else ""
    remedy = BY_HAND.format(login=ticket.login)
    if KEYRING.search(said):
        remedy = KEYRING_WORDS
    elif NOT_THERE.search(said):
        remedy = not_there(said)
    return Trouble(
        f"{program} is not signed in: {why}.{words}",
        untouched=TYPED if typed else KEPT_BACK,
        remedy=remedy,
        code="proxy-login-failed",
    )
