"""What the early end of a vendor's own tunnel program means, by its last words.

They are read to tell a person what to do, never to tell whether the tunnel works: its wording is nobody's
promise. What Code Capsules' program says stands in screenshots of its documentation ("An error occurred while
creating the proxy", "TypeError: fetch failed"); the words for a keyring are libsecret's and D-Bus's own.
"""

import re

from wizard.database.keyring_steps import KEYRING_WORDS
from wizard.database.tunnel_way import LATELY, Failure
from wizard.model.trouble import Trouble

TRIES = 5
"""Early ends in a row before a person is told: the first ones are usual."""

NOBODY = re.compile(
    r"(?i)not (currently )?(logged|signed) in|no (user|account) (is )?(logged|signed)|please (log|sign) ?in"
    r"|(log|sign) ?in (first|again)|session (has )?expired|unauthori[sz]ed|codecaps login"
)
"""How a program says that nobody is signed in to it."""

KEYRING = re.compile(
    r"(?i)libsecret|keytar|secret service|org\.freedesktop\.secrets|gnome-keyring|dbus|d-bus"
    r"|DBUS_SESSION_BUS_ADDRESS|cannot autolaunch|keyring"
)
"""How it says that it finds no keyring, or a locked one."""

NO_TERMINAL = re.compile(r"(?i)raw mode is not supported|setRawMode|not a tty|ENOTTY")

_TAKEN = re.compile(r"EADDRINUSE|(?i:address already in use)")

NOT_THERE = re.compile(
    r"(?i)npm (ERR!|error) (code )?(E401|E403|E404|E5\d\d|ENOTFOUND|EAI_AGAIN|ETIMEDOUT|ECONNREFUSED"
    r"|ECONNRESET|EHOSTUNREACH|ENETUNREACH|ERR_SOCKET_TIMEOUT|EACCES|EPERM|ENOSPC|EUSAGE|\w*CERT\w*)|ERR_MODULE_NOT_FOUND"
    r"|could not determine executable"
)
"""How npx says that it does not get the program onto this machine."""

_NO_NODE = re.compile(r"(?i)env: .?node.?: no such file|node: (command )?not found")

_OLD_NODE = re.compile(
    r"(?i)EBADENGINE|SyntaxError: Unexpected token|ERR_UNKNOWN_BUILTIN_MODULE|ERR_REQUIRE_ESM"
    r"|requires? node|unsupported engine"
)

_WHY_NOT = (
    (re.compile(r"E404|could not determine"), "npm's registry does not know it, or has no program in it"),
    (re.compile(r"E401|E403"), "the registry that npm asks wants a login"),
    (re.compile(r"EACCES|EPERM"), "npm may not write to its folder"),
    (re.compile(r"ENOSPC"), "the disk is full"),
    (
        re.compile(r"(?i)CERT"),
        "the network's own certificate is not known to Node (NODE_EXTRA_CA_CERTS names it)",
    ),
)

NPM_TRIES = 2
"""Starts where npx cannot fetch it, before it is given up: it has tried for a minute by itself each time."""

NPM_HINT = (
    "npx fetches that program from npm's registry at its first start. See that this machine reaches it "
    "(npm's settings may name another one, or a proxy), or install the program yourself and name it in the "
    "session's hosts; then press r."
)


def classify(program: str, said: str, code: int | None, *, login: str, title: str) -> Failure:
    """Judge the end of a program that never carried a query.

    Args:
        said: its last words, clean.
        code: its exit code, None where it still ran and nothing answered.
        login: how a person signs in to it.
    """
    last = last_words(said)
    tries = NPM_TRIES if NOT_THERE.search(said) else TRIES
    if _TAKEN.search(said):
        return Failure("port", "the local port is taken")
    told = f'Its last words: "{last}"' if last else "It said nothing"
    ended = f"ended with code {code}" if code is not None else "ran, and nothing answered on its port"
    what = (
        f"{program} does not open the tunnel to {title or 'the database'}: it {ended}, {tries} times. {told}."
    )
    return Failure("fresh", last or f"{program} {ended}", _trouble(what, said, login), tries, LATELY)


def _trouble(what: str, said: str, login: str) -> Trouble:
    remedy, code = "See that this machine reaches the vendor, then press r.", "proxy-ended"
    if KEYRING.search(said):
        remedy, code = KEYRING_WORDS, "proxy-keyring"
    elif NOBODY.search(said):
        remedy, code = f"Sign in to it: `{login}`. Then press r.", "proxy-login"
    elif NOT_THERE.search(said):
        remedy, code = not_there(said), "proxy-missing"
    elif _NO_NODE.search(said):
        remedy, code = (
            "Install Node (npx is there, and starts nothing without it). Then press r.",
            "proxy-missing",
        )
    elif _OLD_NODE.search(said):
        remedy, code = (
            "The Node of this machine seems to be too old for it: `node --version` tells; install a newer "
            "one, then press r.",
            "proxy-missing",
        )
    own = " Or open a tunnel yourself and tell Offramp its port: `offramp tell SESSION port N`."
    return Trouble(
        what,
        untouched="Nothing was written to the database by it.",
        remedy=remedy + own,
        code=code,
    )


def not_there(said: str) -> str:
    """What a person does where npx does not get the program."""
    why = next((words for sign, words in _WHY_NOT if sign.search(said)), "")
    return f"It looks as if {why}. {NPM_HINT}" if why else NPM_HINT


def last_words(said: str) -> str:
    """The last line that says something, without the frame of a box."""
    for line in reversed(said.split("\n")):
        words = line.strip(" \t│┃|╭╮╰╯─━═║╔╗╚╝+-")
        if any(sign.isalnum() for sign in words):
            return words[:300]
    return ""
