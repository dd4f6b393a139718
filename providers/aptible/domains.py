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
from providers.aptible.client import Api, created
from providers.aptible.endpoints import HTTP
from providers.aptible.operations import Operations
from wizard.model.trouble import Trouble
from wizard.ports import DomainEndpoint, Environment, Log, TargetService

SETTLES = 120.0
"""Seconds in which a certificate that was just issued is looked for on the endpoint."""

_NAME = re.compile(r"(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)


class Domains:
    """Endpoints with a domain of the customer's, of all apps."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._api = api
        self._operations = operations

    async def find(self, environment: Environment, hostname: str) -> DomainEndpoint | None:
        """The endpoint of a domain, whichever app of the environment it belongs to."""
        found = await self._find(environment, hostname)
        return None if found is None else _noun(found)

    async def create(
        self, environment: Environment, service: TargetService, hostname: str, port: int, log: Log
    ) -> DomainEndpoint:
        """Make it before the containers' `port`, or go on with what is there; returns when it is provisioned.
        The certificate comes later, when DNS lets Let's Encrypt see that the domain is the customer's."""
        found = await self._find(environment, hostname)
        if found is None:
            found = await self._record(environment, service, hostname, port, log)
        self._check(found, service, hostname)
        if found.container_port != port:
            log(f"Pointing the endpoint of {hostname} at port {port}.")
            path, what = f"/vhosts/{found.id}", f"change the endpoint of {hostname}"
            await self._api.put(path, {"container_port": port}, what=what)
        if found.status != "provisioned" or found.container_port != port:
            await self._provision(found, hostname, log)
        else:
            log(f"The endpoint of {hostname} is there already.")
        done = _noun(await self._vhost(str(found.id), hostname))
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
        now = await self._vhost(domain.id, domain.hostname)
        if now.acme_status == "ready":
            return _noun(now)
        resource = f"vhosts/{domain.id}"
        what = f"get a certificate for {domain.hostname}"
        untouched = "The endpoint stays as it is, and the domain points where it pointed."
        log(f"Let's Encrypt makes a certificate for {domain.hostname}.")
        await self._operations.run_once(resource, {"type": "renew"}, log, what=what, untouched=untouched)
        return await self._settled(domain)

    async def _settled(self, domain: DomainEndpoint) -> DomainEndpoint:
        wait, end = self._api.patience.poll_first, time.monotonic() + SETTLES
        while True:
            now = _noun(await self._vhost(domain.id, domain.hostname))
            if now.certificate == "ready" or time.monotonic() > end:
                return now
            await asyncio.sleep(wait)
            wait = min(wait * 1.4, self._api.patience.poll_most)

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
        path = f"/accounts/{environment.id}/vhosts"
        found = await self._api.listed(path, "vhosts", Vhost, what=f"the endpoints of {environment.handle}")
        for vhost in sorted(found, key=lambda vhost: vhost.id):
            same = (vhost.user_domain or "").lower().rstrip(".") == hostname.lower()
            if same and vhost.type in HTTP and "deprovision" not in vhost.status:
                return vhost
        return None

    async def _vhost(self, number: str, hostname: str) -> Vhost:
        return await self._api.get(f"/vhosts/{number}", Vhost, what=f"the endpoint of {hostname}")

    async def _record(
        self, environment: Environment, service: TargetService, hostname: str, port: int, log: Log
    ) -> Vhost:
        log(f"Creating an endpoint for {hostname} (port {port}).")
        body = {
            "type": "http",
            "platform": "alb",
            "default": False,
            "internal": False,
            "acme": True,
            "user_domain": hostname,
            "container_port": port,
            "ip_whitelist": [],
        }

        async def post() -> Vhost:
            what = f"create an endpoint for {hostname}"
            return await self._api.post(f"/services/{service.id}/vhosts", body, Vhost, what=what)

        return await created(self._api.patience, post, lambda: self._find(environment, hostname))

    async def _provision(self, vhost: Vhost, hostname: str, log: Log) -> None:
        resource = f"vhosts/{vhost.id}"
        what = f"provision the endpoint of {hostname}"
        untouched = "The domain points where it pointed."
        await self._operations.run_once(resource, {"type": "provision"}, log, what=what, untouched=untouched)


def _noun(vhost: Vhost) -> DomainEndpoint:
    name, target = _challenge(vhost)
    return DomainEndpoint(
        id=str(vhost.id),
        service_id=vhost.linked_id("service") or "",
        hostname=(vhost.user_domain or "").rstrip("."),
        state="failed" if vhost.status == "provision_failed" else vhost.status,
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
