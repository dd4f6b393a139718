"""Endpoints for custom domains with managed TLS: Let's Encrypt makes their certificates, Aptible renews them.

Each one that is made, and each that is removed, counts against Let's Encrypt's weekly limits (Aptible's
documentation, "Managed TLS"): none is made where one of that domain is there, and none is ever removed.

No setting is sent along. Heroku's router waits 30 seconds for the first byte and 55 between two; Aptible's
load balancer waits 60, unless IDLE_TIMEOUT says otherwise, so nothing is cut shorter than it was. Strict
health checks are off by default, as Heroku has none. Heroku redirects nobody: an app that did goes on
doing so by X-Forwarded-Proto, which both set, so FORCE_SSL would only be a second redirect.
"""

import asyncio
import re
import time

from providers.aptible.answers import Vhost
from providers.aptible.client import Api
from providers.aptible.operations import Operations
from providers.aptible.vhosts import Vhosts
from wizard.model.trouble import Trouble
from wizard.ports import DomainEndpoint, Environment, Log, TargetService

SETTLES = 120.0
"""Seconds in which a certificate that was just issued is looked for on the endpoint."""

_NAME = re.compile(r"(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)


class Domains:
    """Endpoints with a domain of the customer's, of all apps."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._operations = operations
        self._vhosts = Vhosts(api, operations)
        self._patience = api.patience

    async def find(self, environment: Environment, hostname: str) -> DomainEndpoint | None:
        """The endpoint of a domain, whichever app of the environment it belongs to."""
        found = await self._find(environment, hostname)
        return None if found is None else domain_endpoint(found)

    async def create(
        self, environment: Environment, service: TargetService, hostname: str, port: int, log: Log
    ) -> DomainEndpoint:
        """Make it before the containers' `port`, or go on with what is there; returns when it is provisioned.
        The certificate comes later, when DNS lets Let's Encrypt see that the domain is the customer's."""
        found = await self._find(environment, hostname)
        if found is None:
            kind = {"default": False, "acme": True, "user_domain": hostname}
            found = await self._vhosts.create(
                service, port, kind, log, name=hostname, look=lambda: self._find(environment, hostname)
            )
        self._check(found, service, hostname)
        untouched = "The domain points where it pointed."
        await self._vhosts.provision(found, port, log, name=hostname, untouched=untouched)
        done = domain_endpoint(await self._vhosts.read(found.id, hostname))
        if not done.dns_target or not done.challenge_target:
            raise Trouble(
                f"Aptible provisioned the endpoint of {hostname} and names no DNS records for it.",
                remedy="Look at it in Aptible's dashboard, then try again.",
                untouched="The endpoint stays as it is.",
                code="endpoint-unclear",
                retry=True,
            )
        return done

    async def renew(self, domain: DomainEndpoint, log: Log) -> DomainEndpoint:
        """Have the certificate made now that DNS is right, and wait until the endpoint has it. One that is
        under way is followed; nothing is asked of Let's Encrypt where the certificate is there."""
        now = await self._vhosts.read(domain.id, domain.hostname)
        if now.acme_status == "ready":
            return domain_endpoint(now)
        resource = f"vhosts/{domain.id}"
        what = f"get a certificate for {domain.hostname}"
        untouched = "The endpoint stays as it is, and the domain points where it pointed."
        log(f"Let's Encrypt makes a certificate for {domain.hostname}.")
        await self._operations.run_once(resource, {"type": "renew"}, log, what=what, untouched=untouched)
        return await self._settled(domain)

    async def _settled(self, domain: DomainEndpoint) -> DomainEndpoint:
        wait, end = self._patience.poll_first, time.monotonic() + SETTLES
        while True:
            now = domain_endpoint(await self._vhosts.read(domain.id, domain.hostname))
            if now.certificate == "ready" or time.monotonic() > end:
                return now
            await asyncio.sleep(wait)
            wait = min(wait * 1.4, self._patience.poll_most)

    def _check(self, found: Vhost, service: TargetService, hostname: str) -> None:
        if found.linked_id("service") not in (None, service.id):
            raise Trouble(
                f"{hostname} has an endpoint at Aptible already, which belongs to another app.",
                untouched="Nothing was made: a domain can belong to one endpoint only.",
                remedy="Remove that endpoint in Aptible's dashboard, or change the domain by hand (map).",
                code="domain-elsewhere",
            )
        if not found.acme:
            raise Trouble(
                f"{hostname} has an endpoint at Aptible already, with a certificate of its own.",
                untouched="It stays as it is.",
                remedy="Say on the map that you change this domain by hand: its endpoint is there.",
                code="domain-own-certificate",
            )

    async def _find(self, environment: Environment, hostname: str) -> Vhost | None:
        for vhost in await self._vhosts.of(f"accounts/{environment.id}", environment.handle):
            if (vhost.user_domain or "").lower().rstrip(".") == hostname.lower():
                return vhost
        return None


def domain_endpoint(vhost: Vhost, hostname: str = "") -> DomainEndpoint:
    """An endpoint in the wizard's words. `hostname` is for one that names no domain itself."""
    name, target = _challenge(vhost)
    return DomainEndpoint(
        id=str(vhost.id),
        service_id=vhost.linked_id("service") or "",
        hostname=hostname or (vhost.user_domain or "").rstrip("."),
        state=vhost.state,
        dns_target=_good(vhost.external_host),
        challenge_name=name,
        challenge_target=target,
        certificate=vhost.acme_status or "",
        port=vhost.container_port,
    )


def _challenge(vhost: Vhost) -> tuple[str, str]:
    """Name and target of the CNAME by which Let's Encrypt sees over DNS whose the domain is: it can
    be set before any traffic moves (app-ui reads the same fields)."""
    for challenge in vhost.acme_configuration.challenges if vhost.acme_configuration else ():
        if challenge.method == "dns01" and challenge.source.name:
            wanted = next((to.name for to in challenge.to if not to.legacy), "")
            if wanted:
                return _good(challenge.source.name), _good(wanted)
    bare = (vhost.user_domain or "").removeprefix("*.")
    host = _good(vhost.acme_dns_challenge_host)
    return (f"_acme-challenge.{bare}", host) if bare and host else ("", "")


def _good(name: str | None) -> str:
    """A host name without its last dot; what is none is not shown to a person to be put into DNS."""
    return name.rstrip(".") if name and _NAME.fullmatch(name) else ""
