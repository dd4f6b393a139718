"""Heroku for the `db` commands: which token, which database of which app, and its URL at any moment."""

import asyncio
import threading
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import CancelledError
from typing import Any, Final, Protocol, TypeVar

from screens.headless.asking import ask_hidden
from wizard.backups import AttachedDatabase, BackupProvider, Backups
from wizard.credentials import Vault, open_vault
from wizard.database.control import Control, Stopped
from wizard.model.secret import Secret
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.plan.answer import answer_of
from wizard.ports import Hosts, SourceProvider
from wizard.registry import source_provider
from wizard.session.parts import CONNECTIONS, Connection
from wizard.session.store import Session, infos

T = TypeVar("T")

VENDOR: Final = "heroku"

SECONDS: Final = 90.0
"""For one answer; Heroku's own back-off is within it."""


class HerokuAccess:
    """Heroku, signed in at its first use. All methods block, and may be called from any thread."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None
        self._backups: Backups | None = None
        self._lock = threading.Lock()

    def find(self, app: str, name: str | None) -> AttachedDatabase:
        """The database that an app has attached as `name`; None is its main one.

        Raises:
            Trouble: there is no token, no such app, or no such database.
        """
        databases = self._databases(app)
        return choose(databases, app, name)

    @property
    def backups(self) -> Backups:
        """Where `find` found something."""
        if self._backups is None:
            raise RuntimeError("find was not called")
        return self._backups

    def url(self, database: AttachedDatabase) -> Secret:
        """Its URL, read anew: Heroku changes credentials unasked."""
        return self.wait(self.backups.database_url(database.add_on_id))

    def wait(self, work: Coroutine[Any, Any, T], seconds: float = SECONDS) -> T:
        """Run `work` on Heroku's event loop. Raises Trouble, also when it takes longer than `seconds`."""
        return answer_of(work, self.loop, vendor="Heroku", seconds=seconds)

    def stream(self, pieces: AsyncIterator[bytes], control: Control) -> Iterator[bytes]:
        """The pieces, one after the other, as they come in. Raises Stopped when `control` is told to stop,
        also while nothing comes; Trouble whatever the giver of the pieces raises."""

        async def following() -> bytes:
            return await anext(pieces, b"")

        while piece := self.stoppable(following(), control):
            yield piece

    def stoppable(self, work: Coroutine[Any, Any, T], control: Control) -> T:
        """Run `work` for as long as it takes. Raises Stopped when `control` is told to stop."""
        future = asyncio.run_coroutine_threadsafe(work, self.loop)

        def end() -> None:
            future.cancel()

        forget = control.on_stop(end)
        try:
            control.check()
            return future.result()
        except CancelledError as error:
            raise Stopped from error
        finally:
            forget()

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop, in a thread of its own."""
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, name="offramp-heroku", daemon=True).start()
            return self._loop

    def close(self) -> None:
        """Close the connections."""
        if self._backups is not None:
            self.wait(self._backups.close())
            self._backups = None
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._loop = None

    def _databases(self, app: str) -> tuple[AttachedDatabase, ...]:
        if self._backups is not None:
            return self.wait(self._backups.databases(app))
        refused: Trouble | None = None
        for hosts, token in tokens():
            backups = heroku_provider().open_backups(hosts, token)
            try:
                found = self.wait(backups.databases(app))
            except Trouble as trouble:
                self.wait(backups.close())
                if trouble.retry:
                    raise
                if isinstance(trouble, SignInNeeded) and heroku_provider().environment_token() is not None:
                    raise own_token(trouble) from trouble
                # Another account may see the app.
                refused = refused or trouble
                continue
            self._backups = backups
            return found
        raise refused or Trouble(
            "There is no Heroku token at hand.",
            untouched="Nothing was asked of Heroku.",
            remedy="Set HEROKU_API_KEY, or sign in with `offramp` or `heroku login`.",
            code="token-missing",
        )


def choose(databases: tuple[AttachedDatabase, ...], app: str, name: str | None) -> AttachedDatabase:
    """The one that is meant.

    Raises:
        Trouble: there is none, or it is not clear which.
    """
    if not databases:
        raise Trouble(
            f"The app {app} has no Postgres.",
            remedy="Name the app that it is attached to.",
            code="no-such-database",
        )
    known = ", ".join(one.name for one in databases)
    if name is None:
        main = databases[0]
        if len(databases) == 1 or main.name == "DATABASE":
            return main
        raise Trouble(
            f"The app {app} has {len(databases)} databases: {known}.",
            untouched="Nothing was done.",
            remedy="Say which: name the attachment behind the app.",
            code="usage",
        )
    wanted = name.upper().removesuffix("_URL").removeprefix("HEROKU_POSTGRESQL_")
    for one in databases:
        names = {word.removesuffix("_URL").removeprefix("HEROKU_POSTGRESQL_") for word in one.names}
        if wanted in names or name == one.add_on:
            return one
    raise Trouble(
        f"The app {app} has no database {name}; it has {known}.",
        remedy="Name one of these.",
        code="no-such-database",
    )


def own_token(refused: SignInNeeded) -> Trouble:
    """What is said when the token that somebody set is refused."""
    return Trouble(
        f"The token is that of HEROKU_API_KEY. {refused.cause}",
        untouched="Nothing was done.",
        remedy="Put a fresh one there (`heroku authorizations:create`), or unset it: then the wizard's is"
        " used, or the Heroku CLI's.",
        code=refused.code,
    )


def heroku_provider() -> "_Provider":
    """Heroku, with its databases. Raises Trouble when it is not installed."""
    provider = source_provider(VENDOR)
    if not isinstance(provider, BackupProvider):
        raise Trouble(
            "This Offramp's Heroku provider reaches no databases.",
            remedy="Install Offramp again.",
            code="no-such-provider",
        )
    return provider


class _Provider(SourceProvider, BackupProvider, Protocol):
    """Both at once."""


def tokens() -> Iterator[tuple[Hosts, Secret]]:
    """Tokens to try, best first, each with the addresses that it belongs to: a token is sent nowhere else."""
    provider = heroku_provider()
    hosts = provider.environment_hosts()
    own = provider.environment_token()
    if own is not None:
        # As with Heroku's own CLI, it is meant before all others.
        yield hosts, own.token
        return
    yield from _signed_in(hosts)
    for found in provider.found_tokens():
        yield hosts, found.token
    yield hosts, ask_hidden("Heroku token", instead="Set HEROKU_API_KEY for a script.")


def _signed_in(hosts: Hosts) -> Iterator[tuple[Hosts, Secret]]:
    """Those that the wizard keeps in the keyring, of the newest migration first."""
    vault: Vault | None = None
    seen: set[str] = set()
    for connection, theirs in _connections():
        if connection.account_id in seen or (hosts and dict(hosts) != dict(theirs)):
            continue
        seen.add(connection.account_id)
        vault = vault or open_vault()
        token = vault.get(connection.ref, connection.origin)
        if token is not None:
            yield theirs, token


def _connections() -> Iterator[tuple[Connection, Hosts]]:
    for folder, info in infos():
        if isinstance(info, Trouble) or info.demo:
            continue
        try:
            session = Session(folder)
        except Trouble:
            # It was deleted a moment ago, or cannot be read: it knows no token then.
            continue
        try:
            known = session.load(CONNECTIONS)
        except Trouble:
            continue
        finally:
            session.close()
        if known and VENDOR in known.by_provider:
            yield known.by_provider[VENDOR], info.hosts.get(VENDOR, {})
