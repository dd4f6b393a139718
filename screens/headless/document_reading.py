"""What `offramp document` documents: the inventory of a session, or one that is read from Heroku now."""

import asyncio
import shutil
import sys
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from screens.headless.asking import ask_hidden
from screens.headless.db_heroku import VENDOR, heroku_provider, own_token, tokens
from wizard.credentials import open_vault
from wizard.document.checkout import Checkout
from wizard.document.export import Values
from wizard.document.repository.code import read_code
from wizard.document.repository.code_place import WHOLE, place_in
from wizard.model.secret import Secret
from wizard.model.system import App, System
from wizard.model.text import clean
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports import Hosts, ReadProgress, Source
from wizard.registry import open_source
from wizard.session.parts import ANSWERS, PLAN, SYSTEM, SYSTEM_BEFORE, Answers
from wizard.session.store import Session, find

T = TypeVar("T")

SLOW: Final = (
    "Heroku's rate limit leaves few requests for now. Reading goes on at its pace, about 75 a minute; other "
    "programs of this account, or a reading just before, have used the rest."
)

AT_ONCE: Final = 8
"""Apps whose values are read at the same time; the client slows down by itself before Heroku has enough."""


@dataclass
class Reading:
    """An inventory with what belongs to it. `opened` signs in to Heroku again; `before` is what it is to be
    compared with; `name` what a person types to consent; `remarks` are to be said."""

    system: System
    answers: Answers
    title: str
    name: str
    opened: Callable[[], Source]
    before: System | None = None
    checkouts: dict[str, Checkout] = field(default_factory=dict)
    remarks: list[str] = field(default_factory=list)


def second_factor() -> Secret:
    """Ask for the code that the person's second factor shows now. Raises Trouble."""
    instead = "Use a token that was made after signing in with the second factor."
    return ask_hidden("code of the second factor", instead=instead)


def from_session(identity: str, *, anew: bool, code: Secret | None = None) -> Reading:
    """The inventory of a session, as it was read last or read anew. Raises Trouble.

    Args:
        code: of the second factor, for apps that Heroku does not tell without.
    """
    session = find(identity)
    try:
        return _of_session(session, anew, code)
    finally:
        session.close()


def _of_session(session: Session, anew: bool, code: Secret | None) -> Reading:
    saved, answers = session.load(SYSTEM), session.load(ANSWERS) or Answers()
    identity = session.id

    def opened() -> Source:
        again = find(identity)
        try:
            return open_source(again, open_vault())
        finally:
            again.close()

    if saved is None and not anew:
        raise Trouble(
            f"Nothing was read yet in {clean(session.name)}.",
            untouched="Nothing was asked of Heroku.",
            remedy="Add --read, or open it with `offramp`.",
            code="nothing-read",
        )
    system = _wait(_read(opened(), code)) if anew else saved
    assert system is not None
    reading = Reading(system, answers, session.name, session.name, opened)
    if anew:
        if saved is not None and saved.account.id == system.account.id:
            reading.before = saved
        reading.remarks += _kept(session, saved, system)
    apps = {app.id: app for app in system.apps}
    for app_id, folder in answers.checkouts.items():
        try:
            app = apps.get(app_id)
            names = [var.name for var in app.config] if app else []
            reading.checkouts[app_id] = read_code(folder, names, place=place_in(app) if app else WHOLE)
        except Trouble as trouble:
            reading.remarks.append(f"Without the code in {clean(folder)}: {trouble.cause}")
    return reading


def _kept(session: Session, before: System | None, system: System) -> list[str]:
    """Keep what was read, as the wizard does; or say why not."""
    if holder := session.claim():
        return [f"What was read is not kept in the session: {holder.words()} has it open."]
    if session.load(PLAN) is not None:
        why = "its plan was made from the one before. Read again in the wizard to change that"
        return [f"What was read is not kept in the session: {why}."]
    if before is not None and before.account.id == system.account.id:
        session.save(SYSTEM_BEFORE, before)
    else:
        session.drop(SYSTEM_BEFORE)
    session.save(SYSTEM, system)
    return []


def from_heroku(code: Secret | None = None) -> Reading:
    """Everything that a token on this machine shows; `code` as of `from_session`. Raises Trouble."""
    provider = heroku_provider()
    refused: SignInNeeded | None = None
    for hosts, token in tokens():
        try:
            system = _wait(_read(provider.open(hosts, token), code))
        except SignInNeeded as trouble:
            # Another may be good still; one that somebody set on purpose is not passed over.
            if provider.environment_token() is not None:
                raise own_token(trouble) from trouble
            refused = refused or trouble
            continue
        return Reading(system, Answers(), system.account.email, system.account.email, _opener(hosts, token))
    raise refused or SignInNeeded(
        VENDOR,
        "There is no Heroku token at hand.",
        remedy="Set HEROKU_API_KEY, or sign in with `offramp` or `heroku login`.",
        code="token-missing",
    )


def _opener(hosts: Hosts, token: Secret) -> Callable[[], Source]:
    return lambda: heroku_provider().open(hosts, token)


def read_values(reading: Reading, code: Secret | None = None) -> Values:
    """All config vars with their values; what could not be read is named. Raises Trouble when none could."""
    values = _wait(_values(reading.opened(), reading.system.apps, code))
    if values.unread and not values.by_app:
        raise Trouble(
            f"No value could be read: {next(iter(values.unread.values()))}",
            untouched="Nothing was written.",
            remedy="Use a token that may read config vars (scope read-protected or global).",
            code="no-values",
        )
    return values


async def _values(source: Source, apps: tuple[App, ...], code: Secret | None) -> Values:
    by_app: dict[str, dict[str, Secret]] = {}
    unread: dict[str, str] = {}
    gate = asyncio.Semaphore(AT_ONCE)
    progress = Progress()

    async def one(app: App) -> None:
        async with gate:
            try:
                by_app[app.id] = await source.config(app.id)
            except SignInNeeded:
                raise
            except Trouble as trouble:
                unread[app.id] = trouble.cause
            progress.show(f"values of config vars · {len(by_app) + len(unread)} of {len(apps)} apps")

    try:
        if code is not None:
            source.second_factor(code)
        await asyncio.gather(*(one(app) for app in apps))
    finally:
        progress.end()
        await source.close()
    return Values(by_app, unread)


async def _read(source: Source, code: Secret | None) -> System:
    progress = Progress()

    def report(now: ReadProgress) -> None:
        if now.slow:
            progress.tell_once(SLOW)
        progress.show(f"{now.done} of {now.total} · {now.calls} calls · {now.doing}")

    progress.show("reading from Heroku …")
    try:
        if code is not None:
            source.second_factor(code)
        return await source.read(report)
    finally:
        progress.end()
        await source.close()


def _wait(work: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(work)


class Progress:
    """One line on a terminal that is written over; where nobody watches, as in a cron job, only what explains
    a long wait."""

    def __init__(self) -> None:
        self._watched = sys.stderr.isatty()
        self._told: set[str] = set()

    def show(self, text: str) -> None:
        """What is done just now."""
        if self._watched:
            width = max(20, shutil.get_terminal_size().columns - 1)
            sys.stderr.write(f"\r\x1b[K{text[:width]}")
            sys.stderr.flush()

    def tell_once(self, sentence: str) -> None:
        """A line that stays, whoever watches."""
        if sentence not in self._told:
            self._told.add(sentence)
            self.end()
            sys.stderr.write(f"{sentence}\n")
            sys.stderr.flush()

    def end(self) -> None:
        """Take the line away."""
        if self._watched:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
