"""Custom domains and log drains on the map: their rows, and what can be decided for them."""

from collections.abc import Callable
from typing import Literal

from wizard.mapping import edit
from wizard.mapping.drains import (
    decide_drain,
    find_drain,
    set_drain_databases,
    set_drain_handle,
)
from wizard.model.mapping import DomainChoice, DrainChoice, Mapping
from wizard.model.system import System
from wizard.ports import Profile

Change = Callable[[Mapping, str], Mapping]

Offer = tuple[str, str, Change, str, str]
"""Id, words, the change, what is asked first ("" for nothing) and what stands in the line then."""

NAME = "What is the drain called there?"
WHY = "Why is it left behind? The report repeats it."
CHOSEN = "a person chose it"


def domain_becomes(choice: DomainChoice) -> str:
    """What a domain is to become, in the column after the arrow."""
    return {
        "endpoint": "endpoint + new certificate",
        "by-hand": "you change its DNS",
        "leave": "left behind",
    }.get(choice.action, "?")


def domain_offers(app_id: str, hostname: str, profile: Profile) -> list[Offer]:
    """An endpoint where the target makes certificates; by hand; left behind."""

    def to(action: Literal["endpoint", "by-hand"]) -> Change:
        return lambda m, _: edit.decide_domain(m, app_id, hostname, action, CHOSEN)

    word = profile.words.get("endpoint", "endpoint")
    found: list[Offer] = []
    if profile.capabilities.managed_tls:
        words = f"Make an {word} with a certificate before traffic moves; I set its DNS records"
        found.append(("endpoint", words, to("endpoint"), "", ""))
    found.append(("by-hand", "I change its DNS after the cut-over", to("by-hand"), "", ""))
    leave: Change = lambda m, why: edit.decide_domain(m, app_id, hostname, "leave", why)  # noqa: E731
    return [*found, ("leave", "Leave it behind", leave, WHY, "")]


def drain_becomes(choice: DrainChoice) -> str:
    """What a drain is to become, in the column after the arrow."""
    words = {"leave": "left behind", "undecided": "?"}
    databases = "" if choice.databases else ", apps only"
    return words.get(choice.action, f"log drain {choice.handle}{databases}")


def drains_by_app(mapping: Mapping) -> dict[str, list[DrainChoice]]:
    """The choices for log drains, by app id."""
    found: dict[str, list[DrainChoice]] = {}
    for choice in mapping.drains:
        found.setdefault(choice.app_id, []).append(choice)
    return found


def drain_address(system: System, choice: DrainChoice) -> str:
    """Where it leads on Heroku, without what is secret in it."""
    drain = find_drain(system, choice)
    return drain.address if drain is not None else "gone"


def drain_offers(app_id: str, drain_id: str, mapping: Mapping, profile: Profile) -> list[Offer]:
    """Moved where the target has a counterpart, its name, whether databases go along; left behind."""
    choice = next(one for one in mapping.drains if (one.app_id, one.drain_id) == (app_id, drain_id))
    move: Change = lambda m, name: set_drain_handle(m, app_id, drain_id, name)  # noqa: E731
    leave: Change = lambda m, why: decide_drain(m, app_id, drain_id, "leave", why)  # noqa: E731
    found: list[Offer] = []
    if profile.capabilities.log_drains:
        suggested = choice.handle or f"{mapping.environment}-logs"
        found.append(("move", f"Make a log drain at {profile.title}, or rename it", move, NAME, suggested))
    if choice.action == "move":
        words = "Leave the logs of databases out" if choice.databases else "Send the logs of databases, too"
        other: Change = lambda m, _: set_drain_databases(m, app_id, drain_id, not choice.databases)  # noqa: E731
        found.append(("databases", words, other, "", ""))
    return [*found, ("leave", "Leave it behind", leave, WHY, "")]
