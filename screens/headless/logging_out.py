"""Said to who leaves a terminal while a run goes on: that logging out ends it, where logind does that."""

import contextlib
import sys

from wizard import logout
from wizard.model.trouble import Trouble
from wizard.run.launch import running
from wizard.session.store import Session, infos


def warn_of_logout() -> None:
    """One sentence on stderr where it matters, nothing anywhere else."""
    with contextlib.suppress(Trouble):
        if _a_run_goes_on() and (words := logout.warning(logout.look())):
            sys.stderr.write(f"{words}\n")


def _a_run_goes_on() -> bool:
    for folder, info in infos():
        if isinstance(info, Trouble):
            continue
        session = Session(folder)
        try:
            if running(session):
                return True
        finally:
            session.close()
    return False
