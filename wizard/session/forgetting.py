"""Forgetting what a session was given: every credential by itself, and what could not be removed is said."""

from dataclasses import dataclass

import msgspec

from wizard.credentials import SERVICE, CredentialRef, Vault
from wizard.model.text import clean
from wizard.model.trouble import Trouble
from wizard.session.image_login import login_ref, registries
from wizard.session.parts import CONNECTIONS, MAPPING, Connection, Connections
from wizard.session.store import Session


@dataclass(frozen=True)
class Given:
    """One credential that a session was given: whose, and where it is, both in words. `connection` None for
    the login of a registry."""

    ref: CredentialRef
    whose: str
    where: str
    connection: Connection | None = None

    @property
    def in_keyring(self) -> bool | None:
        """Whether it was put into the keyring, None where that was not written down."""
        return None if self.connection is None else "keyring" in self.connection.kept_in

    @property
    def entry(self) -> str:
        """What the entry is called in the keyring's own program."""
        return f"{SERVICE}, {clean(self.ref.username)}"


@dataclass(frozen=True)
class Forgotten:
    """What became of it: those that are gone, and those that are not, each with the reason."""

    gone: tuple[Given, ...]
    failed: tuple[tuple[Given, Trouble], ...]


def given_to(session: Session) -> tuple[Given, ...]:
    """Every credential that the session names: of its vendors, of accounts used before, of registries."""
    connections = session.load(CONNECTIONS) or Connections()
    mapping = session.load(MAPPING)
    known = [
        Given(one.ref, f"{one.provider}: {clean(one.email)}", one.kept_in, one)
        for one in (*connections.by_provider.values(), *connections.others)
    ]
    logins = [
        Given(login_ref(registry), f"registry {clean(registry)}", "where tokens are kept")
        for registry in (registries(mapping) if mapping else ())
    ]
    return (*known, *logins)


def forget(session: Session, vault: Vault, given: Given) -> None:
    """Remove one credential everywhere, then from the session. Blocking.

    Raises:
        Trouble: the keyring did not remove it; the session still names it.
    """
    vault.forget(given.ref, kept=given.in_keyring)
    connections = session.load(CONNECTIONS) or Connections()
    gone = connections.by_provider.get(given.ref.vendor)
    others = tuple(one for one in connections.others if one.ref != given.ref)
    if gone is None or gone.ref != given.ref:
        if others != connections.others:
            session.save(CONNECTIONS, msgspec.structs.replace(connections, others=others))
        return
    left = {name: one for name, one in connections.by_provider.items() if name != gone.provider}
    forgotten = {**connections.forgotten, gone.provider: gone}
    session.save(CONNECTIONS, Connections(by_provider=left, others=others, forgotten=forgotten))


def forget_all(session: Session, vault: Vault, what: tuple[Given, ...]) -> Forgotten:
    """Forget each of `what`; one that fails keeps none of the others. Blocking."""
    gone, failed = [], []
    for given in what:
        try:
            forget(session, vault, given)
        except Trouble as trouble:
            failed.append((given, trouble))
        else:
            gone.append(given)
    return Forgotten(tuple(gone), tuple(failed))


def as_trouble(done: Forgotten) -> Trouble:
    """What could not be removed, credential by credential, as one trouble."""
    each = " ".join(f"{given.whose}: {trouble.cause}" for given, trouble in done.failed)
    entries = "; ".join(given.entry for given, _ in done.failed)
    gone = f"Forgotten: {', '.join(given.whose for given in done.gone)}." if done.gone else ""
    return Trouble(
        f"{len(done.failed)} of {len(done.failed) + len(done.gone)} credentials could not be removed. {each}",
        untouched=gone or "Nothing was removed.",
        remedy=f"Remove them in the keyring's own program ({entries}), or try again. `offramp doctor` tells "
        "how the keyring is.",
        code="not-forgotten",
    )
