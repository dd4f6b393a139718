"""The sandbox's records as Code Capsules' two backends tell them."""

from providers.sandbox.code_capsules.accounts import Account, Accounts
from providers.sandbox.code_capsules.http import Json
from providers.sandbox.code_capsules.limits import STORAGE
from providers.sandbox.code_capsules.records import (
    Build,
    Capsule,
    Cluster,
    Config,
    LogLine,
    Repo,
    Space,
    Team,
)
from providers.sandbox.code_capsules.world import World


class Shapes:
    """Attributes:
    folder_key: what a manifest calls the sub-folder of the repository; empty: it takes and tells nothing
        of it, which is all that is known of the vendor's.
    """

    def __init__(self, world: World, accounts: Accounts) -> None:
        self.folder_key = ""
        self._world = world
        self._accounts = accounts

    def team(self, team: Team) -> Json:
        members = [
            {"id": account.id, "email": account.email, "role": team.members[account.id]}
            for account in self._everybody()
            if account.id in team.members
        ]
        mine = [space for space in self._world.spaces.values() if space.team_id == team.id]
        return {
            "id": team.id,
            "name": team.name,
            "slug": team.slug,
            "isPersonal": team.personal,
            "members": members,
            "owner": team.owner,
            "spaces": [self.space(space, inside=True) for space in mine],
        }

    def cluster(self, cluster: Cluster) -> Json:
        return {
            "id": cluster.id,
            "name": cluster.name,
            "clusterApiEndpoint": self._world.endpoints[cluster.id],
            "clusterApiId": f"api-{cluster.id}",
            "region": cluster.id,
            "cloud": cluster.cloud,
        }

    def space(self, space: Space, *, inside: bool = False) -> Json:
        """`inside` a team: without that team."""
        team = self._world.teams[space.team_id]
        named: Json = {} if inside else {"team": {"id": team.id, "name": team.name, "slug": team.slug}}
        return {
            "id": space.id,
            "slug": space.slug,
            "name": space.name,
            "clusterId": space.cluster_id,
            "teamId": space.team_id,
            "namespaceKey": space.namespace,
            "createdAt": space.created_on,
            "updatedAt": space.created_on,
            "cluster": self.cluster(self._world.clusters[space.cluster_id]),
            **named,
        }

    def repo(self, repo: Repo) -> Json:
        return {"id": repo.id, "name": repo.name, "url": repo.url}

    def capsule(self, capsule: Capsule) -> Json:
        products = capsule.products
        return {
            "id": capsule.id,
            "name": capsule.name,
            "slug": capsule.slug,
            "description": capsule.description,
            "type": capsule.kind,
            "status": capsule.status,
            "namespaceKey": self._world.spaces[capsule.space_id].namespace,
            "products": {
                "cpu": {"qty": products.cpu_m, "unit": "m"},
                "memory": {"qty": products.memory_gb, "unit": "G"},
                "storage": {"qty": products.storage_gb, "unit": "G"},
                "replicaScale": {"qty": products.replicas},
            },
            "repo": self._repo_of(capsule),
            "jsonManifest": self._data_manifest(capsule) if capsule.engine else self._app_manifest(capsule),
            "shouldAutoBuild": capsule.auto_build,
            "currentDeploymentId": capsule.deployment.id if capsule.deployment else None,
            "createdOn": capsule.created_on,
        }

    def config(self, capsule: Capsule, config: Config) -> Json:
        return {
            "id": config.id,
            "capsuleId": capsule.id,
            "key": config.key,
            "value": config.value,
            "setBy": config.set_by,
            "createdOn": config.created_on,
        }

    def build(self, build: Build) -> Json:
        return {
            "id": build.id,
            "capsuleId": build.capsule_id,
            "status": build.status,
            "type": build.type,
            "isDeployed": build.deployed,
            "createdOn": build.created_on,
            "finishedOn": build.finished_on or None,
            "metadata": {
                "branch": build.branch,
                "commit": {"latest": build.commit},
                "repoUrl": build.repo_url,
            },
        }

    def line(self, line: LogLine, capsule_id: str, log_type: str, build_id: str = "") -> Json:
        of_build = {"buildId": build_id} if build_id else {"stream": line.stream}
        return {
            "id": line.id,
            "capsuleId": capsule_id,
            "time": str(line.time),
            "log": line.text,
            "logType": log_type,
            "replicaName": line.replica,
            **of_build,
        }

    def _everybody(self) -> tuple[Account, ...]:
        return self._accounts.person, self._accounts.guarded, self._accounts.guest

    def _repo_of(self, capsule: Capsule) -> Json | None:
        if not capsule.repo_id:
            return None
        return {"repoId": capsule.repo_id, "branch": capsule.branch, "url": capsule.repo_url}

    def _app_manifest(self, capsule: Capsule) -> Json:
        said = {
            "manifestType": capsule.kind,
            "repo": self._repo_of(capsule),
            "entrypointCommand": capsule.run,
            "userBuildCommand": capsule.build_command,
            "userBuildOutputDirectory": capsule.output,
            "servePort": str(capsule.port) if capsule.kind == "docker" else "",
            **({self.folder_key: capsule.folder} if self.folder_key else {}),
        }
        return {key: value for key, value in said.items() if value}

    def _data_manifest(self, capsule: Capsule) -> Json:
        said: Json = {"manifestType": "data", "dbType": capsule.engine, "status": capsule.status}
        if capsule.status != "Ready" or capsule.engine in STORAGE:
            return said
        return {
            **said,
            "privateHostname": capsule.private_host,
            # A text for one engine and a number for the others: both are seen.
            "privatePort": str(capsule.private_port) if capsule.engine == "mysql" else capsule.private_port,
            "privateConnectionString": private_url(capsule),
        }


def private_url(capsule: Capsule) -> str:
    """The address of a data capsule inside its space. It holds the password."""
    who = f"{capsule.user}:{capsule.password}@{capsule.private_host}:{capsule.private_port}"
    match capsule.engine:
        case "PostgreSQL":
            return f"postgresql://{who}/{capsule.database}"
        case "mysql":
            return f"mysql://{who}/{capsule.database}"
        case "Redis":
            return f"redis://{who}"
        case "DocumentDb":
            return f"mongodb://{who}/?tls=true&tlsAllowInvalidCertificates=true"
        case _:
            return (
                f"mongodb+srv://{capsule.user}:{capsule.password}@{capsule.private_host}/{capsule.database}"
            )
