"""Marking a run as stopped when its worker is gone: nobody is left to be asked, and answers are locked."""

import msgspec

from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.run.journal import Journal
from wizard.run.view import RunView, view
from wizard.session.lock import Lock
from wizard.session.store import Session


def why_not_abandoned(seen: RunView | None) -> str:
    """Why a run cannot be marked as stopped by somebody else than its worker; "" when it can."""
    if seen is None:
        return "Nothing has run yet."
    if seen.worker == "alive":
        return "Its worker runs: ask that to stop."
    if seen.run.state in ("done", "stopped", "taken-back"):
        return "No worker runs, and nothing is under way."
    if seen.can_go_back or seen.way_back is not None:
        return "Heroku was changed by this run: go back to Heroku with b first."
    return ""


def abandon(session: Session, who: str) -> None:
    """Mark the run as stopped. No worker can start meanwhile: its lock is held.

    Raises:
        Trouble: a worker runs, or something of the run must be taken back first.
    """
    lock = Lock(session.worker_lock_file)
    if not lock.take():
        raise _refused(session, "A worker has just taken it up.")
    try:
        seen = view(session)
        # The lock is ours, and `view` takes whoever has it for a worker.
        why = why_not_abandoned(seen and msgspec.structs.replace(seen, worker="dead"))
        if why:
            raise _refused(session, why)
        journal = Journal(session)
        journal.set_run("stopped")
        journal.event("person", f"Stopped by {clean(who, limit=80)}; its worker was gone")
    finally:
        lock.release()


def _refused(session: Session, why: str) -> Trouble:
    return Trouble(
        f"The run of {session.name} was not stopped. {why}",
        remedy=f"`offramp status {session.id}` tells how it stands.",
        code="not-stopped",
    )
