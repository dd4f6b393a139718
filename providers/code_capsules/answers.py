"""What Code Capsules' APIs answer, as far as Offramp reads it. Unknown fields are ignored, and where the
sources disagree on a shape, either is taken."""

import re
from typing import Any

from msgspec import field

from wizard.model.noun import Noun

_NUMBER = re.compile(r"[0-9]{1,9}(\.[0-9]{1,9})?")

_MEGABYTES = {
    "": 1024.0,
    "g": 1024.0,
    "gb": 1024.0,
    "gi": 1024.0,
    "m": 1.0,
    "mb": 1.0,
    "mi": 1.0,
    "k": 1 / 1024,
    "ki": 1 / 1024,
}
"""By the unit of a quantity. Code Capsules' G is taken for Gi: the difference is below a step of a size."""


class LoginAnswer(Noun, frozen=True, kw_only=True):
    token: str = ""
    refreshToken: str | None = None


class Member(Noun, frozen=True, kw_only=True):
    email: str | None = None
    role: str | None = None


class TeamAnswer(Noun, frozen=True, kw_only=True):
    id: str
    name: str = ""
    slug: str = ""
    personal: bool | None = field(name="isPersonal", default=None)
    members: list[Member] | None = None


class ClusterAnswer(Noun, frozen=True, kw_only=True):
    id: str
    name: str | None = None
    endpoint: str | None = field(name="clusterApiEndpoint", default=None)


class SpaceAnswer(Noun, frozen=True, kw_only=True):
    id: str
    name: str = ""
    slug: str = ""
    cluster_id: str | None = field(name="clusterId", default=None)
    team_id: str | None = field(name="teamId", default=None)
    namespace: str | None = field(name="namespaceKey", default=None)
    cluster: ClusterAnswer | None = None


class PlanAnswer(Noun, frozen=True, kw_only=True):
    """`cpu` in cores, `ram` and `storage` in GB, the price in US dollars."""

    name: str = ""
    cpu: float | str | None = None
    ram: float | str | None = None
    storage: float | str | None = None
    price: float | str | None = field(name="pricePerMonth", default=None)
    kind: str | None = field(name="capsuleType", default=None)
    cluster_id: str | None = field(name="clusterId", default=None)


class RepositoryAnswer(Noun, frozen=True, kw_only=True):
    id: str | int
    name: str | None = None
    url: str | None = None


class Quantity(Noun, frozen=True, kw_only=True):
    qty: float | str | None = None
    unit: str | None = None


class ProductsAnswer(Noun, frozen=True, kw_only=True):
    cpu: Quantity | None = None
    memory: Quantity | None = None
    storage: Quantity | None = None
    replicas: Quantity | None = field(name="replicaScale", default=None)

    @property
    def cpu_percent(self) -> int:
        """Percent of one CPU, 0 where it is not told."""
        found = self.cpu
        if found is None:
            return 0
        return round(number(found.qty) * (0.1 if (found.unit or "").lower() == "m" else 100))

    @property
    def memory_mb(self) -> int:
        return round(_scaled(self.memory))

    @property
    def disk_gb(self) -> int:
        return round(_scaled(self.storage) / 1024)

    @property
    def count(self) -> int:
        return int(number(self.replicas.qty)) if self.replicas else 0


class SourceAnswer(Noun, frozen=True, kw_only=True):
    """The repository of a capsule."""

    url: str | None = None
    branch: str | None = None


class CapsuleAnswer(Noun, frozen=True, kw_only=True):
    """`manifest` has other fields for each type; see the properties."""

    id: str
    name: str = ""
    slug: str | None = None
    type: str = ""
    status: Any = None
    products: ProductsAnswer | None = None
    repo: SourceAnswer | None = None
    manifest: dict[str, Any] | None = field(name="jsonManifest", default=None)
    deployment: str | None = field(name="currentDeploymentId", default=None)

    def told(self, *names: str) -> str:
        """The first of these fields of the manifest that holds a text, empty when none does."""
        found = (self.manifest or {}).get
        return next((value for name in names if isinstance(value := found(name), str) and value), "")

    @property
    def source(self) -> SourceAnswer:
        """The repository, which stands in the capsule, in its manifest, or nowhere."""
        inner = (self.manifest or {}).get("repo")
        told = inner if isinstance(inner, dict) else {}
        outer = self.repo or SourceAnswer()
        return SourceAnswer(
            url=outer.url or _text(told.get("url")), branch=outer.branch or _text(told.get("branch"))
        )

    @property
    def data_type(self) -> str:
        """Of a data capsule its engine in small letters ("postgresql"), of others empty. A request says
        `dataType`, an answer `dbType` (skill)."""
        return self.told("dbType", "dataType").lower()

    @property
    def state(self) -> str:
        """The vendor's word: of a data capsule in its manifest, of others beside it; empty when neither."""
        return self.told("status") or _text(self.status)


class ConfigAnswer(Noun, frozen=True, kw_only=True):
    """`value` stays as it came."""

    key: str
    value: str | int | float | bool | None = None
    by: str | None = field(name="setBy", default=None)


class BuildAnswer(Noun, frozen=True, kw_only=True):
    id: str
    status: str = ""
    type: str | None = None
    created: str | None = field(name="createdOn", default=None)
    finished: str | None = field(name="finishedOn", default=None)
    deployed: bool | None = field(name="isDeployed", default=None)
    metadata: dict[str, Any] | None = None

    @property
    def branch(self) -> str:
        return _text((self.metadata or {}).get("branch"))

    @property
    def commit(self) -> str:
        """What was built: `commit.latest`, a text or something with one."""
        found: Any = (self.metadata or {}).get("commit")
        for _ in range(3):
            if isinstance(found, dict):
                found = next(
                    (found[key] for key in ("latest", "sha", "id", "hash", "commitId") if found.get(key)), ""
                )
        return _text(found)


class LogLine(Noun, frozen=True, kw_only=True):
    """`time` in nanoseconds. `log` is plain text, or JSON of the capsule's own."""

    time: str | int | None = None
    log: str | None = None
    replica: str | None = field(name="replicaName", default=None)


class LogAnswer(Noun, frozen=True, kw_only=True):
    logs: list[LogLine] | None = None


class DomainAnswer(Noun, frozen=True, kw_only=True):
    id: str | int = ""
    hostname: str | None = None
    status: Any = None


class DomainsAnswer(Noun, frozen=True, kw_only=True):
    domains: list[DomainAnswer] | None = None
    addresses: list[str] | None = field(name="ingressAddresses", default=None)
    host: str | None = field(name="capsuleHostName", default=None)


def number(value: float | str | None) -> float:
    """A quantity, which comes as a number or as its digits; 0 for what is none."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else 0.0
    return float(value or 0.0)


def _scaled(found: Quantity | None) -> float:
    """In MB."""
    return 0.0 if found is None else number(found.qty) * _MEGABYTES.get((found.unit or "").lower(), 1024.0)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
