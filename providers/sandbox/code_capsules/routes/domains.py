"""A cluster's routes for domains."""

from aiohttp import web

from providers.sandbox.code_capsules.domains import Domains
from providers.sandbox.code_capsules.http import Json, Server, answer, json_body, not_found, text_of
from providers.sandbox.code_capsules.records import Capsule, Domain
from providers.sandbox.code_capsules.routes.lookup import Lookup
from providers.sandbox.code_capsules.world import INGRESS


class DomainRoutes:
    """Of one cluster."""

    def __init__(self, look: Lookup, domains: Domains) -> None:
        self._look = look
        self._domains = domains

    def add_to(self, server: Server) -> None:
        server.route("GET", "/capsules/{id}/domains", self._list)
        server.route("POST", "/capsules/{id}/domains", self._add)
        server.route("DELETE", "/capsules/{id}/domains/{domain}", self._remove)

    async def _list(self, request: web.Request) -> web.Response:
        capsule = self._look.app(request)
        return answer(
            {
                "domains": [await self._told(capsule, domain) for domain in capsule.domains],
                "ingressAddresses": list(INGRESS),
                "capsuleHostName": capsule.host_name,
            }
        )

    async def _add(self, request: web.Request) -> web.Response:
        capsule = self._look.app(request)
        domain = self._domains.add(capsule, text_of(await json_body(request), "hostname", wanted=True))
        return answer(await self._told(capsule, domain))

    async def _remove(self, request: web.Request) -> web.Response:
        capsule, key = self._look.app(request), request.match_info["domain"]
        kept = [domain for domain in capsule.domains if domain.id != key]
        if len(kept) == len(capsule.domains):
            raise not_found("Domain", key)
        capsule.domains = kept
        return web.Response(status=204)

    async def _told(self, capsule: Capsule, domain: Domain) -> Json:
        return {
            "id": domain.id,
            "hostname": domain.hostname,
            "isMain": domain is capsule.domains[0],
            "status": await self._domains.status(domain),
        }
