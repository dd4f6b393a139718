"""Starting the worker: a process of its own, in its own session, that outlives screen, terminal and login."""

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Collection
from pathlib import Path

from wizard import logout
from wizard.credentials import Vault
from wizard.model.secret import Secret
from wizard.model.trouble import Trouble
from wizard.run.control import ask, hand_over
from wizard.run.journal import Journal
from wizard.session.image_login import login_ref, registries
from wizard.session.lock import Lock
from wizard.session.parts import CONNECTIONS, MAPPING, PLAN, Connection, Connections
from wizard.session.store import Session

START_LIMIT = 20.0
"""Seconds until a started worker must answer."""

ENDED_EARLY = 6.0
"""Seconds without any worker after which one that was started is taken to have ended."""

_KEPT = (
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "TMPDIR",
    "TZ",
    "SSH_AUTH_SOCK",
    "DBUS_SESSION_BUS_ADDRESS",
    # The way out of this network, and whom to trust on it. The worker's children get neither.
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    # Where a person's own command finds its vault; no password of it.
    "GNUPGHOME",
    "PASSWORD_STORE_DIR",
    "GH_CONFIG_DIR",
    "VAULT_ADDR",
    "VAULT_CACERT",
    "VAULT_NAMESPACE",
    *(
        name
        for proxy in ("http", "https", "all", "no")
        for name in (f"{proxy}_proxy", f"{proxy.upper()}_PROXY")
    ),
)
_KEPT_PREFIXES = ("LC_", "LANG", "XDG_", "OFFRAMP_", "PYTHON", "GIT_")


def worker_environment(without: Collection[str] = ()) -> dict[str, str]:
    """What the worker inherits: no token variable of this shell reaches it or its children. `without` are
    names that a person said to hold a token, whatever they begin with."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if (name in _KEPT or name.startswith(_KEPT_PREFIXES)) and name not in without
    }
    if kept.get("OFFRAMP_CONFIG"):
        # The worker stands in another folder.
        kept["OFFRAMP_CONFIG"] = os.path.abspath(kept["OFFRAMP_CONFIG"])  # noqa: PTH100  reads no file
    return kept


def _token_variables(session: Session) -> set[str]:
    connections = session.load(CONNECTIONS) or Connections()
    known = (*connections.by_provider.values(), *connections.others, *connections.forgotten.values())
    return {one.origin.variable for one in known if one.origin and one.origin.variable}


def running(session: Session) -> bool:
    """Whether a worker holds the session; the lock knows, no clock and no process id is believed."""
    return Lock(session.worker_lock_file).holder() is not None


def start_worker(session: Session, vault: Vault) -> None:
    """Start the session's worker unless it runs, and hand over the credentials that the session names.
    A run that is done needs no worker: nothing happens then.

    Raises:
        Trouble: it does not come up; its last words are in `worker.log` in the session's folder.
    """
    if _is_done(session):
        return
    _bring_up(session)
    connections = session.load(CONNECTIONS)
    for connection in connections.by_provider.values() if connections else ():
        if (secret := _to_hand_over(vault, connection)) is not None:
            hand_over(session, connection.ref, secret)
    mapping = session.load(MAPPING)
    for registry in registries(mapping) if mapping else ():
        if (secret := vault.get(login_ref(registry))) is not None:
            hand_over(session, login_ref(registry), secret)


def _to_hand_over(vault: Vault, connection: Connection) -> Secret | None:
    try:
        return vault.get(connection.ref, connection.origin)
    except Trouble:
        if connection.origin is None:
            raise
        # The worker runs the command by itself, again and again, and tells why it fails.
        return None


def _is_done(session: Session) -> bool:
    plan, run = session.load(PLAN), Journal(session).run()
    return plan is not None and run is not None and run.state == "done" and run.plan_digest == plan.digest()


def _bring_up(session: Session) -> None:
    """Until a worker answers. One that is just ending is waited for, and another one started then."""
    log = session.folder / "worker.log"
    before = _size(log)
    end = time.monotonic() + START_LIMIT
    given_up: float | None = None
    while time.monotonic() < end:
        with contextlib.suppress(Trouble):
            # None there, or not yet, or not any more.
            if ask(session, {"do": "ping"}, timeout=1.0).get("ok"):
                return
        if running(session):
            given_up = time.monotonic() + ENDED_EARLY
        elif given_up is None:
            _spawn(log, session)
            given_up = time.monotonic() + ENDED_EARLY
        elif time.monotonic() > given_up:
            break
        time.sleep(0.05)
    raise Trouble(
        "The worker did not start.",
        untouched="Nothing was changed.",
        remedy=f"Its last words: {last_words(log) if _size(log) > before else 'none'}",
        code="worker-silent",
    )


def _size(log: Path) -> int:
    return log.stat().st_size if log.exists() else 0


def _spawn(log: Path, session: Session) -> None:
    try:
        descriptor = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise Trouble(
            f"The worker cannot write its log in {session.folder}: {error.strerror}.",
            remedy="Make room, or give the rights, then press r.",
            code="folder-unusable",
        ) from error
    try:
        # setsid: a hang-up of this terminal does not reach it. The short-lived middle process makes init
        # its parent, so no zombie waits for a screen that may run for days.
        child = subprocess.Popen(
            [sys.executable, "-c", _MIDDLE, *_around(), sys.executable, "-m", WORKER, str(session.folder)],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            start_new_session=True,
            cwd="/",
            env=worker_environment(_token_variables(session)),
        )
    finally:
        os.close(descriptor)
    child.wait()


WORKER = "wizard.run.worker"

_MIDDLE = (
    "import subprocess,sys;subprocess.Popen(sys.argv[1:],stdin=subprocess.DEVNULL,start_new_session=True)"
)


def _around() -> tuple[str, ...]:
    """Where logind ends what a login has started: a scope outside of it, which it spares."""
    return logout.scope() if logout.look().moves else ()


def last_words(log: Path) -> str:
    """The last line of a log, for a message; empty when there is none."""
    try:
        lines = log.read_text(errors="replace").strip().splitlines()
    except OSError:
        return "none"
    return lines[-1] if lines else "none"
