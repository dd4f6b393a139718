"""The guided demo's surroundings: the example system on this machine, its session and its credentials."""

import contextlib
import os
import shutil
import signal
import time
from collections.abc import Callable
from pathlib import Path

from screens.demo_help import DemoHelp
from wizard.credentials import Vault
from wizard.model.secret import Secret
from wizard.model.trouble import SecondFactorNeeded, Trouble
from wizard.ports import Example, SignIn
from wizard.registry import credential, example_provider, hosts_of, target_provider
from wizard.session.lock import Lock
from wizard.session.parts import CONNECTIONS, TARGET
from wizard.session.places import data_folder, private_folder
from wizard.session.store import Session, SessionInfo, create, delete, infos

NAME = "example"

TARGETS = ("aptible", "code-capsules")
"""The targets that an example moves to, each with a world of its own; the first is the usual one."""

ENDS_WITHIN = 10.0
"""Seconds in which a worker of the example ends when it is told to."""


def world_folder(target: str) -> Path:
    """Where the example system keeps its databases and code; data once made is kept beside it."""
    name = "world" if target == TARGETS[0] else f"world-{target}"
    return private_folder(private_folder(data_folder() / "example") / name)


async def start(size: str, say: Callable[[str], None], target: str = TARGETS[0]) -> Example:
    """The example system, started if it does not run."""
    return await example_provider().start_or_find(
        world_folder(target), size=size, progress=say, colleague=True, target=target
    )


def target_of(example: Example) -> str:
    """The target that an example moves to."""
    return next(name for name in TARGETS if name in example.hosts)


def session_of(example: Example) -> Session:
    """The example's session: the one that was left, or a new one. Sessions of an example that no longer
    runs are deleted: the world that they speak of is gone."""
    found: Session | None = None
    for path, info in list(infos()):
        if not isinstance(info, SessionInfo) or not info.demo or target_of(example) not in info.hosts:
            continue
        session = Session(path)
        if info.hosts == example.hosts and found is None:
            found = session
            continue
        try:
            delete(session)
        except Trouble:
            # In use by another Offramp or a worker: it is left alone.
            session.close()
    return found or create(NAME, demo=True, hosts=example.hosts)


def help_of(example: Example) -> DemoHelp:
    """What saves a person from typing the example's credentials."""
    target = target_of(example)
    there = example.credentials[target]
    return DemoHelp(
        source_token=Secret(example.credentials["heroku"]["token"], "the example's Heroku token"),
        target=target,
        target_email=there["email"],
        target_password=Secret(there["password"], "the password of the example's target"),
        otp=_otp(there),
        checkouts={name: str(path) for name, path in example.checkouts.items()},
    )


def _otp(credentials: dict[str, str]) -> Callable[[], str] | None:
    code = credentials.get("otp")
    return (lambda: code) if code else None


async def vault_of(example: Example, session: Session) -> Vault:
    """The credentials of a session that was left, in memory: example credentials are not worth a keyring."""
    vault = Vault(None)
    known = session.load(CONNECTIONS)
    help_ = help_of(example)
    if known is None:
        return vault
    source = credential(session, session.info.source)
    if source is not None:
        vault.hold(source, help_.source_token)
    choice = session.load(TARGET)
    target = credential(session, choice.provider) if choice else None
    if choice is not None and target is not None:
        token = await sign_in(session, help_, choice.provider)
        vault.hold(target, token)
    return vault


async def sign_in(session: Session, help_: DemoHelp, target: str) -> Secret:
    """Sign in to the example's target, one-time code included; the token."""
    provider = target_provider(target)
    hosts = hosts_of(session, target)
    who = SignIn(email=help_.target_email)
    try:
        token = await provider.sign_in(hosts, who, help_.target_password)
    except SecondFactorNeeded as needed:
        if help_.otp is None:
            raise
        again = SignIn(email=help_.target_email, otp=help_.otp(), resume=needed.resume)
        token = await provider.sign_in(hosts, again, help_.target_password)
    return token.secret


async def end() -> None:
    """End the example system and whatever runs in it, and remove its sessions and its data.

    Raises:
        Trouble: another Offramp has it open, and nothing is ended; or a worker of it does not end.
    """
    folders = [path for path, info in infos() if isinstance(info, SessionInfo) and info.demo]
    for look in (_look_whether_free, _end_worker):
        for folder in folders:
            session = Session(folder)
            try:
                look(session)
            finally:
                session.close()
    for target in TARGETS:
        await example_provider().stop(world_folder(target))
    for folder in folders:
        delete(Session(folder))
    shutil.rmtree(world_folder(TARGETS[0]).parent)


def _look_whether_free(session: Session) -> None:
    if (holder := session.claim()) is not None:
        raise Trouble(
            f"{session.name} is open in {holder.words()}.",
            untouched="Nothing of the example was ended.",
            remedy="Leave it there, then do this again.",
            code="session-busy",
        )


def _end_worker(session: Session) -> None:
    lock = Lock(session.worker_lock_file)
    if (holder := lock.holder()) is None:
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(holder.pid, signal.SIGTERM)
    until = time.monotonic() + ENDS_WITHIN
    while lock.holder() is not None:
        if time.monotonic() > until:
            raise Trouble(
                f"The worker of {session.name}, process {holder.pid}, does not end.",
                untouched="The example still runs.",
                remedy=f"kill -9 {holder.pid}, then do this again.",
                code="session-busy",
            )
        time.sleep(0.05)
