"""All records of the sandbox's Code Capsules by id, and who may see them."""

from pathlib import Path

from providers.sandbox.code_capsules.records import Capsule, Cluster, Repo, Space, Team, tail

CLUSTERS = (
    Cluster("za-1", "South Africa", "aws", "za-1.ccdns.example"),
    Cluster("az-uk-1", "United Kingdom", "azure", "az-uk-1.ccdns.example"),
    Cluster("aws-eu-1", "Europe", "aws", "aws-eu-1.ccdns.example"),
)
"""By the ids and names that the API reference lists; the domains are the sandbox's own."""

INGRESS = ("127.0.0.1",)
"""Addresses for A records: this machine, so that whoever follows one never leaves it."""


class World:
    """All records, by id.

    Attributes:
        published: repositories that the git hosts have, linked or not: bare folders by address.
    """

    def __init__(self) -> None:
        self.clusters: dict[str, Cluster] = {cluster.id: cluster for cluster in CLUSTERS}
        self.endpoints: dict[str, str] = {}
        """URL of each cluster's API, by its id."""
        self.teams: dict[str, Team] = {}
        self.spaces: dict[str, Space] = {}
        self.capsules: dict[str, Capsule] = {}
        self.repos: dict[str, Repo] = {}
        self.published: dict[str, Path] = {}

    def teams_of(self, account_id: str) -> list[Team]:
        return [team for team in self.teams.values() if account_id in team.members]

    def spaces_of(self, account_id: str) -> list[Space]:
        mine = {team.id for team in self.teams_of(account_id)}
        return [space for space in self.spaces.values() if space.team_id in mine]

    def repos_of(self, team_ids: set[str]) -> list[Repo]:
        return [repo for repo in self.repos.values() if repo.team_ids & team_ids]

    def space_by_slug(self, slug: str) -> Space | None:
        return next((space for space in self.spaces.values() if space.slug == slug), None)

    def space_by_namespace(self, namespace: str) -> Space | None:
        return next((space for space in self.spaces.values() if space.namespace == namespace), None)

    def capsules_in(self, space_id: str) -> list[Capsule]:
        return [capsule for capsule in self.capsules.values() if capsule.space_id == space_id]

    def capsule_named(self, name: str) -> Capsule | None:
        """The first of that name, in whichever space; by its slug or id too."""
        for capsule in self.capsules.values():
            if name in {capsule.name, capsule.slug, capsule.id}:
                return capsule
        return None

    def cluster_of(self, capsule: Capsule) -> Cluster:
        return self.clusters[self.spaces[capsule.space_id].cluster_id]

    def free_slug(self, name: str) -> str:
        """`name`, as a slug, with four characters that make it nobody else's."""
        taken = {space.slug for space in self.spaces.values()}
        taken |= {capsule.slug for capsule in self.capsules.values()}
        while True:
            slug = f"{slugged(name)}-{tail()}"
            if slug not in taken:
                return slug


def slugged(name: str) -> str:
    """Lower-case letters, digits and dashes out of any text."""
    text = "".join(letter if letter.isalnum() and letter.isascii() else "-" for letter in name.lower())
    return "-".join(part for part in text.split("-") if part) or "x"


def address(url: str) -> str:
    """A repository's address in one form: https, no `.git`, no slash at its end."""
    text = url.strip()
    if text.startswith("git@") and ":" in text:
        host, _, path = text.removeprefix("git@").partition(":")
        text = f"https://{host}/{path}"
    return text.rstrip("/").removesuffix(".git")
