"""Endpoints (the API calls them vhosts): the web address of a service, on Aptible's default domain."""

from providers.aptible.answers import Vhost
from providers.aptible.client import Api, created
from providers.aptible.operations import Operations
from wizard.model.loopback import is_loopback
from wizard.model.trouble import Trouble
from wizard.ports import Endpoint, Log, TargetService

HTTP = ("http", "http_proxy_protocol")


class Endpoints:
    """HTTPS endpoints. An app has at most one on the default domain, `app-<id>.<domain of the stack>`."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._api = api
        self._operations = operations

    async def find(self, service: TargetService) -> Endpoint | None:
        found = await self._find(service)
        return None if found is None else self._noun(found, service)

    async def create(self, service: TargetService, port: int, log: Log) -> Endpoint:
        """Create it before the containers' `port`, or adopt what is there; returns when it answers.

        The port is always named: Aptible's default is the lexicographically lowest exposed one.
        """
        found = await self._find(service)
        if found is None:
            found = await self._record(service, port, log)
        elif found.status == "provisioned" and found.container_port == port:
            log(f"The endpoint of {service.type} is there already.")
            return self._noun(found, service)
        elif found.container_port != port:
            log(f"Pointing the endpoint of {service.type} at port {port}.")
            path = f"/vhosts/{found.id}"
            await self._api.put(path, {"container_port": port}, what=f"change the endpoint of {service.type}")
        await self._provision(found, service, log)
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
        found = await self._api.listed(
            f"/services/{service.id}/vhosts", "vhosts", Vhost, what=f"the endpoints of {service.type}"
        )
        # One with a domain of the customer's answers nothing before its DNS leads there.
        usable = [
            vhost
            for vhost in found
            if vhost.type in HTTP and "deprovision" not in vhost.status and not vhost.user_domain
        ]
        usable.sort(key=lambda vhost: (not vhost.default, vhost.id))
        return usable[0] if usable else None

    async def _record(self, service: TargetService, port: int, log: Log) -> Vhost:
        log(f"Creating an endpoint for {service.type} (port {port}).")
        body = {
            "type": "http",
            "platform": "alb",
            "default": True,
            "internal": False,
            "acme": False,
            "container_port": port,
            "ip_whitelist": [],
        }

        async def post() -> Vhost:
            what = f"create an endpoint for {service.type}"
            return await self._api.post(f"/services/{service.id}/vhosts", body, Vhost, what=what)

        return await created(self._api.patience, post, lambda: self._find(service))

    async def _provision(self, vhost: Vhost, service: TargetService, log: Log) -> None:
        resource = f"vhosts/{vhost.id}"
        what = f"provision the endpoint of {service.type}"
        untouched = "The app runs; only its address does not answer yet."
        await self._operations.run_once(resource, {"type": "provision"}, log, what=what, untouched=untouched)

    def _noun(self, vhost: Vhost, service: TargetService) -> Endpoint:
        domain = vhost.virtual_domain or ""
        # Aptible's endpoints speak https; only an address on this machine is meant otherwise.
        scheme = "http" if self._api.loopback and is_loopback(domain.partition(":")[0]) else "https"
        return Endpoint(
            id=str(vhost.id),
            service_id=service.id,
            url=f"{scheme}://{domain}" if domain else "",
            state="failed" if vhost.status == "provision_failed" else vhost.status,
            dns_target=vhost.external_host or "",
            port=vhost.container_port,
        )
