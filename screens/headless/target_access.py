"""A session's target for commands that block: signed in at its first use, on an event loop of its own."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, Final, Self, TypeVar

from screens.headless.asking import ask_hidden
from wizard.credentials import open_vault
from wizard.mapping.spaces import space_of_database
from wizard.model.mapping import Mapping
from wizard.model.secret import Secret
from wizard.model.ticket import Ticket
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.plan.answer import answer_of
from wizard.ports import SignIn, Target, TargetDatabase, TargetProvider, Token
from wizard.registry import hosts_of, open_target, target_provider
from wizard.session.parts import CONNECTIONS, MAPPING, TARGET
from wizard.session.store import Session
from wizard.told_hosts import usable_at

T = TypeVar("T")

SECONDS: Final = 90.0
"""For one answer."""


class TargetAccess:
    """The target of a session. All methods block, and may be called from any thread.

    Raises:
        Trouble: the session has no target, or no map, yet.
    """

    def __init__(self, session: Session) -> None:
        choice, mapping = session.load(TARGET), session.load(MAPPING)
        if choice is None or mapping is None:
            raise Trouble(
                f"{session.name} has no target with a database yet.",
                remedy="Open it with `offramp` and go through the stages to the map.",
                code="not-ready",
            )
        self._session = session
        self.provider: TargetProvider = target_provider(choice.provider)
        self._mapping: Mapping = mapping
        self._target: Target | None = None
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="offramp-target", daemon=True)
        self._thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        if self._target is not None:
            self._wait(self._target.close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(5)

    def _wait(self, work: Coroutine[Any, Any, T]) -> T:
        return answer_of(work, self._loop, vendor=self.provider.title, seconds=SECONDS)

    def handles(self) -> tuple[str, ...]:
        """The handles of all databases that the map puts on the target."""
        stores = (
            store.handle for store in self._mapping.stores if store.action in ("copy", "empty", "by-hand")
        )
        return (*(choice.handle for choice in self._mapping.moved_databases()), *stores)

    def database(self, handle: str) -> TargetDatabase:
        """The target's database of that handle.

        Raises:
            Trouble: it is not there, or nobody is signed in and nobody can be asked.
        """
        return self._wait(self._database(handle))

    def ticket(self, database: TargetDatabase) -> Ticket:
        """Fresh credentials for one connection; raises Trouble."""
        return self._wait(self._signed_in().ticket(database))

    def _signed_in(self) -> Target:
        if self._target is None:
            raise RuntimeError("sign_in was not called")
        return self._target

    async def _database(self, handle: str) -> TargetDatabase:
        target, space = self._signed_in(), space_of_database(self._mapping, handle)
        for environment in await target.environments():
            if environment.handle == space:
                found = await target.find_database(environment, handle)
                if found is not None:
                    return found
        raise Trouble(
            f"{self.provider.title} has no database {handle} in {space} yet.",
            remedy=f"The run makes it: `offramp run {self._session.id}`.",
            code="database-missing",
        )

    def sign_in(self) -> None:
        """With the token that the session has in the keyring; else with the one in the environment, or one
        that is typed; where the vendor has none, with the password.

        Raises:
            Trouble: there is none, or it is of another account than the session's.
        """
        try:
            self._target = open_target(self._session, open_vault(), self.provider.name)
        except SignInNeeded as needed:
            if needed.code != "token-missing":
                raise
            self._target = self._with(self._by_token() if self.provider.token_page else self._by_password())

    def _with(self, token: Token) -> Target:
        hosts = hosts_of(self._session, self.provider.name)
        known = self._session.load(CONNECTIONS)
        mine = known.by_provider.get(self.provider.name) if known else None
        if mine is not None and mine.account_id != token.account.id:
            raise Trouble(
                f"This token is of {token.account.email}; the session belongs to {mine.email}.",
                untouched="Nothing was opened.",
                remedy=f"Sign in as {mine.email}.",
                code="other-account",
            )
        return self.provider.open(hosts, token.secret)

    def _by_token(self) -> Token:
        hosts = hosts_of(self._session, self.provider.name)
        return self._wait(self.provider.accept_token(hosts, self._token()))

    def _by_password(self) -> Token:
        """What a vendor without tokens gives for the session's account and its password, which is typed."""
        known = self._session.load(CONNECTIONS)
        mine = known.by_provider.get(self.provider.name) if known else None
        title = self.provider.title
        if mine is None:
            raise Trouble(
                f"Nobody is signed in to {title}.", remedy="Sign in with `offramp`.", code="not-signed-in"
            )
        asked = f"password of {mine.email} at {title}"
        password = ask_hidden(asked, instead="Sign in with `offramp` on a machine with a keyring.")
        hosts = hosts_of(self._session, self.provider.name)
        return self._wait(self.provider.sign_in(hosts, SignIn(email=mine.email), password))

    def _token(self) -> Secret:
        hosts = hosts_of(self._session, self.provider.name)
        found, left_out = usable_at(self.provider, hosts, self.provider.found_tokens())
        for token in found:
            # What is in a file of another program is not taken unasked.
            if not token.unread:
                return token.token
        instead = f"Sign in with `offramp`, or set the token in the environment. {left_out}".strip()
        return ask_hidden(f"{self.provider.title} token", instead=instead)
