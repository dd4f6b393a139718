"""Custom domains: which get an endpoint with a managed certificate, and what a person should know of each."""

from collections import Counter
from collections.abc import Iterator
from typing import Literal

from wizard.choose.capsule_kind import has_capsules
from wizard.choose.hostnames import is_apex
from wizard.mapping.problem import Problem
from wizard.model.mapping import DomainChoice, Mapping
from wizard.model.network import Domain
from wizard.model.system import App, System
from wizard.ports import Profile

DomainAction = Literal["endpoint", "by-hand", "leave", "undecided"]

A_WEEK = 50
"""Certificates that Let's Encrypt issues for one registered domain in a week (its page "Rate limits")."""


def propose_domain(app: App, domain: Domain, profile: Profile) -> DomainChoice:
    """An endpoint where the target makes certificates itself, else the person's own hands."""
    action: DomainAction = "by-hand"
    reason = "its DNS record is changed after the cut-over; the report shows how"
    if domain.hostname.startswith("*.") and not profile.capabilities.wildcard_domains:
        action, reason = "undecided", f"{profile.title} takes no wildcard domain"
    elif profile.capabilities.managed_tls and any(process.type == "web" for process in app.processes):
        action = "endpoint"
        reason = (
            "an endpoint of its own, its certificate ready before traffic moves; you set its DNS records, "
            "Offramp says which and looks at them"
        )
        if has_capsules(profile):
            reason = (
                "a name of the web capsule; its certificate is made once your DNS leads there. Offramp says "
                "which records that takes, and looks at them"
            )
        elif _own_certificate(app, domain.hostname):
            reason += "; Let's Encrypt makes the new certificate, Heroku never gives the key of the old one"
            if profile.capabilities.own_certificates:
                reason += "; enter takes yours"
    return DomainChoice(app_id=app.id, hostname=domain.hostname, action=action, reason=reason)


def domain_problems(system: System, mapping: Mapping, profile: Profile) -> Iterator[Problem]:
    """What stops a domain from being moved, or is to be looked at."""
    moved = {choice.app_id: choice for choice in mapping.moved_apps()}
    taken: Counter[str] = Counter()
    asked = [one for one in mapping.domains if one.action in ("endpoint", "by-hand") and one.app_id in moved]
    for domain in asked:
        if domain.hostname.startswith("*.") and not profile.capabilities.wildcard_domains:
            yield _stop(
                "wildcard",
                domain,
                f"{profile.title} takes no wildcard domain",
                "Leave it behind, or name each host.",
            )
            continue
        taken[domain.app_id] += 1
        # Where root domains are counted for themselves, so are the others: see `check_capsules`.
        most = profile.capabilities.max_domains if profile.capabilities.max_root_domains is None else None
        if most is not None and taken[domain.app_id] > most:
            yield _stop(
                "domains",
                domain,
                f"an app has at most {most} domains on {profile.title}",
                "Leave this one behind, or another one of the app.",
            )
        elif domain.action == "endpoint":
            yield from _endpoint(system, mapping, domain, profile)
    yield from _together([domain for domain in asked if domain.action == "endpoint"])


def _endpoint(system: System, mapping: Mapping, domain: DomainChoice, profile: Profile) -> Iterator[Problem]:
    app, choice = system.app(domain.app_id), mapping.app(domain.app_id)
    own = bool(domain.fingerprint)
    if own and not profile.capabilities.own_certificates:
        yield _stop(
            "no-own-certificates",
            domain,
            f"Offramp sends no certificates to {profile.title}",
            "Say that you change its DNS by hand, or leave it.",
        )
    elif not own and not profile.capabilities.managed_tls:
        yield _stop(
            "no-managed-tls",
            domain,
            f"Offramp makes no certificates at {profile.title}",
            "Say that you change its DNS by hand, or leave it.",
        )
    elif not any(
        one.app_id == app.id and one.type == "web" and one.action == "service" for one in mapping.processes
    ):
        yield _stop(
            "no-web",
            domain,
            f"{app.name} has no web service that could answer at it",
            "Run its web process as a service, or leave the domain.",
        )
    elif has_capsules(profile):
        yield _look(
            "late-certificate",
            domain,
            "gets its certificate once its DNS leads there: for some minutes a browser warns of it",
            "Lower the TTL of its record the day before, and have somebody at hand who can change it.",
        )
    elif is_apex(domain.hostname):
        yield _look(
            "apex",
            domain,
            "is the top of its zone, where no CNAME may stand: its DNS needs ALIAS or ANAME",
            "Look whether your DNS has them. Else let www answer, and redirect this one to it.",
        )
    elif own:
        return
    elif choice is not None and (choice.way != "git" or domain.late):
        yield _look(
            "late-certificate",
            domain,
            "gets its certificate within the cut-over: there is no service before the first deploy",
            "Have somebody at hand then who can change its DNS.",
        )
    elif _own_certificate(app, domain.hostname):
        yield _look(
            "own-certificate",
            domain,
            "has a certificate of your own on Heroku, which never gives its private key",
            "Let's Encrypt makes a new one. If it must be yours, press enter and name its files (PEM)."
            if profile.capabilities.own_certificates
            else "Let's Encrypt makes a new one. If it must be yours, say that you change the domain by "
            f"hand: {profile.title}'s dashboard takes certificate and key when you make its endpoint there.",
        )


def _together(domains: list[DomainChoice]) -> Iterator[Problem]:
    for hostname, count in Counter(domain.hostname.lower() for domain in domains).items():
        if count > 1:
            yield Problem(
                code="domain-twice",
                component=hostname,
                text=f"is to be an endpoint of {count} apps, and can belong to one",
                remedy="Leave it behind in all of them but one.",
                blocks=True,
            )
    made = [domain for domain in domains if not domain.fingerprint]
    registered = Counter(".".join(domain.hostname.split(".")[-2:]) for domain in made)
    for domain in made:
        zone = ".".join(domain.hostname.split(".")[-2:])
        if registered.pop(zone, 0) > A_WEEK:
            yield _look(
                "certificate-limit",
                domain,
                f"is one of more than {A_WEEK} below {zone}; Let's Encrypt makes {A_WEEK} in a week",
                "Move some of them by hand, later.",
            )


def _own_certificate(app: App, hostname: str) -> bool:
    """Whether Heroku serves a certificate there that it does not manage itself."""
    named = next((one.certificate for one in app.domains if one.hostname == hostname), None)
    return any(not one.managed and (one.name == named or hostname in one.domains) for one in app.certificates)


def _stop(code: str, domain: DomainChoice, text: str, remedy: str) -> Problem:
    return Problem(code=code, component=domain.hostname, text=text, remedy=remedy, blocks=True)


def _look(code: str, domain: DomainChoice, text: str, remedy: str) -> Problem:
    return Problem(code=code, component=domain.hostname, text=text, remedy=remedy)
