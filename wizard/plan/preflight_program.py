"""Whether the vendor's own program is at hand, by which the databases of a target are reached.

It is asked here for its own sake, too: npx fetches it at its first start, and not in the middle of a run.
Nothing of it blocks: a run waits for a person at the tunnel, and takes a tunnel of theirs.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterable

from wizard.database.keyring_steps import KEYRING_WORDS
from wizard.database.program_login import can_sign_in
from wizard.database.proxy_failure import KEYRING, last_words, not_there
from wizard.database.proxy_way import name_of
from wizard.database.who_am_i import Found, WhoAmI
from wizard.mapping.stores import moved_stores
from wizard.model.mapping import Mapping
from wizard.model.plan import Finding
from wizard.model.ticket import ProxyTicket
from wizard.ports import GoesByProgram, Target
from wizard.session.own_tunnels import own_port
from wizard.session.store import Session

OWN = "Or keep a tunnel of your own ready: the run takes its port (n there)."

WAITS = "the run waits for you at the tunnel until then"


def handles_by_tunnel(mapping: Mapping) -> tuple[str, ...]:
    """The databases of the target that the run reaches."""
    stores = [one.handle for one in moved_stores(mapping) if one.action != "empty"]
    return (*(one.handle for one in mapping.moved_databases()), *stores)


async def program_findings(
    target: Target, session: Session, handles: Iterable[str], report: Callable[[str], None]
) -> list[Finding]:
    """Whether it is there, and who is signed in to it; empty where no database is reached by it.

    Args:
        handles: the databases of the target that are to be reached.
    """
    if not isinstance(target, GoesByProgram) or all(own_port(session, one) for one in handles):
        return []
    report("the program of the tunnel; npx may fetch it first")
    ticket = target.tunnel_program()
    starter, name = ticket.whoami[0], name_of(ticket.program)
    if shutil.which(starter) is None:
        node = "Install Node, which brings it. " if starter in ("npx", "npm", "node") else "Install it. "
        what = f"{starter} is not on this machine, and the tunnel to the databases goes by {name}"
        return [Finding(state="look", what=what, detail=WAITS, remedy=node + OWN)]
    try:
        found = await asyncio.to_thread(lambda: WhoAmI(ticket).answer())
    except OSError as error:
        found = Found("unknown", error.strerror or type(error).__name__)
    return [_finding(ticket, name, found)]


def _finding(ticket: ProxyTicket, name: str, found: Found) -> Finding:
    if found.state == "signed in":
        return Finding(state="good", what=f"{name}, by which the tunnel goes: {found.said or 'signed in'}")
    said = last_words(found.said) or "it said nothing"
    if found.state == "not there":
        what = f"npx does not get {name}, by which the tunnel to the databases goes"
        return Finding(state="look", what=what, detail=said, remedy=f"{not_there(found.said)} {OWN}")
    if found.state == "unknown":
        what = f"{name}, by which the tunnel to the databases goes, did not tell who is signed in"
        return Finding(state="look", what=what, detail=said, remedy=f"It is tried in the run. {OWN}")
    what = f"Nobody is signed in to {name} on this machine, by which the tunnel to the databases goes"
    if KEYRING.search(found.said):
        return Finding(state="look", what=what, detail=said, remedy=f"{KEYRING_WORDS} {OWN}")
    offers = ", or has Offramp do it there" if can_sign_in(ticket) else ""
    remedy = f"Sign in now ({ticket.login}); or the run waits for that at the tunnel{offers}."
    return Finding(state="look", what=what, detail=said, remedy=remedy)
