"""What the cluster's routes share: whose capsule is meant."""

from aiohttp import web

from providers.sandbox.code_capsules.http import ACCOUNT, ApiError, not_found
from providers.sandbox.code_capsules.records import Capsule, Space
from providers.sandbox.code_capsules.world import World


class Lookup:
    """Finds things for who asks, on the cluster that is asked."""

    def __init__(self, world: World, cluster_id: str) -> None:
        self.world = world
        self.cluster_id = cluster_id

    def space(self, request: web.Request) -> Space:
        """The space of the namespace in the path, or a 404."""
        namespace = request.match_info["ns"]
        space = self.world.space_by_namespace(namespace)
        if space is None or not self._may_see(request, space):
            raise not_found("Namespace", namespace)
        return space

    def spaces(self, request: web.Request) -> list[Space]:
        """All that who asks may see here."""
        mine = self.world.spaces_of(request[ACCOUNT].id)
        return [space for space in mine if space.cluster_id == self.cluster_id]

    def capsule(self, request: web.Request) -> Capsule:
        """The capsule in the path, or a 404; with a namespace in the path, only one in it."""
        key = request.match_info["id"]
        capsule = self.world.capsules.get(key)
        if capsule is None or not self._may_see(request, self.world.spaces[capsule.space_id]):
            raise not_found("Capsule", key)
        if "ns" in request.match_info and self.space(request).id != capsule.space_id:
            raise not_found("Capsule", key)
        return capsule

    def app(self, request: web.Request) -> Capsule:
        """A capsule that is no data capsule, or a 404."""
        capsule = self.capsule(request)
        if capsule.engine:
            raise not_found("Capsule", capsule.id)
        return capsule

    def data(self, request: web.Request) -> Capsule:
        """The data capsule in the path; the vendor answers 400 for one that it does not know."""
        capsule = self.world.capsules.get(request.match_info["id"])
        if (
            capsule is None
            or not capsule.engine
            or not self._may_see(request, self.world.spaces[capsule.space_id])
        ):
            raise ApiError(400, "Invalid capsule_id")
        return capsule

    def _may_see(self, request: web.Request, space: Space) -> bool:
        return space in self.spaces(request)
