"""Endpoints on Aptible's default domain: the web address of a service."""

from providers.aptible.answers import Vhost
from providers.aptible.client import Api
from providers.aptible.operations import Operations
from providers.aptible.vhosts import Vhosts
from wizard.model.loopback import is_loopback
from wizard.model.trouble import Trouble
from wizard.ports import Endpoint, Log, TargetService

KIND = {"default": True, "acme": False}


class Endpoints:
    """HTTPS endpoints. An app has at most one on the default domain, `app-<id>.<domain of the stack>`."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._api = api
        self._vhosts = Vhosts(api, operations)

    async def find(self, service: TargetService) -> Endpoint | None:
        found = await self._find(service)
        return None if found is None else self._noun(found, service)

    async def create(self, service: TargetService, port: int, log: Log) -> Endpoint:
        """Create it before the containers' `port`, or adopt what is there; returns when it answers."""
        found = await self._find(service)
        if found is None:
            found = await self._vhosts.create(
                service, port, KIND, log, name=service.type, look=lambda: self._find(service)
            )
        untouched = "The app runs; only its address does not answer yet."
        await self._vhosts.provision(found, port, log, name=service.type, untouched=untouched)
        done = await self._find(service)
        if done is None or not done.virtual_domain:
            raise Trouble(
                f"Aptible provisioned the endpoint of {service.type} and names no address for it.",
                remedy="Look at it in Aptible's dashboard, then try again.",
                untouched="The endpoint stays as it is.",
                code="endpoint-unclear",
                retry=True,
            )
        return self._noun(done, service)

    async def _find(self, service: TargetService) -> Vhost | None:
        found = await self._vhosts.of(f"services/{service.id}", service.type)
        # One with a domain or a certificate of the customer's answers nothing before its DNS leads there.
        usable = [
            vhost
            for vhost in found
            if vhost.default or not (vhost.user_domain or vhost.linked_id("certificate"))
        ]
        return min(usable, key=lambda vhost: not vhost.default, default=None)

    def _noun(self, vhost: Vhost, service: TargetService) -> Endpoint:
        domain = vhost.virtual_domain or ""
        # Aptible's endpoints speak https; only an address on this machine is meant otherwise.
        scheme = "http" if self._api.loopback and is_loopback(domain.partition(":")[0]) else "https"
        return Endpoint(
            id=str(vhost.id),
            service_id=service.id,
            url=f"{scheme}://{domain}" if domain else "",
            state=vhost.state,
            dns_target=vhost.external_host or "",
            port=vhost.container_port,
        )
