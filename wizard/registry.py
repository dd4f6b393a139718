"""The providers that are installed, found through the entry-point group `offramp.providers`."""

from functools import cache
from importlib.metadata import entry_points
from typing import Any

from wizard.credentials import CredentialRef, Origin, Vault
from wizard.model.secret import Secret
from wizard.model.trouble import SignInNeeded, Trouble
from wizard.ports import ExampleProvider, Hosts, Source, SourceProvider, Target, TargetProvider
from wizard.session.parts import CONNECTIONS
from wizard.session.store import Session

GROUP = "offramp.providers"
EXAMPLES = "offramp.examples"


@cache
def _load(name: str) -> Any:
    for entry in entry_points(group=GROUP):
        if entry.name == name:
            return entry.load()
    raise Trouble(
        f"This Offramp has no provider {name}.",
        remedy="Install the package that brings it, or choose another target.",
        code="no-such-provider",
    )


def providers() -> dict[str, Any]:
    """Every installed provider by name."""
    return {entry.name: _load(entry.name) for entry in entry_points(group=GROUP)}


def source_provider(name: str) -> SourceProvider:
    """The source of that name; raises Trouble when it is not installed or is no source."""
    provider = _load(name)
    # The role is asked for as well: a target has all that a source has.
    if not isinstance(provider, SourceProvider) or provider.role != "source":
        raise Trouble(f"{name} is not a source.", remedy="Choose another.", code="no-such-provider")
    return provider


def target_provider(name: str) -> TargetProvider:
    """The target of that name; raises Trouble when it is not installed or is no target."""
    provider = _load(name)
    if not isinstance(provider, TargetProvider) or provider.role != "target":
        raise Trouble(f"{name} is not a target.", remedy="Choose another.", code="no-such-provider")
    return provider


def target_names() -> list[str]:
    """The installed targets, those that work end to end first, then by name."""
    found = []
    for entry in entry_points(group=GROUP):
        provider = _load(entry.name)
        if getattr(provider, "role", "") == "target":
            found.append((not provider.profile().capabilities.works, entry.name))
    return [name for _, name in sorted(found)]


def example_provider() -> ExampleProvider:
    """What starts the example system; raises Trouble when it is not installed."""
    for entry in entry_points(group=EXAMPLES):
        provider: ExampleProvider = entry.load()
        return provider
    raise Trouble(
        "This Offramp comes without the example system.",
        remedy="Install it from its repository, as the README says.",
        code="no-example",
    )


def credential(session: Session, vendor: str) -> CredentialRef | None:
    """The reference of the credential that a session uses for a vendor, None before sign-in."""
    connections = session.load(CONNECTIONS)
    connection = connections.by_provider.get(vendor) if connections else None
    if connection is None:
        return None
    return connection.ref


def command_for(session: Session, vendor: str) -> Origin | None:
    """The person's own command that gives a session's token of a vendor, None when there is none."""
    connections = session.load(CONNECTIONS)
    connection = connections.by_provider.get(vendor) if connections else None
    return connection.origin if connection and connection.origin and connection.origin.command else None


def token_of(session: Session, vault: Vault, vendor: str) -> Secret | None:
    """The token that a session uses for a vendor, None when it must be asked for. Blocks: where the person
    named a command for it, that is run unless it was before.

    Raises:
        Trouble: the keyring was there and now fails, or the command does.
    """
    connections = session.load(CONNECTIONS)
    connection = connections.by_provider.get(vendor) if connections else None
    return vault.get(connection.ref, connection.origin) if connection else None


def _token(session: Session, vault: Vault, vendor: str, title: str) -> Secret:
    secret = token_of(session, vault, vendor)
    if secret is None:
        connections = session.load(CONNECTIONS)
        connection = connections.by_provider.get(vendor) if connections else None
        unset = connection.origin.variable if connection and connection.origin else ""
        raise SignInNeeded(
            vendor,
            f"There is no {title} token at hand{f': {unset} is not set here' if unset else ''}.",
            remedy=f"Sign in to {title} again.",
            code="token-missing",
        )
    return secret


def hosts_of(session: Session, vendor: str) -> Hosts:
    """Where a session's vendor is reached.

    Raises:
        Trouble: the session is of the example on this machine, which has no such vendor: what signs in there
            must not be sent to the real one.
    """
    info = session.info
    if info.demo and vendor not in info.hosts:
        there = ", ".join(sorted(set(info.hosts) - {info.source})) or "nothing"
        raise Trouble(
            f"The example on this machine does not move to {vendor}; it moves to {there}.",
            untouched="Nothing was sent anywhere.",
            remedy=f"Choose {there}; or leave, and start `offramp demo --target {vendor}`.",
            code="not-in-example",
        )
    return info.hosts.get(vendor, {})


def open_source(session: Session, vault: Vault) -> Source:
    """The session's source, signed in; raises SignInNeeded when the vault has no token for it."""
    provider = source_provider(session.info.source)
    token = _token(session, vault, provider.name, provider.title)
    return provider.open(hosts_of(session, provider.name), token)


def open_target(session: Session, vault: Vault, name: str) -> Target:
    """The target `name` of a session, signed in; raises SignInNeeded when the vault has no token for it."""
    provider = target_provider(name)
    token = _token(session, vault, provider.name, provider.title)
    return provider.open(hosts_of(session, provider.name), token)
