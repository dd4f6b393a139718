"""What endpoints with and without a domain of the customer's have in common (the API calls them vhosts)."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from providers.aptible.answers import Vhost
from providers.aptible.client import Api, created
from providers.aptible.operations import Operations
from wizard.ports import Log, TargetService

HTTP = ("http", "http_proxy_protocol")


class Vhosts:
    """Endpoints of all services. `name` is what an endpoint is of in words: a service or a domain."""

    def __init__(self, api: Api, operations: Operations) -> None:
        self._api = api
        self._operations = operations

    async def of(self, owner: str, name: str) -> list[Vhost]:
        """Those for HTTP that are there to stay, oldest first. `owner` is the path of a service or an account
        ("services/4")."""
        found = await self._api.listed(f"/{owner}/vhosts", "vhosts", Vhost, what=f"the endpoints of {name}")
        usable = [vhost for vhost in found if vhost.type in HTTP and "deprovision" not in vhost.status]
        return sorted(usable, key=lambda vhost: vhost.id)

    async def read(self, number: int | str, name: str) -> Vhost:
        return await self._api.get(f"/vhosts/{number}", Vhost, what=f"the endpoint of {name}")

    async def create(
        self,
        service: TargetService,
        port: int,
        kind: Mapping[str, Any],
        log: Log,
        *,
        name: str,
        look: Callable[[], Awaitable[Vhost | None]],
    ) -> Vhost:
        """Make its record, before the containers' `port`. `kind` are the fields that tell one with a domain
        from one without; `look` finds it when the answer is lost.

        The port is always named: Aptible's default is the lexicographically lowest exposed one.
        """
        log(f"Creating an endpoint for {name} (port {port}).")
        body = {
            "type": "http",
            "platform": "alb",
            "internal": False,
            "container_port": port,
            "ip_whitelist": [],
            **kind,
        }

        async def post() -> Vhost:
            what = f"create an endpoint for {name}"
            return await self._api.post(f"/services/{service.id}/vhosts", body, Vhost, what=what)

        return await created(self._api.patience, post, look)

    async def provision(self, vhost: Vhost, port: int, log: Log, *, name: str, untouched: str) -> None:
        """Have it lead to the containers' `port`. That its record says so already proves nothing: an attempt
        may have ended between the change of the record and the operation that heeds it. So that is begun in
        any case; where all is right, it changes nothing."""
        if vhost.container_port != port:
            log(f"Pointing the endpoint of {name} at port {port}.")
            what = f"change the endpoint of {name}"
            await self._api.put(f"/vhosts/{vhost.id}", {"container_port": port}, what=what)
        what = f"provision the endpoint of {name}"
        body = {"type": "provision"}
        await self._operations.run_once(f"vhosts/{vhost.id}", body, log, what=what, untouched=untouched)
