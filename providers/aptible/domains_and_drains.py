"""Custom domains and log drains of Aptible, as `wizard.ports.DomainsAndDrains` wants them."""

from providers.aptible.client import Api
from providers.aptible.domains import Domains
from providers.aptible.drain_address import destination
from providers.aptible.drains import Drains
from providers.aptible.operations import Operations
from providers.aptible.own_certificates import OwnCertificates
from wizard.model.secret import Secret
from wizard.ports import (
    CertificateWish,
    DomainEndpoint,
    Environment,
    Log,
    TargetCertificate,
    TargetDrain,
    TargetService,
)


class WithDomainsAndDrains:
    """What of the target is about them; see `wizard.ports.DomainsAndDrains` for what each method promises."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._domains = Domains(api, operations)
        self._certificates = OwnCertificates(api, operations)
        self._drains = Drains(api, operations)

    async def find_domain(self, environment: Environment, hostname: str) -> DomainEndpoint | None:
        return await self._domains.find(environment, hostname)

    async def create_domain(
        self, environment: Environment, service: TargetService, hostname: str, port: int, log: Log
    ) -> DomainEndpoint:
        return await self._domains.create(environment, service, hostname, port, log)

    async def renew_certificate(self, domain: DomainEndpoint, log: Log) -> DomainEndpoint:
        return await self._domains.renew(domain, log)

    async def find_certificate(self, environment: Environment, fingerprint: str) -> TargetCertificate | None:
        return await self._certificates.find(environment, fingerprint)

    async def upload_certificate(
        self, environment: Environment, wish: CertificateWish, log: Log
    ) -> TargetCertificate:
        return await self._certificates.upload(environment, wish, log)

    async def find_own_domain(
        self, service: TargetService, hostname: str, certificate: TargetCertificate
    ) -> DomainEndpoint | None:
        return await self._certificates.endpoint(service, hostname, certificate)

    async def create_own_domain(
        self, service: TargetService, hostname: str, certificate: TargetCertificate, port: int, log: Log
    ) -> DomainEndpoint:
        return await self._certificates.create_endpoint(service, hostname, certificate, port, log)

    async def find_drain(self, environment: Environment, handle: str) -> TargetDrain | None:
        return await self._drains.find(environment, handle)

    def drain_destination(self, address: Secret) -> Secret:
        return destination(address).key()

    async def create_drain(
        self, environment: Environment, handle: str, address: Secret, *, databases: bool, log: Log
    ) -> TargetDrain:
        return await self._drains.create(environment, handle, address, databases=databases, log=log)
