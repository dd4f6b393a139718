"""The life of the tokens in a long run: asked for anew before they end, checked and used when they come.

Nothing is held up by any of it. A copy goes on while a person is asked, and while the token changes.
"""

import asyncio
import contextlib
from collections.abc import Callable

from wizard.credentials import CredentialRef, Vault
from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.registry import credential, hosts_of, source_provider, target_provider
from wizard.run.journal import Journal
from wizard.session.image_login import VENDOR as REGISTRY
from wizard.session.image_login import login_ref, registries
from wizard.session.parts import CONNECTIONS, MAPPING, Connections
from wizard.session.store import Session
from wizard.session.token_life import SOON, life, moment, seconds_left, span

FRESH = "fresh-token"
"""The gauge that says whose token is wanted anew."""

EVERY = 5.0
"""Seconds between two looks at what is left."""

WHOSE = 20.0
"""Seconds that a vendor may take to say whose a token is."""


class FreshTokenWanted(Noun, frozen=True, kw_only=True):
    """A token that ends soon, or has ended, while the run goes on. `vendor` is a provider's name, `title` the
    vendor's; `expires_at` is UTC, ISO 8601."""

    vendor: str
    title: str
    expires_at: str


class TokenWatch:
    """Watches over the tokens of one run, in the worker.

    Args:
        vault: what the worker was handed so far.
        use: called when a token has changed: what is asked of its vendor from then on goes with the new one.
    """

    def __init__(self, session: Session, journal: Journal, vault: Vault, use: Callable[[], None]) -> None:
        self._session = session
        self._journal = journal
        self._vault = vault
        self._use = use
        self._asked: FreshTokenWanted | None = None

    async def run(self) -> None:
        """Look every few seconds, for as long as the worker lives."""
        with contextlib.suppress(Trouble):
            # What a worker that was killed had asked.
            self._journal.drop_gauge(FRESH)
        while True:
            # A full disk, or a session that cannot be read just now: the next look tells.
            with contextlib.suppress(Trouble):
                self.look()
            await asyncio.sleep(EVERY)

    def look(self) -> None:
        """Ask for the token that ends first when little of it is left, once for each end; take the question
        back when a longer one is there."""
        soonest = self._soonest()
        if soonest == self._asked:
            return
        if soonest is None:
            self._journal.drop_gauge(FRESH)
        else:
            self._journal.gauge(FRESH, soonest)
            self._journal.event("person", asked(soonest))
        self._asked = soonest

    def _soonest(self) -> FreshTokenWanted | None:
        connections = self._session.load(CONNECTIONS) or Connections()
        ending = [
            (left, connection)
            for connection in connections.by_provider.values()
            # One that a command gives is fetched anew when it is refused; nobody is asked.
            if not (connection.origin and connection.origin.command)
            if (left := seconds_left(connection.expires_at)) is not None and left < SOON
        ]
        if not ending:
            return None
        _, first = min(ending, key=lambda one: one[0])
        return FreshTokenWanted(
            vendor=first.provider,
            title=title_of(self._session, first.provider),
            expires_at=first.expires_at or "",
        )

    async def refusal(self, ref: CredentialRef, secret: Secret) -> str:
        """Why a credential that is handed over is not taken, empty when it is. One that takes the place of
        another, or that a command or a variable gave, is shown to its vendor first: a run is never parted
        from its account, and what stands in a vault may have changed."""
        if ref.vendor == REGISTRY:
            mapping = self._session.load(MAPPING)
            known = registries(mapping) if mapping else ()
            return (
                "" if ref == login_ref(ref.account) and ref.account in known else "No image comes from there."
            )
        if ref != credential(self._session, ref.vendor):
            return f"The run belongs to another account at {ref.vendor}."
        before = self._vault.get(ref)
        connection = (self._session.load(CONNECTIONS) or Connections()).by_provider.get(ref.vendor)
        told = connection is not None and connection.origin is not None
        if before == secret or (before is None and not told):
            return ""
        title = title_of(self._session, ref.vendor)
        stays = "The run goes on with the token it has." if before is not None else "It was not taken."
        try:
            async with asyncio.timeout(WHOSE):
                account = await self._whose(ref.vendor, secret)
        except SignInNeeded as refused:
            return f"{refused.cause} {stays}"
        except (Trouble, TimeoutError) as error:
            why = error.cause if isinstance(error, Trouble) else f"{title} did not answer in time."
            return f"Whose token this is cannot be asked now: {why} {stays}"
        if account.id == ref.account:
            return ""
        belongs = self._session.load(CONNECTIONS) or Connections()
        email = belongs.by_provider[ref.vendor].email
        return f"This token is of {account.email}; the run belongs to {email}."

    def taken(self, ref: CredentialRef) -> None:
        """A token has taken the place of another: use it from now on, and say so."""
        if ref.vendor == REGISTRY:
            return
        self._use()
        connections = self._session.load(CONNECTIONS) or Connections()
        connection = connections.by_provider.get(ref.vendor)
        good = life(connection.expires_at) if connection is not None else ""
        words = f"A fresh {title_of(self._session, ref.vendor)} token was handed over"
        with contextlib.suppress(Trouble):
            # On a full disk it is used all the same.
            self._journal.event("person", f"{words}{f' ({good})' if good else ''}; it is used from now on.")
            self.look()

    async def _whose(self, vendor: str, secret: Secret) -> Account:
        hosts = hosts_of(self._session, vendor)
        if vendor != self._session.info.source:
            return (await target_provider(vendor).accept_token(hosts, secret)).account
        source = source_provider(vendor).open(hosts, secret)
        try:
            return await source.account()
        finally:
            await source.close()


def title_of(session: Session, vendor: str) -> str:
    """What a vendor of a session is called."""
    known = source_provider if vendor == session.info.source else target_provider
    return known(vendor).title


def asked(wanted: FreshTokenWanted) -> str:
    """The question, as a sentence."""
    left = seconds_left(wanted.expires_at) or 0.0
    ends = f"ends at {moment(wanted.expires_at)}, in {span(left)}"
    if left <= 0:
        ends = f"has ended at {moment(wanted.expires_at)}"
    return (
        f"The {wanted.title} token {ends}. Sign in again in `offramp`, with a on the run screen; the run "
        "goes on meanwhile, and with the new token by itself."
    )
