"""Back to the release before, after a bad deploy: the earlier code is deployed again.

It stands beside the run: the worker's own way back is to Heroku, and ends with the last gate. What is asked
for is written to the journal before it is, so that another process goes on with it, and asks nothing twice.
"""

import contextlib
import shutil
import time
from collections.abc import Callable, Iterator

import msgspec

from wizard.credentials import Vault
from wizard.model.image_reference import registry_of
from wizard.model.noun import decode
from wizard.model.secret import redact
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.ports import RegistryLogin, Target, TargetApp, TargetDeploy
from wizard.run.journal import Journal, now
from wizard.run.kinds.health import answers
from wizard.run.release_before import Rollback, Rollbacks
from wizard.run.seat_code import seats
from wizard.session.image_login import login_ref, unpack
from wizard.session.lock import Lock
from wizard.session.places import private_folder, run_folder
from wizard.session.store import Session

FLUSH = 1.0
"""Seconds for which lines of the log are gathered."""


def known_rollbacks(journal: Journal, handle: str) -> Rollbacks:
    """What the journal knows of earlier ways back of an app."""
    text = journal.gauges().get(_gauge(handle))
    known = decode(text, Rollbacks, what="the journal") if text else Rollbacks()
    return msgspec.structs.replace(known, empty=seats(journal.plan(), handle))


async def deployed_app(target: Target, environment: str, handle: str) -> TargetApp:
    """The app of that handle in the environment of that handle; raises Trouble when it is not there."""
    for one in await target.environments():
        if one.handle == environment and (app := await target.find_app(one, handle)) is not None:
            return app
    raise Trouble(
        f"The app {handle} is not there.",
        untouched="Nothing was changed.",
        remedy="Look in the target's dashboard what became of it.",
        code="app-missing",
    )


async def roll_back(
    session: Session, target: Target, app: TargetApp, back: Rollback, *, vault: Vault, who: str
) -> str:
    """Carry a way back out, or go on with one that was begun; a sentence about what runs then.

    Raises:
        Trouble: another process is at it; it failed, with the end of its log; what ran before goes on then.
    """
    lock = Lock(session.folder / "rollback.lock")
    if not lock.take():
        raise Trouble(
            f"Another Offramp is rolling an app of {session.name} back.",
            untouched="Nothing was changed.",
            remedy="Wait for its end, then look what runs.",
            code="target-busy",
            retry=True,
        )
    folder = private_folder(run_folder() / f"back-{session.id[-20:]}")
    try:
        return await _roll_back(_Work(session, target, app, vault=vault, who=who), back)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        lock.release()


class _Work:
    def __init__(self, session: Session, target: Target, app: TargetApp, *, vault: Vault, who: str) -> None:
        self.session, self.target, self.app, self.vault = session, target, app, vault
        self.journal = Journal(session)
        self.who = clean(who, limit=80)
        self.step = f"deploy:{app.handle}"
        self.folder = private_folder(run_folder() / f"back-{session.id[-20:]}")

    def keep(self, back: Rollback) -> None:
        known = known_rollbacks(self.journal, self.app.handle).all
        earlier = known[:-1] if known and not known[-1].done else known
        self.journal.gauge(_gauge(self.app.handle), Rollbacks(all=(*earlier, back)))

    def drop(self) -> None:
        """A way back that failed has changed nothing: it is as if it had not been asked for."""
        known = known_rollbacks(self.journal, self.app.handle).all
        self.journal.gauge(_gauge(self.app.handle), Rollbacks(all=tuple(one for one in known if one.done)))

    def tell(self, text: str) -> None:
        self.journal.event("rollback", text, step=self.step)


async def _roll_back(work: _Work, back: Rollback) -> str:
    handle = work.app.handle
    with _log(work) as log:
        if not back.begun_at:
            back = msgspec.structs.replace(back, begun_at=now())
            # Before anything is asked for: whoever finds this looks first.
            work.keep(back)
            work.tell(f"{handle} goes back from {back.bad.in_words()} to {back.to.in_words()}, by {work.who}")
        else:
            work.tell(f"The way back of {handle} is gone on with, by {work.who}")
        try:
            done = await _asked_for(work, back, log)
            if done is None:
                done = await work.target.roll_back(
                    work.app, back.to, log, login=_login(work.vault, back.to.image), folder=work.folder
                )
        except Trouble as trouble:
            if trouble.code == "operation-failed":
                work.drop()
            work.tell(f"{handle} did not go back: {trouble.cause.partition(chr(10))[0]}")
            raise
    work.keep(msgspec.structs.replace(back, done=done.number))
    current = next(one for one in await work.target.deploys(work.app) if one.state == "succeeded")
    if current.number > done.number:
        said = f"{handle} had gone back (operation {done.number}), and runs {current.in_words()} since"
    else:
        said = f"{handle} runs {done.in_words()} again (operation {done.number}){await _answers(work)}"
    work.tell(said)
    return said


async def _asked_for(work: _Work, back: Rollback, log: Callable[[str], None]) -> TargetDeploy | None:
    """The deploy that an attempt before this one has begun, at its end; None when there is none."""
    for one in await work.target.deploys(work.app):
        if one.number > back.newest and one.code == back.to.code and one.state != "cancelled":
            log(f"It was asked for already: operation {one.number}.")
            return await work.target.follow_deploy(work.app, one, log, folder=work.folder)
    return None


async def _answers(work: _Work) -> str:
    for service in await work.target.services(work.app):
        if service.type == "web" and (endpoint := await work.target.find_endpoint(service)) is not None:
            status = await answers(endpoint.url)
            return f"; {endpoint.url} answers {status}" if status else f"; {endpoint.url} does not answer"
    return ""


def _login(vault: Vault, image: str) -> RegistryLogin | None:
    """Who may pull, where that is at hand; else the target uses what it was given last."""
    secret = vault.get(login_ref(registry_of(image))) if image else None
    return unpack(secret) if secret is not None else None


@contextlib.contextmanager
def _log(work: _Work) -> Iterator[Callable[[str], None]]:
    """Lines go to the journal, gathered for a moment: each write waits for the disk."""
    lines: list[str] = []
    flushed = time.monotonic()

    def flush() -> None:
        nonlocal flushed
        if lines:
            work.journal.log(work.step, lines)
            lines.clear()
        flushed = time.monotonic()

    def log(line: str) -> None:
        lines.append(redact(clean(line)))
        if time.monotonic() - flushed > FLUSH:
            flush()

    try:
        yield log
    finally:
        flush()


def _gauge(handle: str) -> str:
    return f"rollback:{handle}"
