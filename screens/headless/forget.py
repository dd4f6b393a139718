"""`offramp forget`: every credential of a session is removed from this machine, once its name was typed."""

import sys

from screens.headless.asking import want_consent
from screens.headless.exit_codes import DONE
from screens.headless.say import say
from wizard.credentials import open_vault
from wizard.model.trouble import Trouble
from wizard.run.launch import running
from wizard.session.accounts import others_with
from wizard.session.forgetting import as_trouble, forget_all, given_to
from wizard.session.store import Session, find


def forget(identity: str, *, yes: bool) -> int:
    """Say what is removed, ask for the session's name, and remove it; what fails is said of each.

    Raises:
        Trouble: a run is at work, another Offramp has the session, or something could not be removed.
    """
    session = find(identity)
    try:
        given = given_to(session)
        if not given:
            say(f"{session.name} has no token and no login on this machine.")
            return DONE
        _take(session)
        for one in given:
            say(f"{one.whose:<44} {one.where}")
        others = others_with(session, [one.connection for one in given if one.connection is not None])
        if others:
            say(f"Also used by {', '.join(others)}: you have to sign in again there.")
        say("At the vendors they stay valid; revoke them there.")
        want_consent(session.name, what="remove them from this machine", yes=yes, out=sys.stdout)
        done = forget_all(session, open_vault(), given)
        for one in done.gone:
            say(f"forgotten: {one.whose}")
        if done.failed:
            raise as_trouble(done)
    finally:
        session.close()
    return DONE


def _take(session: Session) -> None:
    if running(session):
        raise Trouble(
            f"A run of {session.name} is at work and needs them.",
            untouched="Nothing was removed.",
            remedy=f"`offramp tell {session.id} stop` ends it where it is; then forget them.",
            code="session-busy",
        )
    if (holder := session.claim()) is not None:
        raise Trouble(
            f"{session.name} is open in {holder.words()}.",
            untouched="Nothing was removed.",
            remedy="Close it there, or forget them there (f on the report).",
            code="session-busy",
        )
