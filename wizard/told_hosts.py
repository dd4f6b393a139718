"""Where the environment says that vendors are: what a new session takes over, and whose tokens it has.

A token that lies in the environment, or that a vendor's own program gives, is for the host that the same
environment names. It must not be sent to another one.
"""

from wizard.model.trouble import Trouble
from wizard.ports import FoundToken, Hosts
from wizard.ports.names_hosts import NamesHosts
from wizard.registry import providers


def told_hosts() -> dict[str, dict[str, str]]:
    """The hosts of each vendor that the environment names, by provider; no vendor that it does not name.

    Raises:
        Trouble: it names a host that a token must not be sent to.
    """
    found = {name: dict(told_of(provider)) for name, provider in providers().items()}
    return {name: hosts for name, hosts in found.items() if hosts}


def told_of(provider: object) -> Hosts:
    """What the environment says of one vendor, empty when it says nothing. Raises Trouble as `told_hosts`."""
    return provider.environment_hosts() if isinstance(provider, NamesHosts) else {}


def usable_at(provider: object, hosts: Hosts, found: list[FoundToken]) -> tuple[list[FoundToken], str]:
    """Those of `found` that are for a session whose vendor is at `hosts`, and why the others are left out."""
    try:
        told = told_of(provider)
    except Trouble as trouble:
        return [], f"No token of this machine is offered. {trouble.cause}"
    # The environment need not name all that a session knows (where code is pushed to).
    same = all(told.get(name) == hosts.get(name) for name in {"api", "auth", *told})
    if not found or same:
        return found, ""
    names = ", ".join(token.where for token in found)
    return [], f"Not offered: {names}. It is for {_place(told)}; this migration is at {_place(hosts)}."


def _place(hosts: Hosts) -> str:
    return hosts.get("api") or ", ".join(hosts.values()) or "the vendor's own address"
