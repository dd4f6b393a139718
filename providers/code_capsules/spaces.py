"""Spaces, and what they need: a Team that pays, and a cluster to be on."""

from providers.code_capsules.answers import ClusterAnswer, RepositoryAnswer, SpaceAnswer, TeamAnswer
from providers.code_capsules.creation import created
from providers.code_capsules.failures import Missing, Refused
from providers.code_capsules.paths import (
    CLUSTERS,
    NEW_SPACE,
    REGIONS,
    REPOSITORIES,
    TEAM_REPOSITORIES,
    TEAMS,
    filled,
)
from providers.code_capsules.places import Places
from wizard.model.trouble import Trouble
from wizard.ports import Environment, Log, Repository, Team


class Spaces:
    """The main API's own things."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: list[ClusterAnswer] = []
        self._teams: dict[str, str] = {}
        self._asked_for: set[str] = set()

    async def all(self) -> list[Environment]:
        """Every Space that the account sees, by name; one whose name another one has, too, by its slug."""
        spaces = await self._places.spaces()
        clusters = await self._regions()
        teams = await self._slugs({space.team_id for space in spaces if space.team_id})
        names = [space.name for space in spaces]
        return sorted(
            (
                Environment(
                    id=space.id,
                    handle=space.name if names.count(space.name) == 1 else space.slug,
                    region=region_of(space, clusters),
                    team=teams.get(space.team_id or "", ""),
                )
                for space in spaces
            ),
            key=lambda environment: environment.handle,
        )

    async def teams(self) -> list[Team]:
        """The Teams that the account is in, its own first."""
        found = [
            Team(id=team.id, slug=team.slug, name=team.name, personal=bool(team.personal))
            for team in await self.team_answers()
        ]
        return sorted(found, key=lambda team: (not team.personal, team.name))

    async def team_answers(self) -> list[TeamAnswer]:
        main = await self._places.main()
        return await main.listed(TEAMS, "teams", TeamAnswer, what="the Teams")

    async def clusters(self) -> list[ClusterAnswer]:
        """The clusters that the account may use, asked for once."""
        if not self._known:
            main = await self._places.main()
            self._known = await main.listed(CLUSTERS, "clusters", ClusterAnswer, what="the clusters")
        return self._known

    async def repositories(self, environment: Environment | None) -> list[Repository]:
        """What the Team of that Space can build from, or with None the account; by name."""
        main = await self._places.main()
        path = REPOSITORIES
        if environment is not None:
            space = (await self._places.of(environment.id)).space
            if space.team_id:
                path = filled(TEAM_REPOSITORIES, team=space.team_id)
        what = "the linked repositories"
        try:
            found = await main.listed(path, "repos", RepositoryAnswer, what=what)
        except Missing:
            found = await main.listed(REPOSITORIES, "repos", RepositoryAnswer, what=what)
        known = [
            Repository(id=str(one.id), name=one.name or "", url=one.url or "") for one in found if one.url
        ]
        return sorted(known, key=lambda one: one.name)

    async def create(self, handle: str, region: str, log: Log, team: str = "") -> Environment:
        """Adopt the Space of that name (or slug), or create it.

        Raises:
            Trouble: it cannot be told which Team shall pay, or no cluster is in that region.
        """
        if (found := await self._find(handle, team)) is not None:
            log(f"The Space {handle} is there already.")
            return found
        whose = await self._team(team)
        cluster = await self._cluster(region)
        log(
            f"Creating the Space {handle} in {region_name(cluster)}, for the Team {whose.name or whose.slug}."
        )
        # Without a slug: it has to be free among all customers', and the vendor makes one that is.
        body = {"name": handle, "teamId": whose.id, "clusterId": cluster.id}
        main = await self._places.main()

        what = f"create the Space {handle}"

        async def post() -> None:
            await main.post(NEW_SPACE, body, object, what=what)

        try:
            return await created(
                self._places.patience, self._places.notes, post, lambda: self._find(handle, team), what
            )
        except Refused as refused:
            if refused.status == 409:
                # Slugs are free among all customers' or not, and this one was made of the name.
                refused.remedy = "Give the Space another name on the map, and make the plan again."
            raise

    async def _find(self, handle: str, team: str) -> Environment | None:
        spaces = await self._places.spaces()
        if team:
            ids = [one.id for one in await self.teams() if team in (one.slug, one.id)]
            spaces = [space for space in spaces if space.team_id in ids]
        by_slug = [space for space in spaces if space.slug == handle]
        found = by_slug or [space for space in spaces if space.name == handle]
        if len(found) > 1:
            slugs = ", ".join(space.slug for space in found)
            raise Trouble(
                f"This Code Capsules account sees {len(found)} Spaces called {handle} ({slugs}).",
                remedy="Choose one of them on the map by its slug, and make the plan again.",
                code="space-twice",
            )
        if not found:
            return None
        region = region_of(found[0], await self._regions())
        return Environment(id=found[0].id, handle=handle, region=region)

    async def _team(self, slug: str) -> Team:
        teams = await self.teams()
        chosen = [team for team in teams if slug in (team.slug, team.id)] if slug else teams
        if len(chosen) == 1:
            return chosen[0]
        names = ", ".join(team.slug or team.name for team in teams) or "none"
        if slug:
            cause = f"This Code Capsules account is in no Team {slug} (it is in: {names})."
        else:
            cause = f"This Code Capsules account is in {len(teams)} Teams ({names}): whose is the new Space?"
        raise Trouble(
            cause,
            remedy="Choose the Team on the map, and make the plan again.",
            code="team-unclear",
        )

    async def _cluster(self, region: str) -> ClusterAnswer:
        clusters = await self.clusters()
        fitting = [one for one in clusters if region in (region_name(one), one.id, one.name)]
        if not region and len(clusters) == 1:
            fitting = clusters
        if len(fitting) == 1:
            return fitting[0]
        offered = ", ".join(region_name(one) for one in clusters) or "none"
        if not region:
            raise Trouble(
                f"It is not chosen in which region the new Space is to be (Code Capsules offers: {offered}).",
                remedy="Choose a region on the map, and make the plan again.",
                code="region-unclear",
            )
        raise Trouble(
            f"Code Capsules offers this account no region {region} (it offers: {offered}).",
            remedy="Choose one of these regions on the map, and make the plan again.",
            code="no-region",
        )

    async def _slugs(self, wanted: set[str]) -> dict[str, str]:
        """Slugs of Teams by id; asked for again where one of `wanted` was not known."""
        if not wanted <= self._asked_for:
            self._teams = {team.id: team.slug for team in await self.team_answers()}
            self._asked_for |= wanted
        return self._teams

    async def _regions(self) -> dict[str, str]:
        return {one.id: region_name(one) for one in await self.clusters()}


def region_name(cluster: ClusterAnswer) -> str:
    """The documentation's name of a region, else the cluster's own."""
    return REGIONS.get(cluster.id) or REGIONS.get(cluster.name or "") or cluster.name or cluster.id


def region_of(space: SpaceAnswer, clusters: dict[str, str]) -> str:
    """The region of a Space, empty where it is not told."""
    if space.cluster_id in clusters:
        return clusters[space.cluster_id]
    return region_name(space.cluster) if space.cluster else ""
