"""Deleting a migration from this machine, however it is asked for."""

from wizard.model.trouble import Trouble
from wizard.run.view import view
from wizard.session.store import delete, find


def delete_session(session_id: str) -> str:
    """Delete a session; its name. The caller has asked.

    Raises:
        Trouble: it is in use, or it alone knows how Heroku was before.
    """
    session = find(session_id)
    name = session.name
    try:
        seen = view(session)
        if seen is not None and (seen.can_go_back or seen.way_back is not None):
            # It alone knows the formation, the jobs and what was in maintenance mode before.
            raise Trouble(
                f"The run of {name} has changed Heroku, and only this migration knows how it was before.",
                untouched="Nothing was deleted.",
                remedy="Open it and go back to Heroku with b, or pass its last gate; then delete it.",
                code="session-needed",
            )
        if seen is not None and seen.worker == "alive":
            raise Trouble(
                f"The run of {name} goes on.",
                untouched="Nothing was deleted.",
                remedy="Open it and stop the run with s, then delete it.",
                code="session-busy",
            )
        delete(session)
    finally:
        session.close()
    return name
