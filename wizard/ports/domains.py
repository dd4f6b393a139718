"""Custom domains and log drains on a target: what they are there, and what a target does with them."""

from dataclasses import dataclass
from typing import Protocol

from wizard.model.noun import Noun
from wizard.model.secret import Secret
from wizard.ports.signing_in import Log
from wizard.ports.target_things import Environment, TargetService


class DomainEndpoint(Noun, frozen=True, kw_only=True):
    """A web address of a service under a custom domain, with a certificate that the target makes and renews,
    or with a person's own (then without a challenge).

    `hostname` is to be a CNAME (or ALIAS) to `dns_target` when traffic moves, or, where there are `addresses`
    and it has no subdomain, to have them as A records; `challenge_name` a CNAME to `challenge_target` before
    that, by which the certificate is made. Without a challenge the target makes it once traffic has moved.
    `certificate` is `pending`, `transitioning`, `ready`, or other words of the target's.
    """

    id: str
    service_id: str
    hostname: str
    state: str
    dns_target: str = ""
    challenge_name: str = ""
    challenge_target: str = ""
    certificate: str = ""
    port: int | None = None
    addresses: tuple[str, ...] = ()


class TargetCertificate(Noun, frozen=True, kw_only=True):
    """A certificate that a person gave to an environment. `fingerprint` is its SHA-256, hex."""

    id: str
    fingerprint: str


@dataclass(frozen=True)
class CertificateWish:
    """A certificate to be given to an environment: `chain` in PEM, that of the host first, and its key."""

    fingerprint: str
    chain: str
    key: Secret


class TargetDrain(Noun, frozen=True, kw_only=True):
    """A log drain of an environment: it gets the log of all its apps. `kind` is the target's word for how it
    sends; `host` where to, empty where that is part of a secret."""

    id: str
    handle: str
    state: str
    kind: str = ""
    host: str = ""


class DomainsAndDrains(Protocol):
    """The part of a target that is about custom domains and log drains. Where its profile has neither
    (`Capabilities.managed_tls`, `own_certificates`, `log_drains`), none of this is called."""

    async def find_domain(self, environment: Environment, hostname: str) -> DomainEndpoint | None:
        """The web address under a custom domain, whichever app of the environment has it."""
        ...

    async def create_domain(
        self, environment: Environment, service: TargetService, hostname: str, port: int, log: Log
    ) -> DomainEndpoint:
        """Create it, or go on with what a broken attempt left; returns when it says which DNS records it
        wants. Certificate authorities count: never make one a second time, never remove one."""
        ...

    async def renew_certificate(self, domain: DomainEndpoint, log: Log) -> DomainEndpoint:
        """Have its certificate made, once DNS is right. Raises Trouble (`operation-failed`) with what the
        authority said."""
        ...

    async def find_certificate(self, environment: Environment, fingerprint: str) -> TargetCertificate | None:
        """A certificate of the environment, whoever gave it."""
        ...

    async def upload_certificate(
        self, environment: Environment, wish: CertificateWish, log: Log
    ) -> TargetCertificate:
        """Give it to the environment, once; adopt it where it is there."""
        ...

    async def find_own_domain(
        self, service: TargetService, hostname: str, certificate: TargetCertificate
    ) -> DomainEndpoint | None:
        """The web address of the service with that certificate. One serves all the domains of the service
        that the certificate covers; `hostname` is which of them is meant."""
        ...

    async def create_own_domain(
        self, service: TargetService, hostname: str, certificate: TargetCertificate, port: int, log: Log
    ) -> DomainEndpoint:
        """Create it, or go on with what a broken attempt left; returns when it is provisioned. It wants no
        DNS record but that of its traffic."""
        ...

    async def find_drain(self, environment: Environment, handle: str) -> TargetDrain | None: ...

    def drain_destination(self, address: Secret) -> Secret:
        """Where a log drain of the source leads on the target: equal for two that become one there. Raises
        Trouble (`no-such-drain`) when the target has no counterpart."""
        ...

    async def create_drain(
        self, environment: Environment, handle: str, address: Secret, *, databases: bool, log: Log
    ) -> TargetDrain:
        """Create the counterpart of a log drain of the source, or go on with what is there; `databases` says
        whether their logs go there as well. Returns when it is provisioned."""
        ...
