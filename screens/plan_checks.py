"""Whether the checks of a plan are too old for its run to begin by."""

from wizard.plan.preflight_age import is_old
from wizard.run.journal import Journal
from wizard.session.parts import PLAN, PREFLIGHT, Preflight
from wizard.session.store import Session


def old_checks(session: Session) -> Preflight | None:
    """The checks of a plan whose run has not begun, where they were made too long ago; else None. Once a run
    has begun, it asks the world itself."""
    plan, found, run = session.load(PLAN), session.load(PREFLIGHT), Journal(session).run()
    if plan is None or found is None or not is_old(found):
        return None
    return None if run is not None and run.plan_digest == plan.digest() else found
