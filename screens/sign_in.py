"""Signing in, as every screen does it: the token is checked, kept, and named in the session."""

from dataclasses import dataclass

from screens.background import in_thread
from wizard.credentials import CredentialRef, Kept, Origin, Vault
from wizard.credentials.fetch import fetch
from wizard.model.secret import Secret
from wizard.model.system import Account
from wizard.model.trouble import Trouble
from wizard.ports import FoundToken, SourceProvider, TargetProvider, Token
from wizard.ports.signing_in import Caution
from wizard.registry import hosts_of
from wizard.run.control import hand_over
from wizard.run.journal import Journal
from wizard.run.launch import running
from wizard.run.view import view
from wizard.session.accounts import known_accounts
from wizard.session.parts import CONNECTIONS, PLAN, PREFLIGHT, SYSTEM, Connection, Connections
from wizard.session.store import Session
from wizard.told_hosts import usable_at


@dataclass(frozen=True)
class SignedIn:
    """Who signed in where, and where the token is kept."""

    connection: Connection
    kept: Kept
    cautions: tuple[Caution, ...] = ()


async def source_token(provider: SourceProvider, session: Session, secret: Secret) -> Token:
    """Check a source's token by asking whose it is.

    Raises:
        Trouble: the source refuses it, or cannot be reached.
    """
    source = provider.open(hosts_of(session, provider.name), secret)
    try:
        return Token(secret, await source.account(), None)
    finally:
        await source.close()


async def usable_tokens(
    provider: SourceProvider | TargetProvider, session: Session, vendor: str
) -> tuple[list[FoundToken], str]:
    """The tokens on this machine that are for where this session's vendor is, and why others are left out:
    one that is meant for another host is not sent there."""
    hosts = hosts_of(session, vendor)
    return usable_at(provider, hosts, await in_thread(provider.found_tokens))


def wanted_by_run(session: Session) -> str | None:
    """The vendor whose token a run waits for, or wants anew before it ends; None when there is none."""
    seen = view(session)
    if seen is None or seen.worker != "alive":
        return None
    if seen.secret is not None:
        return seen.secret.vendor
    return seen.fresh.vendor if seen.fresh is not None else None


async def fetched(origin: Origin, vendor: str) -> Secret:
    """The token that a person's command or variable gives.

    Raises:
        Trouble: it gives none, and why.
    """
    secret = await in_thread(fetch, origin, f"{vendor} token")
    if secret is None:
        raise Trouble(
            f"The variable {origin.variable} is not set where this Offramp was started.",
            remedy=f"Leave, set {origin.variable} in the shell, and start Offramp again; or sign in in "
            "another way.",
            code="token-missing",
        )
    return secret


async def keep(
    session: Session, vault: Vault, vendor: str, token: Token, origin: Origin | None = None
) -> SignedIn:
    """Keep a token that was checked, and name it in the session; one that comes from `origin` is held in
    memory, and only where it comes from is kept. A running worker gets it at once.

    Another account than before takes the plan away, and at the source the inventory: both are about the
    account that was signed in then; its token stays, to be chosen again. A run is never parted from its
    account.

    Raises:
        Trouble: a run belongs to another account; the session cannot be written; the worker does not take it.
    """
    connections = session.load(CONNECTIONS) or Connections()
    before = _account_before(session, connections, vendor)
    another = before is not None and before.id != token.account.id
    if before is not None and another and Journal(session).run() is not None:
        raise Trouble(
            f"This token is of {token.account.email}; the run belongs to {before.email}.",
            untouched="The run and its plan are as they were.",
            remedy=f"Sign in as {before.email}, or begin a new migration for {token.account.email}.",
            code="other-account",
        )
    ref = CredentialRef(vendor=vendor, account=token.account.id)
    if origin is None:
        kept = await in_thread(vault.put, ref, token.secret)
        where = "in the keyring" if kept.place == "keyring" else "held in memory"
    else:
        vault.hold(ref, token.secret)
        where = f"from {origin.words}"
        kept = Kept(place="memory", sentence=f"The token comes {where} when it is wanted; it is not kept.")
    connection = Connection(
        provider=vendor,
        account_id=token.account.id,
        email=token.account.email,
        kept_in=where,
        expires_at=token.expires_at,
        origin=origin,
    )
    session.save(CONNECTIONS, _with(connections, connection))
    if another:
        session.drop(PLAN)
        session.drop(PREFLIGHT)
        if vendor == session.info.source:
            session.drop(SYSTEM)
    if await in_thread(running, session):
        await in_thread(hand_over, session, ref, token.secret)
    return SignedIn(connection=connection, kept=kept, cautions=token.cautions)


def _with(connections: Connections, connection: Connection) -> Connections:
    """`connection` in use; the account that was used until now stays among the others."""
    vendor, before = connection.provider, connections.by_provider.get(connection.provider)
    aside = (*connections.others, *((before,) if before else ()))
    return Connections(
        by_provider={**connections.by_provider, vendor: connection},
        others=tuple(one for one in aside if one.ref != connection.ref),
        forgotten={name: one for name, one in connections.forgotten.items() if name != vendor},
    )


def _account_before(session: Session, connections: Connections, vendor: str) -> Account | None:
    """Whose the vendor's answers in the session are, also after its token was forgotten."""
    known = connections.by_provider.get(vendor) or connections.forgotten.get(vendor)
    if known is not None:
        return Account(id=known.account_id, email=known.email)
    system = session.load(SYSTEM) if vendor == session.info.source else None
    return system.account if system else None


async def kept_tokens(session: Session, vault: Vault, vendor: str) -> list[Connection]:
    """The accounts of a vendor whose tokens this migration or another was given and that are still at hand,
    each once. The account that is in use is not among them. No command is run to find out."""
    connections = session.load(CONNECTIONS) or Connections()
    mine = connections.by_provider.get(vendor)
    seen = {mine.account_id} if mine is not None else set()
    found = []
    aside = [one for one in connections.others if one.provider == vendor]
    for connection in (*aside, *await in_thread(known_accounts, session, vendor)):
        if connection.account_id in seen:
            continue
        if await in_thread(vault.at_hand, connection.ref, connection.origin):
            seen.add(connection.account_id)
            found.append(connection)
    return found


async def kept_token(vault: Vault, connection: Connection) -> Secret:
    """The token of an account of `kept_tokens`.

    Raises:
        Trouble: it is gone by now; the keyring fails.
    """
    secret = await in_thread(vault.get, connection.ref, connection.origin)
    if secret is None:
        raise Trouble(
            f"The token of {connection.email} is not there any more.",
            remedy="Sign in in another way.",
            code="token-missing",
        )
    return secret


async def missing_tokens(session: Session, vault: Vault) -> frozenset[str]:
    """The vendors that the session names but whose token is not at hand: it was held in the memory of a
    process that has ended, or somebody removed it from the keyring.

    Raises:
        Trouble: the keyring was there and now fails.
    """
    connections = session.load(CONNECTIONS) or Connections()
    missing = set()
    for vendor, connection in connections.by_provider.items():
        if not await in_thread(vault.at_hand, connection.ref, connection.origin):
            missing.add(vendor)
    return frozenset(missing)
