"""Making a capsule, whichever of the two backends is asked."""

from typing import Any

from providers.sandbox.code_capsules.building import Builds
from providers.sandbox.code_capsules.databases import Databases
from providers.sandbox.code_capsules.fleet import Fleet
from providers.sandbox.code_capsules.http import ApiError, Json, text_of
from providers.sandbox.code_capsules.limits import manifest_kind, products_of, read_manifest
from providers.sandbox.code_capsules.records import Capsule, Space
from providers.sandbox.code_capsules.shapes import Shapes
from providers.sandbox.code_capsules.world import World
from providers.sandbox.faults import Faults


class Creation:
    """Attributes:
    builds_by_itself: whether a capsule's first build begins when it is made. Sources disagree; the
        dashboard does it.
    """

    def __init__(
        self,
        world: World,
        shapes: Shapes,
        faults: Faults,
        *,
        databases: Databases,
        fleet: Fleet,
        builds: Builds,
    ) -> None:
        self.builds_by_itself = False
        self._world = world
        self._shapes = shapes
        self._faults = faults
        self._databases = databases
        self._fleet = fleet
        self._builds = builds

    async def create(self, space: Space, wish: Json) -> Capsule:
        """Make it. A second one of the same name is another capsule, as at the vendor.

        Raises:
            ApiError: it cannot be had, or a fault says so; with some faults it is made nevertheless.
        """
        capsule = self._checked(space, wish)
        rule = self._faults.take("CREATE", f"create:/{capsule.engine or capsule.kind}")
        if rule is not None and rule.kind == "nothing":
            raise ApiError(500, "")
        if rule is not None and rule.kind == "starts":
            capsule.products.replicas = max(1, capsule.products.replicas)
        self._world.capsules[capsule.id] = capsule
        if capsule.engine:
            self._databases.begin(capsule)
        else:
            await self._fleet.open(capsule)
            if self.builds_by_itself or (rule is not None and rule.kind == "starts"):
                await self._builds.begin(capsule, "auto")
        if rule is not None and rule.kind == "worked":
            raise ApiError(int(rule.params.get("status", 500)), "")
        return capsule

    def _checked(self, space: Space, wish: Json) -> Capsule:
        name = text_of(wish, "name", wanted=True)
        manifest: Any = wish.get("manifest")
        kind, engine = manifest_kind(manifest)
        capsule = Capsule(
            name=name,
            slug=self._world.free_slug(name),
            kind=kind,
            engine=engine,
            space_id=space.id,
            description=text_of(wish, "description"),
            products=products_of(wish.get("products"), kind),
        )
        if kind == "data":
            return capsule
        read_manifest(capsule, manifest, self._shapes.folder_key)
        repo = self._world.repos.get(capsule.repo_id)
        if repo is None or space.team_id not in repo.team_ids:
            raise ApiError(400, "Invalid repo")
        return capsule
