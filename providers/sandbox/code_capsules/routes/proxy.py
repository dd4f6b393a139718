"""A route of the sandbox's own, by which the proxy program is led. The vendor's own protocol is unknown."""

from aiohttp import web

from providers.sandbox.code_capsules.databases import Databases
from providers.sandbox.code_capsules.http import ApiError, Server, answer, not_found
from providers.sandbox.code_capsules.limits import STORAGE
from providers.sandbox.code_capsules.routes.lookup import Lookup
from providers.sandbox.faults import Faults

PATH = "/sandbox/proxy/{slug}/{id}"
"""By the space's slug and the capsule's id."""


class ProxyRoutes:
    """Of one cluster."""

    def __init__(self, look: Lookup, databases: Databases, faults: Faults) -> None:
        self._look = look
        self._databases = databases
        self._faults = faults

    def add_to(self, server: Server) -> None:
        server.route("GET", PATH, self._door)

    async def _door(self, request: web.Request) -> web.Response:
        """`{"host", "port", "engine", "database", "capsule": {name, slug, id}, "space": {name, slug},
        "cluster": name}`. 404: no such data capsule in that space; 409: it is not Ready, or nothing can be
        forwarded to it (storage, a database that is a record only)."""
        world = self._look.world
        space = world.space_by_slug(request.match_info["slug"])
        capsule = self._look.capsule(request)
        if space is None or capsule.space_id != space.id or not capsule.engine:
            raise not_found("Capsule", capsule.id)
        if self._faults.take("PROXY", f"proxy:/{capsule.name}") is not None:
            raise ApiError(503, "The proxy is unavailable")
        store = self._databases.stores.get(capsule.id)
        if capsule.engine in STORAGE or store is None or not store.door.port:
            raise ApiError(409, "Capsule can not be proxied")
        return answer(
            {
                "host": "127.0.0.1",
                "port": store.door.port,
                "engine": capsule.engine,
                "database": capsule.database,
                "capsule": {"name": capsule.name, "slug": capsule.slug, "id": capsule.id},
                "space": {"name": space.name, "slug": space.slug},
                "cluster": world.clusters[space.cluster_id].name,
            }
        )
