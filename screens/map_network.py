"""Custom domains and log drains on the map: their rows, and what can be decided for them."""

from collections.abc import Callable
from typing import Literal

from screens.map_checks import handle
from screens.map_option import BY_PERSON, Change, Option, leave
from wizard.mapping import edit
from wizard.mapping.certificates import OwnCertificate, look_at, look_at_chain, place
from wizard.mapping.drains import (
    decide_drain,
    find_drain,
    set_drain_databases,
    set_drain_handle,
)
from wizard.model.mapping import DomainChoice, DrainChoice, Mapping
from wizard.model.system import System
from wizard.model.trouble import Trouble
from wizard.ports import Profile

NAME = "What is the drain called there?"

CHAIN = "Which file holds the certificate (PEM), that of {} first, its issuers after it?"
KEY = (
    "Which file holds its private key (PEM, without a passphrase)? Only the path is kept; the key is read "
    "when it is sent."
)


def domain_becomes(choice: DomainChoice) -> str:
    """What a domain is to become, in the column after the arrow."""
    if choice.action == "endpoint" and choice.late:
        return "endpoint in the cut-over"
    if choice.action == "endpoint" and choice.fingerprint:
        return "endpoint + own certificate"
    return {
        "endpoint": "endpoint + new certificate",
        "by-hand": "you change its DNS",
        "leave": "left behind",
    }.get(choice.action, "?")


def domain_options(app_id: str, hostname: str, mapping: Mapping, profile: Profile) -> list[Option]:
    """An endpoint where the target makes certificates, or takes the person's; by hand; left behind."""

    def to(action: Literal["endpoint", "by-hand"]) -> Change:
        return lambda m, _: edit.decide_domain(m, app_id, hostname, action, BY_PERSON)

    word = profile.words.get("endpoint", "endpoint")
    found: list[Option] = []
    if profile.capabilities.managed_tls:
        words = f"Make an {word} with a new certificate before traffic moves"
        found.append(Option("endpoint", words, to("endpoint")))
    choice = next(one for one in mapping.domains if (one.app_id, one.hostname) == (app_id, hostname))
    if profile.capabilities.own_certificates:
        found.append(_own_certificate(choice, word))
    app = mapping.app(app_id)
    if found and choice.action == "endpoint" and app is not None and app.way == "git":
        when = "before the cut-over, ahead of" if choice.late else "within the cut-over, after"
        words = f"Make its {word} {when} the first deploy"
        found.append(
            Option("when", words, lambda m, _: edit.set_domain_late(m, app_id, hostname, not choice.late))
        )
    return [
        *found,
        Option("by-hand", "I change its DNS after the cut-over", to("by-hand")),
        leave(lambda m, why: edit.decide_domain(m, app_id, hostname, "leave", why)),
    ]


def _own_certificate(choice: DomainChoice, word: str) -> Option:
    """Two questions, one after the other: the file of the chain, then that of the key."""
    hostname = choice.hostname

    def of_chain(text: str) -> str:
        return (
            _complaint(lambda: look_at_chain(place(text), hostname)) if text else "Type a path, or press esc."
        )

    return Option(
        "own-certificate",
        f"Make an {word} with a certificate of mine (two PEM files)",
        lambda m, _: m,
        CHAIN.format(hostname),
        choice.chain_file,
        of_chain,
        then=lambda chain: _own_key(choice, place(chain)),
    )


def _own_key(choice: DomainChoice, chain_file: str) -> Option:
    seen: list[OwnCertificate] = []

    def check(text: str) -> str:
        seen.clear()
        if not text:
            return "Type a path, or press esc."
        return _complaint(lambda: seen.append(look_at(chain_file, place(text), choice.hostname)))

    return Option(
        "own-key",
        "The key of that certificate",
        lambda m, text: edit.use_certificate(
            m, choice.app_id, choice.hostname, (chain_file, place(text)), seen[0]
        ),
        KEY,
        choice.key_file,
        check,
    )


def _complaint(look: Callable[[], object]) -> str:
    try:
        look()
    except Trouble as trouble:
        return trouble.brief()
    return ""


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


def drain_options(app_id: str, drain_id: str, mapping: Mapping, profile: Profile) -> list[Option]:
    """Moved where the target has a counterpart, its name, whether databases go along; left behind."""
    choice = next(one for one in mapping.drains if (one.app_id, one.drain_id) == (app_id, drain_id))
    found: list[Option] = []
    if profile.capabilities.log_drains:
        found.append(
            Option(
                "move",
                f"Make a log drain at {profile.title}, or rename it",
                lambda m, name: set_drain_handle(m, app_id, drain_id, name),
                NAME,
                choice.handle or f"{mapping.environment}-logs",
                handle(profile),
            )
        )
    if choice.action == "move":
        words = "Leave the logs of databases out" if choice.databases else "Send the logs of databases, too"
        found.append(
            Option(
                "databases",
                words,
                lambda m, _: set_drain_databases(m, app_id, drain_id, not choice.databases),
            )
        )
    return [*found, leave(lambda m, why: decide_drain(m, app_id, drain_id, "leave", why))]
