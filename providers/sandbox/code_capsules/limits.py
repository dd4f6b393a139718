"""What Code Capsules takes for sizes and manifests, and how the sandbox refuses the rest.

Sizes are those of the plan screens in the vendor's documentation; least sizes and the manifest types those of
the API reference. Which words the vendor refuses with is not known.
"""

from collections.abc import Mapping
from typing import Any

from providers.sandbox.code_capsules.http import ApiError, Json, text_of
from providers.sandbox.code_capsules.records import Capsule, Products

APPS = ("backend", "frontend", "docker", "agent")
ENGINES = (
    "PostgreSQL",
    "mysql",
    "Redis",
    "MongoDb",
    "DocumentDb",
    "PersistentStorage",
    "PersistentStorageGanesha",
)
"""The `dataType`s, letter for letter."""

STORAGE = frozenset({"PersistentStorage", "PersistentStorageGanesha"})
LEAST = {
    "backend": Products(50, 0.2, 0, 1),
    "agent": Products(50, 0.2, 0, 1),
    "docker": Products(50, 0.2, 0, 1),
    "frontend": Products(30, 0.12, 0, 1),
    "data": Products(0, 0, 10, 1),
}
MOST = Products(2000, 8, 1000, 3)
_GB = {"G": 1.0, "M": 0.001, "Gi": 1.073741824, "Mi": 0.001048576}
_DECIMALS = 6


def products_of(body: Any, kind: str, before: Products | None = None) -> Products:
    """The products of a request. Without `before` (a create) what is left out is the least; with it all four
    are demanded.

    Raises:
        ApiError: 422 for a shape, unit or size that cannot be had; 400 for a disk that would shrink.
    """
    given: Mapping[str, Any] = body if isinstance(body, Mapping) else {}
    if before is not None:
        for key in ("cpu", "memory", "storage", "replicaScale"):
            if key not in given:
                raise ApiError(422, f"The request body is invalid: must have required property '{key}'")
    least = LEAST[kind]
    wanted = Products(
        _quantity(given, "cpu", {"m": 1.0}, least.cpu_m),
        _quantity(given, "memory", _GB, least.memory_gb),
        _quantity(given, "storage", _GB, least.storage_gb),
        int(_quantity(given, "replicaScale", {}, least.replicas)),
    )
    if kind != "data":
        _check(wanted.cpu_m, least.cpu_m, MOST.cpu_m, "cpu")
        _check(wanted.memory_gb, least.memory_gb, MOST.memory_gb, "memory")
    else:
        _check(wanted.storage_gb, 1, MOST.storage_gb, "storage")
    _check(wanted.replicas, 0, MOST.replicas, "replicaScale")
    if before is not None and wanted.storage_gb < before.storage_gb:
        raise ApiError(400, "Storage capacity can not be decreased")
    return wanted


def _quantity(given: Mapping[str, Any], key: str, units: Mapping[str, float], default: float) -> float:
    said = given.get(key)
    if said is None:
        return default
    quantity = said.get("qty") if isinstance(said, Mapping) else None
    if not isinstance(quantity, int | float) or isinstance(quantity, bool):
        raise ApiError(422, f"The request body is invalid: /{key}/qty must be number")
    if not units:
        return quantity
    unit = said.get("unit")
    if unit not in units:
        raise ApiError(422, f"The request body is invalid: /{key}/unit must be one of {', '.join(units)}")
    return round(quantity * units[unit], _DECIMALS)


def _check(value: float, least: float, most: float, what: str) -> None:
    if not least <= value <= most:
        raise ApiError(422, f"The request body is invalid: {what} must be between {least:g} and {most:g}")


def read_manifest(capsule: Capsule, manifest: Json, folder_key: str) -> None:
    """Take what a manifest says of a capsule, but for its repository's record.

    Raises:
        ApiError: 422 for what has the wrong shape.
    """
    capsule.run = text_of(manifest, "entrypointCommand")
    capsule.build_command = text_of(manifest, "userBuildCommand")
    capsule.output = text_of(manifest, "userBuildOutputDirectory")
    port = text_of(manifest, "servePort")
    if port:
        if not port.isdecimal() or not 0 < int(port) < 65536:
            raise ApiError(422, "The request body is invalid: servePort must be a port")
        capsule.port = int(port)
    repo = manifest.get("repo")
    if not isinstance(repo, dict):
        raise ApiError(422, "The request body is invalid: must have required property 'repo'")
    capsule.repo_id = text_of(repo, "repoId", wanted=True)
    capsule.branch = text_of(repo, "branch", wanted=True)
    capsule.repo_url = text_of(repo, "url", wanted=True)
    if folder_key:
        capsule.folder = text_of(manifest, folder_key).strip("/")


def manifest_kind(manifest: Any) -> tuple[str, str]:
    """A manifest's type, and its engine if it is a data capsule. Raises ApiError (422)."""
    if not isinstance(manifest, dict):
        raise ApiError(422, "The request body is invalid: must have required property 'manifest'")
    kind = text_of(manifest, "manifestType", wanted=True)
    if kind in APPS:
        return kind, ""
    if kind != "data":
        raise ApiError(422, f"The request body is invalid: manifestType {kind} is not supported")
    engine = text_of(manifest, "dataType", wanted=True)
    if engine not in ENGINES:
        raise ApiError(422, f"The request body is invalid: dataType {engine} is not supported")
    return kind, engine
