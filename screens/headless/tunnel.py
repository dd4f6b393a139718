"""`offramp tunnel`: the tunnel of a run, for a person's own psql or another program."""

import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from urllib.parse import unquote, urlsplit

from screens.headless.exit_codes import DONE, TROUBLE
from screens.headless.say import say
from screens.headless.target_access import TargetAccess
from screens.headless.tunnel_child import forget_misleading, run, tls_of, told
from wizard.database.progress import TunnelHealth
from wizard.database.tunnel import Tunnel
from wizard.model.trouble import Trouble
from wizard.run.tunnel_tale import TunnelTale
from wizard.session.places import private_folder, run_folder
from wizard.session.store import Session, find
from wizard.stores.ends import POSTGRES, end_of


def tunnel(identity: str, name: str | None, *, port: int, show_url: bool, words: Sequence[str]) -> int:
    """Open the tunnel to a database of a session's target; run `words` in it, or stay until ctrl+c.

    Raises:
        Trouble: there is no such database, nobody is signed in, or the tunnel cannot be opened.
    """
    if show_url and words:
        raise _usage("--show-url is for a tunnel that stays open, not for a command in it.")
    program = shutil.which(words[0]) if words else ""
    if program is None:
        raise _usage(f"The program {words[0]} is not on this machine.")
    forget_misleading()
    session = find(identity)
    try:
        with TargetAccess(session) as access:
            handle = _chosen(access.handles(), name, session)
            access.sign_in()
            database = access.database(handle)
            with tempfile.TemporaryDirectory(prefix="own-", dir=private_folder(run_folder())) as folder:
                watched = _Watched(handle)
                opened = Tunnel(
                    lambda: access.ticket(database),
                    Path(folder),
                    watched.heard,
                    end=end_of(database.type, Path(folder)),
                    port=port,
                )
                try:
                    opened.start()
                    # Where there is one lane only it is for the person's own program: ours asks no more.
                    opened.lanes.enter()
                    if words:
                        return run(words, told(opened.url(), database.type))
                    return _stay(opened, watched, session, handle, database.type, show_url=show_url)
                finally:
                    watched.leaving = True
                    opened.close()
    finally:
        session.close()


def _usage(cause: str) -> Trouble:
    return Trouble(
        cause, untouched="Nothing was opened.", remedy="`offramp tunnel --help` explains it.", code="usage"
    )


def _chosen(handles: tuple[str, ...], name: str | None, session: Session) -> str:
    if name is None and len(handles) == 1:
        return handles[0]
    if name in handles:
        return str(name)
    known = ", ".join(handles) or "none"
    cause = (
        f"{session.name} has {len(handles)} databases on its target: {known}."
        if name is None
        else f"{session.name} has no database {name} on its target (it has: {known})."
    )
    raise Trouble(
        cause,
        untouched="Nothing was opened.",
        remedy=f"Name one of them: `offramp tunnel {session.id} {handles[0] if handles else 'DATABASE'}`.",
        code="usage",
    )


class _Watched:
    """Tells of the tunnel on stderr, and knows when it was given up."""

    def __init__(self, handle: str) -> None:
        self._tale = TunnelTale(handle, self._tell)
        self._told = False
        self.leaving = False

    def heard(self, now: TunnelHealth) -> None:
        """Take its health."""
        self._tale.heard(now)

    def _tell(self, sentence: str) -> None:
        # That it opened is what the command itself says; what comes later is news.
        first, self._told = not self._told, True
        if not (first and sentence.endswith(" is open")) and not self.leaving:
            sys.stderr.write(f"offramp: {sentence.rstrip('.')}.\n")
            sys.stderr.flush()


def _stay(
    opened: Tunnel, watched: _Watched, session: Session, handle: str, type_: str, *, show_url: bool
) -> int:
    leave = threading.Event()
    ended_by: list[int] = []

    def end(number: int, frame: FrameType | None) -> None:
        ended_by.append(number)
        leave.set()

    before = {number: signal.signal(number, end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        _show(opened, session, handle, type_, show_url=show_url)
        while not leave.wait(1.0):
            if (failure := opened.failure) is not None:
                sys.stderr.write(f"offramp: {failure.sentence()}\n")
                return TROUBLE
    finally:
        watched.leaving = True
        for number, handler in before.items():
            signal.signal(number, handler)
    if ended_by[0] == signal.SIGINT:
        # ctrl+c is how it is meant to end.
        return DONE
    return 128 + ended_by[0]


def _show(opened: Tunnel, session: Session, handle: str, type_: str, *, show_url: bool) -> None:
    url = opened.url()
    parts = urlsplit(url.reveal())
    say(f"The tunnel to {handle} is open.")
    say(f"  host      {parts.hostname}")
    say(f"  port      {parts.port}")
    if parts.username:
        say(f"  user      {unquote(parts.username)}")
    if parts.path[1:]:
        say(f"  database  {unquote(parts.path[1:])}")
    if type_ == POSTGRES:
        say(f"  sslmode   {tls_of(url)}")
    if show_url:
        say(f"  url       {url.reveal()}")
    else:
        say(
            f"The password is not shown. `offramp tunnel {session.id} {handle} -- COMMAND` hands it to a "
            "program unseen; --show-url prints the whole URL."
        )
    if opened.lanes.most is not None:
        say(f"It carries {opened.lanes.most} connection{'s' * (opened.lanes.most != 1)} at a time.")
    if opened.health.warning:
        say(f"Mind: {opened.health.warning}.")
    say("It reopens by itself on this port. Press ctrl+c to close it.")
