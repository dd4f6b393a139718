"""How long the word of the checks is good: what somebody changes on Heroku after them is not in them."""

from datetime import UTC, datetime, timedelta
from typing import Final

from wizard.session.parts import Preflight

GOOD_FOR: Final = timedelta(hours=1)


def is_old(found: Preflight) -> bool:
    """Whether no run is to begin by these checks any more. By the wall clock: another process made them."""
    return abs(datetime.now(UTC) - datetime.fromisoformat(found.looked_at)) > GOOD_FOR
