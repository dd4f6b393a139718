"""What operations on endpoints do."""

from typing import Any

from providers.sandbox.aptible.containers import ReleaseFailed
from providers.sandbox.aptible.endpoints.acme import Acme
from providers.sandbox.aptible.endpoints.certificates import issue
from providers.sandbox.aptible.endpoints.dns import DnsServer
from providers.sandbox.aptible.health import HTTP, check_health, point
from providers.sandbox.aptible.operation import Operation
from providers.sandbox.aptible.records import Certificate, Setting, Vhost
from providers.sandbox.aptible.releases import merged
from providers.sandbox.aptible.work import Work
from providers.sandbox.aptible.world import World
from providers.sandbox.relay import Relay
from providers.sandbox.router import Router

NO_CONTAINERS = (
    "<!DOCTYPE html><html><head><title>No containers</title></head>"
    "<body><h1>This application is not running</h1></body></html>"
)


class EndpointWork:
    """Provisions endpoints, gets certificates for them, removes them."""

    def __init__(self, world: World, dns: DnsServer, pace: float) -> None:
        self._world = world
        self._dns = dns
        self._acme = Acme(dns)
        self._pace = pace

    def teach(self, work: Work) -> None:
        work.teach(
            "vhosts",
            {
                "provision": self._provision,
                "configure": self._provision,
                "renew": self._renew,
                "deprovision": self._deprovision,
            },
        )

    def set_settings(self, vhost: Vhost, changes: dict[str, Any]) -> Setting:
        """Merge these into the endpoint's settings; an empty value resets one."""
        vhost.settings = merged(vhost.settings, changes)
        setting = Setting(self._world.new_id(), ("vhosts", vhost.id), dict(vhost.settings), {})
        self._world.settings[setting.id] = setting
        vhost.setting_id = setting.id
        return setting

    async def remove(self, vhost: Vhost) -> None:
        """Take an endpoint away, and the name that led to it."""
        del self._world.vhosts[vhost.id]
        if vhost.external_host:
            self._dns.remove(vhost.external_host)
        await _close(vhost)

    async def stop(self) -> None:
        """Close all; their records stay."""
        for vhost in self._world.vhosts.values():
            await _close(vhost)

    async def _provision(self, operation: Operation) -> None:
        vhost = self._world.vhosts[operation.resource[1]]
        if operation.body.get("settings"):
            self.set_settings(vhost, operation.body["settings"])
        if vhost.database_id is not None:
            await self._open(vhost)
            server = self._world.databases[vhost.database_id].server
            if vhost.relay is not None and server is not None:
                vhost.relay.target = next(iter(server.ports.values()))
        else:
            service = self._world.services[vhost.service_id]
            app = self._world.apps[service.app_id]
            await check_health(
                self._world,
                vhost,
                app.image,
                service.containers,
                env=app.env,
                operation=operation,
                pace=self._pace,
            )
            await self._open(vhost)
            point(vhost, app.image, service.containers)
        # At Aptible this is a load balancer's public name; here it leads to this machine.
        self._dns.set(str(vhost.external_host), "A", "127.0.0.1")
        vhost.status = "provisioned"
        if vhost.acme and vhost.acme_status != "ready":
            # Not an error yet: the person has to set DNS up first, to a name that is known only now.
            reason = await self._try(vhost)
            if reason is not None:
                operation.say(f"WARN -- : Waiting for DNS before a certificate can be issued: {reason}")

    async def _open(self, vhost: Vhost) -> None:
        if vhost.type in HTTP and vhost.router is None:
            vhost.router = Router(NO_CONTAINERS)
            await vhost.router.start()
        elif vhost.type not in HTTP and vhost.relay is None:
            relay = Relay()
            await relay.listen()
            vhost.relay = relay

    async def _renew(self, operation: Operation) -> None:
        vhost = self._world.vhosts[operation.resource[1]]
        if not vhost.acme:
            raise ReleaseFailed("The endpoint does not use managed TLS")
        if vhost.status != "provisioned":
            raise ReleaseFailed("The endpoint has not been provisioned yet")
        reason = await self._try(vhost)
        if reason is not None:
            raise ReleaseFailed(f"Failed to obtain a certificate for {vhost.user_domain}: {reason}")
        operation.say(f"Certificate for {vhost.user_domain} was issued")

    async def _try(self, vhost: Vhost) -> str | None:
        """Get a certificate if DNS lets us; otherwise say why not."""
        vhost.acme_status = vhost.acme_status or "pending"
        reason = await self._acme.refusal(vhost, self._world.clock.seconds())
        if reason is not None:
            return reason
        vhost.acme_status = "transitioning"
        body, key, shown = issue(str(vhost.user_domain))
        account = self._world.account_of(("vhosts", vhost.id)) or 0
        made = Certificate(self._world.new_id(), account, body, key, True, shown)
        self._world.certificates[made.id] = made
        vhost.certificate_id = made.id
        vhost.acme_status = "ready"
        return None

    async def _deprovision(self, operation: Operation) -> None:
        await self.remove(self._world.vhosts[operation.resource[1]])
        operation.deleted = True


async def _close(vhost: Vhost) -> None:
    if vhost.router is not None:
        await vhost.router.stop()
    if vhost.relay is not None:
        await vhost.relay.stop()
