"""`offramp tell`, and of what it tells the one that takes a port: a tunnel is the person's own."""

from collections.abc import Sequence

from screens.headless import follow
from screens.headless.exit_codes import DONE
from screens.headless.follow import who
from screens.headless.say import say
from screens.headless.which_step import ABOUT_STEPS
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.run.control import ask, refused
from wizard.run.launch import running
from wizard.session.store import find

LIMIT = 120.0
"""Seconds for the worker to look what is behind the port: it asks the vendor for the login first."""


def tell(identity: str, words: Sequence[str], wishes: Sequence[str]) -> int:
    """Pass on what stands behind `offramp tell SESSION`: one of `wishes`, where it may be for a step its key,
    or a port.

    Raises:
        Trouble: it is neither, or it was refused.
    """
    if words[-2:-1] == ["port"]:
        return _tell_port(identity, words[:-2], words[-1])
    if len(words) == 2 and words[0] in ABOUT_STEPS:
        return follow.tell(identity, words[0], words[1])
    if len(words) != 1 or words[0] not in wishes:
        raise Trouble(
            f"There is no such wish: {clean(' '.join(words))}.",
            untouched="Nothing was told.",
            remedy=f"It is one of {', '.join(wishes)}; accept STEP or retry STEP; or [DATABASE] port N.",
            code="usage",
        )
    return follow.tell(identity, words[0])


def _tell_port(identity: str, where: Sequence[str], port: str) -> int:
    """Tell a session's worker which port it is, or, with "off", that there is none any more.

    Raises:
        Trouble: no worker runs, or the port does not lead to that database.
    """
    if port != "off" and not (port.isascii() and port.isdigit()):
        raise Trouble(
            f"{clean(port)} is no port.",
            untouched="Nothing was told.",
            remedy="`port N` takes a number, or `off`.",
            code="usage",
        )
    session = find(identity)
    try:
        if not running(session):
            raise Trouble(
                f"No worker of {session.name} runs, so nobody could look what is behind that port.",
                remedy=f"`offramp run {session.id}` goes on with the run; tell it then.",
                code="no-worker",
            )
        request = {"do": "port", "where": " ".join(where), "port": None if port == "off" else int(port)}
        answer = ask(session, request | {"who": who()}, timeout=LIMIT)
        if not answer.get("ok"):
            raise refused(answer, untouched="", remedy=f"`offramp status {session.id}` says how it stands.")
    finally:
        session.close()
    say("done")
    return DONE
