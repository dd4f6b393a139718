"""Checks of a plan that are old are made anew before a run begins without a screen."""

import asyncio
from collections.abc import Callable

from screens.headless.say import say
from screens.plan_checks import old_checks
from screens.quantities import day_and_clock
from wizard.credentials import Vault
from wizard.model.trouble import SignInNeeded
from wizard.session.store import Session


def check_again(session: Session, vault: Callable[[], Vault]) -> None:
    """Look at everything that the plan needs, where that was done long ago and the run has not begun; what
    was found is said, and kept. Where a token is missing, the worker asks for it, and the gate before the
    first change to Heroku tells what differs there.

    Raises:
        Trouble: it cannot be looked at.
    """
    old = old_checks(session)
    if old is None:
        return
    from wizard.plan.preflight import look

    say(f"The checks are from {day_and_clock(old.looked_at)}; everything is looked at again.")
    try:
        found = asyncio.run(look(session, vault(), lambda doing: None))
    except SignInNeeded as needed:
        say(f"It cannot be looked at: {needed.cause}")
        return
    for one in found.findings:
        if one.state != "good":
            say(f"check    {one.state:<6} {one.what}")
