"""Certificates that the customer has, and the endpoints that serve with them.

Such an endpoint names no domain (aptible-cli and app-ui send none with a certificate): its load balancer
serves whoever leads a host name there. One of a service is enough for all the domains that its certificate
covers. Nothing counts against Let's Encrypt's limits, and nobody renews the certificate.
"""

import base64
import binascii
import hashlib
import re

from providers.aptible.answers import CertificateAnswer, Vhost
from providers.aptible.client import Api, created
from providers.aptible.domains import domain_endpoint
from providers.aptible.operations import Operations
from providers.aptible.vhosts import Vhosts
from wizard.model.trouble import Trouble
from wizard.ports import (
    CertificateWish,
    DomainEndpoint,
    Environment,
    Log,
    TargetCertificate,
    TargetService,
)

_PEM = re.compile(r"-----BEGIN CERTIFICATE-----(.+?)-----END CERTIFICATE-----", re.DOTALL)


class OwnCertificates:
    """Certificates of environments, known by their fingerprints. Their keys are sent, and never read back."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._api = api
        self._vhosts = Vhosts(api, operations)

    async def find(self, environment: Environment, fingerprint: str) -> TargetCertificate | None:
        path, what = f"/accounts/{environment.id}/certificates", f"the certificates of {environment.handle}"
        for one in await self._api.listed(path, "certificates", CertificateAnswer, what=what):
            if fingerprint in _fingerprints(one):
                return TargetCertificate(id=str(one.id), fingerprint=fingerprint)
        return None

    async def upload(self, environment: Environment, wish: CertificateWish, log: Log) -> TargetCertificate:
        """Send it once; adopt the one of that fingerprint, which has the same key."""
        found = await self.find(environment, wish.fingerprint)
        if found is not None:
            log(f"The certificate {wish.fingerprint[:16]} is there already.")
            return found
        log(f"Sending the certificate {wish.fingerprint[:16]} and its key.")
        body = {"certificate_body": wish.chain, "private_key": wish.key.reveal()}

        async def post() -> TargetCertificate:
            path = f"/accounts/{environment.id}/certificates"
            made = await self._api.post(path, body, CertificateAnswer, what="take the certificate")
            return TargetCertificate(id=str(made.id), fingerprint=wish.fingerprint)

        return await created(self._api.patience, post, lambda: self.find(environment, wish.fingerprint))

    async def endpoint(
        self, service: TargetService, hostname: str, certificate: TargetCertificate
    ) -> DomainEndpoint | None:
        """The endpoint of a service with that certificate."""
        found = await self._find(service, hostname, certificate)
        return None if found is None else domain_endpoint(found, hostname)

    async def create_endpoint(
        self, service: TargetService, hostname: str, certificate: TargetCertificate, port: int, log: Log
    ) -> DomainEndpoint:
        """Make it before the containers' `port`, or go on with what is there; returns when it is
        provisioned."""
        found = await self._find(service, hostname, certificate)
        if found is None:
            # An address, as aptible-cli and app-ui send it; the OpenAPI document calls it a number.
            address = f"{self._api.root}/certificates/{certificate.id}"
            kind = {"default": False, "acme": False, "certificate": address}
            found = await self._vhosts.create(
                service,
                port,
                kind,
                log,
                name=hostname,
                look=lambda: self._find(service, hostname, certificate),
            )
        untouched = "The domain points where it pointed."
        await self._vhosts.provision(found, port, log, name=hostname, untouched=untouched)
        done = domain_endpoint(await self._vhosts.read(found.id, hostname), hostname)
        if not done.dns_target:
            raise Trouble(
                f"Aptible provisioned the endpoint of {hostname} and does not name its load balancer.",
                remedy="Look at it in Aptible's dashboard, then try again.",
                untouched="The endpoint stays as it is.",
                code="endpoint-unclear",
                retry=True,
            )
        return done

    async def _find(
        self, service: TargetService, hostname: str, certificate: TargetCertificate
    ) -> Vhost | None:
        for vhost in await self._vhosts.of(f"services/{service.id}", hostname):
            own = not vhost.acme and not vhost.default and not vhost.internal
            if own and vhost.linked_id("certificate") == certificate.id:
                return vhost
        return None


def _fingerprints(one: CertificateAnswer) -> set[str]:
    """What Aptible says, in whichever spelling, and what its own text of the certificate comes to."""
    found = {re.sub("[^0-9a-f]", "", (one.sha256_fingerprint or "").lower())}
    for text in (one.leaf_certificate, one.certificate_body):
        if text and (first := _PEM.search(text)):
            try:
                # Line breaks came through as signs that stand for them.
                der = base64.b64decode(re.sub("[^A-Za-z0-9+/=]", "", first[1]), validate=True)
            except binascii.Error:
                continue
            found.add(hashlib.sha256(der).hexdigest())
    return found
