"""What a build of the sandbox's Code Capsules leaves to be run, and the environment that it runs in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from providers.sandbox.code_capsules.databases import Databases
from providers.sandbox.code_capsules.records import Capsule
from providers.sandbox.code_capsules.world import World

WORKSPACE = "/workspace"
"""Where code lies in a capsule that was built by buildpacks."""

MOUNT = "PERSISTENT_STORAGE_DIR"


@dataclass(frozen=True)
class Release:
    """`command` is what the builder or the image would run; `site` a frontend's files instead of it."""

    folder: Path
    command: str = ""
    environment: dict[str, str] = field(default_factory=dict)
    workdir: str = WORKSPACE
    site: Path | None = None


class Environments:
    """The variables of a capsule, as its processes on this machine need them.

    Names of data capsules and mounts are of the vendor's network; here they become ports and folders of this
    machine, and only those of the same space.
    """

    def __init__(self, world: World, databases: Databases) -> None:
        self._world = world
        self._databases = databases

    def of(self, capsule: Capsule) -> dict[str, str]:
        """Its config vars, with PORT."""
        found = {"PORT": str(capsule.port)}
        found |= {config.key: config.value for config in capsule.configs}
        for other in self._world.capsules_in(capsule.space_id):
            store = self._databases.stores.get(other.id)
            if store is None:
                continue
            if store.folder is not None and capsule.id in other.bound_to:
                found = {
                    key: value.replace(mount_of(other), str(store.folder)) for key, value in found.items()
                }
            if store.port is not None:
                found = _lead_to(found, other.private_host, other.private_port, store.port)
        return found


def mount_of(storage: Capsule) -> str:
    """Where a storage capsule is mounted in what it is bound to."""
    return f"/mnt/{storage.slug}"


def _lead_to(values: Mapping[str, str], host: str, port: int, real: int) -> dict[str, str]:
    """`values` with a private host and its port made into a port of 127.0.0.1, also where the two stand in
    variables of their own (SHOP_HOST, SHOP_PORT)."""
    whole = re.compile(rf"(?<![\w.-]){re.escape(host)}:{port}(?!\d)")
    out = {key: whole.sub(f"127.0.0.1:{real}", value) for key, value in values.items()}
    for key, value in values.items():
        if value == host:
            out[key] = "127.0.0.1"
            beside = f"{key.removesuffix('HOST')}PORT"
            if key.endswith("HOST") and values.get(beside) == str(port):
                out[beside] = str(real)
    return out
