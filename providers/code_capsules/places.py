"""Where things are: a Space, the cluster that it is on, and the capsules in it.

Every action on a capsule goes to the API of its cluster, which the Space names (pulumi-codecapsules does
the same two steps). Which of the main hosts knows the account is found out once.
"""

import asyncio
from typing import Any

import msgspec

from providers.code_capsules.answers import CapsuleAnswer, SpaceAnswer
from providers.code_capsules.bodies import cleaned
from providers.code_capsules.client import Api, TokenSource
from providers.code_capsules.failures import Missing
from providers.code_capsules.hosts import Addresses, cluster_root
from providers.code_capsules.paths import CAPSULES, SPACE, SPACE_BY_SLUG, SPACES, filled
from providers.code_capsules.patience import Patience
from wizard.model.trouble import Trouble
from wizard.ports import Environment
from wizard.ports.creations import Creations, Unnoted

NO_LOGIN = (
    "password-refused",
    "second-factor-impossible",
    "application-key-refused",
    "application-key-missing",
)
"""Codes of troubles that are the same at any host: nobody is logged in to an account twice for them."""


class Place:
    """A Space, with the API of its cluster."""

    def __init__(self, space: SpaceAnswer, api: Api) -> None:
        self.space = space
        self.api = api

    async def capsules(self) -> list[CapsuleAnswer]:
        """Everything that is in it, of every type."""
        path = filled(CAPSULES, namespace=self.space.namespace or "")
        return await self.api.listed(
            path, "capsules", CapsuleAnswer, what=f"the capsules of {self.space.name}"
        )

    async def named(self, name: str) -> CapsuleAnswer | None:
        """The capsule of that name, None when there is none.

        Raises:
            Trouble: there are several, and nothing tells which is meant.
        """
        found = [capsule for capsule in await self.capsules() if capsule.name == name]
        if len(found) > 1:
            raise Trouble(
                f"The Space {self.space.name} has {len(found)} capsules called {name}.",
                remedy="Look at them in Code Capsules' dashboard and rename or delete all but one there, "
                "then try again. Offramp deletes none.",
                code="capsule-twice",
            )
        return found[0] if found else None


class Places:
    """All Spaces that the account sees, and the APIs that were opened."""

    def __init__(self, addresses: Addresses, tokens: TokenSource, patience: Patience) -> None:
        self.addresses = addresses
        self.patience = patience
        self.notes: Creations = Unnoted()
        self._tokens = tokens
        self._main: Api | None = None
        self._finding = asyncio.Lock()
        self._clusters: dict[str, Api] = {}
        self._places: dict[str, Place] = {}
        self._homes: dict[str, str] = {}
        """The Space of each capsule that was seen, by ids."""

    async def main(self) -> Api:
        """The main API: the first host that answers a look at the Spaces like the API.

        Raises:
            Trouble: what the first host said, when none does.
        """
        async with self._finding:
            if self._main is None:
                self._main = await self._find_main()
        return self._main

    async def _find_main(self) -> Api:
        refused: Trouble | None = None
        for root in filter(None, (self.addresses.api, self.addresses.alternative)):
            api = Api(root, self._tokens, self.patience)
            try:
                await api.listed(SPACES, "spaces", SpaceAnswer, what="the Spaces")
            except Trouble as trouble:
                await api.close()
                if trouble.code in NO_LOGIN:
                    raise
                refused = refused or trouble
                continue
            return api
        assert refused is not None
        raise refused

    async def spaces(self) -> list[SpaceAnswer]:
        main = await self.main()
        return await main.listed(SPACES, "spaces", SpaceAnswer, what="the Spaces")

    async def of(self, environment_id: str) -> Place:
        """The place of a Space."""
        if environment_id not in self._places:
            main = await self.main()
            path = filled(SPACE, space=environment_id)
            space = await main.get(path, SpaceAnswer, what="the Space")
            if space.cluster is None or not space.cluster.endpoint or not space.namespace:
                raise Trouble(
                    f"Code Capsules does not tell on which cluster the Space {space.name} is.",
                    remedy="Look at it in the dashboard, then try again.",
                    code="space-unclear",
                    retry=True,
                )
            self._places[environment_id] = Place(space, self._cluster(space.cluster.endpoint))
        return self._places[environment_id]

    async def whole_space(self, place: Place) -> Any:
        """A Space as the main API tells it, nothing left out or changed: a creation wants all of it back."""
        main = await self.main()
        path = filled(SPACE_BY_SLUG, slug=place.space.slug)
        what = f"the Space {place.space.name}"
        try:
            return await main.get(path, dict, what=what, clean_it=False)
        except Missing:
            return await main.get(filled(SPACE, space=place.space.id), dict, what=what, clean_it=False)

    async def capsules(self, environment: Environment) -> list[CapsuleAnswer]:
        """Everything in a Space; where each capsule is is remembered."""
        place = await self.of(environment.id)
        found = await place.capsules()
        self._homes.update({capsule.id: environment.id for capsule in found})
        return found

    def remember(self, capsule_id: str, environment_id: str) -> None:
        self._homes[capsule_id] = environment_id

    async def of_capsule(self, capsule_id: str) -> Place:
        """The place that a capsule is in, which may be looked for in every Space.

        Raises:
            Missing: it is in none.
        """
        unseen: Trouble | None = None
        if capsule_id not in self._homes:
            for space in await self.spaces():
                try:
                    await self.capsules(Environment(id=space.id, handle=space.name))
                except Trouble as trouble:
                    unseen = trouble  # of another region, maybe, that does not answer now
                if capsule_id in self._homes:
                    break
        if capsule_id not in self._homes and unseen is not None:
            raise unseen
        if (home := self._homes.get(capsule_id)) is None:
            raise Missing(
                "A capsule that Offramp knows of is in no Space of this Code Capsules account any more.",
                remedy="Look in the dashboard who removed it, then make the plan again.",
                code="not-found",
            )
        return await self.of(home)

    async def capsule(self, capsule_id: str) -> tuple[Place, CapsuleAnswer]:
        """A capsule as it is now. Raises as `of_capsule`."""
        place = await self.of_capsule(capsule_id)
        for found in await place.capsules():
            if found.id == capsule_id:
                return place, found
        self._homes.pop(capsule_id)
        raise Missing(
            f"A capsule of the Space {place.space.name} is not there any more.",
            remedy="Look in the dashboard who removed it, then try again.",
            code="not-found",
        )

    async def close(self) -> None:
        for api in (*([self._main] if self._main else []), *self._clusters.values()):
            await api.close()

    def _cluster(self, endpoint: str) -> Api:
        root = cluster_root(endpoint, self.addresses)
        if root not in self._clusters:
            self._clusters[root] = Api(root, self._tokens, self.patience)
        return self._clusters[root]


def told_space(raw: Any) -> SpaceAnswer:
    """A Space from what `Places.whole_space` gives."""
    return msgspec.convert(cleaned(raw), SpaceAnswer)
